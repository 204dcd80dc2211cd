/**
 * `npm run kills -- --rounds 20 --seed 1`: two built programs talk while one or both of them are killed
 * (SIGKILL) or stopped, so many times at every moment of test/e2e/support/kills/moments.ts. Prints the
 * table of what was shown afterwards as Markdown. With `--files` one sends files and folders and the other takes
 * them, and the moments are those of test/e2e/support/kills/files-moments.ts. A row in which a promise was broken is followed by how,
 * its homes are left for a look at them, and the exit code is 1.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { FILE_MOMENTS, type FileMoment } from '../test/e2e/support/kills/files-moments.ts'
import { type FileRow, playFiles } from '../test/e2e/support/kills/files-row.ts'
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
const FILE_HEAD = [
  'end',
  'killed',
  'runs',
  'sent',
  'MB',
  'whole',
  'wrong',
  'lost',
  'left over',
  'told twice',
  'MB again: median',
  'most',
  'seconds: median',
  'most',
  'caught'
]
const MEGABYTE = 1_000_000
/** Of a file: more than may be unsynced (JOURNAL_INTERVAL_BYTES), and less. */
const FILE_BYTES = [30 * 2 ** 20 + 5, 90 * 2 ** 20]

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    moment: { type: 'string', default: '' },
    files: { type: 'boolean', default: false }
  }
})

const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`

/** The one in the middle and the highest, of which there may be none. */
const spread = (values: readonly number[], digits: number): readonly string[] => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted[Math.floor(sorted.length / 2)]
  return [middle, sorted.at(-1)].map((each) => each?.toFixed(digits) ?? '–')
}

const lineOfRow = ({ whom, moment, hits, queued, shown, doubled, lost, again, seconds }: Row) =>
  line([whom, moment, hits, queued, shown, doubled, lost, again, ...spread(seconds, 2)])

const lineOfFiles = (whom: Whom, moment: string, row: FileRow): string => {
  const { hits, sent, bytes, whole, wrong, lost, leftOvers, doubled } = row
  const again = row.again.map((each) => each / MEGABYTE)
  const caught = [...row.caught].map(([stage, count]) => `${stage} ${count}`).join(', ')
  return line([
    ...[
      whom,
      moment,
      hits,
      sent,
      Math.round(bytes / MEGABYTE),
      whole,
      wrong,
      lost,
      leftOvers,
      doubled
    ],
    ...[...spread(again, 1), ...spread(row.seconds, 2), caught]
  ])
}

/** Plays one row in a folder of its own. */
type Play = (whom: Whom, folder: string) => Promise<{ line: string; faults: readonly string[] }>

interface Playable {
  readonly name: string
  readonly play: Play
}

const ofMessages = (rounds: number, seed: number): readonly Playable[] =>
  MOMENTS.map((moment, index) => ({
    name: moment.name,
    play: async (whom, folder) => {
      const row = await playRow(moment, [whom], rounds, seed + index, folder)
      return { line: lineOfRow(row), faults: row.faults }
    }
  }))

const ofFiles = (rounds: number, seed: number): readonly Playable[] =>
  Object.values<FileMoment>(FILE_MOMENTS).map((moment, index) => ({
    name: moment.name,
    play: async (whom, folder) => {
      const strikes = Array.from({ length: rounds }, (_, round) => {
        const bytes = FILE_BYTES[round % FILE_BYTES.length] ?? 0
        return { moment, whom, bytes }
      })
      const row = await playFiles(strikes, seed + index, folder)
      return { line: lineOfFiles(whom, moment.name, row), faults: row.faults }
    }
  }))

/** Plays one row and prints it. false: a promise was broken. */
const show = async (play: Play, whom: Whom): Promise<boolean> => {
  const folder = mkdtempSync(join(tmpdir(), 'earshot-kills-'))
  const row = await play(whom, folder)
  console.log(row.line)
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
  const head = values.files ? FILE_HEAD : HEAD
  console.log(line(head))
  console.log(line(head.map((_, column) => (column < 2 ? '---' : '--:'))))
  let isKept = true
  for (const { name, play } of (values.files ? ofFiles : ofMessages)(rounds, seed))
    for (const whom of name.includes(wanted) ? WHO : []) isKept = (await show(play, whom)) && isKept
  return isKept ? 0 : 1
}

process.exitCode = await main(Number(values.rounds), Number(values.seed), values.moment)
