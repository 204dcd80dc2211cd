/** What either machine of a transfer tells its session. */
import type { TransferDirection, TransferId } from '../domain/transfers.ts'

/** It is over, well or not: it is to be stopped. */
export interface TransferReport {
  readonly type: 'transfer.over'
  readonly direction: TransferDirection
  readonly id: TransferId
}
