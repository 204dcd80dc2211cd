/**
 * XState's timers over Effect's clock, so that `after` and delayed events obey the one clock of
 * the program: the machine's own in production, the virtual one in the simulation.
 */
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import type * as Fiber from 'effect/Fiber'

/** Runs an effect in a context that holds the clock, as `Effect.runForkWith(context)` does. */
export type Fork = <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E>

/** A timer that waits, or has fired. */
export type ActorTimer = Fiber.Fiber<void>

/** What XState's `createActor(machine, { clock })` asks for. */
export interface ActorClock {
  /** Calls back once, after `ms` milliseconds; never before it returns. */
  readonly setTimeout: (callback: () => void, ms: number) => ActorTimer
  /** The callback will not be called any more. Nothing happens when it was, or for undefined. */
  readonly clearTimeout: (timer: ActorTimer | undefined) => void
}

/**
 * One fiber a timer. The callback runs in the fiber's observer and not inside the fiber: there, what
 * it throws would become a quiet exit of a fiber that nobody reads; from here it reaches whoever
 * drives the clock, and ends the process as a defect should.
 */
export const makeActorClock = (run: Fork): ActorClock => ({
  setTimeout: (callback, ms) => {
    const timer = run(Effect.sleep(ms))
    timer.addObserver((exit) => {
      if (Exit.isSuccess(exit)) callback()
    })
    return timer
  },
  clearTimeout: (timer) => timer?.interruptUnsafe()
})
