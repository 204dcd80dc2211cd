/** What a connection is told and tells; see connection.machine.ts. Plain JSON throughout. */
import type { Trust } from '../domain/events.ts'
import type { ByeReason, CloseReason, Endpoint, ProtocolViolation } from '../domain/failures.ts'
import type { PeerId } from '../domain/peer-id.ts'

export type Role = 'dialer' | 'acceptor'

export interface ConnectionInput {
  /** Our own name for this link, as `connection-3`; the number is its generation. */
  readonly id: string
  readonly ourId: PeerId
  readonly instance: string
  /** Where to dial; undefined waits in `listen` to be handed a stream. */
  readonly target: Endpoint | undefined
  /** The peer that must answer the dial. */
  readonly expect: PeerId | undefined
  /** A failed dial waits in `listen` instead of closing. */
  readonly mayListen: boolean
  readonly heartbeatMs: number
}

export interface ConnectionContext extends ConnectionInput {
  readonly role: Role
  readonly remote: Endpoint | undefined
  readonly peerId: PeerId | undefined
  readonly cipher: string | undefined
  /** How the peer book knows the peer; undefined: not at all. */
  readonly trust: Trust | undefined
  readonly hello: PeerHello | undefined
  readonly ready: PeerReady | undefined
  readonly missedHeartbeats: number
  readonly reason: CloseReason | undefined
  /** Said to the peer on the way out; undefined: the link is gone or says nothing. */
  readonly bye: ByeReason | undefined
}

export interface PeerHello {
  readonly version: number | undefined
  readonly versions: readonly number[]
  readonly instance: string
}

export interface PeerReady {
  readonly nickname: string | undefined
  readonly port: number | undefined
}

/** What the dialer gives. `pinned`: the peer that answered at this address before. */
export interface Dialled {
  readonly remote: Endpoint
  readonly pinned: PeerId | undefined
}

export interface Secured {
  readonly peerId: PeerId
  readonly cipher: string
  readonly trust: Trust | undefined
}

export type ConnectionEvent =
  // from the app
  | { readonly type: 'stream.accepted'; readonly stream: string; readonly remote: Endpoint }
  | { readonly type: 'auth.granted' }
  | { readonly type: 'auth.denied'; readonly why: ByeReason }
  | { readonly type: 'app.stop'; readonly why: ByeReason }
  // from the session
  | { readonly type: 'link.selected' }
  | { readonly type: 'link.duplicated' }
  | { readonly type: 'link.superseded' }
  | { readonly type: 'link.elsewhere' }
  | { readonly type: 'link.probe' }
  // from the wire
  | { readonly type: 'peer.hello'; readonly hello: PeerHello }
  | { readonly type: 'peer.auth' }
  | { readonly type: 'peer.auth-ok' }
  | { readonly type: 'peer.ready'; readonly ready: PeerReady }
  | { readonly type: 'peer.select' }
  | { readonly type: 'peer.dup' }
  | { readonly type: 'peer.pong' }
  | {
      readonly type: 'peer.bye'
      readonly why: ByeReason
      readonly versions: readonly number[] | undefined
    }
  // from the link itself
  | { readonly type: 'link.heard' }
  | { readonly type: 'link.violated'; readonly violation: ProtocolViolation }
  | { readonly type: 'link.overflowed'; readonly limit: number }
  | { readonly type: 'link.ended'; readonly code: string }
  | { readonly type: 'clock.jumped' }

/** What an authenticated link is, for the session that chooses among links. */
export interface LinkFacts {
  readonly link: string
  readonly peerId: PeerId
  readonly role: Role
  readonly remote: Endpoint
  readonly target: Endpoint | undefined
  readonly instance: string
  /** Of the protocol, as both ends speak it. */
  readonly version: number
  readonly cipher: string
  readonly trust: Trust | undefined
  readonly nickname: string | undefined
  /** The port that the peer listens on, to dial it back. */
  readonly port: number | undefined
  /** The name that the asker gave to the dial; the app adds it. */
  readonly call?: string
}

/** From a connection to the app, which passes what concerns a session on to it. */
export type ConnectionReport =
  | {
      readonly type: 'connection.fell-back'
      readonly link: string
      readonly target: Endpoint
      readonly reason: CloseReason
    }
  | {
      readonly type: 'connection.knocked'
      readonly link: string
      readonly peerId: PeerId
      readonly role: Role
      readonly remote: Endpoint
      readonly trust: Trust | undefined
    }
  | { readonly type: 'connection.authenticated'; readonly facts: LinkFacts }
  /** The peer, which decides, selected this link; `session.selects` agrees. */
  | { readonly type: 'connection.offered'; readonly link: string; readonly peerId: PeerId }
  | { readonly type: 'connection.opened'; readonly link: string; readonly peerId: PeerId }
  | {
      readonly type: 'connection.suspect'
      readonly link: string
      readonly peerId: PeerId
      readonly silentMs: number
    }
  | { readonly type: 'connection.recovered'; readonly link: string; readonly peerId: PeerId }
  | { readonly type: 'connection.answered'; readonly link: string; readonly peerId: PeerId }
  | {
      readonly type: 'connection.closed'
      readonly link: string
      readonly role: Role
      readonly target: Endpoint | undefined
      readonly remote: Endpoint | undefined
      readonly peerId: PeerId | undefined
      readonly reason: CloseReason
    }
  | { readonly type: 'connection.over'; readonly link: string }
