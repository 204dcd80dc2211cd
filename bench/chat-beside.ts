/** How long a message takes to be delivered while a file fills a slow line in front of it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Child, inFolder, start, PROGRAM } from './children.ts'
import { dialling, portOf, tells } from './program.ts'
import { median, oursAtMost, percentile, type Row } from './samples.ts'
import type { Size } from './sizes.ts'
import { slowLine } from './slow-line.ts'

const ROUND_TRIP_MS = 40
/** 10 Mbit/s. */
const BYTES_PER_SECOND = 1_250_000
/** What a file may add. */
const QUEUE_MS = 50
const PAUSE_MS = 50

const person = (folder: string, name: string, ...more: readonly string[]): Child => {
  const home = join(folder, name)
  mkdirSync(home, { mode: 0o700 })
  writeFileSync(join(home, 'config.toml'), 'max_file_size_mb = 0\n')
  const own = ['--json', '--port', '0', '--listen', '127.0.0.1', '--home', home]
  return start(folder, [PROGRAM, ...own, ...more])
}

/** Milliseconds from each `say` to its `message.delivered`, one at a time. */
const deliveries = async (one: Child, count: number): Promise<readonly number[]> => {
  const took: number[] = []
  for (let at = 0; at < count; at += 1) {
    const from = performance.now()
    one.type(JSON.stringify({ type: 'say', text: `message ${at}` }))
    await one.line(tells('message.delivered'))
    took.push(performance.now() - from)
    await wait(PAUSE_MS)
  }
  return took
}

/** Two people on the line; `beside` begins what fills it. */
const onTheLine = (
  count: number,
  beside: (folder: string, one: Child, two: Child) => Promise<void>
): Promise<readonly number[]> =>
  inFolder(async (folder) => {
    const two = person(folder, 'two')
    const line = await slowLine(await portOf(two), {
      bytesPerSecond: BYTES_PER_SECOND,
      delayMs: ROUND_TRIP_MS / 2
    })
    const one = person(folder, 'one', ...dialling(line.port))
    await one.line(tells('peer.connected'))
    await beside(folder, one, two)
    const took = await deliveries(one, count)
    await Promise.all([one.kill(), two.kill()])
    line.close()
    return took
  })

const fillingWith =
  (bytes: number, settleMs: number) =>
  async (folder: string, one: Child, two: Child): Promise<void> => {
    const path = join(folder, 'large.bin')
    writeFileSync(path, Buffer.alloc(bytes, 0x5a))
    one.type(JSON.stringify({ type: 'send', paths: path }))
    await two.line(tells('transfer.offered'))
    two.type(JSON.stringify({ type: 'accept' }))
    await one.line(tells('transfer.started'))
    await wait(settleMs)
  }

/** Each against the same line without a file. */
export const chatBesideBench = async (size: Size): Promise<readonly Row[]> => {
  const { besideMessages: count, besideSettleMs: settleMs } = size
  const seconds = settleMs / 1000 + count * ((PAUSE_MS + 2 * ROUND_TRIP_MS + QUEUE_MS) / 1000)
  const alone = await onTheLine(count, async () => undefined)
  const beside = await onTheLine(
    count,
    fillingWith(Math.ceil(seconds * BYTES_PER_SECOND), settleMs)
  )
  const row = (what: string, of: (samples: readonly number[]) => number): Row => ({
    name: `chat beside a file, 10 Mbit/s, 40 ms: ${what}`,
    unit: 'ms',
    ours: [of(beside)],
    yardstick: [of(alone)],
    against: 'without the file',
    goal: oursAtMost(ROUND_TRIP_MS + QUEUE_MS, 'ms')
  })
  return [row('p50', median), row('p99', (samples) => percentile(samples, 0.99))]
}
