/** The pump of an incoming transfer, between the link, the disk and its note. */
import * as Effect from 'effect/Effect'
import type { StallCause } from '../../domain/transfer-events.ts'
import { TransferError } from '../../domain/transfer-failures.ts'
import type { IncomingPorts, PieceDamaged } from '../../machines/incoming-transfer.types.ts'
import { Pieces } from '../../protocol/pieces.ts'
import { listOf } from './lists.ts'
import type { TransferPlane } from './plane.ts'
import type { InboundStream } from './ports.ts'
import { receivePump } from './receive-pump.ts'
import { progressOf, type Transfer } from './registry.ts'
import type { TransferLink } from './world.ts'

type Input = IncomingPorts['actors']['receivePump']['input']

const receive = Effect.fnUntraced(function* (
  plane: TransferPlane,
  transfer: Transfer,
  link: TransferLink
): Effect.fn.Return<void, TransferError | PieceDamaged> {
  const { registry, world } = plane
  const { id, peer, offer } = transfer
  const { place, pieces } = progressOf(transfer)
  const [digest] = link.digests
  if (digest === undefined) return yield* Effect.never
  if (place === undefined)
    return yield* new TransferError({ reason: { _tag: 'PlaceLost', path: offer.name } })
  const list = yield* listOf(registry, transfer)
  // A HOLD that waits for the note must not come behind FETCH: the sender would wait for another one.
  yield* Effect.callback<void>((resume) => transfer.writer.settled(() => resume(Effect.void)))
  let current: InboundStream | undefined
  const fetch = Effect.fnUntraced(function* (piece: number, bytesToCome: number) {
    const stream = yield* link.bulk.receive(bytesToCome)
    // No number is left on this link: the next one has all of them.
    if (stream === undefined) return yield* Effect.never
    current = stream
    const body = { kind: 'fetch', id, stream: stream.stream, piece, digest } as const
    plane.desk(peer).say({ ...body, credit: stream.credit })
    return stream
  })
  const from = new Pieces(list, offer.pieceBytes).bytesBefore(pieces)
  const waitsFor = (): StallCause => current?.waitsFor() ?? 'network'
  const meter = plane.meter(transfer, from, waitsFor)
  const job = {
    offer,
    list,
    digest,
    pieces,
    open: (bytes: number) => world.downloads.open(place, offer, list, bytes),
    fetch,
    onSynced: (done: number) => plane.keep(transfer, { pieces: done }),
    onWritten: meter.note,
    now: world.now
  }
  yield* Effect.ensuring(
    receivePump(job, world.digests),
    Effect.sync(() => meter.stop())
  )
})

/** Asks for what is missing and writes it. Without its link it waits for the end of its state. */
export const receiveEntries = (
  plane: TransferPlane,
  { peerId, id }: Input
): Effect.Effect<void, TransferError | PieceDamaged> => {
  const transfer = plane.registry.get(id)
  const { link } = plane.desk(peerId)
  if (transfer === undefined || link === undefined) return Effect.never
  return plane.alone(
    id,
    Effect.suspend(() => receive(plane, transfer, link))
  )
}
