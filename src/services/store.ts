/**
 * The port to what must outlive the process: per peer the state of delivery, the messages that wait,
 * and the history that the user wants kept. adapters/store provides it on disk, simulation/ in memory;
 * test/compliance/ holds both to this page.
 *
 * A message is *pending* until it is settled: one of ours until the peer acknowledged it, one of the
 * peer's until our user was shown it. Settled messages are history where the peer's conversation is
 * kept, and leave no text behind where it is not.
 */
import * as Context from 'effect/Context'
import type * as Effect from 'effect/Effect'
import type { StoreError } from '../domain/failures.ts'
import type { HistoryLine, OwnMessage, PeerMessage, TakenLog } from '../domain/items.ts'
import type { PeerId } from '../domain/peer-id.ts'

export type { OwnMessage, PeerMessage, TakenLog } from '../domain/items.ts'

/** What is kept of the delivery with one peer, as it was last written. */
export interface Ledger {
  /** Epoch of our log; undefined: nothing was queued and no link opened yet. All but `keep` is empty then. */
  readonly epoch: string | undefined
  /** The number of the newest item under this epoch; 0: none yet. */
  readonly last: number
  /** Acknowledged, whole messages only, up to and including this. */
  readonly acked: number
  /** Read by the peer's user, as far as it told, up to and including this; at most `acked`. */
  readonly read: number
  /** No item above it was ever on a link; at most `last`. */
  readonly sentEver: number
  /** Pending messages of ours, in order; the first begins at `acked + 1`. */
  readonly outbox: readonly OwnMessage[]
  /** Earlier epochs of our log, oldest first, at most RECEIVED_LOGS_MAX (protocol/payloads.ts): 16. */
  readonly retired: readonly string[]
  /** The peer's logs, oldest first; the last is the current one. At most 16. */
  readonly taken: readonly TakenLog[]
  /** Pending messages of the peer, in order: committed, and not known to have been shown. */
  readonly inbox: readonly PeerMessage[]
  /** Of the peer's current log: shown to our user up to and including this. */
  readonly shown: number
  /** The process of the peer that acknowledged last (HELLO's instance); undefined: none yet. */
  readonly peerInstance: string | undefined
  /** Whether settled messages are kept; undefined: as the settings say. */
  readonly keep: boolean | undefined
}

/** One step of delivery or of the user's wishes. Several are committed together or not at all. */
export type StoreChange =
  /** Messages of ours, numbered; the first begins at `last + 1`. May be the first change, and sets the epoch then. */
  | {
      readonly type: 'queued'
      readonly epoch: string
      readonly messages: readonly OwnMessage[]
    }
  /**
   * The peer acknowledged whole messages up to here: they are settled. Older news changes nothing; the
   * same number again notes the instance.
   */
  | { readonly type: 'acknowledged'; readonly upTo: number; readonly instance: string }
  /** The peer's user has read up to here. */
  | { readonly type: 'read'; readonly upTo: number }
  /**
   * From now on no item above `upTo` is on any link, until the next such change. While a link is open
   * that is every number: Number.MAX_SAFE_INTEGER. May be the first change, and sets the epoch then.
   */
  | { readonly type: 'sending'; readonly epoch: string; readonly upTo: number }
  /**
   * The outbox is this now, renumbered: what is left out was cancelled. Same epoch; begins behind `acked`.
   * Messages stay in their order and keep their place in the history; those at or below `sentEver` keep
   * their numbers as well, and none of them is left out.
   */
  | { readonly type: 'requeued'; readonly messages: readonly OwnMessage[] }
  /**
   * Our log goes on under a new epoch with these messages of the outbox, in their order, numbered from
   * 1; the old one is retired. acked, read and sentEver begin at 0, also while a link is open.
   */
  | {
      readonly type: 'restarted'
      readonly epoch: string
      readonly messages: readonly OwnMessage[]
    }
  /** These epochs of ours are known to the peer and not to us: retired without having been here. */
  | { readonly type: 'disowned'; readonly epochs: readonly string[] }
  /**
   * Items of the peer's log `epoch`, which becomes the current one, were taken up to here, and these
   * messages with them: they are pending until `shown`. `shown` begins at 0 with another current log.
   * `upTo` may be 0 for a log of which nothing was taken yet. There is a log of ours by then.
   */
  | {
      readonly type: 'taken'
      readonly epoch: string
      readonly upTo: number
      readonly id?: string
      readonly messages: readonly PeerMessage[]
    }
  /** Everything of the peer's current log up to here was shown to our user: it is settled. */
  | { readonly type: 'shown'; readonly upTo: number }
  /** All pending messages of the peer were shown, of whatever log: they are settled. */
  | { readonly type: 'recovered' }
  /** The user wants this conversation kept, or not; undefined: as the settings say. */
  | { readonly type: 'keep'; readonly keep: boolean | undefined }

