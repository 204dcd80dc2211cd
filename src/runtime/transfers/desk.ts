/**
 * What is told and heard of transfers on the link to one peer (docs/PROTOCOL.md, Files): both ends tell
 * their sides of all their notes when it opens, and each frame is judged by the notes before a machine hears
 * of it.
 */
import * as Effect from 'effect/Effect'
import * as Latch from 'effect/Latch'
import type { ProtocolViolation } from '../../domain/failures.ts'
import type { PeerId } from '../../domain/peer-id.ts'
import type { TransferDirection, TransferId } from '../../domain/transfers.ts'
import type { TransferEvent } from '../../machines/transfer.types.ts'
import type { TransferBody } from '../../protocol/transfer-messages.ts'
import { OfferReader } from './offer-reader.ts'
import { OpenLink } from './open-link.ts'
import type { TransferPlane } from './plane.ts'
import { isActive, progressOf, type Transfer } from './registry.ts'
import { RequestReader } from './request-reader.ts'
import { Turns } from './turns.ts'
import type { TransferLink } from './world.ts'

/** Does it once the notes of all of them are on the disk as they are now; never, where one is removed before. */
const whenSettled = (transfers: readonly Transfer[], then: () => void): void => {
  let left = transfers.length
  if (left === 0) return then()
  for (const { writer } of transfers)
    writer.settled(() => {
      left -= 1
      if (left === 0) then()
    })
}

export class TransferDesk {
  readonly peerId: PeerId
  readonly plane: TransferPlane
  /** Of incoming ones. */
  readonly turns = new Turns((id) => this.grant(id))
  /** Of outgoing ones: a peer may want more at once than it should. */
  readonly sendTurns = new Turns((id) => this.#offerAgain(id))
  /** The user takes everything that it offers in this run. */
  isWelcome = false
  readonly #offers = new OfferReader(this)
  readonly #requests = new RequestReader(this)
  #open: OpenLink | undefined
  /** Ends that were told on this link, and that the peer has not confirmed. */
  readonly #unconfirmed = new Set<TransferId>()
  readonly #settled = Latch.makeUnsafe(true)

  constructor(peerId: PeerId, plane: TransferPlane) {
    this.peerId = peerId
    this.plane = plane
  }

  get open(): OpenLink | undefined {
    return this.#open
  }

  get link(): TransferLink | undefined {
    return this.#open?.link
  }

  /** A link is open: the peer hears our side of everything, where we know it. */
  attach(link: TransferLink): void {
    const open = new OpenLink(link, this.plane.world.now())
    this.#open = open
    if (this.plane.unusable !== undefined) return
    const transfers = this.plane.registry.of(this.peerId)
    for (const transfer of transfers) this.#retell(transfer)
    // What ends now is told as ended before it could be taken for lost.
    whenSettled(
      transfers.filter((transfer) => !isActive(transfer)),
      () => {
        if (this.#open === open) this.say({ kind: 'all' })
      }
    )
  }

  /** The link is gone; the machines hear of it from their session. */
  detach(link: TransferLink): void {
    if (this.link !== link) return
    this.#open = undefined
    this.#unconfirmed.clear()
    this.#settled.openUnsafe()
  }

  /** Completes when the peer knows how everything ended that ended here, or the link is gone. */
  get settled(): Effect.Effect<void> {
    return this.#settled.await
  }

  /** Says it where the peer is here; else it hears it on the next link. */
  say(body: TransferBody): void {
    this.#open?.link.say(body)
  }

  /** The end of a transfer as it was noted, until the peer says that it knows. */
  sayOutcome(transfer: Transfer): void {
    const { id, direction } = transfer
    const { state, end } = progressOf(transfer)
    if (state === 'ended') this.#sayLast(id, { kind: 'end', id, why: end ?? 'cancelled' })
    if (state === 'done' && direction === 'in') this.#sayLast(id, { kind: 'done', id })
  }

  /** What the peer is to confirm. */
  #sayLast(id: TransferId, body: TransferBody): void {
    if (this.#open === undefined) return
    this.#unconfirmed.add(id)
    this.#settled.closeUnsafe()
    this.say(body)
  }

  tell(id: TransferId, event: TransferEvent): void {
    this.plane.world.tell(this.peerId, id, event)
  }

  /** Its turn came. Told once the machine that asks, or leaves its turn, is done with that. */
  grant(id: TransferId): void {
    const granted = Effect.sync(() => {
      if (this.turns.has(id)) this.tell(id, { type: 'turn.granted' })
    })
    this.plane.world.run(Effect.andThen(Effect.yieldNow, granted))
  }

  /** A transfer of this peer in this direction. */
  find(id: TransferId, direction: TransferDirection): Transfer | undefined {
    const found = this.#mine(id)
    return found?.direction === direction ? found : undefined
  }

  /** One frame. A violation ends the link; nothing after it counts. */
  receive(body: TransferBody): ProtocolViolation | undefined {
    const open = this.#open
    if (open === undefined) return undefined
    const violation = open.pay(this.plane.world.now())
    if (violation !== undefined) return violation
    const { unusable } = this.plane
    if (unusable !== undefined) {
      if (body.kind === 'offer') this.#offers.turnAway(open, body.offer, 'not-writable', unusable)
      return undefined
    }
    switch (body.kind) {
      case 'offer':
        return this.#offers.offer(open, body.offer)
      case 'list':
        return this.#offers.list(open, body)
      case 'all':
        return this.#offers.all(open)
      case 'ask-list':
        return this.#requests.askList(open, body.id)
      case 'fetch':
        return this.#requests.fetch(open, body)
      case 'done':
        return this.#requests.done(body.id)
      case 'hold':
        return this.#hold(body)
      case 'end':
        return this.#end(body)
      case 'over':
        return this.#over(body.id)
      default:
        return body satisfies never
    }
  }

  #mine(id: TransferId): Transfer | undefined {
    const found = this.plane.registry.get(id)
    return found?.peer === this.peerId ? found : undefined
  }

  #retell(transfer: Transfer): void {
    if (!transfer.isCreated) return
    if (!isActive(transfer)) transfer.writer.settled(() => this.sayOutcome(transfer))
    else if (transfer.direction === 'out') this.offer(transfer)
  }

