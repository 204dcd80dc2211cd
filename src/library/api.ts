/** The face of the library: plain values, promises and async iterables (docs/LIBRARY.md). */
import type { PeerDetails, QueuedLine } from '../domain/events.ts'
import type { PeerRef } from '../domain/peer-ref.ts'
import type { Endpoint } from '../domain/failures.ts'
import type { UnknownPeers } from '../domain/settings.ts'
import type { KnownPeer } from '../services/peer-book.ts'
import type { ConversationSummary, HistoryEntry } from '../services/store.ts'
import type { OnListenerError } from './audience.ts'
import type { Listener, PeerEvent, PeerEventType } from './peer-events.ts'

/** A peer by its whole id, or anything that has it: a PeerRef of an event, a Peer. */
export type Who = string | { readonly id: string }

/** Where to wait for calls. */
export interface ListenOptions {
  /** A port that is taken is an error. 0, the default: any free one. */
  readonly port?: number
  /** An address of this machine; by default all of them. '127.0.0.1' admits this machine only. */
  readonly host?: string
}

/** How much of what was said is kept. */
export interface HistoryOptions {
  /** Older messages are deleted. 0, the default: none is too old. */
  readonly days?: number
  /** The oldest are deleted where the file grows beyond it. 0, the default: any size. */
  readonly megabytes?: number
}

/** How a peer is to be. Everything has a default. */
export interface PeerOptions {
  /**
   * The folder that holds who the peer is, whom it knows and what waits, as `earshot --home` has it. Made
   * where it is missing. Without it the peer is a new one, and nothing of it is left when it is closed.
   */
  readonly home?: string
  /** The profile in that folder: 'default'. One peer at a time can be it. */
  readonly profile?: string
  /** The passphrase of the messages in that folder, where `earshot passphrase` set one. */
  readonly passphrase?: string
  /** The name that peers see; a claim, of at most 32 characters. */
  readonly nickname?: string
  /** By default nobody can call: this peer only dials. */
  readonly listen?: ListenOptions | false
  /**
   * Who may talk without being known. 'accept-new', the default: the first stranger comes in, further ones
   * knock while somebody is there. 'ask': every stranger knocks. 'deny': none comes in.
   */
  readonly unknownPeers?: UnknownPeers
  /** The id of the only peer that may call. */
  readonly expect?: string
  /** Whether what was said is kept when it is delivered: false. */
  readonly saveHistory?: boolean | HistoryOptions
  /** Where messages are kept, if not in `messages.db` of the profile: as `history_file` of the command line. */
  readonly historyFile?: string
  /** Whether peers are told that their messages were taken here, and tell us: true. */
  readonly readReceipts?: boolean
  /** How often a silent peer is asked for a sign of life, in milliseconds: 5000. */
  readonly heartbeatMs?: number
  /** How often a lost peer is dialled again: 10. */
  readonly reconnectAttempts?: number
  /** The wait before the first such attempt, in milliseconds, which doubles up to a minute: 2000. */
  readonly reconnectDelayMs?: number
  /** Told what a listener throws. By default the process hears of it, as of any unhandled rejection. */
  readonly onListenerError?: OnListenerError
}

export interface ConnectOptions {
  /** The id of the peer that must answer. */
  readonly expect?: string
  /** Gives up waiting: the promise fails with its reason. */
  readonly signal?: AbortSignal
}

/** A message that is in the outbox. */
export interface SentMessage {
  /** Its id, the same at both ends. */
  readonly id: string
  /** The id of the peer that it is for. */
  readonly to: string
  /**
   * Kept when the peer has the message. Fails when the message is cancelled, or this peer closed before.
   * Nobody has to wait for it.
   */
  readonly delivered: Promise<void>
}

/** A message of ours that waits for its peer. */
export type WaitingMessage = Omit<QueuedLine, 'number'>

/** Which part of a conversation. */
export interface HistoryQuery {
  /** At most so many, the newest of those that fit: 50; up to 10000. */
  readonly limit?: number
  /** Only entries before this place: the `n` of the first one of a page gives the page before it. */
  readonly before?: number
  /** Only entries from this time on, in milliseconds since the epoch, by our clock. */
  readonly since?: number
}

/** A peer of this process: an identity that dials, is called, talks and listens. */
export interface Peer {
  /** Who we are: 56 characters of base32. */
  readonly id: string
  /** Where we listen; undefined: nowhere. */
  readonly address: Endpoint | undefined
  /** Where other machines may reach us: texts `host:port`. */
  readonly addresses: readonly string[]
  /** Kept when the peer is closed; fails with a bug that ended it. Nobody has to wait for it. */
  readonly closed: Promise<void>
  /** Listens for one type of event. @returns ends it. */
  on<T extends PeerEventType>(type: T, listener: Listener<T>): () => void
  /** The events of these types, or of all, from now on, for `for await`. `break` ends it. */
  events<T extends PeerEventType = PeerEventType>(
    ...types: readonly T[]
  ): AsyncIterableIterator<PeerEvent<T>, undefined>
  /** The next event of a type; of received messages also one that waits. Fails when the peer is closed. */
  once<T extends PeerEventType>(
    type: T,
    options?: { readonly signal?: AbortSignal }
  ): Promise<PeerEvent<T>>
  /**
   * Dials an address (`host:port`, `[ipv6]:port`, an endpoint), or the id of a peer that answered a dial
   * before. @returns who is there.
   */
  connect(target: string | Endpoint, options?: ConnectOptions): Promise<PeerRef>
  /** Says something to a peer, here or not. @returns the message, once it cannot be lost any more. */
  send(to: Who, text: string): Promise<SentMessage>
  /** What waits to be delivered, of all peers; of each in its order. */
  waiting(): Promise<readonly WaitingMessage[]>
  /** Takes a message back. @returns false: it is too late, or there is no such message. */
  cancel(message: string | SentMessage): Promise<boolean>
  /** A page of what is kept of a conversation and of what waits, oldest first. */
  history(who: Who, query?: HistoryQuery): Promise<readonly HistoryEntry[]>
  /** The newest entries that hold all these words, in any order and case, oldest first. */
  search(who: Who, words: string, query?: HistoryQuery): Promise<readonly HistoryEntry[]>
  /** Keeps this conversation from now on, or not; undefined: as the options say. */
  keepHistory(who: Who, keep: boolean | undefined): Promise<void>
  /** Deletes what is kept of a conversation. @returns how many messages that were. */
  eraseHistory(who: Who): Promise<number>
  /** Every conversation of which anything is kept. */
  conversations(): Promise<readonly ConversationSummary[]>
  /** Those who are here, knock, or were here since we began. */
  peers(): Promise<readonly PeerDetails[]>
  /** Those whom we have met, now or before. */
  knownPeers(): Promise<readonly KnownPeer[]>
  /** Lets a knocking peer in. */
  accept(who: Who): Promise<void>
  /** Turns a knocking peer away. */
  decline(who: Who): Promise<void>
  /** Sixty digits that are the same at both ends, to be compared by people. */
  safetyNumber(who: Who): string
  /** Notes that the safety number was compared. */
  markVerified(who: Who): Promise<void>
  /** Changes our nickname and tells it to everybody. @returns it, cleaned. */
  setNickname(nickname: string): Promise<string>
  /**
   * Says goodbye and lets go of everything. Once is enough, more do no harm. `signal` gives up waiting, not
   * closing, which takes some seconds at most.
   */
  close(options?: { readonly signal?: AbortSignal }): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
