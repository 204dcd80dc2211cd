/**
 * Telling an outcome from a violation. Functions on the path of every frame return
 * `Value | ProtocolViolation` bare: values carry `type`, violations `_tag`, so nothing is wrapped.
 */
import type { ProtocolViolation } from '../domain/failures.ts'

/** true: the peer broke the protocol; the link ends with this as its reason. */
export const isViolation = (outcome: object): outcome is ProtocolViolation => '_tag' in outcome