/** When a commit is over: when it cannot be lost to a power cut, or once it survives our process. */
export type Durability = 'synced' | 'written'

/** A message of the history, oldest first in every list. */
export interface HistoryEntry extends HistoryLine {
  /** Its place in the conversation: higher is later. A cursor for `page`. */
  readonly n: number
}

export interface PageQuery {
  /** At most so many, the newest of those that fit the rest. */
  readonly limit: number
  /** Only entries before this place. */
  readonly before?: number
  /** Only entries that we sent or received at or after this time, milliseconds since the epoch. */
  readonly since?: number
}

export interface SearchQuery extends PageQuery {
  /** All of them must occur, in any order and case; compared after NFKC and lower case. Not empty. */
  readonly words: readonly string[]
  /** Told now and then how many entries were looked through, of how many. */
  readonly onProgress?: (done: number, total: number) => void
}

/** A conversation in numbers. */
export interface ConversationSummary {
  readonly peer: PeerId
  /** Pending messages of ours, nicknames included. */
  readonly waiting: number
  /** Pending messages of the peer. */
  readonly unshown: number
  /** Messages that are kept, both ways, pending ones included. */
  readonly kept: number
  /** Times of the first and the last of those, by our clock; 0 without any. */
  readonly firstAt: number
  readonly lastAt: number
  readonly keep: boolean | undefined
}

export class Store extends Context.Service<
  Store,
  {
    /** What is kept of a peer. What an earlier run wrote is safe from a power cut before it is seen here. */
    readonly ledger: (peer: PeerId) => Effect.Effect<Ledger, StoreError>
    /**
     * Applies changes to one peer's ledger as one transaction, in the order in which the effects are
     * started: it is applied when the effect starts, and over as `durability` says. A failure leaves
     * nothing of it behind, but that after StoreIo a later run may find it. Changes that contradict the ledger are a defect.
     */
    readonly commit: (
      peer: PeerId,
      changes: readonly StoreChange[],
      durability: Durability
    ) => Effect.Effect<void, StoreError>
    /** Ids of the peer's messages that were taken, at least the last OUTBOX_ITEMS_MAX of them. */
    readonly takenIds: (peer: PeerId) => Effect.Effect<ReadonlySet<string>, StoreError>
    /** Every peer of whom anything is kept. */
    readonly conversations: Effect.Effect<readonly ConversationSummary[], StoreError>
    /** A page of what is kept and of what waits, oldest first. */
    readonly page: (
      peer: PeerId,
      query: PageQuery
    ) => Effect.Effect<readonly HistoryEntry[], StoreError>
    /** The newest entries that hold all words, oldest first. Gives way to other work as it goes. */
    readonly search: (
      peer: PeerId,
      query: SearchQuery
    ) => Effect.Effect<readonly HistoryEntry[], StoreError>
    /** Deletes the settled messages of a conversation, and leaves no text of them. How many there were. */
    readonly erase: (peer: PeerId) => Effect.Effect<number, StoreError>
  }
>()('earshot/Store') {}
