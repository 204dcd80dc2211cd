/**
 * What a file cannot come across without, each alone and by bare Node: the bytes over TLS, the disk, the hash. In
 * seconds, and in processor seconds.
 */
import { closeSync, fdatasyncSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Blake3Hasher } from '@napi-rs/blake-hash'
import { root, start } from './children.ts'
import { processorSeconds } from './file-pair.ts'
import type { BytesTask } from './raw-bytes.ts'
import type { Gushed, Opened } from './task.ts'

export const RAW_BUNDLE = join('.bench', 'raw-bytes.cjs')
const MIB = 2 ** 20

export interface Spent {
  readonly seconds: number
  readonly processorSeconds: number
}

/** From the memory of one process to that of another. */
export const overTls = async (folder: string, bytes: number): Promise<Spent> => {
  const peer = (task: Pick<BytesTask, 'role' | 'port'>) =>
    start(folder, [join(root, RAW_BUNDLE), JSON.stringify({ ...task, bytes } satisfies BytesTask)])
  const isAnswer = (line: string): boolean => line.startsWith('{')
  const listener = peer({ role: 'swallow', port: 0 })
  const { port } = JSON.parse(await listener.line(isAnswer)) as Opened
  const before = processorSeconds(listener.pid)
  const dialler = peer({ role: 'gush', port })
  const { tookMs, processorMs } = JSON.parse(await dialler.line(isAnswer)) as Gushed
  const taken = processorSeconds(listener.pid) - before
  await Promise.all([listener.stop(), dialler.stop()])
  return { seconds: tookMs / 1000, processorSeconds: processorMs / 1000 + taken }
}

const spentOn = (work: () => void): Spent => {
  const from = performance.now()
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return { seconds: (performance.now() - from) / 1000, processorSeconds: (user + system) / 1e6 }
}

/** Read, written and flushed, with nothing in between. */
export const onDisk = (folder: string, source: string): Spent => {
  const copy = join(folder, 'copy.bin')
  const block = Buffer.alloc(MIB)
  const spent = spentOn(() => {
    const input = openSync(source, 'r')
    const output = openSync(copy, 'w')
    for (let read = readSync(input, block); read > 0; read = readSync(input, block))
      writeSync(output, block, 0, read)
    fdatasyncSync(output)
    closeSync(input)
    closeSync(output)
  })
  rmSync(copy)
  return spent
}

/** By both ends. */
export const hashedTwice = (bytes: number): Spent => {
  const block = Buffer.alloc(MIB, 0x5a)
  return spentOn(() => {
    for (let at = 0; at < 2 * bytes; at += MIB) new Blake3Hasher().update(block).digestBuffer()
  })
}
