/** How many frames without content (PING, PONG, skipped ones) one peer may send (LIMITS). */
import type { ProtocolViolation } from '../domain/failures.ts'
import { PINGS_PER_SECOND_MAX } from '../domain/limits.ts'

/** A token bucket that holds one second's worth. The caller owns it; functions change it in place. */
export interface PingBudget {
  tokens: number
  /** When it was last filled, milliseconds of the caller's clock. */
  filledAt: number
}

/** A full bucket. */
export const makePingBudget = (nowMs: number): PingBudget => ({
  tokens: PINGS_PER_SECOND_MAX,
  filledAt: nowMs
})

/** Pays for `count` such frames. A clock that runs backwards fills nothing and costs nothing. */
export const spendPings = (
  budget: PingBudget,
  count: number,
  nowMs: number
): ProtocolViolation | undefined => {
  const elapsedMs = Math.max(0, nowMs - budget.filledAt)
  budget.filledAt = nowMs
  budget.tokens = Math.min(
    PINGS_PER_SECOND_MAX,
    budget.tokens + (elapsedMs * PINGS_PER_SECOND_MAX) / 1000
  )
  if (budget.tokens < count) return { _tag: 'TooManyPings', limit: PINGS_PER_SECOND_MAX }
  budget.tokens -= count
  return undefined
}
