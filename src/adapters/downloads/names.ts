/** Names in the download folder. */
import { randomBytes } from 'node:crypto'
import { listFault, safeFileName } from '../../domain/file-names.ts'
import { TransferError } from '../../domain/transfer-failures.ts'
import type { TransferEntry, TransferOffer } from '../../domain/transfers.ts'

/** Not to be guessed, so that nobody else can have put something there. */
export const partName = ({ name }: TransferOffer): string =>
  `${name}.${randomBytes(8).toString('hex')}.part`

const PART = /^[^/\\]+\.[0-9a-f]{16}\.part$/

/** Whether partName can have made it: anything else in a note is not ours. */
export const isPartName = (name: string): boolean => PART.test(name)

const refused = (path: string): TransferError =>
  new TransferError({ reason: { _tag: 'NotWritable', path, code: 'EINVAL' } })

/** Names were judged when they were offered; nothing that is not safe is ever put here all the same. */
export const checkName = (offer: TransferOffer, path: string): void => {
  if (safeFileName(offer.name) === undefined) throw refused(path)
}

/** The same of all names of a transfer. */
export const checkList = (
  { offer, list }: { readonly offer: TransferOffer; readonly list: readonly TransferEntry[] },
  path: string
): void => {
  checkName(offer, path)
  if (listFault(offer, list) !== undefined) throw refused(path)
}
