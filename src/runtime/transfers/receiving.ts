/** The pump of an incoming transfer, between the link, the disk and its note. */
import * as Effect from 'effect/Effect'
import type { StallCause } from '../../domain/events.ts'
import { TransferError } from '../../domain/transfer-failures.ts'
import type { IncomingPorts, PieceDamaged } from '../../machines/incoming-transfer.types.ts'
import { bytesBefore, listOf } from './lists.ts'
import type { TransferPlane } from './plane.ts'
import type { InboundStream } from './ports.ts'
import { receivePump } from './receive-pump.ts'
import { progressOf } from './registry.ts'

type Input = IncomingPorts['actors']['receivePump']['input']

/** Asks for what is missing and writes it. Without its link it waits for the end of its state. */
export const receiveEntries = Effect.fnUntraced(function* (
  plane: TransferPlane,
  { peerId, id }: Input
): Effect.fn.Return<void, TransferError | PieceDamaged> {
  const { registry, world } = plane
  const transfer = registry.get(id)
  const desk = plane.desk(peerId)
  const { link } = desk
  const digest = link?.digests[0]
  const place = transfer && progressOf(transfer).place
  if (transfer === undefined || link === undefined || digest === undefined)
    return yield* Effect.never
  if (place === undefined)
    return yield* new TransferError({
      reason: { _tag: 'PlaceLost', path: transfer.offer.name }
    })
  const { offer } = transfer
  const list = yield* listOf(registry, transfer)
  const { pieces } = progressOf(transfer)
  let current: InboundStream | undefined
  const waitsFor = (): StallCause => current?.waitsFor() ?? 'network'
  const fetch = Effect.fnUntraced(function* (piece: number, bytesToCome: number) {
    const stream = yield* link.bulk.receive(bytesToCome)
    // No number is left on this link: the next one has all of them.
    if (stream === undefined) return yield* Effect.never
    current = stream
    desk.say({ kind: 'fetch', id, stream: stream.stream, piece, credit: stream.credit, digest })
    return stream
  })
  const meter = plane.meter(transfer, bytesBefore(list, offer.pieceBytes, pieces), waitsFor)
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
