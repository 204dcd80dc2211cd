/**
 * The port to the one place where received files go. Whoever provides it owns the download folder: no
 * other part of the program makes, renames, writes or removes anything there (pains and attacks, P1–P7).
 */
import * as Context from 'effect/Context'
import type * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import type { TransferError } from '../domain/transfer-failures.ts'
import type { TransferEntry, TransferOffer } from '../domain/transfers.ts'
import type { DownloadPlace } from './transfer-notes.ts'

/** A transfer that is being written. For one fiber at a time. */
export interface OpenDownload {
  /**
   * Appends bytes to an entry of the list at byte `at`, which is where it ended. The views are written
   * together and in order; they may be reused when it is over. Entries are begun in the order of the list;
   * folders and empty files are made by the way. `DiskFull` leaves what was written in order.
   */
  readonly write: (
    entry: number,
    at: number,
    bytes: readonly Uint8Array[]
  ) => Effect.Effect<void, TransferError>
  /** Everything that was written is safe from a power cut. */
  readonly sync: Effect.Effect<void, TransferError>
  /**
   * All entries are whole: makes what is missing (folders, empty files, executable bits), syncs, and puts it
   * under a free name in one step. @returns its absolute path. Never over anything.
   */
  readonly publish: Effect.Effect<string, TransferError>
}

/** The note of a place, which knows of it before it is made. */
export interface PlaceNote {
  /** What was noted before, by an earlier try. */
  readonly place: DownloadPlace | undefined
  /** Over when it is safe from a power cut. */
  readonly write: (place: DownloadPlace) => Effect.Effect<void>
}

export class Downloads extends Context.Service<
  Downloads,
  {
    /** Where files go, absolute, for people. */
    readonly folder: string
    /** The name that this offer would get now: another than its own where that is taken. */
    readonly nameFor: (offer: TransferOffer) => Effect.Effect<string, TransferError>
    /** Bytes that may still be written there, without DISK_RESERVE_BYTES. */
    readonly room: Effect.Effect<number, TransferError>
    /**
     * Makes the place of a transfer, for its owner alone: its name is noted before it is made, and its inode
     * when it is. One that an earlier try noted, and perhaps made, is taken where it is ours and empty.
     */
    readonly begin: (
      offer: TransferOffer,
      note: PlaceNote
    ) => Effect.Effect<DownloadPlace, TransferError>
    /**
     * Opens it to go on behind the first `bytes` bytes of its entries together; what is behind them is cut off.
     * `PlaceLost` where it is not the same file or folder any more, or shorter.
     */
    readonly open: (
      place: DownloadPlace,
      offer: TransferOffer,
      list: readonly TransferEntry[],
      bytes: number
    ) => Effect.Effect<OpenDownload, TransferError, Scope>
    /**
     * Removes the unfinished file or folder, and nothing else: of one that was perhaps made only what is ours and
     * empty. Nothing there is no error.
     */
    readonly discard: (place: DownloadPlace) => Effect.Effect<void, TransferError>
  }
>()('earshot/Downloads') {}
