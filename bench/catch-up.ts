/** What was said while the peer was away, until the peer has it: after a reconnect, and after a restart. */
import { type Child, inFolder } from './children.ts'
import { bundlePeers, flow } from './pairs.ts'
import { dialling, earshot, portOf, tells } from './program.ts'
import { oursAtMost, type Row } from './samples.ts'
import type { Size } from './sizes.ts'
import { textOf } from './task.ts'

/** Passes the line with which so many are told of. */
const untilQueued = (count: number) => {
  const isQueued = tells('message.queued')
  let queued = 0
  return (line: string): boolean => {
    if (isQueued(line)) queued += 1
    return queued === count
  }
}

const untilDelivered = (count: number) => {
  const isDelivered = tells('message.delivered')
  let delivered = 0
  return (line: string): boolean => {
    if (isDelivered(line)) {
      const { ids } = JSON.parse(line) as { readonly ids: readonly string[] }
      delivered += ids.length
    }
    return delivered === count
  }
}

/** A peer whose friend is gone, and for whom so many messages wait. */
interface Alone {
  readonly one: Child
  readonly port: number
}

const leftAlone = async (home: string, count: number): Promise<Alone> => {
  const two = earshot(home, 'two')
  const port = await portOf(two)
  const one = earshot(home, 'one', 0, ...dialling(port))
  await one.line(tells('peer.connected'))
  await two.kill()
  await one.line(tells('peer.disconnected'))
  for (let at = 0; at < count; at += 1) one.type(JSON.stringify({ type: 'say', text: textOf(at) }))
  await one.line(untilQueued(count))
  return { one, port }
}

/** Seconds from the new link to the last "delivered". */
const reconnected = (count: number): Promise<number> =>
  inFolder(async (home) => {
    const { one, port } = await leftAlone(home, count)
    const two = earshot(home, 'two', port)
    await one.line(tells('peer.connected'))
    const from = performance.now()
    await one.line(untilDelivered(count))
    const took = performance.now() - from
    await Promise.all([one.stop(), two.stop()])
    return took / 1000
  })

/** Seconds from the start of the process to the last "delivered". */
const restarted = (count: number): Promise<number> =>
  inFolder(async (home) => {
    const { one, port } = await leftAlone(home, count)
    await one.stop()
    const two = earshot(home, 'two', port)
    await portOf(two)
    const from = performance.now()
    const again = earshot(home, 'one', 0, ...dialling(port))
    await again.line(untilDelivered(count))
    const took = performance.now() - from
    await Promise.all([again.stop(), two.stop()])
    return took / 1000
  })

/** Both against the same number of messages through a yardstick whose link opens, and who has them not yet written. */
export const catchUpBench = async (size: Size): Promise<readonly Row[]> => {
  await bundlePeers()
  const { queued: count } = size
  const link: number[] = []
  const start: number[] = []
  const yardstick: number[] = []
  for (let round = 0; round < size.catchUpRounds; round += 1) {
    yardstick.push(count / (await flow('raw', { count, warmUp: 0, saveHistory: false })))
    link.push(await reconnected(count))
    start.push(await restarted(count))
  }
  const row = (what: string, ours: readonly number[]): Row => ({
    name: `caught up after ${what}`,
    unit: 's',
    ours,
    yardstick,
    against: 'raw batches, TLS',
    goal: oursAtMost(1, 's')
  })
  return [row('a reconnect', link), row('a restart', start)]
}
