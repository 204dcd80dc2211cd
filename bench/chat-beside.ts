/** How long a message takes to be delivered while a file fills a slow line in front of it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Child, inFolder, PROGRAM, root, start } from './children.ts'
import { betweenHosts, type Host, type Hosts } from './namespaces.ts'
import { portOf, tells } from './program.ts'
import { median, oursAtMost, percentile, type Row } from './samples.ts'
import type { Size } from './sizes.ts'
import { type Relay, slowLine } from './slow-line.ts'

const ROUND_TRIP_MS = 40
const BITS_PER_SECOND = 10_000_000
const BYTES_PER_SECOND = BITS_PER_SECOND / 8
/** Of a relay that only delays. */
const BOUNDLESS = 1e12
/** What a file may add. */
const QUEUE_MS = 50
const PAUSE_MS = 50

/** Where the two are, and how the one reaches the other. */
interface Between {
  readonly one?: Host
  readonly two?: Host
  /** @returns where to call, and what closes the line. */
  readonly reach: (
    folder: string,
    port: number
  ) => Promise<{ readonly endpoint: string; readonly close: () => Promise<void> }>
}

/** Both on loopback, with a relay that is slow and delays. */
const relayed: Between = {
  reach: async (_, port) => {
    const line = { bytesPerSecond: BYTES_PER_SECOND, delayMs: ROUND_TRIP_MS / 2 }
    const relay = await slowLine({ line, port })
    return { endpoint: `127.0.0.1:${relay.port}`, close: async () => relay.close() }
  }
}

/** Each on a host of its own: the kernel makes the line slow, and a relay behind it delays. */
const onHosts = ({ one, two }: Hosts): Between => ({
  one,
  two,
  reach: async (folder, port) => {
    const line = { bytesPerSecond: BOUNDLESS, delayMs: ROUND_TRIP_MS / 2 }
    const task = { line, port, address: two.address } satisfies Relay
    const args = [join(root, 'bench', 'delay-peer.ts'), JSON.stringify(task)]
    const relay = start(folder, args, two.name)
    const told = JSON.parse(await relay.line(() => true)) as { readonly port: number }
    return { endpoint: `${two.address}:${told.port}`, close: relay.kill }
  }
})

const person = (
  folder: string,
  name: string,
  host: Host | undefined,
  ...more: readonly string[]
): Child => {
  const home = join(folder, name)
  mkdirSync(home, { mode: 0o700 })
  writeFileSync(join(home, 'config.toml'), 'max_file_size_mb = 0\n')
  const own = ['--json', '--port', '0', '--listen', '127.0.0.1', '--home', home]
  return start(folder, [PROGRAM, ...own, ...more], host?.name)
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
  between: Between,
  count: number,
  beside: (folder: string, one: Child, two: Child) => Promise<void>
): Promise<readonly number[]> =>
  inFolder(async (folder) => {
    const two = person(folder, 'two', between.two)
    const line = await between.reach(folder, await portOf(two))
    const one = person(folder, 'one', between.one, '--connect', line.endpoint)
    await one.line(tells('peer.connected'))
    await beside(folder, one, two)
    const took = await deliveries(one, count)
    await Promise.all([one.kill(), two.kill()])
    await line.close()
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

const rowsOf = async (
  name: string,
  between: Between,
  { besideMessages: count, besideSettleMs: settleMs }: Size
): Promise<readonly Row[]> => {
  const seconds = settleMs / 1000 + count * ((PAUSE_MS + 2 * ROUND_TRIP_MS + QUEUE_MS) / 1000)
  const alone = await onTheLine(between, count, async () => undefined)
  const beside = await onTheLine(
    between,
    count,
    fillingWith(Math.ceil(seconds * BYTES_PER_SECOND), settleMs)
  )
  const row = (what: string, of: (samples: readonly number[]) => number): Row => ({
    name: `${name}: ${what}`,
    unit: 'ms',
    ours: [of(beside)],
    yardstick: [of(alone)],
    against: 'without the file',
    goal: oursAtMost(ROUND_TRIP_MS + QUEUE_MS, 'ms')
  })
  return [row('p50', median), row('p99', (samples) => percentile(samples, 0.99))]
}

/** Each against the same line without a file; by the kernel too, where it lets us. */
export const chatBesideBench = async (size: Size): Promise<readonly Row[]> => {
  const byRelay = await rowsOf('chat beside a file, 10 Mbit/s, 40 ms', relayed, size)
  const byKernel = await betweenHosts(BITS_PER_SECOND, (hosts) =>
    rowsOf('chat beside a file, the same by the kernel', onHosts(hosts), size)
  )
  return [...byRelay, ...(byKernel ?? [])]
}
