/**
 * Where everything comes in: the one place that subscribes. Each source is a fiber that reads, runs the
 * pipeline down to `dispatch`, and only then reads again.
 */
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import type * as Fiber from 'effect/Fiber'
import * as Cause from 'effect/Cause'
import { type Observable, Subject } from 'rxjs'
import type { Command } from '../domain/commands.ts'
import { StreamError } from '../domain/failures.ts'
import type { ByteStream } from '../services/transport.ts'
import { commandSource, pipeline, type UserInbound } from '../streams/pipeline.ts'
import { type Pull, pulled } from '../streams/pulled.ts'

/** Forks a fiber of this program. */
export type Fork = <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E>

export interface InboundPorts<L> {
  readonly fork: Fork
  readonly dispatch: (inbound: L | UserInbound) => void
  /** Commands as they come; undefined at the end of the input. */
  readonly commands: Effect.Effect<readonly Command[] | undefined>
  readonly onDefect: (cause: Cause.Cause<unknown>) => void
}

export interface Inbound<L> {
  /** What a stream reads, pulled; it ends with the stream. */
  readonly chunks: (stream: ByteStream) => Observable<Uint8Array>
  /** Merges the source of one more link. */
  readonly add: (source: Observable<L>) => void
  readonly stop: () => void
}

/** The system's name for what broke a stream. */
export const codeOf = (error: unknown): string =>
  error instanceof StreamError ? error.code : 'unknown'

/** A loop of reads as a pull; a defect in what is downstream ends the program, not just the loop. */
const pullOf =
  <T, E>(
    { fork, onDefect }: Pick<InboundPorts<never>, 'fork' | 'onDefect'>,
    read: Effect.Effect<T | undefined, E>
  ): Pull<T> =>
  (sink) => {
    const loop = Effect.gen(function* () {
      // A machine may be starting this source inside a transition: let that finish first.
      yield* Effect.yieldNow
      while (true) {
        const value = yield* read
        if (value === undefined) return
        sink.next(value)
      }
    })
    const fiber = fork(loop)
    fiber.addObserver((exit) => {
      if (Exit.isSuccess(exit)) return sink.end()
      if (Cause.hasDies(exit.cause)) onDefect(exit.cause)
      else if (!Cause.hasInterruptsOnly(exit.cause)) sink.fail(Cause.squash(exit.cause))
    })
    return () => fiber.interruptUnsafe()
  }

export const startInbound = <L>(ports: InboundPorts<L>): Inbound<L> => {
  const links = new Subject<Observable<L>>()
  const guarded = (inbound: L | UserInbound): void => {
    try {
      ports.dispatch(inbound)
    } catch (defect) {
      ports.onDefect(Cause.die(defect))
    }
  }
  const commands = commandSource(pulled(pullOf(ports, ports.commands)))
  const subscription = pipeline(links, commands).subscribe(guarded)
  return {
    chunks: (stream) => pulled(pullOf(ports, stream.read)),
    add: (source) => links.next(source),
    stop: () => subscription.unsubscribe()
  }
}
