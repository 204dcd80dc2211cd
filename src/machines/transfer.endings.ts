/** How each way of ending a transfer is named, at either end. Pure. */
import { TransferError, type TransferFailure } from '../domain/transfer-failures.ts'
import type { TransferEnd } from '../domain/transfers.ts'

/** An event of a transfer, or what XState itself sends when an actor fails. */
interface Told {
  readonly type: string
  readonly why?: unknown
  readonly error?: unknown
}

export interface TransferEnding {
  readonly end: { readonly by: 'us' | 'them'; readonly why: TransferEnd }
  readonly failure: TransferFailure | undefined
}

/** What an actor failed with; undefined: it did not, or with something else. */
export const failureOf = ({ error }: Told): TransferFailure | undefined =>
  error instanceof TransferError ? error.reason : undefined

/** A piece was wrong twice. */
const isDamaged = ({ error }: Told): boolean =>
  typeof error === 'object' && error !== null && '_tag' in error && error._tag === 'Damaged'

const byUs = (why: TransferEnd, failure?: TransferFailure): TransferEnding => ({
  end: { by: 'us', why },
  failure
})

/** The ending that the peer tells, or its silence means; undefined: it is not of the peer. */
const byThem = (event: Told): TransferEnding | undefined => {
  if (event.type === 'peer.end')
    return { end: { by: 'them', why: event.why as TransferEnd }, failure: undefined }
  return event.type === 'peer.gone'
    ? { end: { by: 'them', why: 'unknown' }, failure: undefined }
    : undefined
}

/** Of one that we send. */
export const outgoingEnding = (event: Told): TransferEnding => {
  if (event.type === 'user.cancel') return byUs('cancelled')
  const failure = failureOf(event)
  const isOther = failure?._tag === 'SourceChanged' || failure?._tag === 'SourceMissing'
  return byThem(event) ?? byUs(isOther ? 'source-changed' : 'source-unreadable', failure)
}

/** Of one that we receive. @param isAccepted before that, nothing was begun that could be cancelled. */
export const incomingEnding = (isAccepted: boolean, event: Told): TransferEnding => {
  if (event.type === 'user.decline') return byUs('declined')
  if (event.type === 'user.cancel') return byUs(isAccepted ? 'cancelled' : 'declined')
  return byThem(event) ?? byUs(isDamaged(event) ? 'damaged' : 'not-writable', failureOf(event))
}
