/** The file behind the log: bounded, private, and never in anybody's way. */
import * as fs from 'node:fs'
import { dirname } from 'node:path'
import { makeDirectories } from './private-files.ts'

/** Bytes after which the file becomes `FILE.1`, in place of the one before: twice this in all. */
export const LOG_FILE_BYTES_MAX = 5 * 1024 * 1024
/** Characters of lines that wait; more are dropped, since nobody reads a log written this fast. */
export const LOG_WAITING_CHARS_MAX = 1024 * 1024

const openPrivate = (path: string): number => {
  makeDirectories(dirname(path))
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = fs.constants
  // Not through a link that someone laid, and not waiting for the reader of a FIFO.
  const flags = O_WRONLY | O_APPEND | O_CREAT | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0)
  return fs.openSync(path, flags, 0o600)
}

/**
 * Lines that wait, and the file they go to. The file is opened when the first line is written. What
 * cannot be written is dropped and counted; no method throws.
 */
export class LogSink {
  readonly #path: string
  readonly #bytesMax: number
  #fd: number | undefined
  #bytes = 0
  #waiting = ''
  #lines = 0
  #dropped = 0

  constructor(path: string, bytesMax: number = LOG_FILE_BYTES_MAX) {
    this.#path = path
    this.#bytesMax = bytesMax
  }

  /** Lines that were lost since the last flush that succeeded. */
  get dropped(): number {
    return this.#dropped
  }

  /** @param line without its line end. */
  add(line: string): void {
    if (this.#waiting.length + line.length > LOG_WAITING_CHARS_MAX) {
      this.drop()
      return
    }
    this.#waiting += `${line}\n`
    this.#lines++
  }

  /** Counts a line that could not be made. */
  drop(): void {
    this.#dropped++
  }

  /** Writes what waits, and with it the line that says how many were lost, if any were. */
  flush(lostLine: (dropped: number) => string): void {
    if (this.#waiting === '' && this.#dropped === 0) return
    const lost = this.#dropped === 0 ? '' : `${lostLine(this.#dropped)}\n`
    const text = this.#waiting + lost
    const lines = this.#lines
    this.#waiting = ''
    this.#lines = 0
    try {
      this.#append(Buffer.from(text))
      this.#dropped = 0
    } catch {
      this.#dropped += lines
      this.close()
    }
  }

  close(): void {
    const fd = this.#fd
    this.#fd = undefined
    if (fd === undefined) return
    try {
      fs.closeSync(fd)
    } catch {
      // The descriptor is gone either way.
    }
  }

  #open(): number {
    if (this.#fd !== undefined) return this.#fd
    const fd = openPrivate(this.#path)
    this.#fd = fd
    const stat = fs.fstatSync(fd)
    if (stat.isFile() && (stat.mode & 0o077) !== 0) fs.fchmodSync(fd, 0o600)
    this.#bytes = stat.size
    return fd
  }

  #append(bytes: Buffer): void {
    this.#open()
    if (this.#bytes > 0 && this.#bytes + bytes.length > this.#bytesMax) {
      this.close()
      fs.renameSync(this.#path, `${this.#path}.1`)
    }
    const fd = this.#open()
    for (let at = 0; at < bytes.length; ) at += fs.writeSync(fd, bytes, at)
    this.#bytes += bytes.length
  }
}
