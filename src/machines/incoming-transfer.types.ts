/** What an incoming transfer is told and keeps; see incoming-transfer.machine.ts. Plain JSON throughout. */
import type { TransferFailure } from '../domain/transfer-failures.ts'
import type { TransferEnd, TransferHold, TransferId } from '../domain/transfers.ts'

export interface IncomingInput {
  readonly id: TransferId
  /** How far an earlier run came: a new one is `offered`. */
  readonly state: 'offered' | 'accepted'
  readonly paused: boolean
  /** The list is whole: always so of a file alone. */
  readonly isListed: boolean
  /** The user agreed to everything from this peer. */
  readonly isWelcome: boolean
}

export interface IncomingContext extends IncomingInput {
  /** The peer offers it on the link that is open now. */
  readonly isOffered: boolean
  readonly hold: TransferHold | undefined
  readonly end: { readonly by: 'us' | 'them'; readonly why: TransferEnd } | undefined
  readonly failure: TransferFailure | undefined
}

export type IncomingEvent =
  /** On this link. */
  | { readonly type: 'peer.offer' }
  | { readonly type: 'list.whole' }
  | { readonly type: 'peer.hold'; readonly why: TransferHold }
  | { readonly type: 'peer.end'; readonly why: TransferEnd }
  /** Not among all offers of this link. */
  | { readonly type: 'peer.gone' }
  | { readonly type: 'link.lost' }
  /** One of the few that may move at once. */
  | { readonly type: 'turn.granted' }
  | { readonly type: 'user.accept' }
  | { readonly type: 'user.decline' }
  | { readonly type: 'user.pause' }
  | { readonly type: 'user.resume' }
  | { readonly type: 'user.cancel' }
/*
 States: listing (asks for the list; list.whole →) asking (the user is told; isWelcome or user.accept →) preparing (invokes `placer` {id}: judges room, begins the
   place, notes accepted; DiskFull → full) → waiting (needs isOffered and a turn: action askTurn on entry and on peer.offer; turn.granted →)
   moving (invokes `receivePump` {id}: FETCH, write, check, journal; output 'whole' → publishing; error reason DiskFull → full, damaged → ended damaged by us,
   PlaceLost → preparing anew from 0 (told), other → ended not-writable)
   moving → link.lost → waiting ; peer.hold → held ; user.pause → paused (HOLD told)
   full: after DISK_RETRY_MS → waiting again when there is room (invokes `roomWatcher` {id}), HOLD disk-full told; user.cancel
   publishing (invokes `publisher` {id}: publish, note done with path, tell DONE; DiskFull → full; error → ended not-writable) is not left by link.lost or pause.
   done, ended: final. ended by us cancelled / declined: action that discards the place, notes, tells END. peer.gone → ended by them unknown.
*/
