/** An open port of a simulated host: a bounded queue of streams that wait to be accepted. */
import * as Effect from 'effect/Effect'
import { type Endpoint, StreamError } from '../domain/failures.ts'
import { ACCEPT_QUEUE_MAX } from '../domain/limits.ts'
import type { ByteStream, Listener } from '../services/transport.ts'
import type { SimulatedClock } from './clock.ts'
import { CLOSED_HERE, type SimulatedStream } from './stream.ts'
import { Wakeup } from './wakeup.ts'

/** Hosts that mean every address of the machine. */
export const ANY_HOSTS: readonly string[] = ['0.0.0.0', '::']

export class SimulatedPort implements Listener {
  readonly address: Endpoint
  readonly #arrived: Wakeup
  readonly #onClosed: () => void
  readonly #waiting: SimulatedStream[] = []
  readonly #accepted = new Set<SimulatedStream>()
  #closed = false

  constructor(clock: SimulatedClock, address: Endpoint, onClosed: () => void) {
    this.address = address
    this.#arrived = new Wakeup(clock)
    this.#onClosed = onClosed
  }

  /** Whether a dial of this address of the host is meant for it. */
  isFor(address: string): boolean {
    return ANY_HOSTS.includes(this.address.host) || this.address.host === address
  }

  readonly accept: Effect.Effect<ByteStream, StreamError> = Effect.suspend(() => {
    if (this.#closed) return Effect.fail(new StreamError({ code: CLOSED_HERE }))
    const stream = this.#waiting.shift()
    if (stream === undefined) return Effect.flatMap(this.#arrived.wait, () => this.accept)
    this.#accepted.add(stream)
    return Effect.succeed(stream)
  })

  /** Queues a stream; beyond the limit it is dropped, as by the live transport. */
  offer(stream: SimulatedStream): void {
    if (this.#waiting.length >= ACCEPT_QUEUE_MAX) {
      stream.closeNow()
      return
    }
    this.#waiting.push(stream)
    this.#arrived.notify()
  }

  /** A stream has ended by itself. */
  forget(stream: SimulatedStream): void {
    this.#accepted.delete(stream)
  }

  /** Closes the port and every stream that came through it. */
  closeNow(): void {
    if (this.#closed) return
    this.#closed = true
    this.#onClosed()
    for (const stream of [...this.#accepted, ...this.#waiting.splice(0)]) stream.closeNow()
    this.#arrived.notify()
  }
}
