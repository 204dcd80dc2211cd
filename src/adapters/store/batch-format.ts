/**
 * A batch: neighbours in one conversation, of one direction and one log, that are sealed and stored as
 * one row. Inside is a JSON array with an array for each message; that all of it is bound to the row's
 * other columns makes it safe to take it as we wrote it.
 */
import type { OwnMessage, PeerMessage } from '../../domain/items.ts'
import { endOf, type Placed } from '../../services/store-model/conversation.ts'

/** Messages of one batch, and characters of its JSON above which no further one is added. */
const BATCH_MESSAGES_MAX = 512
const BATCH_CHARS_MAX = 256 * 1024

/** What a row says beside its sealed messages. */
export interface BatchHead {
  /** Places of its first and last message; there is no gap. */
  readonly n: number
  readonly last: number
  readonly direction: 'out' | 'in'
  readonly epoch: string
  /** How many of them are texts. */
  readonly texts: number
  /** Its earliest and latest time by our clock, whole milliseconds around them. */
  readonly since: number
  readonly until: number
}

export type Batch =
  | (BatchHead & { readonly direction: 'out'; readonly messages: readonly Placed<OwnMessage>[] })
  | (BatchHead & { readonly direction: 'in'; readonly messages: readonly Placed<PeerMessage>[] })

/** `[id, at, first, items, text, nickname]`; of the last two one is null. */
type OwnRow = readonly [string, number, number, number, string | null, string | null]
/** `[id, at, seq, receivedAt, text]` */
type PeerRow = readonly [string, number, number, number, string]

const ownRow = ({ id, at, first, items, body }: OwnMessage): OwnRow =>
  body.kind === 'text'
    ? [id, at, first, items, body.text, null]
    : [id, at, first, items, null, body.nickname]

const peerRow = ({ id, at, seq, receivedAt, body }: PeerMessage): PeerRow => [
  id,
  at,
  seq,
  receivedAt,
  body.text
]

const ownMessage = ([id, at, first, items, text, nickname]: OwnRow): OwnMessage => ({
  id,
  at,
  body: text === null ? { kind: 'nick', nickname: nickname ?? '' } : { kind: 'text', text },
  first,
  items
})

const peerMessage = ([id, at, seq, receivedAt, text]: PeerRow): PeerMessage => ({
  id,
  at,
  body: { kind: 'text', text },
  seq,
  receivedAt
})

/** When it was said or taken here, by our clock. */
export const timeOf = (message: OwnMessage | PeerMessage): number =>
  'receivedAt' in message ? message.receivedAt : message.at

/** The number of its last item. */
export const numberOf = (message: OwnMessage | PeerMessage): number =>
  'seq' in message ? message.seq : endOf(message)

/** A batch as it is stored: its columns, and the bytes to be sealed. */
export interface EncodedBatch extends BatchHead {
  readonly plain: Buffer
}

const encode = (
  direction: 'out' | 'in',
  messages: readonly Placed<OwnMessage | PeerMessage>[],
  rows: readonly string[]
): EncodedBatch => {
  const [head, tail] = [messages[0], messages.at(-1)]
  if (head === undefined || tail === undefined) throw new Error('a batch holds a message')
  let since = Number.POSITIVE_INFINITY
  let until = Number.NEGATIVE_INFINITY
  let texts = 0
  for (const { message } of messages) {
    since = Math.min(since, Math.floor(timeOf(message)))
    until = Math.max(until, Math.ceil(timeOf(message)))
    if (message.body.kind === 'text') texts++
  }
  const plain = Buffer.from(`[${rows.join()}]`)
  return { n: head.n, last: tail.n, direction, epoch: head.epoch, texts, since, until, plain }
}

/** Messages in the order of their places, as the batches that hold them. */
export const encodeBatches = (
  direction: 'out' | 'in',
  messages: readonly Placed<OwnMessage | PeerMessage>[]
): readonly EncodedBatch[] => {
  const batches: EncodedBatch[] = []
  let first = 0
  let rows: string[] = []
  let chars = 0
  for (const [index, { n, message }] of messages.entries()) {
    const row = JSON.stringify('seq' in message ? peerRow(message) : ownRow(message))
    const isFull = rows.length === BATCH_MESSAGES_MAX || chars + row.length > BATCH_CHARS_MAX
    const isGap = index > first && messages[index - 1]?.n !== n - 1
    if (index > first && (isFull || isGap)) {
      batches.push(encode(direction, messages.slice(first, index), rows))
      first = index
      rows = []
      chars = 0
    }
    rows.push(row)
    chars += row.length
  }
  if (rows.length > 0) batches.push(encode(direction, messages.slice(first), rows))
  return batches
}

/** The messages of a batch, from what was sealed. */
export const decodeBatch = (head: BatchHead, plain: Buffer): Batch => {
  const { direction, n, epoch } = head
  const rows: unknown = JSON.parse(plain.toString())
  if (direction === 'out') {
    const messages = (rows as readonly OwnRow[]).map((row, at) => ({
      n: n + at,
      epoch,
      message: ownMessage(row)
    }))
    return { ...head, direction, messages }
  }
  const messages = (rows as readonly PeerRow[]).map((row, at) => ({
    n: n + at,
    epoch,
    message: peerMessage(row)
  }))
  return { ...head, direction, messages }
}

/** What a sealed batch is bound to: whose it is, and every column beside it. */
export const boundTo = (peer: string, head: BatchHead, generation: number): string => {
  const { n, last, direction, epoch, texts, since, until } = head
  return JSON.stringify(['batch', peer, n, last, direction, epoch, texts, since, until, generation])
}
