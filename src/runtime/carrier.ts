/** The link that carries a conversation now, as the conversation sees it. */
import type { ProtocolViolation } from '../domain/failures.ts'
import type { Ready } from '../protocol/messages.ts'
import type { Writer } from './outbound.ts'

export interface Carrier {
  readonly writer: Writer
  /** What the peer's READY said of the logs. */
  readonly ready: Ready
  /** What our READY said, which may be a while ago. */
  readonly told: Ready
  /** The peer's process (HELLO). */
  readonly instance: string
  /** true: the peer wants to hear, and tells, what was read. */
  readonly receipts: boolean
  /** What our READY said does not hold any more: the link is to be lost, and another to take its place. */
  readonly abandon: () => void
  /** The peer broke the protocol: the link is to end. */
  readonly violate: (violation: ProtocolViolation) => void
}
