/** Removing what was written of a transfer that ended here. */
import * as Effect from 'effect/Effect'
import type { TransferPlane } from './plane.ts'
import { progressOf, type Transfer } from './registry.ts'

/** Once nobody makes or writes it any more. What cannot be removed stays where it is. */
export const discardPart = (plane: TransferPlane, transfer: Transfer): Effect.Effect<void> =>
  plane.alone(
    transfer.id,
    Effect.suspend(() => {
      const { place } = progressOf(transfer)
      return place === undefined ? Effect.void : Effect.ignore(plane.world.downloads.discard(place))
    })
  )
