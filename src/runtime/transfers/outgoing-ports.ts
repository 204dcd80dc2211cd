/** What the machine of an outgoing transfer names: finding, sending, and what is noted and told of it. */
import * as Effect from 'effect/Effect'
import { PROGRESS_INTERVAL_MS } from '../../domain/limits.ts'
import type { PeerId } from '../../domain/peer-id.ts'
import { TransferError } from '../../domain/transfer-failures.ts'
import { pieceBytesFor, type TransferId, type TransferOffer } from '../../domain/transfers.ts'
import type { OutgoingContext, OutgoingPorts } from '../../machines/outgoing-transfer.types.ts'
import type { Survey } from '../../services/file-sources.ts'
import type { SourceEntry } from '../../services/transfer-notes.ts'
import type { TransferPlane } from './plane.ts'
import { isSameOffer } from './bodies.ts'
import { isActive, progressOf, type Transfer } from './registry.ts'
import { sendEntries } from './sending.ts'

type Input<Name extends keyof OutgoingPorts['actors']> = OutgoingPorts['actors'][Name]['input']

const offerOf = (id: TransferId, { name, kind, list }: Survey): TransferOffer => {
  const bytes = list.reduce((sum, entry) => sum + entry.bytes, 0)
  const files = list.reduce((sum, entry) => sum + (entry.kind === 'file' ? 1 : 0), 0)
  const executable = kind === 'file' && list[0]?.executable === true
  const pieceBytes = pieceBytesFor(bytes)
  return { id, name, kind, bytes, files, entries: list.length, pieceBytes, executable }
}

/** The one to this peer that offers the very same files already. */
const sameTransfer = (
  { registry }: TransferPlane,
  peerId: PeerId,
  offer: TransferOffer,
  { sources }: Survey
): Transfer | undefined =>
  registry
    .of(peerId)
    .find(
      (one) =>
        one.direction === 'out' &&
        isActive(one) &&
        isSameOffer({ ...one.offer, id: offer.id }, offer) &&
        one.sources.length === sources.length &&
        one.sources.every((source, at) => isSameSource(source, sources[at]))
    )

const isSameSource = (one: SourceEntry, other: SourceEntry | undefined): boolean =>
  one.path === other?.path &&
  one.inode === other.inode &&
  one.modifiedMs === other.modifiedMs &&
  one.bytes === other.bytes

/** What is sent again while it is under way goes on, instead of a second one beside it. */
const takenUp = (
  plane: TransferPlane,
  { peerId, id }: Input<'surveyor'>,
  same: Transfer
): Effect.Effect<never> => {
  const online = plane.isOnline(peerId)
  plane.emit({ type: 'transfer.offered', transfer: plane.registry.refOf(same), online })
  if (progressOf(same).paused) plane.desk(peerId).tell(same.id, { type: 'user.resume' })
  // The machine that asked is not needed: it hears so in the state that it is in now.
  plane.desk(peerId).tell(id, { type: 'user.cancel' })
  return Effect.never
}

const surveyPath = Effect.fnUntraced(function* (plane: TransferPlane, input: Input<'surveyor'>) {
  const { world, registry, surveys } = plane
  const { peerId, id, path } = input
  let toldAt = world.now()
  const onFound = (entries: number): void => {
    if (world.now() - toldAt < PROGRESS_INTERVAL_MS) return
    toldAt = world.now()
    plane.emit({ type: 'transfer.preparing', path, entries })
  }
  const survey = yield* world.files.survey(path, onFound)
  const offer = offerOf(id, survey)
  const { fileBytesMax: limit } = world
  if (limit !== undefined && offer.bytes > limit)
    return yield* new TransferError({
      reason: { _tag: 'SourceTooLarge', path, bytes: offer.bytes, limit }
    })
  yield* plane.whenRestored
  const same = sameTransfer(plane, peerId, offer, survey)
  if (same !== undefined) return yield* takenUp(plane, input, same)
  const { transfer, written } = registry.create(
    {
      peer: peerId,
      direction: 'out',
      offer,
      at: world.wallNow(),
      sources: survey.sources,
      progress: { state: 'offered', paused: false, pieces: 0, told: false }
    },
    survey.list
  )
  yield* plane.insured(written)
  surveys.set(id, survey)
  plane.preparing.delete(id)
  registry.created(transfer)
})