  /** OFFER, and HOLD behind it where the user paused it. */
  offer({ id, offer, writer }: Transfer): void {
    this.say({ kind: 'offer', offer })
    if (writer.progress.paused) this.say({ kind: 'hold', id, why: 'paused' })
  }

  /** It was its turn to wait, and now it may be sent: the peer fetches what is offered. */
  #offerAgain(id: TransferId): void {
    const transfer = this.find(id, 'out')
    if (transfer !== undefined && isActive(transfer) && !progressOf(transfer).paused)
      this.offer(transfer)
    else this.sendTurns.leave(id)
  }

  #hold({ id, why }: Extract<TransferBody, { readonly kind: 'hold' }>): undefined {
    const transfer = this.#mine(id)
    if (transfer === undefined || !isActive(transfer)) return
    this.sendTurns.leave(id)
    transfer.whenCreated(() => this.tell(id, { type: 'peer.hold', why }))
  }

  #end({ id, why }: Extract<TransferBody, { readonly kind: 'end' }>): undefined {
    const transfer = this.#mine(id)
    if (transfer === undefined || !isActive(transfer)) {
      this.say({ kind: 'over', id })
      return
    }
    this.sendTurns.leave(id)
    transfer.whenCreated(() => this.tell(id, { type: 'peer.end', why }))
  }

  #over(id: TransferId): undefined {
    this.#unconfirmed.delete(id)
    if (this.#unconfirmed.size === 0) this.#settled.openUnsafe()
    const transfer = this.#mine(id)
    if (transfer === undefined || isActive(transfer)) return
    // Our user hears of its end once that is noted, which may take long on a bad disk.
    transfer.writer.settled(() => this.plane.registry.remove(transfer))
  }
}
