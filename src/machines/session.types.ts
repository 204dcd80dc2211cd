/** What a session is told and tells; see session.machine.ts. Plain JSON throughout. */
import type { Trust } from '../domain/events.ts'
import type { CloseReason, Endpoint } from '../domain/failures.ts'
import type { PeerId } from '../domain/peer-id.ts'
import type { TransferId } from '../domain/transfers.ts'
import type { LinkFacts } from './connection.types.ts'
import type { TransferEvent, TransferReport, TransferStart } from './transfer.types.ts'

export interface SessionInput {
  readonly peerId: PeerId
  readonly ourId: PeerId
  readonly nickname: string | undefined
  readonly trust: Trust | undefined
  readonly reconnectAttempts: number
  readonly reconnectDelayMs: number
}

export interface SessionContext extends SessionInput {
  /** Authenticated links that carry nothing yet, oldest first. */
  readonly candidates: readonly LinkFacts[]
  /** The link that the peer with the lower id selected and the other has not agreed to. */
  readonly chosen: LinkFacts | undefined
  /** The link that carries the session. */
  readonly active: LinkFacts | undefined
  readonly suspect: boolean
  readonly everOnline: boolean
  /** Where to dial the peer when the link is lost. */
  readonly redialTo: Endpoint | undefined
  readonly mayRedial: boolean
  readonly attempt: number
  /** The pause before the next attempt, backoff and jitter included, in milliseconds. */
  readonly delayMs: number
  readonly reason: CloseReason | undefined
  /** The transfers that are not over. */
  readonly transfers: readonly TransferId[]
}

export type SessionEvent =
  | { readonly type: 'link.authenticated'; readonly facts: LinkFacts }
  | { readonly type: 'link.offered'; readonly link: string }
  | { readonly type: 'link.opened'; readonly link: string }
  | { readonly type: 'link.closed'; readonly link: string; readonly reason: CloseReason }
  | { readonly type: 'link.suspect'; readonly link: string; readonly silentMs: number }
  | { readonly type: 'link.recovered'; readonly link: string }
  | { readonly type: 'link.answered'; readonly link: string }
  | { readonly type: 'dial.failed'; readonly reason: CloseReason }
  | { readonly type: 'peer.renamed'; readonly nickname: string | undefined }
  | { readonly type: 'peer.trusted'; readonly trust: Trust }
  | ({ readonly type: 'transfer.start' } & TransferStart)
  | { readonly type: 'transfer.event'; readonly id: TransferId; readonly event: TransferEvent }
  | TransferReport
  | { readonly type: 'session.end' }

/** From a session to the app, which passes what concerns a link on to its connection. */
export type SessionReport =
  | { readonly type: 'session.selects'; readonly link: string }
  | { readonly type: 'session.duplicates'; readonly link: string }
  | { readonly type: 'session.supersedes'; readonly link: string }
  | { readonly type: 'session.refuses-elsewhere'; readonly link: string }
  | { readonly type: 'session.probes'; readonly link: string }
  | {
      readonly type: 'session.dials'
      readonly peerId: PeerId
      readonly target: Endpoint
      readonly attempt: number
    }
  | { readonly type: 'session.online'; readonly peerId: PeerId }
  | { readonly type: 'session.offline'; readonly peerId: PeerId; readonly reason: CloseReason }
  | { readonly type: 'session.lost'; readonly peerId: PeerId; readonly reason: CloseReason }
