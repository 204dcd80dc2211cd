/** What the machines of transfers have in common towards the session that they belong to. */
import type { TransferId } from '../domain/transfers.ts'
import type { IncomingEvent, IncomingInput } from './incoming-transfer.types.ts'
import type { OutgoingEvent, OutgoingInput } from './outgoing-transfer.types.ts'

/** One that is to be started. Ids are unique among all transfers that this end knows of, whoever's they are. */
export type TransferStart =
  | { readonly direction: 'out'; readonly input: OutgoingInput }
  | { readonly direction: 'in'; readonly input: IncomingInput }

/** What either hears; which one an id means, whoever tells it knows. */
export type TransferEvent = OutgoingEvent | IncomingEvent

/** It is over, well or not: it is to be stopped. */
export interface TransferReport {
  readonly type: 'transfer.over'
  readonly id: TransferId
}
