/**
 * Goal: every bench of `npm run bench` runs and fills its rows, so that a change of the program cannot
 * break them unnoticed.
 * Method: each is run at its smallest size, with real processes over loopback. How fast anything was
 * is not judged here: a busy machine says nothing about the program.
 */
import { describe, expect, it } from '@effect/vitest'
import { BENCH_NAMES, type BenchName, runBenches } from '../../bench/benches.ts'
import { senderMemory } from '../../bench/links.ts'
import { median, percentile, ratios } from '../../bench/samples.ts'
import { SIZES } from '../../bench/sizes.ts'
import { table } from '../../bench/table.ts'

const ROWS: Readonly<Record<BenchName, readonly string[]>> = {
  start: ['start: --version', 'start: ready to chat'],
  idle: ['memory: connected, idle'],
  'round-trip': ['round trip: p50', 'round trip: p99'],
  throughput: ['messages one way']
}

describe('npm run bench', () => {
  for (const name of BENCH_NAMES)
    it(`fills the rows of ${name}`, { timeout: 120_000 }, async () => {
      const rows = await runBenches([name], SIZES.tiny)
      expect(rows.map((row) => row.name)).toEqual(ROWS[name])
      for (const row of rows) {
        expect(row.ours.length).toBeGreaterThan(0)
        for (const ratio of ratios(row)) expect(ratio).toBeGreaterThan(0)
        for (const ratio of ratios(row)) expect(ratio).toBeLessThan(Number.POSITIVE_INFINITY)
      }
      const lines = table(rows).split('\n')
      expect(lines).toHaveLength(rows.length + 2)
      expect(new Set(lines.map((line) => line.length)).size).toBe(1)
    })

  it('tells the memory of a sender at each tenth', { timeout: 120_000 }, async () => {
    const residentMib = await senderMemory(2000)
    expect(residentMib.length).toBeGreaterThan(0)
    for (const mib of residentMib) expect(mib).toBeGreaterThan(1)
  })
})

describe('the numbers of a table', () => {
  it('takes the middle, and the nearest rank', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(percentile([5, 1, 4, 2, 3], 0.99)).toBe(5)
    expect(percentile([5, 1, 4, 2, 3], 0.5)).toBe(3)
    expect(median([])).toBeNaN()
  })

  it('compares round by round', () => {
    const goal = { text: '', met: () => true }
    const row = { name: '', unit: '', against: '', goal, ours: [4, 9], yardstick: [2, 3] }
    expect(ratios(row)).toEqual([2, 3])
  })
})
