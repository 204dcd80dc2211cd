/**
 * An Effect as the logic of an XState actor.
 *
 * Entering the state forks the effect, leaving it interrupts the fiber, and its synchronous finalisers
 * have run when the state is left. Success is `onDone` with the value, a typed failure is `onError` with
 * the error itself. A defect reaches `onError` as well, and the machine decides nothing about it: the
 * runner's `onDefect` is told first and ends the program.
 */
import * as Cause from 'effect/Cause'
import type * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import type * as Fiber from 'effect/Fiber'
import {
  type ActorRefFrom,
  type AnyEventObject,
  fromCallback,
  type NonReducibleUnknown,
  type PromiseActorLogic
} from 'xstate'

/** What runs effects here: forks with the services of the program, and hears of defects. */
export interface Runner<R> {
  readonly runFork: <A, E>(effect: Effect.Effect<A, E, R>) => Fiber.Fiber<A, E>
  readonly onDefect: (cause: Cause.Cause<unknown>) => void
}

const SUCCESS = 'effect.success'
const FAILURE = 'effect.failure'

/** Typed like a promise actor, so that it fits wherever a machine names a `workPort`. */
export const fromEffect = <A, E, R, I extends NonReducibleUnknown>(
  runner: Runner<R>,
  work: (input: I) => Effect.Effect<A, E, R>
): PromiseActorLogic<A, I> => {
  type Logic = PromiseActorLogic<A, I>
  const fibers = new WeakMap<object, Fiber.Fiber<A, E>>()
  const report = (self: ActorRefFrom<Logic>, exit: Exit.Exit<A, E>): void => {
    if (Exit.isFailure(exit) && Cause.hasDies(exit.cause)) runner.onDefect(exit.cause)
    if (self.getSnapshot().status !== 'active') return
    const outcome: AnyEventObject = Exit.isSuccess(exit)
      ? { type: SUCCESS, value: exit.value }
      : { type: FAILURE, error: Cause.squash(exit.cause) }
    self.send(outcome)
  }
  return {
    config: work as never,
    getInitialSnapshot: (_, input) => ({
      status: 'active',
      output: undefined,
      error: undefined,
      input
    }),
    transition: (snapshot, event: AnyEventObject, { self }) => {
      if (snapshot.status !== 'active') return snapshot
      switch (event.type) {
        case SUCCESS:
          return { ...snapshot, status: 'done', output: event['value'] as A, input: undefined }
        case FAILURE:
          return { ...snapshot, status: 'error', error: event['error'], input: undefined }
        case 'xstate.stop':
          fibers.get(self)?.interruptUnsafe()
          return { ...snapshot, status: 'stopped', input: undefined }
        default:
          return snapshot
      }
    },
    start: (snapshot, { self }) => {
      if (snapshot.status !== 'active') return
      const fiber = runner.runFork(work(snapshot.input as I))
      fibers.set(self, fiber)
      fiber.addObserver((exit) => report(self, exit))
    },
    getPersistedSnapshot: (snapshot) => snapshot,
    restoreSnapshot: (snapshot) => snapshot as never
  }
}

/** An effect that lives as long as its state and tells the parent what it sees through `send`. */
export const fromSource = <E, R, I extends NonReducibleUnknown>(
  runner: Runner<R>,
  work: (input: I, send: (event: AnyEventObject) => void) => Effect.Effect<void, E, R>
) =>
  fromCallback<AnyEventObject, I>(({ input, sendBack }) => {
    const fiber = runner.runFork(work(input, sendBack))
    fiber.addObserver((exit) => {
      if (Exit.isFailure(exit) && Cause.hasDies(exit.cause)) runner.onDefect(exit.cause)
    })
    return () => fiber.interruptUnsafe()
  })
