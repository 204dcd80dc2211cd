/**
 * The talk with one peer, in memory: what waits to be sent, what was acknowledged, what has come. It
 * outlives links: `protocol/delivery` numbers the items, and a new link goes on where the last ended.
 */
import type { EarshotEvent, PeerRef } from '../domain/events.ts'
import type { ProtocolViolation } from '../domain/failures.ts'
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
  readonly messageBytesMax: number
  /** Milliseconds since the epoch. */
  readonly wallNow: () => number
}

export interface Conversation {
  readonly epoch: string
  readonly counts: { messagesIn: number; messagesOut: number }
  /** Numbers of the peer's logs, for our READY. */
  readonly received: () => Ready['received']
  /** Items that the peer has not acknowledged. */
  readonly waiting: () => number
  /** Queues messages, as many as were read at once. */
  readonly say: (texts: readonly string[]) => void
  readonly rename: (nickname: string) => void
  /** A link carries the talk from now on: what the peer has not got is sent again. */
  readonly attach: (ready: Ready, writer: Writer) => ProtocolViolation | undefined
  readonly detach: (writer: Writer) => void
  readonly receive: (items: readonly Item[]) => ProtocolViolation | undefined
  readonly acked: (upTo: number) => ProtocolViolation | undefined
}

export const makeConversation = (world: ConversationWorld): Conversation => {
  const { emit, refOf, messageBytesMax } = world
  const out = delivery.makeOutgoing(world.epoch)
  const incoming = delivery.makeIncoming()
  const joiner = makeJoiner()
  const counts = { messagesIn: 0, messagesOut: 0 }
  let carrier: Writer | undefined

  /** Moves items to the writer while little waits there; the writer calls again when it is idle. */
  const pump = (): void => {
    while (carrier !== undefined && carrier.queuedBytes() < PUMP_BYTES) {
      const items = delivery.takeSendable(out, PUMP_ITEMS, PUMP_BYTES)
      if (items.length === 0) return
      carrier.send(joinFrames(items.map(encodeMessage)))
    }
  }

  /** Numbers and keeps a message; false: there is no room for it. */
  const enqueue = (id: string, bodies: readonly ItemBody[]): boolean =>
    !('type' in delivery.enqueue(out, { id, at: world.wallNow(), bodies }))

  const startSending = (): void => {
    world.onWaiting()
    pump()
  }

  const sayOne = (text: string, peer: PeerRef): EarshotEvent => {
    const limit = Math.min(messageBytesMax, carrier?.messageBytesMax ?? messageBytesMax)
    if (utf8Bytes(text) > limit) return { type: 'message.failed', text, why: 'too-long' }
    const id = world.newMessageId()
    if (!enqueue(id, splitText(text))) return { type: 'message.failed', text, why: 'outbox-full' }
    counts.messagesOut += 1
    return { type: 'message.queued', peer, id, text, online: carrier !== undefined }
  }

  const told = (items: readonly Item[]): void => {
    const ids = items.flatMap(({ id, body }) => (body.kind === 'text' ? [id] : []))
    if (ids.length > 0) emit([{ type: 'message.delivered', peer: refOf(), ids }])
    if (items.length > 0) world.onWaiting()
  }

  const shown = (peer: PeerRef, joined: Joined, receivedAt: number): EarshotEvent | undefined => {
    const { id, seq, at: sentAt, body } = joined
    if (body.kind === 'nick') {
      world.onRenamed(body.nickname)
      return undefined
    }
    counts.messagesIn += 1
    return { type: 'message.received', peer, id, seq, text: body.text, sentAt, receivedAt }
  }

  const takeItem = (
    item: Item,
    peer: PeerRef,
    at: number
  ): EarshotEvent | ProtocolViolation | undefined => {
    const verdict = delivery.receive(incoming, item)
    if (verdict === 'duplicate') return undefined
    if (verdict !== 'deliver') return verdict
    const joined = joinPart(joiner, item, messageBytesMax)
    if (joined === undefined || isViolation(joined)) return joined
    return shown(peer, joined, at)
  }

  return {
    epoch: world.epoch,
    counts,
    received: () => delivery.readyNumbers(incoming),
    waiting: () => delivery.unacknowledged(out),
    say: (texts) => {
      const peer = refOf()
      const events = texts.filter((text) => text !== '').map((text) => sayOne(text, peer))
      if (events.length === 0) return
      startSending()
      emit(events)
    },
    rename: (nickname) => {
      if (enqueue(world.newMessageId(), [{ kind: 'nick', nickname }])) startSending()
    },
    attach: (ready, writer) => {
      carrier = undefined
      if (delivery.bindEpoch(incoming, ready.epoch)) resetJoiner(joiner)
      const resumed = delivery.resume(out, delivery.receivedOf(out, ready))
      if (isViolation(resumed)) return resumed
      carrier = writer
      writer.onIdle(pump)
      told(resumed)
      pump()
      return undefined
    },
    detach: (writer) => {
      if (carrier !== writer) return
      carrier = undefined
      delivery.linkLost(out)
    },
    receive: (items) => {
      const peer = refOf()
      const at = world.wallNow()
      const events: EarshotEvent[] = []
      let violation: ProtocolViolation | undefined
      for (const item of items) {
        const outcome = takeItem(item, peer, at)
        if (outcome === undefined) continue
        if (isViolation(outcome)) {
          violation = outcome
          break
        }
        events.push(outcome)
      }
      if (events.length > 0) emit(events)
      const upTo = delivery.takeAck(incoming)
      if (upTo !== undefined) carrier?.send(encodeMessage({ type: 'ack', upTo }))
      return violation
    },
    acked: (upTo) => {
      const delivered = delivery.acked(out, upTo)
      if (isViolation(delivered)) return delivered
      told(delivered)
      pump()
      return undefined
    }
  }
}
