/** The pump of an outgoing transfer, between its note, the disk and the link that the peer asked on. */
import * as Effect from 'effect/Effect'
import type { StallCause } from '../../domain/transfer-events.ts'
import type { TransferError } from '../../domain/transfer-failures.ts'
import type { OutgoingPorts } from '../../machines/outgoing-transfer.types.ts'
import { Pieces } from '../../protocol/pieces.ts'
import { listOf } from './lists.ts'
import type { TransferPlane } from './plane.ts'
import type { OutboundStream } from './ports.ts'
import { sendPump } from './send-pump.ts'

type Input = OutgoingPorts['actors']['sendPump']['input']

/** Sends what the peer asked for, to the end. Without its link it waits for the end of its state. */
export const sendEntries = (
  plane: TransferPlane,
  { peerId, id, fetch }: Input
): Effect.Effect<void, TransferError> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { registry, world } = plane
      const transfer = registry.get(id)
      const link = plane.desk(peerId).link
      if (transfer === undefined || link === undefined || fetch === undefined)
        return yield* Effect.never
      const list = yield* listOf(registry, transfer)
      // That the peer agreed is noted before anything moves.
      yield* Effect.callback<void>((resume) => transfer.writer.settled(() => resume(Effect.void)))
      const { piece, digest } = fetch
      const { offer, sources } = transfer
      const from = new Pieces(list, offer.pieceBytes).bytesBefore(piece)
      const sendOn = link.bulk.sendOn(fetch.stream, (bytes) => meter.note(from + bytes))
      const stream: OutboundStream | undefined = yield* sendOn
      if (stream === undefined) return yield* Effect.never
      const waitsFor = (): StallCause => stream.waitsFor() ?? 'our-disk'
      const meter = plane.meter(transfer, from, waitsFor)
      const job = { offer, list, sources, digest, piece }
      yield* Effect.ensuring(
        sendPump(job, { stream, files: world.files, digests: world.digests }),
        Effect.sync(() => meter.stop())
      )
    })
  ).pipe(Effect.ensuring(Effect.sync(() => plane.desk(peerId).sendTurns.leave(id))))
