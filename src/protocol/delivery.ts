/**
 * Delivery: numbered items, exactly once and in order, across links (docs/PROTOCOL.md §6).
 *
 * Per pair and direction there is one log, with an epoch and numbers from 1. The sender keeps items
 * until they are acknowledged and sends them again on a new link; the receiver takes each number
 * once. State and outputs only, no storage, no time: the functions change the state that the caller
 * owns, in place.
 */
import type { ProtocolViolation } from '../domain/failures.ts'
import {
  OUTBOX_BYTES_MAX,
  OUTBOX_ITEMS_MAX,
  WINDOW_BYTES_MAX,
  WINDOW_ITEMS_MAX
} from '../domain/limits.ts'
import { Deque } from './deque.ts'
import type { Item, ItemBody, Ready } from './messages.ts'
import { itemBytes, RECEIVED_LOGS_MAX } from './payloads.ts'

interface Entry {
  readonly item: Item
  readonly bytes: number
}

/** Our own log of items for one peer. */
export interface Outgoing {
  readonly epoch: string
  /** Kept items, the first numbered `first`. Its front is always the first part of a message. */
  readonly entries: Deque<Entry>
  first: number
  /** The number of the newest item; 0 before any. */
  last: number
  /** Acknowledged up to and including this. */
  acked: number
  /** Sent on the current link up to and including this; equal to `acked` without a link. */
  sent: number
  /** The highest number ever sent on any link: no honest peer acknowledges more. */
  sentEver: number
  /** Bytes (`itemBytes`) of the kept items. */
  bytes: number
  /** Bytes of the items sent on the current link and not acknowledged. */
  inFlightBytes: number
  online: boolean
}

/** A message that found no room; nothing of it was queued. */
export interface OutboxFull {
  readonly type: 'outbox-full'
  readonly unit: 'items' | 'bytes'
  readonly limit: number
}

/** A new, empty log. @param epoch 16 random hex digits, never used before. */
export const makeOutgoing = (epoch: string): Outgoing => ({
  epoch,
  entries: new Deque<Entry>(),
  first: 1,
  last: 0,
  acked: 0,
  sent: 0,
  sentEver: 0,
  bytes: 0,
  inFlightBytes: 0,
  online: false
})

/** Items that the peer has not acknowledged. */
export const unacknowledged = (out: Outgoing): number => out.last - out.acked

/**
 * Appends one message, all of its parts or none. `bodies` is what `splitText` gave, or one body.
 * The items are numbered and wait for `takeSendable`.
 */
export const enqueue = (
  out: Outgoing,
  message: { readonly id: string; readonly at: number; readonly bodies: readonly ItemBody[] }
): readonly Item[] | OutboxFull => {
  const { id, at, bodies } = message
  if (out.entries.length + bodies.length > OUTBOX_ITEMS_MAX)
    return { type: 'outbox-full', unit: 'items', limit: OUTBOX_ITEMS_MAX }
  const entries = bodies.map((body, index): Entry => {
    const item: Item = { type: 'item', seq: out.last + 1 + index, id, at, body }
    return { item, bytes: itemBytes(body) }
  })
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0)
  if (out.bytes + bytes > OUTBOX_BYTES_MAX)
    return { type: 'outbox-full', unit: 'bytes', limit: OUTBOX_BYTES_MAX }
  for (const entry of entries) out.entries.push(entry)
  out.last += entries.length
  out.bytes += bytes
  return entries.map(({ item }) => item)
}

/**
 * The next items for the current link, in order: at most `itemsMax` of them and about `bytesMax`
 * bytes, as far as the window (WINDOW_ITEMS_MAX, WINDOW_BYTES_MAX) allows. None without a link.
 * They count as sent. JSON may need six bytes for one, so a caller that has to bound its own queue
 * takes few at a time, as that queue drains.
 */
export const takeSendable = (
  out: Outgoing,
  itemsMax: number,
  bytesMax = WINDOW_BYTES_MAX
): readonly Item[] => {
  const items: Item[] = []
  if (!out.online) return items
  let taken = 0
  while (items.length < itemsMax && taken < bytesMax && out.sent - out.acked < WINDOW_ITEMS_MAX) {
    const entry = out.entries.at(out.sent + 1 - out.first)
    if (entry === undefined || out.inFlightBytes + entry.bytes > WINDOW_BYTES_MAX) break
    items.push(entry.item)
    taken += entry.bytes
    out.inFlightBytes += entry.bytes
    out.sent += 1
  }
  out.sentEver = Math.max(out.sentEver, out.sent)
  return items
}

const partsOf = (body: ItemBody): number => (body.kind === 'text' ? body.parts : 1)

/**
 * Lets go of whole messages whose every part is acknowledged, and gives the last item of each.
 * The parts of an unfinished message are kept although acknowledged: a peer that lost its memory
 * can then be given the message from its first part.
 */
