/** How many frames about transfers one peer may send (LIMITS). */
import type { ProtocolViolation } from '../../domain/failures.ts'
import { TRANSFER_FRAMES_PER_SECOND_MAX } from '../../domain/limits.ts'

/** A token bucket that holds one second's worth. The caller owns it; `spendFrame` changes it in place. */
export interface FrameBudget {
  tokens: number
  /** When it was last filled, milliseconds of the caller's clock. */
  filledAt: number
}

/** A full bucket. */
export const makeFrameBudget = (nowMs: number): FrameBudget => ({
  tokens: TRANSFER_FRAMES_PER_SECOND_MAX,
  filledAt: nowMs
})

/** Pays for one frame. A clock that runs backwards fills nothing and costs nothing. */
export const spendFrame = (budget: FrameBudget, nowMs: number): ProtocolViolation | undefined => {
  const elapsedMs = Math.max(0, nowMs - budget.filledAt)
  budget.filledAt = nowMs
  const refilled = budget.tokens + (elapsedMs * TRANSFER_FRAMES_PER_SECOND_MAX) / 1000
  budget.tokens = Math.min(TRANSFER_FRAMES_PER_SECOND_MAX, refilled)
  if (budget.tokens < 1)
    return { _tag: 'FrameIllegal', type: 'transfer', state: 'too many in a second' }
  budget.tokens -= 1
  return undefined
}
