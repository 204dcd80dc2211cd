/**
 * What became of the transfers of one run of `earshot send` or `earshot receive`: how many there are, and
 * how they ended. Pure: events in, counts out.
 */
import type { EarshotEvent } from '../../domain/events.ts'
import type { TransferDirection, TransferId } from '../../domain/transfers.ts'

export interface Tally {
  readonly done: number
  /** Turned away, cancelled, failed, or not even offered. */
  readonly failed: number
  /** Heard of, and not at their end: also those of earlier runs, which go on. */
  readonly open: number
}

/** Counts the transfers of one direction. */
export const makeTally = (
  direction: TransferDirection
): { readonly note: (event: EarshotEvent) => void; readonly now: () => Tally } => {
  const open = new Set<TransferId>()
  let done = 0
  let failed = 0
  return {
    note: (event) => {
      if (event.type === 'transfer.refused' && direction === 'out') failed += 1
      if (!('transfer' in event) || event.transfer.direction !== direction) return
      const { id } = event.transfer
      if (event.type === 'transfer.done') {
        open.delete(id)
        done += 1
      } else if (event.type === 'transfer.ended') {
        open.delete(id)
        failed += 1
      } else open.add(id)
    },
    now: () => ({ done, failed, open: open.size })
  }
}
