/**
 * Goal: whatever is killed, and whenever: every line that was told as queued is shown at the other end,
 * once and in order over all runs, but for repetitions that are marked; nothing is called delivered that
 * the other end has not; all of it is so on its own, soon after the restart (features.md E1, S15).
 * Method: two built programs talk both ways (lines, bursts, long texts) while alice, bob or both are
 * killed or stopped at the moments of support/kills/moments.ts. `npm run kills` does it for longer.
 */
import { describe, expect, it } from 'vitest'
import { MOMENTS } from './support/kills/moments.ts'
import { playRow } from './support/kills/row.ts'
import { builtProgram, temporaryFolder } from './support/program.ts'

/** One of each: alice, bob, and both, so at least four hits. */
const ROUNDS = 3
const SEED = 1

describe('E1: what was said arrives once and in order though an end is killed, or stopped', () => {
  it.each(MOMENTS)('$name', { timeout: 90_000 }, async (moment) => {
    builtProgram()
    const folder = temporaryFolder()
    const row = await playRow(moment, ['alice', 'bob', 'both'], ROUNDS, SEED, folder)
    expect(row.faults).toEqual([])
    expect(row).toMatchObject({ doubled: 0, lost: 0 })
    expect(row.queued).toBeGreaterThan(ROUNDS)
    expect(row.shown).toBeGreaterThanOrEqual(row.queued)
    expect(row.hits).toBeGreaterThan(ROUNDS)
  })
})
