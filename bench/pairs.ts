/** Pairs of fresh processes with a link between them over loopback, ours or the yardstick's. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { bundle } from '../build.ts'
import { inFolder, root, start } from './children.ts'
import type { Dialler, Filled, Opened, Pumped, Task, Timed } from './task.ts'

const KINDS = ['earshot', 'raw'] as const
type Kind = (typeof KINDS)[number]

const bundleOf = (kind: Kind): string => join('.bench', `${kind}-peer.cjs`)

/** To be called before the first pair. */
export const bundlePeers = async (): Promise<void> => {
  for (const kind of KINDS) await bundle(join('bench', `${kind}-peer.ts`), bundleOf(kind))
}

type Work = Pick<Task, 'count' | 'warmUp' | 'saveHistory'> & { readonly role: Dialler }

interface Told {
  /** By the one that dials. */
  readonly dialler: string
  /** By the one that listens; only a pump of ours waits for it. */
  readonly listener: string
}

const isAnswer = (line: string): boolean => line.startsWith('{')

/** A peer that dials listens as well, and says so first. */
const isOutcome = (line: string): boolean => isAnswer(line) && !line.startsWith('{"port"')

const pair = (kind: Kind, work: Work, nodeFlags: readonly string[] = []): Promise<Told> =>
  inFolder(async (folder) => {
    const peer = (task: Pick<Task, 'role' | 'port'>) => {
      const own = join(folder, task.role)
      mkdirSync(own, { mode: 0o700 })
      const whole: Task = { ...work, ...task, folder: own }
      return start(folder, [...nodeFlags, join(root, bundleOf(kind)), JSON.stringify(whole)])
    }
    const other = peer({ role: work.role === 'ping' ? 'echo' : 'sink', port: 0 })
    const { port } = JSON.parse(await other.line(isAnswer)) as Opened
    const one = peer({ role: work.role, port })
    const dialler = await one.line(isOutcome)
    const both = kind === 'earshot' && work.role === 'pump'
    const listener = both ? await other.line(isOutcome) : ''
    await Promise.all([one.stop(), other.stop()])
    return { dialler, listener }
  })

/** Milliseconds of each counted trip. */
export const trips = async (
  kind: Kind,
  role: 'ping' | 'tap',
  count: number,
  warmUp: number
): Promise<readonly number[]> => {
  const { dialler } = await pair(kind, { role, count, warmUp, saveHistory: false })
  return (JSON.parse(dialler) as Timed).tripsMs
}

type Flow = Pick<Task, 'count' | 'warmUp' | 'saveHistory'>

/** Messages per second. */
export const flow = async (kind: Kind, work: Flow): Promise<number> => {
  const { dialler } = await pair(kind, { ...work, role: 'pump' })
  return work.count / ((JSON.parse(dialler) as Pumped).tookMs / 1000)
}

/** What both ends of a flow hold at each tenth of it, in MiB. */
export const memoryOfFlow = async (
  work: Flow,
  nodeFlags: readonly string[]
): Promise<{ readonly sender: readonly number[]; readonly receiver: readonly number[] }> => {
  const { dialler, listener } = await pair('earshot', { ...work, role: 'pump' }, nodeFlags)
  const sender = (JSON.parse(dialler) as Pumped).memoryMib
  return { sender, receiver: (JSON.parse(listener) as Filled).memoryMib }
}
