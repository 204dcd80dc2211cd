/** What the program keeps in memory while two people are connected and say nothing. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { inFolder, start } from './children.ts'
import { dialling, earshot, portOf, tells } from './program.ts'
import { oursAtMost, type Row } from './samples.ts'
import type { Size } from './sizes.ts'

/** Resident memory of a process, in MiB. */
const residentMib = (pid: number): number => {
  const status = `/proc/${pid}/status`
  const kib = existsSync(status)
    ? /VmRSS:\s*(\d+) kB/.exec(readFileSync(status, 'utf8'))?.[1]
    : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })
  return Number(kib) / 1024
}

/** The larger of two connected peers. */
const connectedPair = async (home: string, idleMs: number): Promise<number> => {
  const one = earshot(home, 'one')
  const two = earshot(home, 'two', 0, ...dialling(await portOf(one)))
  await Promise.all([one.line(tells('peer.connected')), two.line(tells('peer.connected'))])
  await wait(idleMs)
  const memory = Math.max(residentMib(one.pid), residentMib(two.pid))
  await Promise.all([one.stop(), two.stop()])
  return memory
}

const bareNode = async (home: string, idleMs: number): Promise<number> => {
  const node = start(home, ['-e', 'setInterval(() => {}, 1e6); console.log("up")'])
  await node.line((line) => line === 'up')
  await wait(idleMs)
  const memory = residentMib(node.pid)
  await node.stop()
  return memory
}

/** Resident memory after a while of being connected. */
export const idleBench = (size: Size): Promise<readonly Row[]> =>
  inFolder(async (home) => {
    const ours: number[] = []
    const yardstick: number[] = []
    // The very first start compiles more, and keeps it: seven MiB that no later start has.
    await connectedPair(home, 0)
    for (let round = 0; round < size.idleRounds; round += 1) {
      yardstick.push(await bareNode(home, size.idleMs))
      ours.push(await connectedPair(home, size.idleMs))
    }
    return [
      {
        name: 'memory: connected, idle',
        unit: 'MiB',
        ours,
        yardstick,
        against: 'idle node',
        goal: oursAtMost(75, 'MiB')
      }
    ]
  })
