/**
 * Our side of one conversation: what is said waits here, in the store, until the peer has it in its
 * own. `protocol/delivery/outgoing` numbers it; what the user is told of it is true when it is told.
 */
import type * as Effect from 'effect/Effect'
import * as Latch from 'effect/Latch'
import type { EarshotEvent } from '../domain/events.ts'
import type { PeerRef } from '../domain/peer-ref.ts'
import type { ProtocolViolation, StoreFailure } from '../domain/failures.ts'
import type { MessageOf, OwnMessage } from '../domain/items.ts'
import { encodeMessage } from '../protocol/codec.ts'
import * as delivery from '../protocol/delivery/outgoing.ts'
import * as renumbering from '../protocol/delivery/renumbering.ts'
import { joinFrames } from '../protocol/lanes.ts'
import { utf8Bytes } from '../protocol/utf8.ts'
import { isViolation } from '../protocol/violation.ts'
import type { Carrier } from './carrier.ts'
import type { Contribution } from './ledger-loop.ts'
import { OutboxNotes, requeuing } from './outbox-notes.ts'
import { TypedMessages } from './typed-messages.ts'
import { UnreadMessages } from './unread-messages.ts'

/** Items that are encoded in one go, and bytes of frames that may wait in front of the next ones. */
const PUMP_ITEMS = 512
const PUMP_BYTES = 256 * 1024

export interface OutboxWorld {
  readonly out: delivery.Outgoing
  readonly newMessageId: () => string
  readonly emit: (events: readonly EarshotEvent[]) => void
  readonly refOf: () => PeerRef
  /** The number of pending messages changed. */
  readonly onWaiting: () => void
  /** There may be something to write. */
  readonly kick: () => void
  /** UTF-8 bytes of the longest message that is sent. Any that the protocol allows is taken. */
  readonly messageBytesMax: number
  /** Milliseconds since the epoch. */
  readonly wallNow: () => number
}

const textIds = (messages: readonly MessageOf[]): readonly string[] =>
  messages.flatMap(({ id, body }) => (body.kind === 'text' ? [id] : []))

export class Outbox {
  readonly #world: OutboxWorld
  readonly #out: delivery.Outgoing
  readonly #typed = new TypedMessages()
  readonly #notes: OutboxNotes
  readonly #unread = new UnreadMessages()
  readonly #cancelled = new Set<string>()
  /** The log began anew on this link: what the peer says it read means the log before, until it acknowledges. */
  #isRenumbered = false
  #carrier: Carrier | undefined
  /** Our name as it was changed last in this run. */
  #renamed: string | undefined
  readonly #settled = Latch.makeUnsafe(true)
  messagesOut = 0
  /** The process of the peer that acknowledged last. */
  acker: string | undefined
  /** true: nothing new is numbered now, since the log begins anew. */
  isPaused = false
  /** true: a link is open, or about to be; in the store everything counts as sent. */
  isLinked = false

  /** @param isKept an earlier run may have left a link open in the store. */
  constructor(world: OutboxWorld, isKept: boolean) {
    this.#world = world
    this.#out = world.out
    this.#notes = new OutboxNotes(world.out)
    if (isKept) this.#notes.unlinked()
  }

  /** Pending messages. */
  waiting(): number {
    return this.#out.entries.length + this.#typed.size.messages
  }

  waitingBytes(): number {
    return this.#out.bytes + this.#typed.size.bytes
  }

  /** Completes when nothing waits any more, or there is no link. */
  get settled(): Effect.Effect<void> {
    return this.#settled.await
  }

