/**
 * Files that are whole on their way to the disk itself: synced and closed side by side while the next ones are written,
 * so that 10,000 small files do not wait for each other. What failed is told by the next call.
 */
import { close, fdatasync } from './calls.ts'

/** Syncs under way: a thread of the system stays free for what is being written. */
const SIDE_BY_SIDE = 3
/** Files that wait for it, open: beyond this the writer waits. */
const WAITING_MAX = 64

/**
 * Bytes of one file after which the disk is set to work on them beside the next ones: a sync that comes at the
 * end of a large file would find all of it still to be done.
 */
const AHEAD_BYTES = 32 * 1024 * 1024

export class Settling {
  readonly #waiting: number[] = []
  readonly #running = new Set<Promise<void>>()
  /** Of the file that is being written: bytes that nobody has asked the disk for, and what it is at. */
  #fresh = 0
  #ahead: Promise<void> | undefined
  #fault: { readonly error: unknown } | undefined

  /** So many more bytes were written to a file that stays open. */
  wrote(fd: number, bytes: number): void {
    this.#tell()
    this.#fresh += bytes
    if (this.#fresh < AHEAD_BYTES || this.#ahead !== undefined) return
    this.#fresh = 0
    this.#ahead = this.#sync(fd).finally(() => {
      this.#ahead = undefined
    })
  }

  /** Nothing is under way with the file that was being written, which may be closed. */
  async rest(): Promise<void> {
    this.#fresh = 0
    await this.#ahead
  }

  /** Takes an open file over. */
  async add(fd: number): Promise<void> {
    await this.rest()
    this.#waiting.push(fd)
    this.#start()
    while (this.#waiting.length > WAITING_MAX) await Promise.race(this.#running)
    this.#tell()
  }

  /** Everything that was added is on the disk. */
  async done(): Promise<void> {
    await this.rest()
    while (this.#running.size > 0) await Promise.all(this.#running)
    this.#tell()
  }

  /** Closes what was added, synced or not. Never fails. */
  async drop(): Promise<void> {
    const waiting = this.#waiting.splice(0)
    await Promise.allSettled(waiting.map((fd) => close(fd)))
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  #start(): void {
    while (this.#running.size < SIDE_BY_SIDE) {
      const fd = this.#waiting.shift()
      if (fd === undefined) return
      const run = this.#settle(fd).finally(() => {
        this.#running.delete(run)
        this.#start()
      })
      this.#running.add(run)
    }
  }

  async #sync(fd: number): Promise<void> {
    try {
      await fdatasync(fd)
    } catch (error) {
      this.#fault ??= { error }
    }
  }

  async #settle(fd: number): Promise<void> {
    await this.#sync(fd)
    try {
      await close(fd)
    } catch (error) {
      this.#fault ??= { error }
    }
  }

  /** It stays: nobody can say which bytes a failed sync has lost, so nothing behind it may be called safe. */
  #tell(): void {
    if (this.#fault !== undefined) throw this.#fault.error
  }
}
