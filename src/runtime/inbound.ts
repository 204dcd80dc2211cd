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
import type { LinkReader } from '../protocol/link-reader.ts'
import type { ByteStream } from '../services/transport.ts'
import { commandSource, type Inbound, linkSource, pipeline } from '../streams/pipeline.ts'
import { type Pull, pulled } from '../streams/pulled.ts'

/** Forks a fiber of this program. */
export type Fork = <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E>

export interface InboundPorts {
  readonly fork: Fork
  readonly dispatch: (inbound: Inbound) => void
  /** Commands as they come; undefined at the end of the input. */
  readonly commands: Effect.Effect<readonly Command[] | undefined>
  readonly onDefect: (cause: Cause.Cause<unknown>) => void
}

export interface InboundHandle {
  /** Starts reading a link; it ends with its stream. */
  readonly attach: (link: string, stream: ByteStream, reader: LinkReader) => void
  readonly stop: () => void
}

const codeOf = (error: unknown): string => (error instanceof StreamError ? error.code : 'unknown')

/** A loop of reads as a pull; a defect in what is downstream ends the program, not just the loop. */
const pullOf =
  <T, E>({ fork, onDefect }: InboundPorts, read: Effect.Effect<T | undefined, E>): Pull<T> =>
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

export const startInbound = (ports: InboundPorts): InboundHandle => {
  const links = new Subject<Observable<Inbound>>()
  const guarded = (inbound: Inbound): void => {
    try {
      ports.dispatch(inbound)
    } catch (defect) {
      ports.onDefect(Cause.die(defect))
    }
  }
  const commands = commandSource(pulled(pullOf(ports, ports.commands)))
  const subscription = pipeline(links, commands).subscribe(guarded)
  return {
    attach: (link, stream, reader) =>
      links.next(linkSource(link, pulled(pullOf(ports, stream.read)), reader, codeOf)),
    stop: () => subscription.unsubscribe()
  }
}
