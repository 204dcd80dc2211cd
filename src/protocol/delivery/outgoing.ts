/**
 * Our own log of messages for one peer: numbered, kept until they are acknowledged, sent again on a new
 * link (docs/PROTOCOL.md §6).
 *
 * State and outputs only, no storage, no time: the functions change the state that the caller owns, in
 * place. The caller writes what `enqueue` numbers to its store, and tells by `stored` what is safe there:
 * nothing else is sent, so a number that was on a link is never given to another message.
 */
import type { ProtocolViolation } from '../../domain/failures.ts'
import type { ItemBody, MessageOf, OwnMessage } from '../../domain/items.ts'
import {
  OUTBOX_BYTES_MAX,
  OUTBOX_ITEMS_MAX,
  WINDOW_BYTES_MAX,
  WINDOW_ITEMS_MAX
} from '../../domain/limits.ts'
import { Deque } from '../deque.ts'
import type { Item } from '../messages.ts'
import { splitText } from '../text-parts.ts'
import { utf8Bytes } from '../utf8.ts'

/** A pending message. `parts` are made when it is first sent in more than one. */
interface Entry {
  readonly message: OwnMessage
  readonly bytes: number
  parts: readonly ItemBody[] | undefined
}

export interface Outgoing {
  epoch: string
  /** Pending messages, in order; the first begins at `acked + 1`. */
  entries: Deque<Entry>
  /** The number of the newest item; 0 before any. */
  last: number
  /** Acknowledged up to and including this: the end of a message. */
  acked: number
  /** Told as read up to and including this; at most `acked`. */
  read: number
  /** Safe in the store up to and including this: the end of a message. */
  stored: number
  /** Sent on the current link up to and including this; equal to `acked` without a link. */
  sent: number
  /** The highest number ever sent on any link: no honest peer acknowledges more. */
  sentEver: number
  /** Sent under an earlier epoch up to and including this, so the peer may have it. */
  sentBefore: number
  /** Index of the entry that holds item `sent + 1`, and how many of its items were sent. */
  next: { index: number; items: number }
  /** UTF-8 bytes of the pending messages. */
  bytes: number
  /** Bytes of the messages that were begun on the current link and not acknowledged. */
  inFlightBytes: number
  online: boolean
}

/** A message that found no room; nothing of it was queued. */
export interface OutboxFull {
  readonly type: 'outbox-full'
  readonly unit: 'items' | 'bytes'
  readonly limit: number
}

/** What an earlier run left of a log (services/store.ts, Ledger). */
export interface KeptLog {
  readonly epoch: string
  readonly last: number
  readonly acked: number
  readonly read: number
  readonly sentEver: number
  readonly outbox: readonly OwnMessage[]
}

const bytesOf = ({ body }: MessageOf): number =>
  utf8Bytes(body.kind === 'text' ? body.text : body.nickname)

const entryOf = (message: OwnMessage): Entry => ({
  message,
  bytes: bytesOf(message),
  parts: undefined
})

const partsOf = ({ body }: MessageOf): readonly ItemBody[] =>
  body.kind === 'text' ? splitText(body.text) : [body]

const endOf = ({ first, items }: OwnMessage): number => first + items - 1

/** A log as it was kept, or a new one. @param epoch of a new one: 16 hex digits, never used before. */
export const makeOutgoing = (epoch: string, kept?: KeptLog): Outgoing => {
  const out: Outgoing = {
    epoch: kept?.epoch ?? epoch,
    entries: new Deque<Entry>(),
    last: kept?.last ?? 0,
    acked: kept?.acked ?? 0,
    read: kept?.read ?? 0,
    stored: kept?.last ?? 0,
    sent: kept?.acked ?? 0,
    sentEver: kept?.sentEver ?? 0,
    sentBefore: 0,
    next: { index: 0, items: 0 },
    bytes: 0,
    inFlightBytes: 0,
    online: false
  }
  for (const message of kept?.outbox ?? []) push(out, message)
  return out
}

const push = (out: Outgoing, message: OwnMessage): void => {
  const entry = entryOf(message)
  out.entries.push(entry)
  out.bytes += entry.bytes
}

/** The messages that the peer has not acknowledged, in order. */
export const pending = (out: Outgoing): readonly OwnMessage[] =>
  Array.from({ length: out.entries.length }, (_, index) => out.entries.at(index)?.message).filter(
    (message) => message !== undefined
  )

/** true: it was on a link, so the peer may have it. */
export const wasSent = ({ sentEver, sentBefore }: Outgoing, { first }: OwnMessage): boolean =>
  first <= Math.max(sentEver, sentBefore)

/** The id of the pending message whose last item has this number; undefined: none ends there. */
export const idEndingAt = (out: Outgoing, seq: number): string | undefined => {
  for (let index = 0; index < out.entries.length; index += 1) {
    const message = out.entries.at(index)?.message
    if (message === undefined || message.first > seq) return undefined
    if (endOf(message) === seq) return message.id
  }
  return undefined
}

/** Why a message has no place any more; undefined: it has. @param more messages that wait to be numbered. */
export const roomFor = (
  out: Outgoing,
  message: MessageOf,
  more: { readonly messages: number; readonly bytes: number }
): OutboxFull | undefined => {
  if (out.entries.length + more.messages >= OUTBOX_ITEMS_MAX)
    return { type: 'outbox-full', unit: 'items', limit: OUTBOX_ITEMS_MAX }
  if (out.bytes + more.bytes + bytesOf(message) > OUTBOX_BYTES_MAX)
    return { type: 'outbox-full', unit: 'bytes', limit: OUTBOX_BYTES_MAX }
  return undefined
}

