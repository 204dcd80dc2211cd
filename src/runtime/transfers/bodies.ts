/** What transfers and their frames are compared and counted by. */
import type { ProtocolViolation } from '../../domain/failures.ts'
import type { TransferEntry, TransferOffer } from '../../domain/transfers.ts'

/** A frame about a transfer that does not fit what was said before. */
export const illegal = (state: string): ProtocolViolation => ({
  _tag: 'FrameIllegal',
  type: 'transfer',
  state
})

const OFFER_FIELDS = [
  'id',
  'name',
  'kind',
  'bytes',
  'files',
  'entries',
  'pieceBytes',
  'executable'
] as const satisfies readonly (keyof TransferOffer)[]

/** Nothing of an offer may change. */
export const isSameOffer = (one: TransferOffer, other: TransferOffer): boolean =>
  OFFER_FIELDS.every((field) => one[field] === other[field])

/** The list of a file that is sent alone, which its offer tells. */
export const listOfFile = ({
  name,
  bytes,
  executable
}: TransferOffer): readonly TransferEntry[] => [{ path: name, kind: 'file', bytes, executable }]
