/**
 * Goal: whatever two people do and whatever is done to them, to their processes and to their disks, what
 * they say arrives exactly once and in order, what they are told is true, they end with one link once all
 * is healed, and nothing is left behind.
 * Method: 200 random plans (hunt.ts); hunt-finds.test.ts shows that they find what is broken. A seed that
 * fails is replayed by `npm run hunt -- --from SEED`.
 */
import { expect, it } from '@effect/vitest'
import { hunt } from './hunt.ts'
import { seeds } from './stage.ts'

it.each([0, 50, 100, 150])('50 random plans, behind %d others', (behind) => {
  let said = 0
  for (const seed of seeds(50, behind)) {
    const verdict = hunt(seed)
    expect(verdict.fault, `npm run hunt -- --from ${seed}`).toBeUndefined()
    said += verdict.said
  }
  expect(said).toBeGreaterThan(1_000)
})

it('the same seed is the same plan', () => {
  expect(hunt(7).trace).toEqual(hunt(7).trace)
})
