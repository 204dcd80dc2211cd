/**
 * The inbound side of one link: bytes in, messages out, in order and within the limits of the phase.
 * It puts together what framing, codec and link-order each know, so that a phase changes between
 * two frames of one read (AUTH_OK and READY often come together).
 */
import type { ProtocolViolation } from '../domain/failures.ts'
import { decodeMessage } from './codec.ts'
import { FrameDecoder } from './framing.ts'
import type { LinkEnd, Phase } from './greeting.ts'
import { makeLinkOrder, noteReceived, noteSent } from './link-order.ts'
import type { Message, MessageType } from './messages.ts'
import { isViolation } from './violation.ts'

/** Push what was read, take messages until `next` gives undefined; tell what is sent. */
export class LinkReader {
  readonly #frames = new FrameDecoder()
  readonly #order: ReturnType<typeof makeLinkOrder>
  #failed: ProtocolViolation | undefined

  constructor(end: LinkEnd) {
    this.#order = makeLinkOrder(end)
  }

  get phase(): Phase {
    return this.#order.phase
  }

  /** Frames of unknown, skippable types so far. */
  get skipped(): number {
    return this.#frames.skipped
  }

  /** See FrameDecoder.push. */
  push(chunk: Uint8Array): void {
    this.#frames.push(chunk)
  }

  /** A message of this type was queued for the peer. To be told before its answer can be read. */
  sent(type: MessageType): void {
    noteSent(this.#order, type)
    this.#lift()
  }

  /** The next message; undefined: more bytes are needed. After a violation always that violation. */
  next(): Message | ProtocolViolation | undefined {
    if (this.#failed !== undefined) return this.#failed
    const frame = this.#frames.next()
    if (frame === undefined) return undefined
    if (isViolation(frame)) return this.#fail(frame)
    const illegal = noteReceived(this.#order, frame.type)
    if (illegal !== undefined) return this.#fail(illegal)
    const message = decodeMessage(frame)
    if (isViolation(message)) return this.#fail(message)
    this.#lift()
    return message
  }

  #lift(): void {
    if (this.phase === 'settling' || this.phase === 'open') this.#frames.authenticated()
  }

  #fail(violation: ProtocolViolation): ProtocolViolation {
    this.#failed = violation
    return violation
  }
}
