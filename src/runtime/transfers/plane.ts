/**
 * All transfers of this run: their notes, the desks of the peers, and what the user is told of them. Everything
 * that is told was noted before.
 */
import * as Deferred from 'effect/Deferred'
import * as Effect from 'effect/Effect'
import * as Latch from 'effect/Latch'
import * as Semaphore from 'effect/Semaphore'
import type { EarshotEvent } from '../../domain/events.ts'
import type { StallCause, TransferDetails } from '../../domain/transfer-events.ts'
import type { PeerId } from '../../domain/peer-id.ts'
import type { TransferFailure } from '../../domain/transfer-failures.ts'
import type { TransferEnd, TransferHold, TransferId, TransferRisk } from '../../domain/transfers.ts'
import type { Survey } from '../../services/file-sources.ts'
import type { TransferProgress } from '../../services/transfer-notes.ts'
import { TransferDesk } from './desk.ts'
import { detailsOf, endName } from './details.ts'
import { discardPart } from './discard-part.ts'
import type { Ending, Verdict } from './ending.ts'
import { FinishedTransfers } from './finished.ts'
import { KeptNotes } from './kept-notes.ts'
import { Meter, type Progress } from './meter.ts'
import { isActive, progressOf, type Transfer, TransferRegistry } from './registry.ts'
import { restoreTransfers } from './restore.ts'
import { sourceOf } from './source-paths.ts'
import { WaitingTransfers } from './waiting-transfers.ts'
import type { TransferWorld } from './world.ts'

export class TransferPlane {
  readonly world: TransferWorld
  readonly registry: TransferRegistry
  readonly counts: WaitingTransfers
  readonly finished = new FinishedTransfers()
  /** What the user was asked about, and what is risky in it. */
  readonly asked = new Map<TransferId, readonly TransferRisk[]>()
  /** Paths that are being surveyed, by the id that they will be offered under. */
  readonly preparing = new Map<TransferId, { readonly peerId: PeerId; readonly path: string }>()
  /** Why peers hold those that they hold. */
  readonly holds = new Map<TransferId, TransferHold>()
  /** What was found of paths whose offers are not told yet. */
  readonly surveys = new Map<TransferId, Survey>()
  /** Taken in this run by the user, one by one or all of a peer. */
  readonly consented = new Set<TransferId>()
  /** Received media are opened. */
  opensMedia: boolean
  /** The notes of earlier runs could not be read, so that nothing may be said of any transfer. */
  unusable: TransferFailure | undefined
  readonly #pumps = new Map<TransferId, Semaphore.Semaphore>()
  readonly #restored = Latch.makeUnsafe()
  readonly #kept = new KeptNotes((transfer) => this.registry.get(transfer.id) === transfer)
  readonly #desks = new Map<PeerId, TransferDesk>()
  readonly #verdicts = new Map<TransferId, Verdict>()
  readonly #meters = new Map<TransferId, Meter>()
  /** When each moved first in this run, monotonic milliseconds. */
  readonly #since = new Map<TransferId, number>()
  readonly #told = new Map<TransferId, Latch.Latch>()
  readonly #unwritten = new Set<TransferId>()

  constructor(world: TransferWorld) {
    this.world = world
    this.opensMedia = world.autoOpenMedia
    const { notes, refOf, run, after } = world
    this.registry = new TransferRegistry({
      notes,
      refOf,
      run,
      after,
      onUnwritten: (transfer, failure) => this.#tellUnwritten(transfer, failure),
      onRemoved: (id) => this.#kept.removed(id)
    })
    this.counts = new WaitingTransfers(this.registry, this.preparing, world.onWaiting)
  }

