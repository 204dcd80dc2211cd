/**
 * Goal: heartbeats pass, floods do not.
 * Method: a budget spent at chosen times, on a clock that also stands still and runs backwards.
 */
import { describe, expect, it } from '@effect/vitest'
import { PINGS_PER_SECOND_MAX } from '../../../src/domain/limits.ts'
import { makePingBudget, spendPings } from '../../../src/protocol/ping-budget.ts'

const FLOOD = { _tag: 'TooManyPings', limit: PINGS_PER_SECOND_MAX }

describe('the ping budget', () => {
  it("pays for a second's worth at once, and not for one more", () => {
    const budget = makePingBudget(1000)
    expect(spendPings(budget, PINGS_PER_SECOND_MAX, 1000)).toBeUndefined()
    expect(spendPings(budget, 1, 1000)).toEqual(FLOOD)
  })

  it('fills with time, up to its size', () => {
    const budget = makePingBudget(0)
    spendPings(budget, PINGS_PER_SECOND_MAX, 0)
    expect(spendPings(budget, 2, 100)).toBeUndefined()
    expect(spendPings(budget, 1, 100)).toEqual(FLOOD)
    expect(spendPings(budget, PINGS_PER_SECOND_MAX + 1, 3_600_000)).toEqual(FLOOD)
    expect(spendPings(budget, PINGS_PER_SECOND_MAX, 3_600_000)).toBeUndefined()
  })

  it('does not mind a clock that runs backwards', () => {
    const budget = makePingBudget(10_000)
    expect(spendPings(budget, 1, 0)).toBeUndefined()
    expect(budget.tokens).toBe(PINGS_PER_SECOND_MAX - 1)
  })
})
