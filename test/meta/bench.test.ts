/**
 * Goal: every bench of `npm run bench` runs and fills its rows, so that a change of the program cannot
 * break them unnoticed.
 * Method: each is run at its smallest size, with real processes over loopback. How fast anything was
 * is not judged here: a busy machine says nothing about the program.
 */
import { describe, expect, it } from '@effect/vitest'
import { BENCH_NAMES, type BenchName, runBenches } from '../../bench/benches.ts'
import { betweenHosts } from '../../bench/namespaces.ts'
import { median, percentile, ratios, type Row } from '../../bench/samples.ts'
import { hasScp } from '../../bench/scp.ts'
import { SIZES } from '../../bench/sizes.ts'
import { table } from '../../bench/table.ts'

/** Whether this machine lets us make hosts. */
const hasHosts = await betweenHosts(1_000_000, () => Promise.resolve(true))

const ROWS: Readonly<Record<BenchName, readonly string[]>> = {
  start: ['start: --version', 'start: ready to chat'],
  idle: ['memory: connected, idle'],
  delivered: ['enter to delivered: p50', 'enter to delivered: p99'],
  'round-trip': ['round trip: p50', 'round trip: p99'],
  throughput: ['durable one way, history off', 'durable one way, history on'],
  'catch-up': ['caught up after a reconnect', 'caught up after a restart'],
  memory: [
    'memory held: sender',
    'memory held: receiver',
    'memory resident: sender',
    'memory resident: receiver'
  ],
  history: ['typed', 'piped'].flatMap((form) =>
    [
      'open, last page',
      'earshot history -n 20',
      'on disk',
      'search all',
      'longest pause of it'
    ].map((what) => `history ${form}: ${what}`)
  ),
  file: [
    'file: disk to disk',
    'file: the same',
    ...(hasScp() ? ['file: the same'] : []),
    'file: processor of the sender',
    'file: processor of the receiver',
    'file: processor of both ends',
    'file: kill at half, until it moves again',
    'file: kill at half, sent again'
  ],
  'small-files': ['files: 20 of 4 KiB'],
  'file-memory': [
    'file: growth of the sender, second half',
    'file: growth of the receiver, second half'
  ],
  'chat-beside': ['10 Mbit/s, 40 ms', ...(hasHosts ? ['the same by the kernel'] : [])].flatMap(
    (line) => ['p50', 'p99'].map((what) => `chat beside a file, ${line}: ${what}`)
  )
}

/** Each row has numbers, and its goal says yes or no to them. */
const expectJudged = (row: Row): void => {
  const isNumber = (value: number): boolean => Number.isFinite(value) && value >= 0
  expect(row.ours.length, row.name).toBeGreaterThan(0)
  expect(row.ours.every(isNumber), row.name).toBe(true)
  expect(row.yardstick.length, row.name).toBe(row.against === '' ? 0 : row.ours.length)
  expect(
    ratios(row).every((ratio) => isNumber(ratio) && ratio > 0),
    row.name
  ).toBe(true)
  expect(row.goal.text, row.name).not.toBe('')
  // A goal that no number could miss or meet would judge nothing.
  const all = (value: number): Row => ({ ...row, ours: row.ours.map(() => value) })
  const judged = [0, Number.MAX_VALUE].map((value) => row.goal.met(all(value)))
  expect(new Set(judged).size, row.name).toBe(2)
}

describe('npm run bench', () => {
  for (const name of BENCH_NAMES)
    it(`fills the rows of ${name}`, { timeout: 120_000 }, async () => {
      const rows = await runBenches([name], SIZES.tiny)
      expect(rows.map((row) => row.name)).toEqual(ROWS[name])
      for (const row of rows) expectJudged(row)
      const lines = table(rows).split('\n')
      expect(lines).toHaveLength(rows.length + 2)
      expect(new Set(lines.map((line) => line.length)).size).toBe(1)
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
