/** A transport whose links are read only while the program keeps up with what it is told. */
import * as Effect from 'effect/Effect'
import * as Latch from 'effect/Latch'
import type { Listener, SecuredLink, Transport } from '../services/transport.ts'

/** Open: links are read. */
export class Gate {
  readonly #latch = Latch.makeUnsafe(true)
  #isOpen = true
  #isLeftOpen = false

  set(open: boolean): void {
    this.#isOpen = open || this.#isLeftOpen
    if (this.#isOpen) this.#latch.openUnsafe()
    else this.#latch.closeUnsafe()
  }

  /** Opens for good: what comes now is only the end. */
  leaveOpen(): void {
    this.#isLeftOpen = true
    this.set(true)
  }

  /** The same link, which waits here before each read. A peer that is not read has to wait, too. */
  pace(link: SecuredLink): SecuredLink {
    const { remote, local, peerId, cipher, exporter, write, end, close } = link
    // Whoever opens the gate may be the program in the midst of a line of its own: that is done first.
    const late = this.#latch.await.pipe(
      Effect.andThen(Effect.yieldNow),
      Effect.andThen(Effect.suspend(() => read))
    )
    const read: SecuredLink['read'] = Effect.suspend(() => (this.#isOpen ? link.read : late))
    return { remote, local, peerId, cipher, exporter, write, end, close, read }
  }
}

/** @param listener the port that is open already; undefined: none will ever be. */
export const paced = (
  transport: Transport['Service'],
  gate: Gate,
  listener: Listener | undefined
): Transport['Service'] => ({
  listen: () => (listener === undefined ? Effect.never : Effect.succeed(listener)),
  dial: transport.dial,
  secure: (stream, options) =>
    Effect.map(transport.secure(stream, options), (link) => gate.pace(link))
})
