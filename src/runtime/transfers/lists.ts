/** The lists of transfers that machines work on. */
import * as Effect from 'effect/Effect'
import { notesFailure, type TransferError } from '../../domain/transfer-failures.ts'
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
      ? Effect.fail(notesFailure(`${direction} ${id}`, 'ENOENT'))
      : Effect.succeed(list)
  )
}
