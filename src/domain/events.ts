/**
 * Everything that Earshot tells its user, as typed facts. The terminal's lines are made from these
 * and `--json` writes them one object a line, so neither shows what the other cannot.
 *
 * Plain JSON. Strings that a peer chose (`text`, `nickname`) are exactly what it sent, bounded; whoever
 * shows them passes them through domain/safe-text.ts. Times are milliseconds since the epoch, UTC.
 * The wire format of `--json` is `{v, time, ...event}`; docs/EVENTS.md documents every field, and
 * EVENTS_VERSION grows when a field changes its meaning or goes.
 */
import type {
  CloseReason,
  Endpoint,
  ListenFailure,
  StartFailure,
  StoreFailure
} from './failures.ts'
import type { HistoryLine } from './items.ts'
import type { PeerId } from './peer-id.ts'
import type { PeerRef } from './peer-ref.ts'
import type { FileEvent } from './transfer-events.ts'

export const EVENTS_VERSION = 1

/** How far a peer's identity is trusted: first contact, compared by hand, or shut out. */
export type Trust = 'tofu' | 'verified' | 'blocked'

export interface PeerDetails extends PeerRef {
  readonly state: 'online' | 'suspect' | 'offline' | 'knocking'
  readonly trust: Trust
  readonly focused: boolean
  readonly address?: Endpoint
  readonly direction?: 'outgoing' | 'incoming'
  readonly cipher?: string
  readonly protocolVersion?: number
  readonly rttMs?: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly messagesIn: number
  readonly messagesOut: number
  /** Messages that the peer has not acknowledged yet. */
  readonly waiting: number
  readonly connectedAt?: number
}

/** How many messages of ours a peer has not acknowledged. */
export interface PeerCount {
  readonly peer: PeerRef
  readonly count: number
}

/** A message of ours that waits for a peer. */
export interface QueuedLine {
  readonly peer: PeerRef
  /** What `/cancel` calls it: 1, 2, … over all peers, as last shown. */
  readonly number: number
  readonly id: string
  readonly text: string
  /** When it was said. */
  readonly at: number
  /** sent: it was on a link, so the peer may have it, and it cannot be cancelled. */
  readonly state: 'queued' | 'sent'
}