  /** Takes up what earlier runs left. */
  get restored(): Effect.Effect<void> {
    return restoreTransfers(this).pipe(
      Effect.catch(({ reason }) => Effect.sync(() => this.#tellUnusable(reason))),
      Effect.ensuring(this.#restored.open)
    )
  }

  /** Completes when that is done. */
  get whenRestored(): Effect.Effect<void> {
    return this.#restored.await
  }

  desk(peerId: PeerId): TransferDesk {
    const known = this.#desks.get(peerId)
    if (known !== undefined) return known
    const desk = new TransferDesk(peerId, this)
    this.#desks.set(peerId, desk)
    return desk
  }

  emit(event: EarshotEvent): void {
    this.world.emit([event])
  }

  /** Notes a change of how far it came. Over when it is on the disk, or when nobody needs it any more. */
  keep(transfer: Transfer, change: Partial<TransferProgress>): Effect.Effect<void> {
    return Effect.asVoid(this.#kept.keep(transfer, change))
  }

  /** The same, for what must not go on without its note: then it is interrupted. */
  keepFirst(transfer: Transfer, change: Partial<TransferProgress>): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (!isActive(transfer)) return Effect.interrupt
      return Effect.flatMap(this.#kept.keep(transfer, change), (isNoted) =>
        isNoted ? Effect.void : Effect.interrupt
      )
    })
  }

  /** The run ends: what could not be noted so far is not waited for. */
  stop(): void {
    for (const meter of this.#meters.values()) meter.stop()
    this.#kept.stop()
  }

  /** Work that an end of the run waits for, and that is not given up in its midst. */
  insured<A, E>(work: Effect.Effect<A, E>): Effect.Effect<A, E> {
    return Effect.suspend(() => {
      const outcome = Deferred.makeUnsafe<A, E>()
      this.world.run(Effect.asVoid(Deferred.into(work, outcome)))
      return Deferred.await(outcome)
    })
  }

  /** One at a time writes a transfer: what another one leaves is noted before. */
  alone<A, E>(id: TransferId, work: Effect.Effect<A, E>): Effect.Effect<A, E> {
    const one = this.#pumps.get(id) ?? Semaphore.makeUnsafe(1)
    this.#pumps.set(id, one)
    return one.withPermits(1)(work)
  }

  /** Ends a transfer for a reason that is ours and not the user's. */
  refuse(transfer: Transfer, why: TransferEnd, failure?: TransferFailure): void {
    this.#verdicts.set(transfer.id, { why, failure })
    this.desk(transfer.peer).tell(transfer.id, { type: 'user.cancel' })
  }

  /** Why it was refused; undefined: it was not. */
  takeVerdict(id: TransferId): Verdict | undefined {
    const verdict = this.#verdicts.get(id)
    this.#verdicts.delete(id)
    return verdict
  }

  /** Open once the user was told of an offer. */
  toldOf(id: TransferId): Latch.Latch {
    const latch = this.#told.get(id) ?? Latch.makeUnsafe()
    this.#told.set(id, latch)
    return latch
  }

  /** It moves from now on. @returns what is told how far it came, and how it stops. */
  meter(transfer: Transfer, fromBytes: number, waitsFor: () => StallCause | undefined): Meter {
    const { id, offer } = transfer
    const { now, after } = this.world
    this.#meters.get(id)?.stop()
    if (!this.#since.has(id)) this.#since.set(id, now())
    const tell = (progress: Meter['latest']): void => {
      this.emit({ type: 'transfer.progress', transfer: this.registry.refOf(transfer), ...progress })
    }
    const meter = new Meter({ now, after, tell, waitsFor }, offer.bytes, fromBytes)
    this.#meters.set(id, meter)
    this.emit({ type: 'transfer.started', transfer: this.registry.refOf(transfer), fromBytes })
    return meter
  }

  /** How it moves, or moved last. */
  progress({ id }: Transfer): Progress | undefined {
    return this.#meters.get(id)?.latest
  }

  /** Before it moved in this run: what its note tells. */
  doneBytes(transfer: Transfer): number {
    const { bytes, pieceBytes } = transfer.offer
    const noted = Math.min(bytes, progressOf(transfer).pieces * pieceBytes)
    return this.progress(transfer)?.doneBytes ?? noted
  }

  tellPaused(
    transfer: Transfer,
    by: 'us' | 'them',
    why: Extract<EarshotEvent, { readonly type: 'transfer.paused' }>['why'],
    failure?: TransferFailure
  ): void {
    const doneBytes = this.doneBytes(transfer)
    const ref = this.registry.refOf(transfer)
    const cause = failure === undefined ? {} : { failure }
    this.emit({ type: 'transfer.paused', transfer: ref, by, why, doneBytes, ...cause })
  }

  /** Noted paused; the peer hears it, then the user. */
  keepPaused(transfer: Transfer): void {
    const { id, peer, writer } = transfer
    writer.change({ paused: true }, () => {
      // It may have ended while this was written.
      if (!isActive(transfer)) return
      this.desk(peer).say({ kind: 'hold', id, why: 'paused' })
      this.tellPaused(transfer, 'us', 'paused')
      this.counts.count(peer)
    })
  }

  /** The peer holds it. */
  tellHeld(transfer: Transfer, hold: TransferHold | undefined): void {
    if (hold === undefined) return
    this.holds.set(transfer.id, hold)
    this.tellPaused(transfer, 'them', hold)
  }

  /** Noted at its end; what was written of it is removed; the peer hears it, or that we know; then the user. */
  keepEnded(transfer: Transfer, ending: Ending, failure: TransferFailure | undefined): void {
    const { world } = this
    transfer.writer.change({ state: 'ended', end: ending.why, endedBy: ending.by }, () => {
      const over = (): void => this.#tellOver(transfer, ending, failure)
      // As long as the note is there, somebody knows whose the part is.
      if (transfer.direction === 'out') over()
      else world.run(Effect.andThen(discardPart(this, transfer), Effect.sync(over)))
    })
  }

  #tellOver(transfer: Transfer, ending: Ending, failure: TransferFailure | undefined): void {
    const { id, peer, writer } = transfer
    this.tellEnded(transfer, ending, failure)
    if (ending.by === 'us') {
      this.desk(peer).sayOutcome(transfer)
      writer.change({ told: true }, () => undefined)
    } else {
      this.desk(peer).say({ kind: 'over', id })
      this.registry.remove(transfer)
    }
    this.counts.count(peer)
  }

  tellDone(transfer: Transfer): void {
    const ref = this.registry.refOf(transfer)
    const { path } = progressOf(transfer)
    const where = path === undefined ? {} : { path }
    const since = this.#since.get(transfer.id)
    const took = since === undefined ? {} : { elapsedMs: Math.round(this.world.now() - since) }
    const details = detailsOf(ref, 'done', true, { doneBytes: ref.bytes })
    this.#finish(transfer, { ...details, ...where })
    this.emit({ type: 'transfer.done', transfer: ref, ...where, ...took })
  }

  tellEnded(transfer: Transfer, { by, why }: Ending, failure?: TransferFailure): void {
    const ref = this.registry.refOf(transfer)
    const doneBytes = this.doneBytes(transfer)
    this.#finish(
      transfer,
      detailsOf(ref, endName(why), this.isOnline(transfer.peer), { doneBytes })
    )
    const cause = failure === undefined ? {} : { failure }
    this.emit({ type: 'transfer.ended', transfer: ref, by, why, ...cause })
  }

  /**
   * The notes of earlier runs cannot be read: they stay as they are. A peer that heard nothing of them would
   * take its own for lost, so it hears only that its offers are not taken.
   */
  #tellUnusable(failure: TransferFailure): void {
    this.unusable = failure
    this.emit({ type: 'transfers.unusable', failure })
  }

  isOnline(peerId: PeerId): boolean {
    return this.#desks.get(peerId)?.open !== undefined
  }

  #finish(transfer: Transfer, details: TransferDetails): void {
    const { id } = transfer
    this.#meters.get(id)?.stop()
    this.#meters.delete(id)
    this.#since.delete(id)
    this.#told.delete(id)
    this.#pumps.delete(id)
    this.#unwritten.delete(id)
    this.asked.delete(id)
    this.holds.delete(id)
    const source = sourceOf(transfer)
    this.finished.add({ details, ...(source === undefined ? {} : { source }) })
  }

  /** Once, though it is tried again and again: nothing goes on before it is noted. */
  #tellUnwritten(transfer: Transfer, failure: TransferFailure): void {
    if (this.#unwritten.has(transfer.id)) return
    this.#unwritten.add(transfer.id)
    const why = failure._tag === 'NotesFull' ? 'disk-full' : 'unnoted'
    this.tellPaused(transfer, 'us', why, failure)
  }
}
