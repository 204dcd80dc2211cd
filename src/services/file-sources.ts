/**
 * The port to the files that are sent: found, listed, and read as they were offered. adapters/files
 * provides it, simulation/ in memory.
 */
import * as Context from 'effect/Context'
import type * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import type { TransferError } from '../domain/transfer-failures.ts'
import type { SkipReason, TransferEntry } from '../domain/transfers.ts'
import type { SourceEntry } from './transfer-notes.ts'

/** What a path turned out to be. */
export interface Survey {
  /** Under which it is offered: a SafeFileName, made from the last name of the path. */
  readonly name: string
  readonly kind: 'file' | 'folder'
  readonly list: readonly TransferEntry[]
  /** As long as `list`, in its order. */
  readonly sources: readonly SourceEntry[]
  /** What was left out of a folder and why, for the user: links, devices, what cannot be read. */
  readonly skipped: readonly { readonly path: string; readonly why: SkipReason }[]
  /** Names that had to be changed to be safe everywhere. */
  readonly renamed: readonly { readonly path: string; readonly as: string }[]
}

/** A file that is open, and is the one that was surveyed. For one fiber at a time. */
export interface OpenSource {
  /**
   * Fills `target` from byte `at` of the file on, to its end. Fails with SourceChanged where the file is not
   * as it was surveyed any more (shorter, longer, another modification time), checked at every read.
   */
  readonly read: (at: number, target: Uint8Array) => Effect.Effect<void, TransferError>
}

export class FileSources extends Context.Service<
  FileSources,
  {
    /**
     * What the user's words mean: absolute or relative to the folder of the program, `~` at the front. @param
     * onFound told now and then how many entries were found.
     */
    readonly survey: (
      path: string,
      onFound?: (entries: number) => void
    ) => Effect.Effect<Survey, TransferError>
    readonly open: (source: SourceEntry) => Effect.Effect<OpenSource, TransferError, Scope>
    /** Words and paths that complete what is typed behind `/send `, with what stands before. */
    readonly complete: (typed: string) => readonly string[]
  }
>()('earshot/FileSources') {}
