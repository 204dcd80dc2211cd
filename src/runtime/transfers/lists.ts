/** Lists of transfers, and what of them so many pieces are. */
import * as Effect from 'effect/Effect'
import { TransferError } from '../../domain/transfer-failures.ts'
import type { TransferEntry } from '../../domain/transfers.ts'
import { listOfFile } from './bodies.ts'
import type { Transfer, TransferRegistry } from './registry.ts'

/** The whole list of a transfer whose machine needs it. */
export const listOf = (
  registry: TransferRegistry,
  transfer: Transfer
): Effect.Effect<readonly TransferEntry[], TransferError> => {
  const { id, offer, direction } = transfer
  if (offer.kind === 'file') return Effect.succeed(listOfFile(offer))
  return Effect.flatMap(registry.list(transfer), (list) =>
    list === undefined
      ? Effect.fail(
          new TransferError({
            reason: { _tag: 'NotesUnusable', path: `${direction} ${id}`, code: 'ENOENT' }
          })
        )
      : Effect.succeed(list)
  )
}

const piecesOf = ({ kind, bytes }: TransferEntry, pieceBytes: number): number =>
  kind === 'file' ? Math.ceil(bytes / pieceBytes) : 0

export const pieceCount = (list: readonly TransferEntry[], pieceBytes: number): number =>
  list.reduce((sum, entry) => sum + piecesOf(entry, pieceBytes), 0)

/** Bytes of the first `pieces` pieces together. */
export const bytesBefore = (
  list: readonly TransferEntry[],
  pieceBytes: number,
  pieces: number
): number => {
  let bytes = 0
  let left = pieces
  for (const entry of list) {
    const own = piecesOf(entry, pieceBytes)
    if (left < own) return bytes + left * pieceBytes
    bytes += entry.bytes
    left -= own
  }
  return bytes
}
