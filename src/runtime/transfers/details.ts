/** Where a transfer is, as /transfers shows it. */
import type { TransferDetails, TransferRef } from '../../domain/transfer-events.ts'
import type { TransferEnd, TransferHold } from '../../domain/transfers.ts'
import type { Progress } from './meter.ts'

type State = TransferDetails['state']

const HELD: Readonly<Record<TransferHold, State>> = {
  paused: 'paused-by-peer',
  'disk-full': 'disk-full',
  queued: 'waiting'
}

const STATES: Readonly<Record<string, State>> = {
  listing: 'preparing',
  preparing: 'preparing',
  asking: 'asking',
  offered: 'offered',
  waiting: 'waiting',
  moving: 'moving',
  paused: 'paused',
  full: 'disk-full',
  verifying: 'verifying',
  publishing: 'publishing'
}

/** @param state of its machine. @param hold why the peer holds it, where it does. */
export const stateName = (state: string | undefined, hold: TransferHold | undefined): State => {
  if (state === 'held' && hold !== undefined) return HELD[hold]
  return STATES[state ?? ''] ?? 'waiting'
}

/** How an end is called in lists. */
export const endName = (why: TransferEnd): State =>
  why === 'declined' || why === 'cancelled' ? why : 'failed'

export const detailsOf = (
  ref: TransferRef,
  state: State,
  online: boolean,
  { doneBytes, bytesPerSecond, leftMs, stalled }: Partial<Progress>
): TransferDetails => ({
  ...ref,
  state,
  doneBytes: doneBytes ?? 0,
  online,
  ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
  ...(leftMs === undefined ? {} : { leftMs }),
  ...(stalled === undefined ? {} : { stalled })
})
