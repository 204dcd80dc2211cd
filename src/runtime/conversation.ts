/**
 * The talk with one peer, in memory: what waits to be sent, what was acknowledged, what has come. It
 * outlives links: `protocol/delivery` numbers the items, and a new link goes on where the last ended.
 */
import type { EarshotEvent, PeerRef } from '../domain/events.ts'
import type { ProtocolViolation } from '../domain/failures.ts'
import { MESSAGE_BYTES_MAX } from '../domain/limits.ts'
import { encodeMessage } from '../protocol/codec.ts'
import * as delivery from '../protocol/delivery.ts'
import { joinFrames } from '../protocol/lanes.ts'
import type { Item, ItemBody, Ready } from '../protocol/messages.ts'
import {
  type Joined,
  joinPart,
  makeJoiner,
  resetJoiner,
  splitText
} from '../protocol/text-parts.ts'
import { utf8Bytes } from '../protocol/utf8.ts'
import { isViolation } from '../protocol/violation.ts'
import type { Writer } from './outbound.ts'

/** Items that are encoded in one go, and bytes of frames that may wait in front of the next ones. */
const PUMP_ITEMS = 512
const PUMP_BYTES = 256 * 1024

export interface ConversationWorld {
  /** 16 hex digits, new for each log. */
  readonly epoch: string
  readonly newMessageId: () => string
  readonly emit: (events: readonly EarshotEvent[]) => void
  readonly refOf: () => PeerRef
  readonly onRenamed: (nickname: string) => void
  /** The number of unacknowledged messages changed. */
  readonly onWaiting: () => void
  /** UTF-8 bytes of the longest message that is sent. Any that the protocol allows is taken. */
  readonly messageBytesMax: number
  /** Milliseconds since the epoch. */
  readonly wallNow: () => number
}

export class Conversation {
  readonly counts = { messagesIn: 0, messagesOut: 0 }
  readonly #world: ConversationWorld
  readonly #out: delivery.Outgoing
  readonly #incoming = delivery.makeIncoming()
  readonly #joiner = makeJoiner()
  /** The writer of the link that carries the talk now. */
  #carrier: Writer | undefined

  constructor(world: ConversationWorld) {
    this.#world = world
    this.#out = delivery.makeOutgoing(world.epoch)
  }

  get epoch(): string {
    return this.#out.epoch
  }

  /** Numbers of the peer's logs, for our READY. */
  received(): Ready['received'] {
    return delivery.readyNumbers(this.#incoming)
  }

  /** Items that the peer has not acknowledged. */
  waiting(): number {
    return delivery.unacknowledged(this.#out)
  }

  /** Bytes of the texts that are kept until then. */
  waitingBytes(): number {
    return this.#out.bytes
  }

  /** Queues messages, as many as were read at once. */
  say(texts: readonly string[]): void {
    const peer = this.#world.refOf()
    const events = texts.filter((text) => text !== '').map((text) => this.#sayOne(text, peer))
    if (events.length === 0) return
    this.#startSending()
    this.#world.emit(events)
  }

  rename(nickname: string): void {
    this.#enqueue(this.#world.newMessageId(), [{ kind: 'nick', nickname }])
    this.#startSending()
  }

  /** A link carries the talk from now on: what the peer has not got is sent again. */
  attach(ready: Ready, writer: Writer): ProtocolViolation | undefined {
    this.#carrier = undefined
    if (delivery.bindEpoch(this.#incoming, ready.epoch)) resetJoiner(this.#joiner)
    const resumed = delivery.resume(this.#out, delivery.receivedOf(this.#out, ready))
    if (isViolation(resumed)) return resumed
    this.#carrier = writer
    writer.onIdle(this.#pump)
    this.#tellDelivered(resumed)
    this.#pump()
    return undefined
  }

  detach(writer: Writer): void {
    if (this.#carrier !== writer) return
    this.#carrier = undefined
    delivery.linkLost(this.#out)
  }

  /** Items of one read; one acknowledgement answers them all. */
  receive(items: readonly Item[]): ProtocolViolation | undefined {
    const peer = this.#world.refOf()
    const at = this.#world.wallNow()
    const events: EarshotEvent[] = []
    let violation: ProtocolViolation | undefined
    for (const item of items) {
      const outcome = this.#take(item, peer, at)
      if (outcome === undefined) continue
      if (isViolation(outcome)) {
        violation = outcome
        break
      }
      events.push(outcome)
    }
    if (events.length > 0) this.#world.emit(events)
    const upTo = delivery.takeAck(this.#incoming)
    if (upTo !== undefined) this.#carrier?.send(encodeMessage({ type: 'ack', upTo }))
    return violation
  }

  acked(upTo: number): ProtocolViolation | undefined {
    const delivered = delivery.acked(this.#out, upTo)
    if (isViolation(delivered)) return delivered
    this.#tellDelivered(delivered)
    this.#pump()
    return undefined
  }

  /** What both ends take in one message. */
  #bytesMax(): number {
    const { messageBytesMax } = this.#world
    return Math.min(messageBytesMax, this.#carrier?.messageBytesMax ?? messageBytesMax)
  }

  /** Moves items to the writer while little waits there; the writer calls again when it is idle. */
  readonly #pump = (): void => {
    while (this.#carrier !== undefined && this.#carrier.queuedBytes() < PUMP_BYTES) {
      const items = delivery.takeSendable(this.#out, PUMP_ITEMS, PUMP_BYTES)
      if (items.length === 0) return
      this.#carrier.send(joinFrames(items.map(encodeMessage)))
    }
  }

  #sayOne(text: string, peer: PeerRef): EarshotEvent {
    if (utf8Bytes(text) > this.#bytesMax()) return { type: 'message.failed', text, why: 'too-long' }
    const id = this.#world.newMessageId()
    if (!this.#enqueue(id, splitText(text)))
      return { type: 'message.failed', text, why: 'outbox-full' }
    this.counts.messagesOut += 1
    return { type: 'message.queued', peer, id, text, online: this.#carrier !== undefined }
  }

  /** Numbers and keeps a message; false: there is no room for it. */
  #enqueue(id: string, bodies: readonly ItemBody[]): boolean {
    return !('type' in delivery.enqueue(this.#out, { id, at: this.#world.wallNow(), bodies }))
  }

  #startSending(): void {
    this.#world.onWaiting()
    this.#pump()
  }

  #tellDelivered(items: readonly Item[]): void {
    const ids = items.flatMap(({ id, body }) => (body.kind === 'text' ? [id] : []))
    if (ids.length > 0)
      this.#world.emit([{ type: 'message.delivered', peer: this.#world.refOf(), ids }])
    if (items.length > 0) this.#world.onWaiting()
  }

  /** undefined: a duplicate, a part of more to come, or nothing to show. */
  #take(item: Item, peer: PeerRef, at: number): EarshotEvent | ProtocolViolation | undefined {
    const verdict = delivery.receive(this.#incoming, item)
    if (verdict === 'duplicate') return undefined
    if (verdict !== 'deliver') return verdict
    const joined = joinPart(this.#joiner, item, MESSAGE_BYTES_MAX)
    if (joined === undefined || isViolation(joined)) return joined
    return this.#shown(peer, joined, at)
  }

  #shown(peer: PeerRef, joined: Joined, receivedAt: number): EarshotEvent | undefined {
    const { id, seq, at: sentAt, body } = joined
    if (body.kind === 'nick') {
      this.#world.onRenamed(body.nickname)
      return undefined
    }
    this.counts.messagesIn += 1
    return { type: 'message.received', peer, id, seq, text: body.text, sentAt, receivedAt }
  }
}
