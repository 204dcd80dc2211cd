/** What every part of the file plane needs of the run. */
import type * as Effect from 'effect/Effect'
import type { EarshotEvent } from '../../domain/events.ts'
import type { PeerRef } from '../../domain/peer-ref.ts'
import type { PeerId } from '../../domain/peer-id.ts'
import type { DigestName, TransferId } from '../../domain/transfers.ts'
import type { TransferEvent, TransferStart } from '../../machines/transfer.types.ts'
import type { TransferBody } from '../../protocol/transfer-messages.ts'
import type { Digests } from '../../services/digests.ts'
import type { Downloads } from '../../services/downloads.ts'
import type { FileSources } from '../../services/file-sources.ts'
import type { Opener } from '../../services/opener.ts'
import type { TransferNotes } from '../../services/transfer-notes.ts'
import type { BulkLink } from './ports.ts'

export interface TransferWorld {
  readonly files: FileSources['Service']
  readonly downloads: Downloads['Service']
  readonly notes: TransferNotes['Service']
  readonly digests: Digests['Service']
  readonly opener: Opener['Service']
  readonly emit: (events: readonly EarshotEvent[]) => void
  readonly refOf: (peerId: PeerId) => PeerRef
  /** Runs work that the end of the run waits for. */
  readonly run: (effect: Effect.Effect<void>) => void
  /** Calls back later, unless the run ends before. */
  readonly after: (ms: number, work: () => void) => void
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** Milliseconds since the epoch. */
  readonly wallNow: () => number
  readonly randomBytes: (count: number) => Uint8Array
  /** Tells the machine of a transfer; one that is over hears nothing. */
  readonly tell: (peerId: PeerId, id: TransferId, event: TransferEvent) => void
  readonly start: (start: TransferStart) => void
  /** The innermost state of its machine; undefined: it has none, or not any more. */
  readonly stateOf: (peerId: PeerId, id: TransferId) => string | undefined
  /** So many transfers of a peer are still to be finished. */
  readonly onWaiting: (peerId: PeerId, waiting: number) => void
  /** Bytes of the largest offer that is made or taken; undefined: any. */
  readonly fileBytesMax: number | undefined
  /** Received media are opened, unless the user says otherwise. */
  readonly autoOpenMedia: boolean
  /** Endings, in small letters, of what counts as media. */
  readonly mediaExtensions: readonly string[]
}

/** The open link to a peer, as its desk uses it. */
export interface TransferLink {
  readonly say: (body: TransferBody) => void
  /** Completes when what was said so far has left. */
  readonly flush: Effect.Effect<void>
  readonly bulk: BulkLink
  /** What pieces can be checked with at both ends, the fastest first. */
  readonly digests: readonly DigestName[]
}
