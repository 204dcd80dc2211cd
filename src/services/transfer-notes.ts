/**
 * The port to what is remembered of transfers: one note for each that is not over, on disk, so that it
 * survives the process. adapters/transfers provides it, simulation/ in memory.
 */
import * as Context from 'effect/Context'
import type * as Effect from 'effect/Effect'
import type { TransferError } from '../domain/transfer-failures.ts'
import type { PeerId } from '../domain/peer-id.ts'
import type {
  TransferDirection,
  TransferEnd,
  TransferEntry,
  TransferId,
  TransferOffer
} from '../domain/transfers.ts'

/** Where the bytes of one entry come from, and what was seen of it when it was offered. */
export interface SourceEntry {
  /** Absolute path of this machine. */
  readonly path: string
  readonly bytes: number
  /** Milliseconds since the epoch, with fraction. */
  readonly modifiedMs: number
  /** `device:inode`, as decimal numbers. */
  readonly inode: string
}

/** How far a transfer came. Small: written often. */
export interface TransferProgress {
  readonly state: /** out: told or to be told; not answered. in: our user is to answer. */
    | 'offered'
    /** Agreed. */
    | 'accepted'
    /** in: all of it is under its name. out: the peer said so. The other end is to be told, or to confirm. */
    | 'done'
    /** At its end: `end` says why. */
    | 'ended'
  /** accepted: does not move for now, because our user said so. */
  readonly paused: boolean
  readonly end?: TransferEnd
  /** ended: who ended it; undefined: they. */
  readonly endedBy?: 'us' | 'them'
  /** in: pieces from the first on whose bytes are checked and safe from a power cut. */
  readonly pieces: number
  /** in, from accepted on: where it is written (services/downloads.ts). Plain JSON of that port. */
  readonly place?: DownloadPlace
  /** in, done: where it is now. Absolute path. */
  readonly path?: string
  /** done and ended: our user was told. */
  readonly told: boolean
}

/** What is being written, as it can be found again and known to be the same. */
export interface DownloadPlace {
  /** The download folder, absolute, and its `device:inode`. */
  readonly root: string
  readonly rootInode: string
  /** The name in it of the unfinished file or folder. */
  readonly part: string
  /** Its `device:inode`; undefined: the name was chosen, and perhaps it was made. */
  readonly partInode?: string
}

export interface TransferNote {
  readonly peer: PeerId
  readonly direction: TransferDirection
  readonly offer: TransferOffer
  /** Our clock when it was made or came, milliseconds since the epoch. */
  readonly at: number
  /** Of an outgoing one, in the order of the list: where each entry is. Empty of an incoming one. */
  readonly sources: readonly SourceEntry[]
  readonly progress: TransferProgress
}

export class TransferNotes extends Context.Service<
  TransferNotes,
  {
    /** Every note, without the lists; damaged ones are set aside and named in `damaged`. */
    readonly all: Effect.Effect<
      { readonly notes: readonly TransferNote[]; readonly damaged: readonly string[] },
      TransferError
    >
    /** The list of a transfer, whole; undefined: it is not here. */
    readonly list: (
      id: TransferId
    ) => Effect.Effect<readonly TransferEntry[] | undefined, TransferError>
    /** Makes a note, with its list where it is known. Safe from a power cut when it returns. */
    readonly create: (
      note: TransferNote,
      list: readonly TransferEntry[] | undefined
    ) => Effect.Effect<void, TransferError>
    /** Adds the list to a note. Safe from a power cut when it returns. */
    readonly putList: (
      id: TransferId,
      list: readonly TransferEntry[]
    ) => Effect.Effect<void, TransferError>
    /** Writes how far it came. Safe from a power cut when it returns. In order per transfer. */
    readonly progress: (
      id: TransferId,
      progress: TransferProgress
    ) => Effect.Effect<void, TransferError>
    readonly remove: (id: TransferId) => Effect.Effect<void, TransferError>
  }
>()('earshot/TransferNotes') {}
