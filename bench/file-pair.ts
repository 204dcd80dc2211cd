/** The built program sends to itself: `earshot send` and `earshot receive` on loopback, from disk to disk. */
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Child, PROGRAM, start } from './children.ts'
import { portOf, tells } from './program.ts'

const LOOPBACK = '127.0.0.1'
/** The clock of /proc/PID/stat (sysconf(_SC_CLK_TCK), 100 on every Linux). */
const TICKS_PER_SECOND = 100
const BYTES_PER_GB = 1e9

/** Processor seconds of a process so far, all its threads and the kernel's work for it included. */
export const processorSeconds = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** Most resident memory of a process so far, in MiB; since the last `forgetPeak`. */
const peakMib = (pid: number): number =>
  Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

const forgetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5')

export interface Sent {
  /** From the first byte asked for until the sender knows that all is on the other disk, in seconds. */
  readonly seconds: number
  readonly senderSecondsPerGb: number
  readonly receiverSecondsPerGb: number
  /** Most memory in the second half above the most in the first, in MiB. */
  readonly senderGrowthMib: number
  readonly receiverGrowthMib: number
}

const homeOf = (folder: string, name: string): string => {
  const home = join(folder, name)
  mkdirSync(home, { recursive: true, mode: 0o700 })
  writeFileSync(join(home, 'config.toml'), 'max_file_size_mb = 0\n')
  return home
}

/** Waits for a sender, into `<folder>/taken`. @param port 0: any free one. */
export const receiver = (folder: string, port = 0): Child =>
  start(folder, [
    ...[PROGRAM, 'receive', '--json', '--stay', '--anyway', '--home', homeOf(folder, 'receiver')],
    ...['--port', String(port), '--listen', LOOPBACK, '--output', join(folder, 'taken')]
  ])

export const sender = (folder: string, source: string, port: number): Child =>
  start(folder, [
    ...[PROGRAM, 'send', source, '--json', '--home', homeOf(folder, 'sender')],
    ...['--connect', `${LOOPBACK}:${port}`]
  ])

/** What is not whole yet is in a file or folder of this ending. */
const PART = /\.part$/

/** Bytes of the unfinished file of a receiver, by the file system; undefined: there is none. */
const partBytes = (folder: string): number | undefined => {
  const taken = join(folder, 'taken')
  const part = existsSync(taken) ? readdirSync(taken).find((name) => PART.test(name)) : undefined
  // It may get its own name meanwhile.
  if (part === undefined) return undefined
  return statSync(join(taken, part), { throwIfNoEntry: false })?.size
}

/** Waits until half of it is on the disk. false: it was whole before anybody looked. */
const untilHalf = async (
  folder: string,
  bytes: number,
  isOver: () => boolean
): Promise<boolean> => {
  while (!isOver()) {
    if ((partBytes(folder) ?? 0) > bytes / 2) return true
    await wait(1)
  }
  return false
}

const whole = (source: string, taken: string): void => {
  execFileSync('diff', ['-rq', source, taken])
}

/**
 * Sends once, and compares what arrived with what was sent. @param bytes of the source.
 * @param compares false: only looks that something is there, since the source holds nothing but zeros.
 */
export const sendOnce = async (
  folder: string,
  source: string,
  bytes: number,
  compares = true
): Promise<Sent> => {
  const taker = receiver(folder)
  const giver = sender(folder, source, await portOf(taker))
  const both = [giver.pid, taker.pid] as const
  await giver.line(tells('transfer.started'))
  const from = performance.now()
  const before = both.map(processorSeconds)
  let isOver = false
  const halfway = untilHalf(folder, bytes, () => isOver).then((isHalf): readonly number[] => {
    const peaks = isHalf ? both.map(peakMib) : []
    if (isHalf) both.forEach(forgetPeak)
    return peaks
  })
  await giver.line(tells('transfer.done'))
  isOver = true
  const seconds = (performance.now() - from) / 1000
  const spent = both.map(
    (pid, at) => (processorSeconds(pid) - (before[at] ?? 0)) / (bytes / BYTES_PER_GB)
  )
  const secondHalf = both.map(peakMib)
  const firstHalf = await halfway
  await giver.stop()
  await taker.stop()
  const [taken = ''] = readdirSync(join(folder, 'taken'))
  if (compares) whole(source, join(folder, 'taken', taken))
  rmSync(join(folder, 'taken'), { recursive: true })
  const growth = (at: number): number =>
    firstHalf.length === 0 ? 0 : Math.max(0, (secondHalf[at] ?? 0) - (firstHalf[at] ?? 0))
  return {
    seconds,
    senderSecondsPerGb: spent[0] ?? 0,
    receiverSecondsPerGb: spent[1] ?? 0,
    senderGrowthMib: growth(0),
    receiverGrowthMib: growth(1)
  }
}

/** What a kill of the receiver in the middle costs. */
export interface Resumed {
  /** From its new start until bytes move again. */
  readonly seconds: number
  /** That were on the way or not safe yet, and come again. */
  readonly againBytes: number
}

/** Nothing, where it was whole before anybody could kill it. */
export const killAtHalf = async (
  folder: string,
  source: string,
  bytes: number
): Promise<Resumed> => {
  const taker = receiver(folder)
  const port = await portOf(taker)
  const giver = sender(folder, source, port)
  let isOver = false
  const done = giver.line(tells('transfer.done')).then(() => {
    isOver = true
  })
  const isHalf = await untilHalf(folder, bytes, () => isOver)
  const reached = partBytes(folder) ?? 0
  await taker.kill()
  const from = performance.now()
  const again = receiver(folder, port)
  const resumed = { seconds: 0, againBytes: 0 }
  if (isHalf) {
    const line = await again.line(tells('transfer.started'))
    resumed.seconds = (performance.now() - from) / 1000
    const { fromBytes } = JSON.parse(line) as { readonly fromBytes: number }
    resumed.againBytes = Math.max(0, reached - fromBytes)
  }
  await done
  await giver.stop()
  await again.stop()
  const [taken = ''] = readdirSync(join(folder, 'taken'))
  whole(source, join(folder, 'taken', taken))
  rmSync(join(folder, 'taken'), { recursive: true })
  return resumed
}
