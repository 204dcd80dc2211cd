/** What the machine of an incoming transfer names: placing, receiving, publishing, and what is noted and told. */
import * as Effect from 'effect/Effect'
import { risksOf } from '../../domain/file-names.ts'
import { DISK_RETRY_MS } from '../../domain/limits.ts'
import { TransferError } from '../../domain/transfer-failures.ts'
import type { TransferEntry } from '../../domain/transfers.ts'
import type { IncomingContext, IncomingPorts } from '../../machines/incoming-transfer.types.ts'
import { openIfMedia } from './auto-open.ts'
import { Pieces } from '../../protocol/pieces.ts'
import { listOf } from './lists.ts'
import type { TransferPlane } from './plane.ts'
import { receiveEntries } from './receiving.ts'
import { progressOf, type Transfer } from './registry.ts'

type Input<Name extends keyof IncomingPorts['actors']> = IncomingPorts['actors'][Name]['input']

/** Entries of a list that the user is shown. */
const SHOWN_ENTRIES = 20

/** Bytes that are still to be written. */
const missing = Effect.fnUntraced(function* (plane: TransferPlane, transfer: Transfer) {
  const list = yield* listOf(plane.registry, transfer)
  const { pieces } = progressOf(transfer)
  return transfer.offer.bytes - new Pieces(list, transfer.offer.pieceBytes).bytesBefore(pieces)
})

const hasRoom = Effect.fnUntraced(function* (plane: TransferPlane, transfer: Transfer) {
  const wanted = yield* missing(plane, transfer)
  return wanted === 0 || (yield* plane.world.downloads.room) >= wanted
})

const placed = Effect.fnUntraced(function* (
  plane: TransferPlane,
  { peerId, id, isLost }: Input<'placer'>
) {
  const { registry, world } = plane
  const transfer = registry.get(id)
  if (transfer === undefined) return yield* Effect.interrupt
  yield* plane.toldOf(id).await
  if (progressOf(transfer).state === 'offered') {
    yield* plane.keep(transfer, { state: 'accepted' })
    plane.emit({ type: 'transfer.accepted', transfer: registry.refOf(transfer), by: 'us' })
    plane.counts.count(peerId)
  }
  const { place } = progressOf(transfer)
  if (isLost) yield* plane.keep(transfer, { pieces: 0 })
  if (!(yield* hasRoom(plane, transfer)))
    return yield* new TransferError({
      reason: { _tag: 'DiskFull', path: world.downloads.folder, code: 'ENOSPC' }
    })
  if (place !== undefined && isLost) yield* Effect.ignore(world.downloads.discard(place))
  const begun = world.downloads.begin(transfer.offer, {
    place: isLost ? undefined : place,
    write: (noted) => plane.keepFirst(transfer, { place: noted, pieces: 0 })
  })
  yield* plane.insured(plane.alone(id, begun))
})

const published = Effect.fnUntraced(function* (plane: TransferPlane, { id }: Input<'publisher'>) {
  const { registry, world } = plane
  const transfer = registry.get(id)
  const place = transfer && progressOf(transfer).place
  if (transfer === undefined || place === undefined) return yield* Effect.interrupt
  const { offer } = transfer
  const list = yield* listOf(registry, transfer)
  const path = yield* Effect.scoped(
    Effect.flatMap(world.downloads.open(place, offer, list, offer.bytes), (open) => open.publish)
  )
  yield* plane.keep(transfer, { state: 'done', path })
  plane.tellDone(transfer)
  plane.desk(transfer.peer).sayOutcome(transfer)
  transfer.writer.change({ told: true }, () => undefined)
  plane.counts.count(transfer.peer)
  if (plane.consented.has(id)) world.run(openIfMedia(plane, registry.refOf(transfer), path))
})

const roomComes = Effect.fnUntraced(function* (plane: TransferPlane, { id }: Input<'roomWatcher'>) {
  const transfer = plane.registry.get(id)
  if (transfer === undefined) return yield* Effect.interrupt
  do yield* Effect.sleep(DISK_RETRY_MS)
  while (!(yield* hasRoom(plane, transfer)))
})

