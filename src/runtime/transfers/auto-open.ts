/** Opening what came, where the user wants that: only what its first bytes and its ending both show to be media of a kind that the user wants. */
import * as Effect from 'effect/Effect'
import type { TransferRef } from '../../domain/transfer-events.ts'
import { endingsOfMedia, MEDIA_HEAD_BYTES, mediaTypeOf } from '../../domain/media-types.ts'
import type { TransferPlane } from './plane.ts'

/** After the user took it, and it is done. @param path absolute. */
export const openIfMedia = Effect.fnUntraced(function* (
  plane: TransferPlane,
  transfer: TransferRef,
  path: string
) {
  if (!plane.opensMedia || transfer.kind !== 'file') return
  const { opener } = plane.world
  const type = mediaTypeOf(yield* opener.firstBytes(path, MEDIA_HEAD_BYTES))
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase()
  const isMedia =
    type !== undefined &&
    endingsOfMedia(type).includes(ending) &&
    plane.world.mediaExtensions.includes(ending)
  if (!isMedia) return plane.emit({ type: 'transfer.not-opened', transfer, path, why: 'not-media' })
  if (yield* opener.open(path)) return plane.emit({ type: 'transfer.opened', transfer, path })
  plane.emit({ type: 'transfer.not-opened', transfer, path, why: 'no-program' })
})
