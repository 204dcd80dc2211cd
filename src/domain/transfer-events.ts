/** What Earshot tells its user about files (see events.ts). Plain JSON. */
import type { PeerRef } from './peer-ref.ts'
import type { TransferFailure } from './transfer-failures.ts'
import type {
  SkipReason,
  TransferDirection,
  TransferEnd,
  TransferEntry,
  TransferHold,
  TransferId,
  TransferRisk
} from './transfers.ts'

/** A transfer as events name it. Strings that the peer chose are what it sent, checked (SafeFileName). */
export interface TransferRef {
  readonly id: TransferId
  /** What commands call it: 1, 2, … in this run. */
  readonly number: number
  readonly peer: PeerRef
  readonly direction: TransferDirection
  readonly name: string
  readonly kind: 'file' | 'folder'
  readonly bytes: number
  readonly files: number
}

/** Why nothing moves though it should. */
export type StallCause = 'network' | 'peer-disk' | 'our-disk'

/** A transfer with where it is, for lists. */
export interface TransferDetails extends TransferRef {
  readonly state: /** ours: not answered, or the peer is away */
    | 'offered'
    /** theirs: our user is to answer */
    | 'asking'
    | 'preparing'
    | 'moving'
    /** agreed, and the peer is away or others go first */
    | 'waiting'
    | 'paused'
    | 'paused-by-peer'
    | 'disk-full'
    /** ours: all is sent, and the peer checks and publishes it */
    | 'verifying'
    | 'publishing'
    | 'done'
    | 'declined'
    | 'cancelled'
    | 'failed'
  /** Of the bytes: at the receiving end, checked. */
  readonly doneBytes: number
  readonly bytesPerSecond?: number
  readonly leftMs?: number
  readonly stalled?: StallCause
  readonly online: boolean
  /** in, done: where it is. */
  readonly path?: string
}

export type FileEvent =
  /** Ours: the list is being made. Told once when it takes long, then again with more `entries`. */
  | { readonly type: 'transfer.preparing'; readonly path: string; readonly entries: number }
  /** /send cannot: nothing of it was offered. */
  | {
      readonly type: 'transfer.refused'
      readonly path: string
      readonly peer?: PeerRef
      readonly failure: TransferFailure
    }
  | {
      /** Ours: it waits for the peer's user; or theirs: for ours. */
      readonly type: 'transfer.offered'
      readonly transfer: TransferRef
      /** ours: false: the peer is away, it is offered when it comes. */
      readonly online: boolean
      /** ours: left out of a folder; and names that were made safe. */
      readonly skipped?: readonly { readonly path: string; readonly why: SkipReason }[]
      readonly renamed?: readonly { readonly path: string; readonly as: string }[]
      /** theirs: the first entries of the list (20), the folder and the name that it would get, room on the disk, and what is risky about it. */
      readonly entries?: readonly TransferEntry[]
      readonly folder?: string
      readonly saveAs?: string
      readonly room?: number
      readonly risks?: readonly TransferRisk[]
      /** theirs: true: it is taken without asking (`accept-all`). */
      readonly welcome?: true
    }
  | {
      readonly type: 'transfer.accepted'
      readonly transfer: TransferRef
      readonly by: 'us' | 'them'
    }
  /** Begins, or goes on: `fromBytes` are there already. */
  | {
      readonly type: 'transfer.started'
      readonly transfer: TransferRef
      readonly fromBytes: number
    }
  | {
      readonly type: 'transfer.progress'
      readonly transfer: TransferRef
      readonly doneBytes: number
      readonly bytesPerSecond: number
      /** Missing while it cannot be told. */
      readonly leftMs?: number
      readonly stalled?: StallCause
    }
  /** Nothing moves for now. `why` lost: the link; it goes on by itself. */
  | {
      readonly type: 'transfer.paused'
      readonly transfer: TransferRef
      readonly by: 'us' | 'them'
      /** unnoted: how far it is cannot be noted, though there is room, so that nothing goes on. */
      readonly why: TransferHold | 'lost' | 'unnoted'
      readonly doneBytes: number
      /** What is wrong with the notes, where it is they that cannot be written. */
      readonly failure?: TransferFailure
    }
  | {
      readonly type: 'transfer.done'
      readonly transfer: TransferRef
      /** theirs: where it is. */
      readonly path?: string
      readonly elapsedMs?: number
    }
  /** It will never be finished. `by`: who ended it. */
  | {
      readonly type: 'transfer.ended'
      readonly transfer: TransferRef
      readonly by: 'us' | 'them'
      readonly why: TransferEnd
      /** What was wrong here. */
      readonly failure?: TransferFailure
    }
  | { readonly type: 'transfer.opened'; readonly transfer: TransferRef; readonly path: string }
  | {
      readonly type: 'transfer.not-opened'
      readonly transfer: TransferRef
      readonly path: string
      readonly why: 'not-media' | 'no-program'
    }
  | { readonly type: 'transfers.shown'; readonly transfers: readonly TransferDetails[] }
  | { readonly type: 'accept-all.changed'; readonly peer: PeerRef; readonly on: boolean }
  | { readonly type: 'autoopen.changed'; readonly on: boolean }
  /** The notes of earlier runs cannot be read: in this run no file is offered or taken. */
  | { readonly type: 'transfers.unusable'; readonly failure: TransferFailure }
  /** Notes that could not be read were set aside. */
  | { readonly type: 'transfer.notes-damaged'; readonly paths: readonly string[] }