  /** What waits, in order; `sent`: it was on a link, so the peer may have it. */
  pending(): readonly { readonly message: MessageOf; readonly sent: boolean }[] {
    const numbered = delivery
      .pending(this.#out)
      .map((message) => ({ message, sent: delivery.wasSent(this.#out, message) }))
    return [...numbered, ...this.#typed.all.map((message) => ({ message, sent: false }))]
  }

  /** Takes messages, as many as were read at once. */
  say(texts: readonly string[]): void {
    const failed: EarshotEvent[] = []
    const before = this.waiting()
    for (const text of texts) {
      const why = text === '' ? undefined : this.#refusal(text)
      if (why !== undefined)
        failed.push({ type: 'message.failed', peer: this.#world.refOf(), text, why })
      else if (text !== '') this.#take({ kind: 'text', text: text.toWellFormed() })
    }
    if (failed.length > 0) this.#world.emit(failed)
    // Once for all lines of a read: who hears of it is an actor, which costs more than a message.
    if (this.waiting() > before) this.#changed()
    this.#world.kick()
  }

  /** READY tells the name to a peer that comes later, and `open` what a READY did not know yet. */
  rename(nickname: string): void {
    this.#renamed = nickname
    if (this.#carrier === undefined) return
    this.#take({ kind: 'nick', nickname })
    this.#changed()
    this.#world.kick()
  }

  /** Takes messages back, as far as none of them was on a link. */
  cancel(ids: readonly string[]): void {
    for (const id of ids) this.#cancelled.add(id)
    this.#world.kick()
  }

  /**
   * The link may carry items from now on. @param received the peer's number for our log.
   * @param isRenumbered LOG was sent on it.
   */
  open(carrier: Carrier, received: number | undefined, isRenumbered: boolean): void {
    this.#isRenumbered = isRenumbered
    const delivered = delivery.resume(this.#out, received)
    this.#carrier = carrier
    carrier.writer.onIdle(this.pump)
    const renamed = this.#renamed
    if (renamed !== undefined && renamed !== carrier.told.nickname) this.rename(renamed)
    this.#delivered(delivered)
    this.#changed()
    this.pump()
  }

  close(): void {
    this.#carrier = undefined
    delivery.linkLost(this.#out)
    this.#settled.openUnsafe()
    this.isLinked = false
    this.#notes.unlinked()
    this.#world.kick()
  }

  acked(upTo: number): ProtocolViolation | undefined {
    this.#isRenumbered = false
    const delivered = delivery.acked(this.#out, upTo)
    if (isViolation(delivered)) return delivered
    this.#delivered(delivered)
    this.pump()
    return undefined
  }

  read(upTo: number): ProtocolViolation | undefined {
    if (this.#isRenumbered) return undefined
    const isNews = delivery.readUpTo(this.#out, upTo)
    if (typeof isNews !== 'boolean') return isNews
    if (!isNews || this.#carrier?.receipts !== true) return undefined
    const ids = this.#unread.take(upTo)
    this.#notes.read(upTo)
    if (ids.length > 0) this.#world.emit([{ type: 'message.read', peer: this.#world.refOf(), ids }])
    this.#world.kick()
    return undefined
  }

  /** The log begins anew: numbers of the old one mean nothing any more. */
  forgetNumbers(): void {
    this.#notes.clear()
    this.#unread.clear()
  }

  /** Moves items to the writer while little waits there; the writer calls again when it is idle. */
  readonly pump = (): void => {
    const sent: string[] = []
    while (this.#carrier !== undefined && this.#carrier.writer.queuedBytes() < PUMP_BYTES) {
      const { items, messages } = delivery.takeSendable(this.#out, PUMP_ITEMS, PUMP_BYTES)
      if (items.length === 0) break
      sent.push(...textIds(messages))
      this.#carrier.writer.send(joinFrames(items.map(encodeMessage)))
    }
    if (sent.length > 0)
      this.#world.emit([{ type: 'message.sent', peer: this.#world.refOf(), ids: sent }])
  }

  /** What became known of earlier messages. */
  get notesContribution(): () => Contribution | undefined {
    return this.#notes.contribution
  }

  /** What is said, or taken back. */
  readonly contribution = (): Contribution | undefined => {
    if (this.isPaused) return undefined
    return this.#cancelled.size > 0 ? this.#cancellation() : this.#said()
  }

  #said(): Contribution | undefined {
    const messages = delivery.enqueue(this.#out, this.#typed.take())
    if (messages.length === 0) return undefined
    return {
      changes: [{ type: 'queued', epoch: this.#out.epoch, messages }],
      durability: 'synced',
      onStored: () => this.#stored(messages),
      onFailed: (failure) => this.#unstored(messages, failure)
    }
  }

  #cancellation(): Contribution {
    const asked = new Set(this.#cancelled)
    const plan = renumbering.planCancel(this.#out, asked)
    this.#cancelled.clear()
    renumbering.hold(this.#out)
    return {
      changes: requeuing(this.#out, plan.messages, this.isLinked),
      durability: 'synced',
      onStored: () => {
        renumbering.replace(this.#out, plan.messages)
        const ids = textIds([...plan.cancelled, ...this.#typed.remove(asked)])
        const { tooLate } = plan
        this.#world.emit([{ type: 'message.cancelled', peer: this.#world.refOf(), ids, tooLate }])
        this.#changed()
        this.pump()
      },
      onFailed: () => {
        for (const id of asked) this.#cancelled.add(id)
        delivery.stored(this.#out)
        this.pump()
      }
    }
  }

  #stored(messages: readonly OwnMessage[]): void {
    delivery.stored(this.#out)
    const peer = this.#world.refOf()
    const online = this.#carrier !== undefined
    const events = messages.flatMap(({ id, body }): readonly EarshotEvent[] =>
      body.kind === 'text' ? [{ type: 'message.queued', peer, id, text: body.text, online }] : []
    )
    this.messagesOut += events.length
    if (events.length > 0) this.#world.emit(events)
    this.#changed()
    this.pump()
  }

  #unstored(messages: readonly OwnMessage[], failure: StoreFailure): void {
    delivery.withdraw(this.#out)
    const peer = this.#world.refOf()
    const events = messages.flatMap(({ body }): readonly EarshotEvent[] =>
      body.kind === 'text'
        ? [{ type: 'message.failed', peer, text: body.text, why: 'not-stored', failure }]
        : []
    )
    if (events.length > 0) this.#world.emit(events)
    this.#changed()
  }

  /** What both ends take in one message. */
  #bytesMax(): number {
    const { messageBytesMax } = this.#world
    return Math.min(messageBytesMax, this.#carrier?.writer.messageBytesMax ?? messageBytesMax)
  }

  #refusal(text: string): 'too-long' | 'outbox-full' | undefined {
    if (utf8Bytes(text) > this.#bytesMax()) return 'too-long'
    const message = { id: '', at: 0, body: { kind: 'text', text } } as const
    return delivery.roomFor(this.#out, message, this.#typed.size) === undefined
      ? undefined
      : 'outbox-full'
  }

  #take(body: MessageOf['body']): void {
    this.#typed.push({ id: this.#world.newMessageId(), at: this.#world.wallNow(), body })
  }

  #delivered(messages: readonly OwnMessage[]): void {
    const carrier = this.#carrier
    if (messages.length === 0 || carrier === undefined) return
    this.acker = carrier.instance
    this.#notes.acknowledged(this.#out.acked, carrier.instance)
    const texts = messages.filter(({ body }) => body.kind === 'text')
    if (carrier.receipts) this.#unread.push(texts)
    const ids = textIds(texts)
    if (ids.length > 0)
      this.#world.emit([{ type: 'message.delivered', peer: this.#world.refOf(), ids }])
    this.#changed()
    this.#world.kick()
  }

  #changed(): void {
    if (this.#carrier === undefined || this.waiting() === 0) this.#settled.openUnsafe()
    else this.#settled.closeUnsafe()
    this.#world.onWaiting()
  }
}
