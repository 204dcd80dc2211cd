/** Two processes and a link between them over loopback: round trips, and messages one way. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { bundle } from '../build.ts'
import { inFolder, root, start } from './children.ts'
import { median, oursAtLeast, percentile, ratioAtMost, type Row } from './samples.ts'
import type { Size } from './sizes.ts'
import type { Opened, Pinged, Pumped, Task } from './task.ts'

const KINDS = ['earshot', 'tls'] as const
type Kind = (typeof KINDS)[number]

const bundleOf = (kind: Kind): string => join('.bench', `${kind}-peer.cjs`)

const bundlePeers = async (): Promise<void> => {
  for (const kind of KINDS) await bundle(join('bench', `${kind}-peer.ts`), bundleOf(kind))
}

type Work = Pick<Task, 'count' | 'warmUp'> & { readonly role: 'ping' | 'pump' }

const isAnswer = (line: string): boolean => line.startsWith('{')

/** One pair of fresh processes: the answer of the one that dials. */
const pair = (kind: Kind, work: Work): Promise<Pinged | Pumped> =>
  inFolder(async (folder) => {
    const peer = (task: Pick<Task, 'role' | 'port'>) => {
      const own = join(folder, task.role)
      mkdirSync(own, { mode: 0o700 })
      const whole: Task = { ...work, ...task, folder: own }
      return start(folder, [join(root, bundleOf(kind)), JSON.stringify(whole)])
    }
    const other = peer({ role: work.role === 'ping' ? 'echo' : 'sink', port: 0 })
    const { port } = JSON.parse(await other.line(isAnswer)) as Opened
    const one = peer({ role: work.role, port })
    // An Earshot peer that dials listens as well, and says so first.
    const told = await one.line((line) => isAnswer(line) && !line.startsWith('{"port"'))
    await Promise.all([one.stop(), other.stop()])
    return JSON.parse(told) as Pinged | Pumped
  })

const ping = async (kind: Kind, size: Size): Promise<readonly number[]> =>
  ((await pair(kind, { role: 'ping', count: size.trips, warmUp: size.warmUpTrips })) as Pinged)
    .tripsMs

const pump = async (kind: Kind, count: number, warmUp: number): Promise<Pumped> =>
  (await pair(kind, { role: 'pump', count, warmUp })) as Pumped

const perSecond = (count: number, { tookMs }: Pumped): number => count / (tookMs / 1000)

/** A message, and the other end's answer to it: median and 99th percentile of each round. */
export const roundTripBench = async (size: Size): Promise<readonly Row[]> => {
  await bundlePeers()
  const rounds: { readonly ours: readonly number[]; readonly yardstick: readonly number[] }[] = []
  for (let round = 0; round < size.linkRounds; round += 1) {
    const yardstick = await ping('tls', size)
    rounds.push({ yardstick, ours: await ping('earshot', size) })
  }
  const row = (name: string, of: (tripsMs: readonly number[]) => number): Row => ({
    name: `round trip: ${name}`,
    unit: 'µs',
    ours: rounds.map(({ ours }) => of(ours) * 1000),
    yardstick: rounds.map(({ yardstick }) => of(yardstick) * 1000),
    against: 'TLS echo',
    goal: ratioAtMost(2)
  })
  return [row('p50', median), row('p99', (trips) => percentile(trips, 0.99))]
}

/** Messages one way, acknowledged, without a store. */
export const throughputBench = async (size: Size): Promise<readonly Row[]> => {
  await bundlePeers()
  const { messages, warmUpMessages } = size
  const ours: number[] = []
  const yardstick: number[] = []
  for (let round = 0; round < size.linkRounds; round += 1) {
    yardstick.push(perSecond(messages, await pump('tls', messages, warmUpMessages)))
    ours.push(perSecond(messages, await pump('earshot', messages, warmUpMessages)))
  }
  return [
    {
      name: 'messages one way',
      unit: 'messages/s',
      ours,
      yardstick,
      against: 'TLS lines',
      goal: oursAtLeast(100_000, 'messages/s')
    }
  ]
}

/** The sender's resident memory in MiB at each tenth of so many messages. */
export const senderMemory = async (messages: number): Promise<readonly number[]> => {
  await bundlePeers()
  return (await pump('earshot', messages, 0)).residentMib
}
