/** What earlier runs left of transfers is taken up: told, where it was not, and gone on with. */
import * as Effect from 'effect/Effect'
import type { TransferError } from '../../domain/transfer-failures.ts'
import type { TransferEntry } from '../../domain/transfers.ts'
import { listOfFile } from './bodies.ts'
import { Pieces } from '../../protocol/pieces.ts'
import { discardPart } from './discard-part.ts'
import type { TransferPlane } from './plane.ts'
import { isActive, progressOf, type Transfer } from './registry.ts'

type List = readonly TransferEntry[] | undefined

/** The end of one that is over here: told to the user if it was not, and kept while the peer is to hear it. */
const finish = (plane: TransferPlane, transfer: Transfer): void => {
  const { state, told, end = 'cancelled', endedBy = 'them' } = progressOf(transfer)
  const { world, registry } = plane
  if (state === 'ended') world.run(discardPart(plane, transfer))
  if (!told && state === 'done') plane.tellDone(transfer)
  if (!told && state === 'ended') plane.tellEnded(transfer, { by: endedBy, why: end })
  // Whoever received it keeps saying so until we answered: we know already.
  if (state === 'done' && transfer.direction === 'out') registry.remove(transfer)
  else if (!told) transfer.writer.change({ told: true }, () => undefined)
}

const goOn = (plane: TransferPlane, transfer: Transfer, list: List): void => {
  const { id, peer: peerId, direction, offer } = transfer
  const { state, paused, pieces, place } = progressOf(transfer)
  if (direction === 'out')
    return plane.world.start({
      direction,
      input: { peerId, id, path: undefined, paused, accepted: state === 'accepted' }
    })
  if (state === 'accepted') plane.toldOf(id).openUnsafe()
  const isPlaced = place?.partInode !== undefined
  plane.world.start({
    direction,
    input: {
      peerId,
      id,
      state: state === 'accepted' ? 'accepted' : 'offered',
      paused,
      isOffered: false,
      isListed: list !== undefined,
      isWelcome: false,
      isPlaced,
      isWhole: isPlaced && list !== undefined && pieces >= new Pieces(list, offer.pieceBytes).count
    }
  })
}

/** Reads all notes and goes on with them. Before it is over, no link is to open: all of them are told on it. */
export const restoreTransfers = Effect.fnUntraced(function* (
  plane: TransferPlane
): Effect.fn.Return<void, TransferError> {
  const { registry } = plane
  const { transfers, damaged } = yield* registry.restore
  const lists = new Map<Transfer, List>()
  for (const transfer of transfers)
    if (transfer.direction === 'in' && isActive(transfer))
      lists.set(
        transfer,
        transfer.offer.kind === 'file'
          ? listOfFile(transfer.offer)
          : yield* Effect.orElseSucceed(registry.list(transfer), () => undefined)
      )
  if (damaged.length > 0) plane.emit({ type: 'transfer.notes-damaged', paths: damaged })
  for (const transfer of transfers)
    if (isActive(transfer)) {
      goOn(plane, transfer, lists.get(transfer))
      plane.counts.count(transfer.peer)
    } else finish(plane, transfer)
})
