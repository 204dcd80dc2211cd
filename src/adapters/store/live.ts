/** A store that this process has for writing, and what it has to look after. */
import * as fs from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import * as Latch from 'effect/Latch'
import type { Semaphore } from 'effect/Semaphore'
import type { StoreFailure } from '../../domain/failures.ts'
import type { Readable } from './disk.ts'
import type { GroupFlush } from './group-flush.ts'
import type { Meta } from './meta.ts'

/** The log is copied into the database when it is full, some hundreds of commits, and is used again. */
const LOG_BYTES = 4 * 1024 * 1024
/** It grows by what is written while it is copied; one that is longer is cut. */
const LOG_BYTES_MAX = 2 * LOG_BYTES

export interface Live extends Readable {
  /** As it was written when this process took the store. */
  readonly meta: Meta
  /** Makes the log safe; knows whether the disk can be trusted. */
  readonly flush: GroupFlush
  readonly upkeep: Upkeep
  /** A second connection, that does nothing but keep the log from being begun anew. */
  readonly holding: DatabaseSync
  /** For what SQLite would flush on the event loop. */
  readonly logDescriptor: number
  readonly databaseDescriptor: number
  /** One checkpoint at a time. */
  readonly checkpoints: Semaphore
}

/** What there is to be done beside the conversations (checkpoint.ts, tidying.ts). */
export class Upkeep {
  /** Open: the log is long. */
  readonly longLog = Latch.makeUnsafe(false)
  /** Open: text was deleted, and is still in the log, or waits to be deleted. */
  readonly deletion = Latch.makeUnsafe(false)
  readonly #logDescriptor: number
  #commits = 0
  /** The log is full when it is longer. */
  #longFrom = LOG_BYTES
  #isSuspect = false

  /** @param logDescriptor of the log, open as long as this lives. */
  constructor(logDescriptor: number) {
    this.#logDescriptor = logDescriptor
  }

  /** Commits so far. */
  get commits(): number {
    return this.#commits
  }

  /** true: something in the store was not as it was written, so the next start looks at all of it. */
  get isSuspect(): boolean {
    return this.#isSuspect
  }

  wrote(hasDeleted: boolean): void {
    this.#commits++
    if (hasDeleted) this.deletion.openUnsafe()
    if (this.#logBytes() > this.#longFrom) this.longLog.openUnsafe()
  }

  /** true: the log is to be cut when it is copied. */
  get isOverlong(): boolean {
    return this.#logBytes() > LOG_BYTES_MAX
  }

  /** The log was copied. @param begins anew, in the place that it has; false: it had to go on. */
  checkpointed(begins: boolean): void {
    const bytes = this.#logBytes()
    this.#longFrom = begins ? Math.max(bytes, LOG_BYTES) : bytes + LOG_BYTES
    this.longLog.closeUnsafe()
  }

  suspect(): void {
    this.#isSuspect = true
  }

  #logBytes(): number {
    return fs.fstatSync(this.#logDescriptor).size
  }
}

/** A failure that says more than that something was not done. */
export const noteFailure = ({ flush, upkeep }: Live, failure: StoreFailure): void => {
  if (failure._tag === 'StoreIo') flush.fail(failure)
  if (failure._tag === 'StoreDamaged') upkeep.suspect()
  // An empty log may be what gives the next commit its room.
  if (failure._tag === 'StoreFull') upkeep.longLog.openUnsafe()
}
