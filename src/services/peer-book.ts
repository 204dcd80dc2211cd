/** The port to the peers we know: who they are, where they were, how far we trust them. */
import * as Context from 'effect/Context'
import type * as Effect from 'effect/Effect'
import type { Trust } from '../domain/events.ts'
import type { Endpoint, StartError } from '../domain/failures.ts'
import type { PeerId } from '../domain/peer-id.ts'

export interface KnownPeer {
  readonly id: PeerId
  readonly trust: Trust
  /** What the peer called itself last; a claim. */
  readonly claimedNickname: string | undefined
  /** `host:port` texts under which it answered our dials; pins them to this key. */
  readonly targets: readonly string[]
  /** Milliseconds since the epoch. */
  readonly firstSeen: number
  readonly lastSeen: number
}

/** What was seen of a peer on a link. */
export interface Sighting {
  readonly id: PeerId
  readonly nickname: string | undefined
  readonly target: Endpoint | undefined
  readonly at: number
}

export class PeerBook extends Context.Service<
  PeerBook,
  {
    readonly list: Effect.Effect<readonly KnownPeer[]>
    readonly find: (id: PeerId) => Effect.Effect<KnownPeer | undefined>
    /** The peer to which a dialled address is pinned. */
    readonly pinnedTo: (target: Endpoint) => Effect.Effect<KnownPeer | undefined>
    /** Remembers a peer, or what changed of it. Durable when it returns. */
    readonly saw: (sighting: Sighting) => Effect.Effect<KnownPeer, StartError>
    readonly setTrust: (id: PeerId, trust: Trust) => Effect.Effect<void, StartError>
    /** Forgets a peer and its addresses. false: it was not known. */
    readonly forget: (id: PeerId) => Effect.Effect<boolean, StartError>
    /** Moves what is pinned to one key over to another, unverified: the only way past a changed key. */
    readonly rekey: (from: PeerId, to: PeerId) => Effect.Effect<boolean, StartError>
  }
>()('earshot/PeerBook') {}