const release = (out: Outgoing): readonly Item[] => {
  const delivered: Item[] = []
  for (let head = out.entries.at(0); head !== undefined; head = out.entries.at(0)) {
    const parts = partsOf(head.item.body)
    if (out.first + parts - 1 > out.acked) break
    let last = head
    for (let part = 0; part < parts; part += 1) {
      last = out.entries.shift() ?? last
      out.bytes -= last.bytes
    }
    out.first += parts
    delivered.push(last.item)
  }
  return delivered
}

/**
 * The peer acknowledged everything up to `upTo`. Gives, for every message that is now delivered as a
 * whole, its last item. A number acknowledged before changes nothing.
 */
export const acked = (out: Outgoing, upTo: number): readonly Item[] | ProtocolViolation => {
  if (upTo > out.sentEver) return { _tag: 'AckFromFuture', highest: out.sentEver, actual: upTo }
  if (upTo <= out.acked) return []
  for (let seq = out.acked + 1; seq <= Math.min(upTo, out.sent); seq += 1)
    out.inFlightBytes -= out.entries.at(seq - out.first)?.bytes ?? 0
  out.acked = upTo
  // The peer may have taken more on the old link than was sent again on this one.
  out.sent = Math.max(out.sent, upTo)
  return release(out)
}

/** The link is gone: what was not acknowledged is to be sent again. */
export const linkLost = (out: Outgoing): void => {
  out.online = false
  out.sent = out.acked
  out.inFlightBytes = 0
}

/**
 * A link carries the session now. `received`: the number for our epoch in the peer's READY (its
 * `received` list, see `receivedOf`); undefined when the peer does not know our log: it gets every
 * message that it has not acknowledged as a whole. Outcome as of `acked`. On a violation there is
 * no link.
 */
export const resume = (
  out: Outgoing,
  received: number | undefined
): readonly Item[] | ProtocolViolation => {
  linkLost(out)
  if (received === undefined) {
    // It has forgotten parts of an unfinished message as well.
    out.acked = out.first - 1
    out.sent = out.acked
    out.online = true
    return []
  }
  const delivered = acked(out, received)
  if ('_tag' in delivered) return delivered
  out.online = true
  return delivered
}

/** What a READY says about our log; undefined: the peer does not know it. */
export const receivedOf = (out: Outgoing, ready: Ready): number | undefined =>
  ready.received.find(({ epoch }) => epoch === out.epoch)?.upTo

interface IncomingLog {
  readonly epoch: string
  /** Taken up to and including this; undefined before the first item. */
  upTo: number | undefined
}

/** What was taken of one peer's logs. */
export interface Incoming {
  /** Oldest first; the last is the current one. At most RECEIVED_LOGS_MAX. */
  logs: readonly IncomingLog[]
  ackDue: boolean
}

/** Nothing received yet, of any log. */
export const makeIncoming = (): Incoming => ({ logs: [], ackDue: false })

/**
 * The link that carries the session belongs to this epoch of the peer's log (its READY). An epoch
 * that is not remembered begins a fresh log. true: another epoch than before, so that a message
 * under assembly will not be completed (`resetJoiner`).
 */
export const bindEpoch = (incoming: Incoming, epoch: string): boolean => {
  const current = incoming.logs.at(-1)
  // READY told the peer our numbers, so nothing is left to acknowledge.
  incoming.ackDue = false
  if (current?.epoch === epoch) return false
  const log = incoming.logs.find((each) => each.epoch === epoch) ?? { epoch, upTo: undefined }
  const others = incoming.logs.filter((each) => each.epoch !== epoch)
  incoming.logs = [...others.slice(1 - RECEIVED_LOGS_MAX), log]
  return true
}

/**
 * Takes one item of the current log. A fresh log begins with whatever number comes first: the sender
 * begins at the oldest message that nobody acknowledged. `bindEpoch` comes before.
 */
export const receive = (
  incoming: Incoming,
  item: Item
): 'deliver' | 'duplicate' | ProtocolViolation => {
  const log = incoming.logs.at(-1)
  if (log === undefined) return { _tag: 'FrameIllegal', type: 'item', state: 'no epoch' }
  const expected = (log.upTo ?? item.seq - 1) + 1
  if (item.seq > expected) return { _tag: 'SequenceGap', expected, actual: item.seq }
  incoming.ackDue = true
  if (item.seq < expected) return 'duplicate'
  log.upTo = item.seq
  return 'deliver'
}

/** The number to acknowledge, once for all items since the last call; undefined: none came. */
export const takeAck = (incoming: Incoming): number | undefined => {
  if (!incoming.ackDue) return undefined
  incoming.ackDue = false
  return incoming.logs.at(-1)?.upTo
}

/** The `received` list of our READY. A log of which nothing was taken is not in it. */
export const readyNumbers = (incoming: Incoming): Ready['received'] =>
  incoming.logs.flatMap(({ epoch, upTo }) => (upTo === undefined ? [] : [{ epoch, upTo }]))
