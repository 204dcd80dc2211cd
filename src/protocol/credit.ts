/**
 * Credit of one stream, counted at both ends: how many bytes of DATA the receiver allows in all. It never takes
 * back what it allowed, and a byte beyond it ends the link (docs/PROTOCOL.md, Files).
 */
import type { ProtocolViolation } from '../domain/failures.ts'
import { TRANSFER_WINDOW_BYTES } from '../domain/limits.ts'

/** More is allowed in steps of so many bytes, or a frame would go back for every one that comes. */
const CREDIT_STEP_BYTES = TRANSFER_WINDOW_BYTES / 16

/** The end that sends. */
export class SendCredit {
  #allowed: number
  #sent = 0

  /** @param allowed the credit of FETCH. */
  constructor(allowed: number) {
    this.#allowed = allowed
  }

  /** Bytes that may be sent now. */
  get room(): number {
    return this.#allowed - this.#sent
  }

  /** Bytes went out: no more than `room`. */
  spend(bytes: number): void {
    this.#sent += bytes
  }

  /** CREDIT came. */
  raise(upTo: number): ProtocolViolation | undefined {
    if (upTo < this.#allowed)
      return { _tag: 'FrameIllegal', type: 'credit', state: 'less than before' }
    this.#allowed = upTo
    return undefined
  }
}

/** The end that receives. What is allowed never goes beyond the end of the transfer. */
export class ReceiveCredit {
  readonly #bytesToCome: number
  #allowed: number
  #received = 0
  #done = 0

  constructor(bytesToCome: number) {
    this.#bytesToCome = bytesToCome
    this.#allowed = Math.min(bytesToCome, TRANSFER_WINDOW_BYTES)
  }

  /** What the sender was told last. */
  get allowed(): number {
    return this.#allowed
  }

  /** Bytes that the sender may still send. */
  get room(): number {
    return this.#allowed - this.#received
  }

  /** DATA came. */
  take(bytes: number): ProtocolViolation | undefined {
    if (bytes > this.room) return { _tag: 'FrameIllegal', type: 'data', state: 'beyond its credit' }
    this.#received += bytes
    return undefined
  }

  /** So many bytes are off the memory. @returns the credit to be told, where it is time for that. */
  done(bytes: number): number | undefined {
    this.#done += bytes
    const next = Math.min(this.#bytesToCome, this.#done + TRANSFER_WINDOW_BYTES)
    const isLast = next === this.#bytesToCome
    if (next === this.#allowed || (next - this.#allowed < CREDIT_STEP_BYTES && !isLast))
      return undefined
    this.#allowed = next
    return next
  }
}
