/** What an incoming transfer is told, keeps and needs; see incoming-transfer.machine.ts. Plain JSON throughout. */
import type { PeerId } from '../domain/peer-id.ts'
import type { TransferFailure } from '../domain/transfer-failures.ts'
import type { TransferEnd, TransferHold, TransferId } from '../domain/transfers.ts'

export interface IncomingInput {
  readonly peerId: PeerId
  readonly id: TransferId
  /** How far an earlier run came: a new one is `offered`. */
  readonly state: 'offered' | 'accepted'
  readonly paused: boolean
  /** The peer offers it on the link that is open now: false of one that is taken up again at the start. */
  readonly isOffered: boolean
  /** The list is whole: always so of a file alone. */
  readonly isListed: boolean
  /** The user agreed to everything from this peer, and nothing about this one is risky. */
  readonly isWelcome: boolean
  /** There is a place where it is written. */
  readonly isPlaced: boolean
  /** Every piece of it is there: it only is to get its name. */
  readonly isWhole: boolean
}

export interface IncomingContext extends IncomingInput {
  /** Why the peer sends nothing for now; it ends with the next OFFER, or with the link. */
  readonly hold: TransferHold | undefined
  /** How often the unfinished file was gone and the transfer began anew. */
  readonly placesLost: number
  /** How it ended, and by whom; undefined: it has not, or well. */
  readonly end: { readonly by: 'us' | 'them'; readonly why: TransferEnd } | undefined
  readonly failure: TransferFailure | undefined
}

export type IncomingEvent =
  // from the wire, as the desk of the peer judged it
  /** On this link. */
  | { readonly type: 'peer.offer' }
  /** `isWelcome`: as of the input, now that the list is known. */
  | { readonly type: 'list.whole'; readonly isWelcome: boolean }
  | { readonly type: 'peer.hold'; readonly why: TransferHold }
  | { readonly type: 'peer.end'; readonly why: TransferEnd }
  /** Not among all offers of this link. */
  | { readonly type: 'peer.gone' }
  // from the session
  | { readonly type: 'link.lost' }
  // from the desk: one of the few that may move at once
  | { readonly type: 'turn.granted' }
  // from the console
  | { readonly type: 'user.accept' }
  | { readonly type: 'user.decline' }
  | { readonly type: 'user.pause' }
  | { readonly type: 'user.resume' }
  | { readonly type: 'user.cancel' }

/** What the pump that receives fails with beside TransferError: the same piece was wrong twice. */
export interface PieceDamaged {
  readonly _tag: 'Damaged'
  readonly piece: number
}

/** Which transfer: what every actor of it is given. */
export interface Which {
  readonly peerId: PeerId
  readonly id: TransferId
}

type Act = (context: IncomingContext) => void

/**
 * What runtime/ provides. Actors fail with TransferError, and are interrupted when their state is left.
 * An action that changes the note writes it first, then tells the peer (where it is here), then the user.
 */
export interface IncomingPorts {
  readonly actors: {
    /**
     * The user agreed: notes it and tells the user, where neither was done; judges the room; begins the place
     * and notes it, with no piece in it. `isLost`: the place that the note names is gone.
     */
    readonly placer: { readonly input: Which & { readonly isLost: boolean }; readonly output: void }
    /**
     * FETCH, write, check, journal; completes when every piece is there. Fails with PieceDamaged as well. FETCH
     * is said behind all that waits to be said until the note is written: a HOLD behind it would stop it for ever.
     */
    readonly receivePump: { readonly input: Which; readonly output: void }
    /** Gives it its name, notes it done with its path, tells DONE and the user. */
    readonly publisher: { readonly input: Which; readonly output: void }
    /** Completes when the disk has room for what is missing; looks every DISK_RETRY_MS. */
    readonly roomWatcher: { readonly input: Which; readonly output: void }
  }
  readonly actions: {
    /** ASK-LIST. */
    readonly askList: Act
    /** The offer is told to the user, whole; `isWelcome`: it is accepted already. */
    readonly ask: Act
    /** It may move: `turn.granted` answers, now or later, and HOLD queued is told where it is later. Twice is once. */
    readonly askTurn: Act
    /** It does not want its turn any more, or gives it back. Without one: nothing. */
    readonly leaveTurn: Act
    /** Noted paused; HOLD paused; the user is told. */
    readonly keepPaused: Act
    /** Noted not paused. What goes on is told by what comes next. */
    readonly keepResumed: Act
    /** HOLD again, `why`: the peer offered while nothing may move. */
    readonly repeatHold: (context: IncomingContext, params: { readonly why: TransferHold }) => void
    /** HOLD disk-full; the user is told. */
    readonly tellFull: Act
    /** The peer holds it (`hold`): the user is told. */
    readonly tellHeld: Act
    /** The link is gone while it moved: the user is told. */
    readonly tellLost: Act
    /**
     * At its end (`end`, `failure`), which is noted; the place is discarded. By us: END, which the desk repeats
     * until OVER comes. By them: OVER, and the note is removed. The user is told.
     */
    readonly keepEnd: Act
  }
}
