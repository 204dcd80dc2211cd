/** All transfers of a run, joined to its services and its actors. */
import type { StateValue } from 'xstate'
import type { Actors } from '../actors.ts'
import type { ChatSurroundings } from '../surroundings.ts'
import { TransferPlane } from './plane.ts'
import type { TransferWorld } from './world.ts'

/** The innermost name of where a machine is. */
const innermost = (value: StateValue | undefined): string | undefined => {
  if (value === undefined || typeof value === 'string') return value
  return innermost(Object.values(value)[0])
}

/** The transfers of a run, whose machines are reached through `actors`. */
export const makeTransfers = (
  around: ChatSurroundings,
  actors: Actors,
  { emit, refOf }: Pick<TransferWorld, 'emit' | 'refOf'>
): TransferPlane => {
  const { files, downloads, notes, digests, opener, settings } = around
  const { run, after, now, wallNow, identity } = around
  return new TransferPlane({
    files,
    downloads,
    notes,
    digests,
    opener,
    emit,
    refOf,
    run,
    after,
    now,
    wallNow,
    randomBytes: identity.randomBytes,
    tell: actors.toTransfer,
    start: (start) => {
      const { peerId } = start.input
      const { nickname } = refOf(peerId)
      const trust = actors.session(peerId)?.trust
      actors.startTransfer({ peerId, nickname, trust }, start)
    },
    stateOf: (peerId, id) => innermost(actors.transferState(peerId, id)),
    onWaiting: (peerId, waiting) => actors.toApp({ type: 'transfers.waiting', peerId, waiting }),
    fileBytesMax: settings.fileBytesMax,
    autoOpenMedia: settings.autoOpenMedia,
    mediaExtensions: settings.mediaExtensions
  })
}
