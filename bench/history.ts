/** A long history: its last page, its size on disk, and a search through all of it. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { bundle } from '../build.ts'
import { peerIdFromPublicKey } from '../src/domain/peer-id.ts'
import { inFolder, PROGRAM, root, run, start, timed } from './children.ts'
import type { HistoryTask, Looked } from './history-task.ts'
import { profileFolder } from './program.ts'
import { type Goal, oursAtMost, ratioAtMost, type Row } from './samples.ts'
import type { Size } from './sizes.ts'
import { storePath, textOf } from './task.ts'

const BUNDLE = join('.bench', 'history-peer.cjs')
const NAME = 'one'

/** How the messages came: as people type them, or as a pipe gives them. */
const FORMS = [
  { form: 'typed', rowMessages: 1 },
  { form: 'piped', rowMessages: 512 }
] as const
type Form = (typeof FORMS)[number]

/** Somebody whom the history is shared with. */
const makePeer = (): string => {
  const spki = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' })
  return peerIdFromPublicKey(spki.subarray(-32))
}

/** What was measured of one history, a sample of each for every round. */
interface Samples {
  readonly bytesPerMessage: number
  readonly openMs: readonly number[]
  readonly programMs: readonly number[]
  readonly nothingMs: readonly number[]
  readonly searchMs: readonly number[]
  readonly pauseMs: readonly number[]
}

const measure = (size: Size, { rowMessages }: Form): Promise<Samples> =>
  inFolder(async (home) => {
    const folder = profileFolder(home, NAME)
    mkdirSync(folder, { mode: 0o700, recursive: true })
    const peer = makePeer()
    const { historyMessages: count } = size
    const ask = async (work: HistoryTask['work']): Promise<Looked> => {
      const task: HistoryTask = { work, folder, peer, count, rowMessages }
      const child = start(home, [join(root, BUNDLE), JSON.stringify(task)])
      const looked = JSON.parse(await child.line((line) => line.startsWith('{'))) as Looked
      await child.ended
      return looked
    }
    await ask('make')
    const bytesPerMessage = statSync(storePath(folder)).size / count
    const args = [PROGRAM, 'history', peer, '-n', '20', '--home', join(home, NAME)]
    const openMs: number[] = []
    const programMs: number[] = []
    const nothingMs: number[] = []
    // The first start fills the caches of V8 and of the system.
    await run(home, args)
    for (let round = 0; round < size.historyRounds; round += 1) {
      nothingMs.push(await timed(() => run(home, ['-e', '0'])))
      programMs.push(await timed(() => run(home, args)))
      openMs.push((await ask('look')).tookMs)
    }
    const searches: Looked[] = []
    for (let round = 0; round < size.searchRounds; round += 1) searches.push(await ask('search'))
    return {
      bytesPerMessage,
      openMs,
      programMs,
      nothingMs,
      searchMs: searches.map(({ tookMs }) => tookMs),
      pauseMs: searches.map(({ pauseMs = Number.NaN }) => pauseMs)
    }
  })

const rowsOf = ({ form }: Form, samples: Samples): readonly Row[] => {
  const row = (what: string, unit: string, ours: readonly number[], goal: Goal): Row => ({
    name: `history ${form}: ${what}`,
    unit,
    ours,
    yardstick: [],
    against: '',
    goal
  })
  return [
    row('open, last page', 'ms', samples.openMs, oursAtMost(100, 'ms')),
    {
      ...row('earshot history -n 20', 'ms', samples.programMs, ratioAtMost(4)),
      yardstick: samples.nothingMs,
      against: 'node -e 0'
    },
    {
      ...row('on disk', 'bytes/message', [samples.bytesPerMessage], ratioAtMost(6)),
      yardstick: [textOf(0).length],
      against: 'the text'
    },
    row('search all', 'ms', samples.searchMs, oursAtMost(10_000, 'ms')),
    row('longest pause of it', 'ms', samples.pauseMs, oursAtMost(50, 'ms'))
  ]
}

/** A history of many messages, once as people make it and once as a pipe does. */
export const historyBench = async (size: Size): Promise<readonly Row[]> => {
  await bundle(join('bench', 'history-peer.ts'), BUNDLE)
  const rows: Row[] = []
  for (const form of FORMS) rows.push(...rowsOf(form, await measure(size, form)))
  return rows
}
