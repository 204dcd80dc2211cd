/**
 * The yardstick of files: bytes from the memory of one bare Node to that of another, over the same TLS. No
 * disk, no hash, no frames, no consent. The end that has them all says so with one byte.
 */
import type { Socket } from 'node:net'
import { dial, listen } from './raw-link.ts'
import { answer, type Gushed } from './task.ts'

/** What such a process is asked to do. */
export interface BytesTask {
  /** `swallow` listens, `gush` dials `port`. */
  readonly role: 'gush' | 'swallow'
  readonly port: number
  readonly bytes: number
}

const CHUNK_BYTES = 256 * 1024

const task = JSON.parse(process.argv[2] ?? '') as BytesTask

const swallow = (socket: Socket): void => {
  let left = task.bytes
  socket.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left <= 0) socket.write('.')
  })
}

const gush = (socket: Socket): void => {
  const chunk = Buffer.alloc(CHUNK_BYTES, 0x5a)
  const from = performance.now()
  const before = process.cpuUsage()
  let left = task.bytes
  const fill = (): void => {
    while (left > 0) {
      const bytes = Math.min(left, CHUNK_BYTES)
      left -= bytes
      if (!socket.write(chunk.subarray(0, bytes))) return
    }
  }
  socket.on('drain', fill)
  socket.once('data', () => {
    const { user, system } = process.cpuUsage(before)
    const processorMs = (user + system) / 1000
    answer({ tookMs: performance.now() - from, processorMs } satisfies Gushed)
    socket.destroy()
  })
  fill()
}

if (task.role === 'swallow') listen(swallow)
else dial(task.port, gush)