/** Does it with one that is noted; before, there is nothing to do. */
const withTransfer =
  (plane: TransferPlane, work: (transfer: Transfer, context: OutgoingContext) => void) =>
  (context: OutgoingContext): void => {
    const transfer = plane.registry.get(context.id)
    if (transfer !== undefined) transfer.whenCreated(() => work(transfer, context))
  }

const offerNow = (plane: TransferPlane, transfer: Transfer): void => {
  const { id, peer } = transfer
  const survey = plane.surveys.get(id)
  plane.surveys.delete(id)
  plane.desk(peer).offer(transfer)
  plane.emit({
    type: 'transfer.offered',
    transfer: plane.registry.refOf(transfer),
    online: plane.isOnline(peer),
    ...(survey === undefined || survey.skipped.length === 0 ? {} : { skipped: survey.skipped }),
    ...(survey === undefined || survey.renamed.length === 0 ? {} : { renamed: survey.renamed })
  })
  plane.counts.count(peer)
}

const keepDone = (plane: TransferPlane, transfer: Transfer): void => {
  const { id, peer, writer } = transfer
  writer.change({ state: 'done' }, () => {
    plane.tellDone(transfer)
    plane.desk(peer).say({ kind: 'over', id })
    plane.registry.remove(transfer)
    plane.counts.count(peer)
  })
}

const keepEnd = (plane: TransferPlane, transfer: Transfer, context: OutgoingContext): void => {
  const { id, peer } = transfer
  const verdict = plane.takeVerdict(id)
  const { by, why } = context.end ?? { by: 'us' as const, why: 'cancelled' as const }
  const end = by === 'us' ? (verdict?.why ?? why) : why
  plane.desk(peer).sendTurns.leave(id)
  plane.keepEnded(transfer, { by, why: end }, verdict?.failure ?? context.failure)
}

const forgetPreparing = (plane: TransferPlane, peerId: PeerId, id: TransferId): void => {
  plane.preparing.delete(id)
  plane.counts.count(peerId)
}

const refuse = (plane: TransferPlane, context: OutgoingContext): void => {
  const { peerId, id, path, failure } = context
  forgetPreparing(plane, peerId, id)
  const reason = failure ?? ({ _tag: 'SourceUnreadable', path: path ?? '', code: '' } as const)
  const peer = plane.world.refOf(peerId)
  plane.emit({ type: 'transfer.refused', path: path ?? '', peer, failure: reason })
}

/** Everything that outgoing-transfer.machine.ts names. */
export const makeOutgoingPorts = (plane: TransferPlane) => {
  const actors = {
    surveyor: (input: Input<'surveyor'>) => Effect.asVoid(surveyPath(plane, input)),
    sendPump: (input: Input<'sendPump'>) => sendEntries(plane, input)
  }
  const actions: OutgoingPorts['actions'] = {
    tellRefused: (context) => refuse(plane, context),
    offer: withTransfer(plane, (transfer) => offerNow(plane, transfer)),
    keepAccepted: withTransfer(plane, (transfer) =>
      transfer.writer.change({ state: 'accepted' }, () => {
        const ref = plane.registry.refOf(transfer)
        plane.emit({ type: 'transfer.accepted', transfer: ref, by: 'them' })
      })
    ),
    keepPaused: withTransfer(plane, (transfer) => plane.keepPaused(transfer)),
    keepResumed: withTransfer(plane, (transfer) =>
      transfer.writer.change({ paused: false }, () => {
        // It may have ended while the disk took that: the peer was told so, or of nothing.
        if (isActive(transfer)) plane.desk(transfer.peer).offer(transfer)
        plane.counts.count(transfer.peer)
      })
    ),
    repeatHold: ({ peerId, id }) => plane.desk(peerId).say({ kind: 'hold', id, why: 'paused' }),
    tellHeld: withTransfer(plane, (transfer, { hold }) => plane.tellHeld(transfer, hold)),
    tellLost: withTransfer(plane, (transfer) => plane.tellPaused(transfer, 'us', 'lost')),
    keepDone: withTransfer(plane, (transfer) => keepDone(plane, transfer)),
    keepEnd: (context) => {
      if (plane.registry.get(context.id) === undefined)
        return forgetPreparing(plane, context.peerId, context.id)
      withTransfer(plane, (transfer) => keepEnd(plane, transfer, context))(context)
    }
  }
  return { actors, actions }
}
