/** Names in the download folder. */
import { randomBytes } from 'node:crypto'
import { safeFileName } from '../../domain/file-names.ts'
import { TransferError } from '../../domain/transfer-failures.ts'
import type { TransferOffer } from '../../domain/transfers.ts'

/** Names to try, the offered one first: " (1)", " (2)" … before the ending of a file. */
export const numberedName = ({ name, kind }: TransferOffer, number: number): string => {
  if (number === 0) return name
  const dot = kind === 'file' ? name.lastIndexOf('.') : -1
  const end = dot > 0 ? dot : name.length
  return `${name.slice(0, end)} (${number})${name.slice(end)}`
}

/** Not to be guessed, so that nobody else can have put something there. */
export const partName = ({ name }: TransferOffer): string =>
  `${name}.${randomBytes(8).toString('hex')}.part`

const PART = /^[^/\\]+\.[0-9a-f]{16}\.part$/

/** Whether partName can have made it: anything else in a note is not ours. */
export const isPartName = (name: string): boolean => PART.test(name)

/** The name was judged when it was offered; nothing that is not safe is ever put here all the same. */
export const checkName = (offer: TransferOffer, folder: string): void => {
  if (safeFileName(offer.name) !== undefined) return
  throw new TransferError({ reason: { _tag: 'NotWritable', path: folder, code: 'EINVAL' } })
}
