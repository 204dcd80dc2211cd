/**
 * `npm run kills -- --rounds 20 --seed 1`: two built programs talk while one or both of them are killed
 * (SIGKILL) or stopped, so many times at every moment of test/e2e/support/kills/moments.ts. Prints the
 * table of what was shown afterwards as Markdown. A row in which a promise was broken is followed by how,
 * its homes are left for a look at them, and the exit code is 1.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { MOMENTS } from '../test/e2e/support/kills/moments.ts'
import { playRow, type Row, type Whom } from '../test/e2e/support/kills/row.ts'
import { buildIfStale } from '../test/e2e/support/program.ts'

const WHO: readonly Whom[] = ['alice', 'bob', 'both']
const HEAD = [
  'end',
  'killed',
  'runs',
  'queued',
  'shown',
  'doubled',
  'lost',
  'again',
  'seconds: median',
  'most'
]

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    moment: { type: 'string', default: '' }
  }
})

const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`

const lineOfRow = ({ whom, moment, hits, queued, shown, doubled, lost, again, seconds }: Row) => {
  const sorted = seconds.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  const times = [median, sorted.at(-1) ?? 0].map((each) => each.toFixed(2))
  return line([whom, moment, hits, queued, shown, doubled, lost, again, ...times])
}

/** Plays one row and prints it. false: a promise was broken. */
const play = async (index: number, whom: Whom, rounds: number, seed: number): Promise<boolean> => {
  const moment = MOMENTS[index]
  if (moment === undefined) return true
  const folder = mkdtempSync(join(tmpdir(), 'earshot-kills-'))
  const row = await playRow(moment, [whom], rounds, seed + index, folder)
  console.log(lineOfRow(row))
  if (row.faults.length === 0) rmSync(folder, { recursive: true, force: true })
  else console.log([...row.faults, `Its homes are in ${folder}.`].join('\n'))
  return row.faults.length === 0
}

/** The exit code: 0 when every promise was kept, 1 when one was not, 64 for a wrong use. */
const main = async (rounds: number, seed: number, wanted: string): Promise<number> => {
  if (!Number.isSafeInteger(rounds) || rounds < 1 || !Number.isSafeInteger(seed)) {
    console.error('kills: --rounds and --seed are whole numbers, --rounds at least 1')
    return 64
  }
  buildIfStale()
  console.log(line(HEAD))
  console.log(line(HEAD.map((_, column) => (column < 2 ? '---' : '--:'))))
  let isKept = true
  for (const [index, { name }] of MOMENTS.entries())
    for (const whom of name.includes(wanted) ? WHO : [])
      isKept = (await play(index, whom, rounds, seed)) && isKept
  return isKept ? 0 : 1
}

process.exitCode = await main(Number(values.rounds), Number(values.seed), values.moment)