export type EarshotEvent =
  | {
      readonly type: 'app.started'
      readonly version: string
      readonly id: PeerId
      readonly nickname?: string
      readonly profile: string
    }
  | {
      readonly type: 'app.profile'
      readonly profile: string
      readonly wanted: string
      readonly pid: number
    }
  | {
      readonly type: 'app.ending'
      readonly why: 'quit' | 'signal' | 'input-ended' | 'error' | 'peer-left'
    }
  | { readonly type: 'app.failed'; readonly failure: StartFailure }
  | {
      readonly type: 'listen.opened'
      readonly address: Endpoint
      readonly reachable: readonly string[]
    }
  | { readonly type: 'listen.waiting' }
  | { readonly type: 'listen.failed'; readonly failure: ListenFailure; readonly fatal: boolean }
  | { readonly type: 'listen.moved'; readonly wanted: number; readonly port: number }
  | {
      readonly type: 'dial.started'
      readonly target: Endpoint
      readonly attempt: number
      readonly call?: string
    }
  | {
      readonly type: 'dial.failed'
      readonly target: Endpoint
      readonly reason: CloseReason
      readonly call?: string
      /** What happens next: we wait to be called, try again, or stop. */
      readonly then: 'listen' | 'retry' | 'stop'
    }
  | {
      readonly type: 'peer.connected'
      readonly peer: PeerRef
      readonly address: Endpoint
      readonly direction: 'outgoing' | 'incoming'
      readonly cipher: string
      readonly trust: Trust
      readonly firstContact: boolean
      readonly returned: boolean
      /** A known peer already carries this nickname (or one that looks like it). */
      readonly nicknameTakenBy?: PeerId
      /** The `call` of the command `connect` that led here; so in dial.started, dial.failed and peer.focused. */
      readonly call?: string
    }
  | { readonly type: 'peer.knocking'; readonly peer: PeerRef; readonly address: Endpoint }
  | {
      readonly type: 'peer.declined'
      readonly peer: PeerRef
      readonly why: 'by-user' | 'policy' | 'timeout'
    }
  | { readonly type: 'peer.renamed'; readonly peer: PeerRef; readonly before?: string }
  | { readonly type: 'peer.suspect'; readonly peer: PeerRef; readonly silentMs: number }
  | { readonly type: 'peer.recovered'; readonly peer: PeerRef }
  | { readonly type: 'peer.disconnected'; readonly peer: PeerRef; readonly reason: CloseReason }
  | {
      readonly type: 'peer.reconnecting'
      readonly peer: PeerRef
      readonly attempt: number
      readonly attempts: number
      readonly delayMs: number
    }
  | { readonly type: 'peer.awaited'; readonly peer: PeerRef }
  | { readonly type: 'peer.lost'; readonly peer: PeerRef; readonly attempts: number }
  | {
      /** What we know of a peer could not be written: the pin will be gone after this run. */
      readonly type: 'peer.unsaved'
      readonly peer: PeerRef
      readonly failure: StartFailure
    }
  | { readonly type: 'peer.focused'; readonly peer: PeerRef; readonly call?: string }
  | {
      readonly type: 'peer.safety-number'
      readonly peer: PeerRef
      readonly safetyNumber: string
      readonly trust: Trust
    }
  | {
      readonly type: 'message.received'
      readonly peer: PeerRef
      readonly id: string
      readonly seq: number
      readonly text: string
      readonly sentAt: number
      readonly receivedAt: number
      /** It was taken by an earlier run that ended before it could note that you saw it. */
      readonly again?: true
    }
  | {
      readonly type: 'message.queued'
      readonly peer: PeerRef
      readonly id: string
      readonly text: string
      /** false: the peer is not connected now; the message goes out when it is. */
      readonly online: boolean
    }
  /** Handed to a link, for the first time or again after a loss. */
  | { readonly type: 'message.sent'; readonly peer: PeerRef; readonly ids: readonly string[] }
  /** The peer has them on its disk. */
  | { readonly type: 'message.delivered'; readonly peer: PeerRef; readonly ids: readonly string[] }
  /** They were shown on the peer's screen, as it tells. */
  | { readonly type: 'message.read'; readonly peer: PeerRef; readonly ids: readonly string[] }
  | {
      readonly type: 'message.cancelled'
      readonly peer: PeerRef
      readonly ids: readonly string[]
      /** Of those that were asked for: sent already, so that they stay. */
      readonly tooLate: number
    }
  | {
      readonly type: 'message.failed'
      readonly text: string
      /** Missing with no-peer. */
      readonly peer?: PeerRef
      readonly why: 'no-peer' | 'too-long' | 'outbox-full' | 'not-stored'
      /** With not-stored. */
      readonly failure?: StoreFailure
    }
  /** What this peer sends cannot be kept now, so it is neither shown nor acknowledged: it waits there. */
  | { readonly type: 'delivery.held'; readonly peer: PeerRef; readonly failure: StoreFailure }
  | { readonly type: 'delivery.resumed'; readonly peer: PeerRef }
  | {
      /**
       * One end's store is not the one that took part so far. `new`: it knows nothing of the talk;
       * `behind`: it is an older copy, or the same identity runs on another machine as well.
       */
      readonly type: 'delivery.restarted'
      readonly peer: PeerRef
      readonly whose: 'ours' | 'theirs'
      readonly why: 'new' | 'behind'
      /** Messages of ours that are sent again, or for the first time, because of it. */
      readonly waiting: number
    }
  | {
      readonly type: 'store.created'
      readonly path: string
      readonly keyPath: string
      /** true: a passphrase protects the key; false: it lies beside the data. */
      readonly locked: boolean
    }
  | {
      readonly type: 'store.set-aside'
      readonly path: string
      readonly aside: string
      readonly detail: string
    }
  /** Messages that wait for their peers: those of earlier runs, at the start, and what is left at the end. */
  | {
      readonly type: 'outbox.waiting'
      readonly when: 'start' | 'end'
      readonly peers: readonly PeerCount[]
    }
  | { readonly type: 'queue.shown'; readonly entries: readonly QueuedLine[] }
  | {
      readonly type: 'history.shown'
      readonly peer: PeerRef
      /** Oldest first. */
      readonly entries: readonly HistoryLine[]
      /** asked: by /history; reconnected: the last lines before the talk goes on. */
      readonly why: 'asked' | 'reconnected'
      /** Whether this conversation is kept from now on. */
      readonly kept: boolean
    }
  | {
      readonly type: 'history.found'
      readonly peer: PeerRef
      readonly words: readonly string[]
      readonly entries: readonly HistoryLine[]
      /** true: there may be more, earlier ones. */
      readonly more: boolean
    }
  | {
      readonly type: 'history.changed'
      readonly peer: PeerRef
      /** Whether it is kept from now on. */
      readonly kept: boolean
      /** Earlier messages that are still kept. */
      readonly earlier: number
    }
  /** What would go: the question before it is erased. */
  | { readonly type: 'history.counted'; readonly peer: PeerRef; readonly count: number }
  | { readonly type: 'history.erased'; readonly peer: PeerRef; readonly count: number }
  | { readonly type: 'history.failed'; readonly peer: PeerRef; readonly failure: StoreFailure }
  | { readonly type: 'link.refused'; readonly address: Endpoint; readonly reason: CloseReason }
  | { readonly type: 'link.flood'; readonly dropped: number; readonly sinceMs: number }
  | {
      readonly type: 'info.shown'
      readonly id: PeerId
      readonly nickname?: string
      readonly listening?: Endpoint
      readonly peers: readonly PeerDetails[]
    }
  | { readonly type: 'peers.shown'; readonly peers: readonly PeerDetails[] }
  | { readonly type: 'help.shown' }
  | { readonly type: 'nick.changed'; readonly nickname: string }
  | {
      readonly type: 'command.invalid'
      readonly input: string
      readonly detail: string
      readonly suggestion?: string
    }
  | { readonly type: 'command.unavailable'; readonly command: string; readonly detail: string }
  | { readonly type: 'plain.line'; readonly address: Endpoint; readonly text: string }
  | { readonly type: 'plain.sent'; readonly text: string }
  | {
      readonly type: 'plain.connected'
      readonly address: Endpoint
      readonly direction: 'outgoing' | 'incoming'
    }
  | {
      readonly type: 'plain.disconnected'
      readonly address: Endpoint
      readonly reason: CloseReason
    }
  | FileEvent

export type EventType = EarshotEvent['type']
