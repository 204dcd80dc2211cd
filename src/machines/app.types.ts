/** What the app is told and keeps; see app.machine.ts. Plain JSON throughout. */
import type {
  CloseReason,
  Endpoint,
  ListenFailure,
  StartFailure,
  StoreFailure
} from '../domain/failures.ts'
import type { Trust } from '../domain/events.ts'
import type { PeerId } from '../domain/peer-id.ts'
import type { UnknownPeers } from '../domain/settings.ts'
import type { ConnectionReport, Role } from './connection.types.ts'
import type { TransferId } from '../domain/transfers.ts'
import type { SessionReport } from './session.types.ts'
import type { TransferEvent, TransferStart } from './transfer.types.ts'

export interface AppInput {
  readonly ourId: PeerId
  /** Random per process. */
  readonly instance: string
  /** Where to listen; see Settings.listen. */
  readonly listen: {
    readonly host: string | undefined
    readonly port: number
    readonly required: boolean
  }
  readonly target: Endpoint | undefined
  readonly expect: PeerId | undefined
  readonly unknownPeers: UnknownPeers
  readonly heartbeatMs: number
  readonly reconnectAttempts: number
  readonly reconnectDelayMs: number
  /** true: a person or program is there to go on talking to when a dial fails or a peer leaves. */
  readonly attended: boolean
  /** A failed first dial waits to be called instead of ending the program. */
  readonly mayFallBack: boolean
  /** The end of piped input does not end the program; the peer's leaving does. */
  readonly stays: boolean
}

export interface ConnectionRow {
  readonly id: string
  readonly role: Role
  readonly state: 'listening' | 'working' | 'knocking' | 'granted' | 'open' | 'closed'
  readonly peerId: PeerId | undefined
  /** true: the user asked for this dial in the conversation (/connect). */
  readonly asked: boolean
  /** The name that the asker gave it. */
  readonly call: string | undefined
  /** The session that asked for this dial. */
  readonly redialFor: PeerId | undefined
}

export interface SessionRow {
  readonly peerId: PeerId
  readonly online: boolean
  /** true: it is here, or was lost and is expected back; false: it left, or was given up. */
  readonly engaged: boolean
  /** Messages that the peer has not acknowledged: 0 or more. */
  readonly waiting: number
}

export type Outcome =
  | { readonly exit: 'clean' }
  | { readonly exit: 'failed'; readonly failure: StartFailure }

export interface AppContext extends AppInput {
  /** Links made so far; the next one's number is its generation. */
  readonly links: number
  readonly connections: readonly ConnectionRow[]
  /** Of the peers that we met: an authenticated link came to them. */
  readonly sessions: readonly SessionRow[]
  /** Peers that we have not met, whose sessions were made for their transfers and wait. */
  readonly prepared: readonly PeerId[]
  /** Transfers of a peer that are to be finished before a run ends by itself: 0 or more; none: 0. */
  readonly transfers: Readonly<Record<PeerId, number>>
  /** The peer to whom typed text goes. */
  readonly focus: PeerId | undefined
  readonly listening: Endpoint | undefined
  readonly inputEnded: boolean
  readonly failure: StartFailure | undefined
  readonly why: 'quit' | 'signal' | 'input-ended' | 'error' | 'peer-left'
}

export type AppEvent =
  // from the acceptor
  | { readonly type: 'acceptor.opened'; readonly address: Endpoint }
  | { readonly type: 'acceptor.failed'; readonly failure: ListenFailure }
  | { readonly type: 'acceptor.accepted'; readonly stream: string; readonly remote: Endpoint }
  // from the console
  | {
      readonly type: 'user.connect'
      readonly target: Endpoint
      readonly expect: PeerId | undefined
      readonly call: string | undefined
    }
  | { readonly type: 'user.hang-up'; readonly call: string }
  | { readonly type: 'user.accept'; readonly peerId: PeerId }
  | { readonly type: 'user.decline'; readonly peerId: PeerId }
  | { readonly type: 'user.focus'; readonly peerId: PeerId }
  | { readonly type: 'user.quit' }
  | { readonly type: 'user.signal' }
  | { readonly type: 'user.input-ended' }
  // from the conversations (data plane)
  | { readonly type: 'store.broken'; readonly failure: StoreFailure }
  | { readonly type: 'delivery.waiting'; readonly peerId: PeerId; readonly waiting: number }
  | {
      readonly type: 'peer.renamed'
      readonly peerId: PeerId
      readonly nickname: string | undefined
    }
  | { readonly type: 'peer.trusted'; readonly peerId: PeerId; readonly trust: 'verified' | 'tofu' }
  // from the desks of transfers (data plane)
  /** For the transfers of a peer that may never have been here. `nickname`, `trust`: of the peer book. */
  | {
      readonly type: 'transfer.announced'
      readonly peerId: PeerId
      readonly nickname: string | undefined
      readonly trust: Trust | undefined
    }
  | ({ readonly type: 'transfer.start' } & TransferStart)
  | {
      readonly type: 'transfer.event'
      readonly peerId: PeerId
      readonly id: TransferId
      readonly event: TransferEvent
    }
  | { readonly type: 'transfers.waiting'; readonly peerId: PeerId; readonly waiting: number }
  // from the clock
  | { readonly type: 'clock.jumped' }
  | ConnectionReport
  | SessionReport

/** A report of a session about one of its links, as the connection reads it. */
export const LINK_ORDERS = {
  'session.selects': 'link.selected',
  'session.duplicates': 'link.duplicated',
  'session.supersedes': 'link.superseded',
  'session.refuses-elsewhere': 'link.elsewhere',
  'session.probes': 'link.probe'
} as const

/** Ends of the first dial that mean "not this peer": the program does not go on as if nothing was. */
export const isWrongPeer = (reason: CloseReason): boolean =>
  reason._tag === 'SecureError' &&
  (reason.failure._tag === 'IdentityChanged' || reason.failure._tag === 'DialledSelf')
