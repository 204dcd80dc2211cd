/** What an outgoing transfer is told, keeps and needs; see outgoing-transfer.machine.ts. Plain JSON throughout. */
import type { PeerId } from '../domain/peer-id.ts'
import type { TransferFailure } from '../domain/transfer-failures.ts'
import type { DigestName, TransferEnd, TransferHold, TransferId } from '../domain/transfers.ts'

export interface OutgoingInput {
  readonly peerId: PeerId
  readonly id: TransferId
  /** What the user named; undefined: it was offered by an earlier run, and is taken up again. */
  readonly path: string | undefined
  /** Of one that is taken up again. */
  readonly paused: boolean
  /** Of one that is taken up again: the peer agreed. */
  readonly accepted: boolean
}

/** What the peer asked for: FETCH. */
export interface Fetch {
  readonly stream: number
  readonly piece: number
  readonly credit: number
  readonly digest: DigestName
}

export interface OutgoingContext extends OutgoingInput {
  /** What is being sent, or was last. */
  readonly fetch: Fetch | undefined
  /** Why the peer takes nothing for now. */
  readonly hold: TransferHold | undefined
  /** How it ended, and by whom; undefined: it has not, or well. */
  readonly end: { readonly by: 'us' | 'them'; readonly why: TransferEnd } | undefined
  readonly failure: TransferFailure | undefined
}

export type OutgoingEvent =
  // from the wire, as the desk of the peer judged it
  | ({ readonly type: 'peer.fetch' } & Fetch)
  | { readonly type: 'peer.hold'; readonly why: TransferHold }
  | { readonly type: 'peer.end'; readonly why: TransferEnd }
  /** Right wherever the peer knows of it, without FETCH as well: an empty file needs none. */
  | { readonly type: 'peer.done' }
  // from the session
  | { readonly type: 'link.lost' }
  // from the console
  | { readonly type: 'user.pause' }
  | { readonly type: 'user.resume' }
  | { readonly type: 'user.cancel' }

/** Which transfer: what every actor of it is given, and more. */
export interface Which {
  readonly peerId: PeerId
  readonly id: TransferId
}

type Act = (context: OutgoingContext) => void

/**
 * What runtime/ provides. Actors fail with TransferError, and are interrupted when their state is left.
 * An action that changes the note writes it first, then tells the peer (where it is here), then the user.
 */
export interface OutgoingPorts {
  readonly actors: {
    /** Finds and lists what the user named, and makes its note (offered). */
    readonly surveyor: { readonly input: Which & { readonly path: string }; readonly output: void }
    /** Sends DATA and DIGEST of the stream from its piece to the end; completes with the last byte. */
    readonly sendPump: {
      readonly input: Which & { readonly fetch: Fetch | undefined }
      readonly output: void
    }
  }
  readonly actions: {
    /** /send cannot (`failure`): the user is told. There is no note. */
    readonly tellRefused: Act
    /** It is surveyed: OFFER, and the user is told. */
    readonly offer: Act
    /** Noted accepted; the user is told. Once. */
    readonly keepAccepted: Act
    /** Noted paused; HOLD paused; the user is told. */
    readonly keepPaused: Act
    /** Noted not paused; OFFER again, where it has not ended meanwhile. */
    readonly keepResumed: Act
    /** HOLD paused again: the peer asked while we are paused. */
    readonly repeatHold: Act
    /** The peer holds it (`hold`): the user is told. */
    readonly tellHeld: Act
    /** The link is gone while it moved: the user is told. */
    readonly tellLost: Act
    /** Noted done; the user is told; OVER; the note is removed. */
    readonly keepDone: Act
    /**
     * At its end (`end`, `failure`), which is noted. By us: END, which the desk repeats until OVER comes. By
     * them: OVER, and the note is removed. The user is told. While it was surveyed there may be no note.
     */
    readonly keepEnd: Act
  }
}