/** Tells the user, with what only the disk knows; where it does not tell, without. */
const askUser = Effect.fnUntraced(function* (
  plane: TransferPlane,
  transfer: Transfer,
  isWelcome: boolean
) {
  const { registry, world } = plane
  const { id, offer, peer } = transfer
  const nothing: readonly TransferEntry[] = []
  const list = yield* Effect.orElseSucceed(listOf(registry, transfer), () => nothing)
  const saveAs = yield* Effect.orElseSucceed(world.downloads.nameFor(offer), () => offer.name)
  const room = yield* Effect.orElseSucceed(world.downloads.room, () => undefined)
  const risks = risksOf(offer, list)
  plane.asked.set(id, risks)
  plane.emit({
    type: 'transfer.offered',
    transfer: registry.refOf(transfer),
    online: plane.isOnline(peer),
    entries: list.slice(0, SHOWN_ENTRIES),
    folder: world.downloads.folder,
    saveAs,
    risks,
    ...(room === undefined ? {} : { room }),
    ...(isWelcome ? { welcome: true } : {})
  })
  plane.toldOf(id).openUnsafe()
})

const withTransfer =
  (plane: TransferPlane, work: (transfer: Transfer, context: IncomingContext) => void) =>
  (context: IncomingContext): void => {
    const transfer = plane.registry.get(context.id)
    if (transfer !== undefined) work(transfer, context)
  }

const askList = (plane: TransferPlane, { id, offer, peer }: Transfer): void => {
  const desk = plane.desk(peer)
  if (desk.open?.ask(offer) === true) desk.say({ kind: 'ask-list', id })
}

const askTurn = (plane: TransferPlane, { id, peer }: Transfer): void => {
  const desk = plane.desk(peer)
  if (desk.turns.take(id)) desk.grant(id)
  else desk.say({ kind: 'hold', id, why: 'queued' })
}

const keepEnd = (plane: TransferPlane, transfer: Transfer, context: IncomingContext): void => {
  const { id } = transfer
  const verdict = plane.takeVerdict(id)
  const { by, why } = context.end ?? { by: 'us' as const, why: 'cancelled' as const }
  const end = by === 'us' ? (verdict?.why ?? why) : why
  plane.keepEnded(transfer, { by, why: end }, verdict?.failure ?? context.failure)
}

/** Everything that incoming-transfer.machine.ts names. */
export const makeIncomingPorts = (plane: TransferPlane) => {
  const actors = {
    placer: (input: Input<'placer'>) => Effect.asVoid(placed(plane, input)),
    receivePump: (input: Input<'receivePump'>) => receiveEntries(plane, input),
    publisher: (input: Input<'publisher'>) => Effect.asVoid(plane.insured(published(plane, input))),
    roomWatcher: (input: Input<'roomWatcher'>) => Effect.asVoid(roomComes(plane, input))
  }
  const actions: IncomingPorts['actions'] = {
    askList: withTransfer(plane, (transfer) => askList(plane, transfer)),
    ask: withTransfer(plane, (transfer, { isWelcome }) => {
      if (isWelcome) plane.consented.add(transfer.id)
      plane.world.run(askUser(plane, transfer, isWelcome))
    }),
    askTurn: withTransfer(plane, (transfer) => askTurn(plane, transfer)),
    leaveTurn: ({ peerId, id }) => plane.desk(peerId).turns.leave(id),
    keepPaused: withTransfer(plane, (transfer) => plane.keepPaused(transfer)),
    keepResumed: withTransfer(plane, (transfer) =>
      transfer.writer.change({ paused: false }, () => plane.counts.count(transfer.peer))
    ),
    repeatHold: ({ peerId, id }, { why }) => plane.desk(peerId).say({ kind: 'hold', id, why }),
    tellFull: withTransfer(plane, (transfer) => {
      plane.desk(transfer.peer).say({ kind: 'hold', id: transfer.id, why: 'disk-full' })
      plane.tellPaused(transfer, 'us', 'disk-full')
    }),
    tellHeld: withTransfer(plane, (transfer, { hold }) => plane.tellHeld(transfer, hold)),
    tellLost: withTransfer(plane, (transfer) => plane.tellPaused(transfer, 'us', 'lost')),
    keepEnd: withTransfer(plane, (transfer, context) => keepEnd(plane, transfer, context))
  }
  return { actors, actions }
}
