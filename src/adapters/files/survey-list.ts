/** What a survey has found so far, within the bounds of an offer. */
import type { BigIntStats } from 'node:fs'
import * as Effect from 'effect/Effect'
import {
  TRANSFER_BYTES_MAX,
  TRANSFER_DEPTH_MAX,
  TRANSFER_ENTRIES_MAX,
  TRANSFER_LIST_BYTES_MAX
} from '../../domain/limits.ts'
import { TransferError, type TransferFailure } from '../../domain/transfer-failures.ts'
import type { SkipReason, TransferEntry } from '../../domain/transfers.ts'
import type { Survey } from '../../services/file-sources.ts'
import type { SourceEntry } from '../../services/transfer-notes.ts'
import { IS_WINDOWS } from './local-path.ts'
import { identityOf } from './open-source.ts'

export type OnFound = (entries: number) => void

/** One entry: where it is, what it is called here, and in the offer. */
interface Found {
  readonly path: string
  readonly local: string
  readonly wire: string
}

/** What an entry has in the list beside its path, in JSON, at most. */
const ENTRY_JSON_BYTES = 64

const OWNER_MAY_RUN = 0o100n

const fail = (reason: TransferFailure): Effect.Effect<never, TransferError> =>
  Effect.fail(new TransferError({ reason }))

/** The name behind the last `/`. */
const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

export class SurveyList {
  /** Of the file or folder that is surveyed, for errors. */
  readonly #path: string
  readonly #onFound: OnFound
  readonly #list: TransferEntry[] = []
  readonly #sources: SourceEntry[] = []
  readonly #skipped: Survey['skipped'][number][] = []
  readonly #renamed: Survey['renamed'][number][] = []
  #bytes = 0
  #listBytes = 0

  constructor(path: string, onFound: OnFound) {
    this.#path = path
    this.#onFound = onFound
  }

  addFile(found: Found, stats: BigIntStats): Effect.Effect<void, TransferError> {
    this.#bytes += Number(stats.size)
    if (this.#bytes > TRANSFER_BYTES_MAX) {
      const tooLarge = { path: this.#path, bytes: this.#bytes, limit: TRANSFER_BYTES_MAX }
      return fail({ _tag: 'SourceTooLarge', ...tooLarge })
    }
    const executable = !IS_WINDOWS && (stats.mode & OWNER_MAY_RUN) !== 0n
    return this.#add(found, stats, { kind: 'file', bytes: Number(stats.size), executable })
  }

  addFolder(found: Found, stats: BigIntStats): Effect.Effect<void, TransferError> {
    return this.#add(found, stats, { kind: 'folder', bytes: 0, executable: false })
  }

  /** Something that is left out. More of it than could be offered is not told any more. */
  skip(path: string, why: SkipReason): Effect.Effect<void, TransferError> {
    this.#skipped.push({ path, why })
    return this.#skipped.length > TRANSFER_ENTRIES_MAX
      ? this.#tooMany(TRANSFER_ENTRIES_MAX)
      : Effect.void
  }

  /** What a name became. Another Unicode form of the same letters is nothing to tell. */
  named(path: string, as: string): void {
    if (lastOf(path).normalize('NFC') !== lastOf(as)) this.#renamed.push({ path, as })
  }

  /** Tells how many there are by now. */
  tell(): void {
    this.#onFound(this.#list.length)
  }

  whole(name: string, kind: Survey['kind']): Survey {
    return {
      name,
      kind,
      list: this.#list,
      sources: this.#sources,
      skipped: this.#skipped,
      renamed: this.#renamed
    }
  }

  #add(
    { path, local, wire }: Found,
    stats: BigIntStats,
    entry: Omit<TransferEntry, 'path'>
  ): Effect.Effect<void, TransferError> {
    if (wire.split('/').length > TRANSFER_DEPTH_MAX)
      return fail({ _tag: 'SourceTooDeep', path, limit: TRANSFER_DEPTH_MAX })
    this.#listBytes += Buffer.byteLength(JSON.stringify(wire)) + ENTRY_JSON_BYTES
    if (this.#list.length >= TRANSFER_ENTRIES_MAX) return this.#tooMany(TRANSFER_ENTRIES_MAX)
    // Long paths: fewer of them fit into a list.
    if (this.#listBytes > TRANSFER_LIST_BYTES_MAX) return this.#tooMany(this.#list.length)
    this.#list.push({ path: wire, ...entry })
    this.#sources.push({ path, ...identityOf(stats) })
    this.named(local, wire)
    return Effect.void
  }

  #tooMany(limit: number): Effect.Effect<never, TransferError> {
    return fail({ _tag: 'SourceTooMany', path: this.#path, limit })
  }
}