/** Numbers messages and appends them. They are sent once they are `stored`. */
export const enqueue = (out: Outgoing, messages: readonly MessageOf[]): readonly OwnMessage[] =>
  messages.map(({ id, at, body }) => {
    const numbered: OwnMessage = {
      id,
      at,
      body,
      first: out.last + 1,
      items: partsOf({ id, at, body }).length
    }
    push(out, numbered)
    out.last += numbered.items
    return numbered
  })

/** Everything numbered so far is safe in the store. */
export const stored = (out: Outgoing): void => {
  out.stored = out.last
}

/** What is not stored could not be: it loses its numbers, which nobody has seen. */
export const withdraw = (out: Outgoing): void => {
  for (let tail = out.entries.at(-1 + out.entries.length); tail !== undefined; ) {
    if (tail.message.first <= out.stored) break
    out.entries.pop()
    out.bytes -= tail.bytes
    tail = out.entries.at(out.entries.length - 1)
  }
  out.last = out.stored
}

/** Items and whole messages that were handed to a link. */
export interface Sendable {
  readonly items: readonly Item[]
  /** Messages whose last item is among them. */
  readonly messages: readonly OwnMessage[]
}

const isWithinWindow = (out: Outgoing, entry: Entry): boolean =>
  out.next.items > 0 ||
  out.inFlightBytes === 0 ||
  out.inFlightBytes + entry.bytes <= WINDOW_BYTES_MAX

const nextItem = (out: Outgoing, entry: Entry): Item => {
  const { message } = entry
  const seq = message.first + out.next.items
  entry.parts ??= partsOf(message)
  const body = entry.parts[out.next.items]
  if (body === undefined) throw new RangeError(`message ${message.id} has no item ${seq}`)
  return { type: 'item', seq, id: message.id, at: message.at, body }
}

/**
 * The next items for the current link, in order: at most `itemsMax` of them and about `bytesMax`
 * bytes, as far as the window (WINDOW_ITEMS_MAX, WINDOW_BYTES_MAX) and the store allow. None without a
 * link. They count as sent. JSON may need six bytes for one, so a caller that has to bound its own
 * queue takes few at a time, as that queue drains.
 */
export const takeSendable = (
  out: Outgoing,
  itemsMax: number,
  bytesMax = WINDOW_BYTES_MAX
): Sendable => {
  const items: Item[] = []
  const messages: OwnMessage[] = []
  const end = out.online ? Math.min(out.stored, out.acked + WINDOW_ITEMS_MAX) : 0
  for (let taken = 0; items.length < itemsMax && taken < bytesMax && out.sent < end; ) {
    const entry = out.entries.at(out.next.index)
    if (entry === undefined || !isWithinWindow(out, entry)) break
    if (out.next.items === 0) out.inFlightBytes += entry.bytes
    items.push(nextItem(out, entry))
    out.sent += 1
    out.next.items += 1
    taken += entry.bytes / entry.message.items
    if (out.next.items < entry.message.items) continue
    messages.push(entry.message)
    entry.parts = undefined
    out.next = { index: out.next.index + 1, items: 0 }
  }
  out.sentEver = Math.max(out.sentEver, out.sent)
  return { items, messages }
}

/**
 * The peer acknowledged everything up to `upTo`. Gives the messages that are delivered by it, whole; a
 * number inside a message waits for its end. A number acknowledged before changes nothing.
 */
export const acked = (out: Outgoing, upTo: number): readonly OwnMessage[] | ProtocolViolation =>
  upTo > out.sentEver
    ? { _tag: 'AckFromFuture', highest: out.sentEver, actual: upTo }
    : release(out, upTo)

const release = (out: Outgoing, upTo: number): readonly OwnMessage[] => {
  const delivered: OwnMessage[] = []
  for (let head = out.entries.at(0); head !== undefined; head = out.entries.at(0)) {
    if (endOf(head.message) > upTo) break
    out.entries.shift()
    out.bytes -= head.bytes
    if (out.next.index > 0) out.next.index -= 1
    else out.next.items = 0
    // The peer may have taken more on the old link than was sent again on this one.
    if (out.sent >= head.message.first) out.inFlightBytes -= head.bytes
    out.acked = endOf(head.message)
    out.sent = Math.max(out.sent, out.acked)
    delivered.push(head.message)
  }
  return delivered
}

/** The peer's user has read up to `upTo`. false: older news. */
export const readUpTo = (out: Outgoing, upTo: number): boolean | ProtocolViolation => {
  if (upTo > out.acked) return { _tag: 'AckFromFuture', highest: out.acked, actual: upTo }
  if (upTo <= out.read) return false
  out.read = upTo
  return true
}

/** The link is gone: what was not acknowledged is to be sent again. */
export const linkLost = (out: Outgoing): void => {
  out.online = false
  out.sent = out.acked
  out.next = { index: 0, items: 0 }
  out.inFlightBytes = 0
}

/**
 * A link carries the session now. `received`: the number for our epoch in the peer's READY, which
 * `judge` (lost-state.ts) found to be none of a lost store; undefined when the peer has taken nothing of
 * this log. Gives the messages that are delivered by it.
 */
export const resume = (out: Outgoing, received: number | undefined): readonly OwnMessage[] => {
  linkLost(out)
  const delivered = received === undefined ? [] : release(out, received)
  out.online = true
  return delivered
}
