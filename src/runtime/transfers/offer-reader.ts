/** What the peer offers: judged by limits and names before anything of it is noted or told. */
import * as Effect from 'effect/Effect'
import type { ProtocolViolation } from '../../domain/failures.ts'
import { listFault, risksOf, safeFileName, safeNameFor } from '../../domain/file-names.ts'
import {
  OFFERS_WAITING_MAX,
  TRANSFER_BYTES_MAX,
  TRANSFER_ENTRIES_MAX,
  TRANSFERS_PER_PEER_MAX
} from '../../domain/limits.ts'
import type { TransferFailure } from '../../domain/transfer-failures.ts'
import type { TransferEnd, TransferEntry, TransferOffer } from '../../domain/transfers.ts'
import type { TransferBody } from '../../protocol/transfer-messages.ts'
import { illegal, isSameOffer, listOfFile } from './bodies.ts'
import type { TransferDesk } from './desk.ts'
import type { OpenLink } from './open-link.ts'
import { isActive, progressOf, type Transfer } from './registry.ts'

export class OfferReader {
  readonly #desk: TransferDesk

  constructor(desk: TransferDesk) {
    this.#desk = desk
  }

  offer(open: OpenLink, offer: TransferOffer): ProtocolViolation | undefined {
    const desk = this.#desk
    const { id } = offer
    const known = desk.plane.registry.get(id)
    if (known === undefined) {
      this.#judge(open, offer)
      return undefined
    }
    if (desk.find(id, 'in') === undefined) {
      // Of another peer, or ours: it cannot have come by it in a right way, and learns nothing of it.
      desk.say({ kind: 'end', id, why: 'unknown' })
      return undefined
    }
    if (!isSameOffer(known.offer, offer)) return illegal('another offer')
    open.offered.add(id)
    if (isActive(known)) known.whenCreated(() => desk.tell(id, { type: 'peer.offer' }))
    else known.writer.settled(() => desk.sayOutcome(known))
    return undefined
  }

  list(
    open: OpenLink,
    { id, at, entries }: Extract<TransferBody, { readonly kind: 'list' }>
  ): ProtocolViolation | undefined {
    const reader = open.lists.get(id)
    if (reader === undefined) return illegal('list that was not asked for')
    const violation = reader.push(at, entries)
    if (violation !== undefined) return violation
    const { whole } = reader
    if (whole === undefined) return undefined
    open.lists.delete(id)
    const transfer = this.#desk.find(id, 'in')
    if (transfer !== undefined && isActive(transfer)) this.#keepList(transfer, whole)
    return undefined
  }

  /** What we wait for and the peer did not offer is gone there: its notes were lost. */
  all(open: OpenLink): ProtocolViolation | undefined {
    const violation = open.all()
    if (violation !== undefined) return violation
    for (const transfer of this.#desk.plane.registry.of(this.#desk.peerId))
      if (transfer.direction === 'in' && isActive(transfer) && !open.offered.has(transfer.id))
        this.#desk.tell(transfer.id, { type: 'peer.gone' })
    return undefined
  }

  #judge(open: OpenLink, offer: TransferOffer): void {
    const why = this.#fault(offer)
    if (why === undefined) {
      open.offered.add(offer.id)
      return this.#take(offer)
    }
    this.turnAway(open, offer, why)
  }

  /** Nothing of it is noted. */
  turnAway(
    open: OpenLink,
    offer: TransferOffer,
    why: TransferEnd,
    failure?: TransferFailure
  ): void {
    this.#desk.say({ kind: 'end', id: offer.id, why })
    // A peer that offers and offers does not fill the screen.
    if (open.refuse()) this.#tellTurnedAway(offer, why, failure)
  }

  /** Its name may be anything, and is told as we would call it. */
  #tellTurnedAway(
    { id, name, kind, bytes, files }: TransferOffer,
    why: TransferEnd,
    failure: TransferFailure | undefined
  ): void {
    const { plane, peerId } = this.#desk
    const transfer = {
      id,
      number: plane.registry.nextNumber(),
      peer: plane.world.refOf(peerId),
      direction: 'in',
      name: safeNameFor(name),
      kind,
      bytes,
      files
    } as const
    const cause = failure === undefined ? {} : { failure }
    plane.emit({ type: 'transfer.ended', transfer, by: 'us', why, ...cause })
  }

  #fault(offer: TransferOffer): TransferEnd | undefined {
    const { world, registry } = this.#desk.plane
    const bytesMax = Math.min(world.fileBytesMax ?? TRANSFER_BYTES_MAX, TRANSFER_BYTES_MAX)
    if (offer.bytes > bytesMax || offer.entries > TRANSFER_ENTRIES_MAX) return 'too-large'
    if (safeFileName(offer.name) === undefined) return 'unsafe'
    const incoming = registry.of(this.#desk.peerId).filter(({ direction }) => direction === 'in')
    const waiting = incoming.filter((one) => progressOf(one).state === 'offered')
    return waiting.length >= OFFERS_WAITING_MAX || incoming.length >= TRANSFERS_PER_PEER_MAX
      ? 'too-many'
      : undefined
  }

  #take(offer: TransferOffer): void {
    const desk = this.#desk
    const { world, registry } = desk.plane
    const list = offer.kind === 'file' ? listOfFile(offer) : undefined
    const { transfer, written } = registry.create(
      {
        peer: desk.peerId,
        direction: 'in',
        offer,
        at: world.wallNow(),
        sources: [],
        progress: { state: 'offered', paused: false, pieces: 0, told: false }
      },
      list
    )
    const noted = Effect.match(written, {
      onSuccess: () => this.#start(transfer, list),
      onFailure: ({ reason }) => this.#untaken(transfer, reason)
    })
    world.run(noted)
  }

  /** Its note was made. @param list undefined: it is to be asked for. */
  #start(transfer: Transfer, list: readonly TransferEntry[] | undefined): void {
    const { peerId, open, isWelcome, plane } = this.#desk
    const { id, offer } = transfer
    plane.world.start({
      direction: 'in',
      input: {
        peerId,
        id,
        state: 'offered',
        paused: false,
        isOffered: open?.offered.has(id) ?? false,
        isListed: list !== undefined,
        isWelcome: isWelcome && list !== undefined && risksOf(offer, list).length === 0,
        isPlaced: false,
        isWhole: false
      }
    })
    plane.registry.created(transfer)
  }

  /** There is no note of it, so nothing else is told later. */
  #untaken(transfer: Transfer, failure: TransferFailure): void {
    const { id } = transfer
    this.#desk.say({ kind: 'end', id, why: 'not-writable' })
    this.#desk.plane.tellEnded(transfer, { by: 'us', why: 'not-writable' }, failure)
  }

  #keepList(transfer: Transfer, list: readonly TransferEntry[]): void {
    const desk = this.#desk
    const { world, registry } = desk.plane
    const { id, offer } = transfer
    if (listFault(offer, list) !== undefined) return desk.plane.refuse(transfer, 'unsafe')
    const isWelcome = desk.isWelcome && risksOf(offer, list).length === 0
    const kept = Effect.match(registry.putList(transfer, list), {
      onSuccess: () => desk.tell(id, { type: 'list.whole', isWelcome }),
      onFailure: ({ reason }) => desk.plane.refuse(transfer, 'not-writable', reason)
    })
    world.run(kept)
  }
}
