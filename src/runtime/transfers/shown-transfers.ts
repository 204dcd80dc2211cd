/** Every transfer of this run, as /transfers shows them: those that go on, and the last ones that do not. */
import type { TransferDetails } from '../../domain/transfer-events.ts'
import { detailsOf, stateName } from './details.ts'
import type { TransferPlane } from './plane.ts'
import { isActive, progressOf, type Transfer } from './registry.ts'

/** undefined: the user has not heard of it yet. */
const going = (plane: TransferPlane, transfer: Transfer): TransferDetails | undefined => {
  const { id, peer, direction } = transfer
  const name = stateName(plane.world.stateOf(peer, id), plane.holds.get(id))
  const isUnheard = direction === 'in' && progressOf(transfer).state === 'offered'
  if (isUnheard && !plane.asked.has(id)) return undefined
  const progress = name === 'moving' ? plane.progress(transfer) : undefined
  const shown = progress ?? { doneBytes: plane.doneBytes(transfer) }
  return detailsOf(plane.registry.refOf(transfer), name, plane.isOnline(peer), shown)
}

export const shownTransfers = (plane: TransferPlane): readonly TransferDetails[] => {
  const active = plane.registry.all().filter(isActive)
  const over = plane.finished.all().map(({ details }) => details)
  return [...over, ...active.flatMap((transfer) => going(plane, transfer) ?? [])].toSorted(
    (one, other) => one.number - other.number
  )
}
