/** What an outgoing transfer is told and keeps; see outgoing-transfer.machine.ts. Plain JSON throughout. */
import type { TransferFailure } from '../domain/transfer-failures.ts'
import type { DigestName, TransferEnd, TransferHold, TransferId } from '../domain/transfers.ts'

export interface OutgoingInput {
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
  | ({ readonly type: 'peer.fetch' } & Fetch)
  | { readonly type: 'peer.hold'; readonly why: TransferHold }
  | { readonly type: 'peer.end'; readonly why: TransferEnd }
  | { readonly type: 'peer.done' }
  | { readonly type: 'link.lost' }
  | { readonly type: 'user.pause' }
  | { readonly type: 'user.resume' }
  | { readonly type: 'user.cancel' }
/*
 States: preparing (invokes `surveyor` {id, path}: makes list, note and number, offers; error TransferError → ended, told as transfer.refused)
   → offered → (peer.fetch) moving (invokes `sendPump` {id, ...fetch}; done → verifying; error → ended source-changed | source-unreadable)
   moving → peer.fetch → moving again (reenter; another stream) ; peer.hold → held ; link.lost → waiting ; user.pause → paused
   verifying → peer.done → done ; peer.fetch → moving ; link.lost → waiting ; peer.hold → held
   waiting (agreed, no stream) / held (by the peer) / paused (by us; peer.fetch is answered by HOLD again) ; user.resume → waiting (offers again)
   peer.done is right in every state after offered (the peer may have finished it before our crash) → done
   peer.end → ended {by them}; user.cancel → ended {by us, cancelled} from every state but done/ended.
   done, ended: final.
 Named actions (effectPort, provided by runtime): offer, tellHold, tellPaused…  — the machine's author names them; every decision that must be durable
 (accepted first time, paused, ended, done) goes through an action of runtime that writes the note and only then tells the peer.
*/
