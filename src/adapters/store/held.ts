/**
 * A conversation in memory, and what a commit does to the tables. A batch is pending as long as any
 * message in it is; when all are settled it becomes history as it is, or goes.
 *
 * A batch may be settled in part: then its settled messages are history if the conversation is kept
 * now, and wait to be deleted if it is not. Whatever changes that separates the parts first.
 */
import type { OwnMessage, PeerMessage } from '../../domain/items.ts'
import { type Conversation, nothing, type Placed } from '../../services/store-model/conversation.ts'
import type { GrowingList } from '../../services/store-model/growing-list.ts'
import { type EncodedBatch, encodeBatches } from './batch-format.ts'
import type { State } from './state-format.ts'

/** What is known in memory of a batch of which something is pending. */
export interface Row {
  readonly n: number
  readonly last: number
  readonly epoch: string
  readonly texts: number
}

/** A conversation in memory: its state, its pending messages, and the batches that hold them. */
export interface Held extends State {
  /** The row of the conversation; 0: it has none yet. */
  readonly id: number
  readonly out: GrowingList<Row>
  readonly in: readonly Row[]
}

export type Step =
  /** A new batch, pending. */
  | { readonly type: 'insert'; readonly batch: EncodedBatch }
  /** All of it is settled, and is history from now on. */
  | { readonly type: 'settle'; readonly n: number }
  /** It goes. */
  | { readonly type: 'drop'; readonly n: number }
  /** What is at `from` and behind it goes; what is before is settled history. */
  | { readonly type: 'cut'; readonly n: number; readonly from: number }
  /** The peer's messages that were taken. */
  | { readonly type: 'ids'; readonly ids: readonly string[] }

export interface Plan {
  readonly held: Held
  readonly steps: readonly Step[]
}

/** Above every place and number. */
export const UNBOUND = Number.MAX_SAFE_INTEGER

export const rowOf = ({ n, last, epoch, texts }: EncodedBatch): Row => ({ n, last, epoch, texts })

export const inserts = (batches: readonly EncodedBatch[]): readonly Step[] =>
  batches.map((batch) => ({ type: 'insert', batch }))

export const textsIn = (messages: readonly Placed<OwnMessage | PeerMessage>[]): number =>
  messages.filter(({ message }) => message.body.kind === 'text').length

export const keptNow = ({ at }: State, saveHistory: boolean): boolean => at.keep ?? saveHistory

/** Those of a list from an index on, as far as a place. */
export const through = (
  list: GrowingList<Placed<OwnMessage>>,
  from: number,
  last = UNBOUND
): readonly Placed<OwnMessage>[] => {
  const found: Placed<OwnMessage>[] = []
  for (let index = from; index < list.length; index++) {
    const placed = list.at(index)
    if (placed === undefined || placed.n > last) break
    found.push(placed)
  }
  return found
}

/** The place of the first pending message in a batch of the peer's; undefined: none is. */
export const firstPending = (inbox: Conversation['inbox'], row: Row): number | undefined => {
  let [low, high] = [0, inbox.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((inbox[middle]?.n ?? UNBOUND) < row.n) low = middle + 1
    else high = middle
  }
  const n = inbox[low]?.n
  return n !== undefined && n <= row.last ? n : undefined
}

const replaceBatch = (
  row: Row,
  from: number,
  kept: boolean,
  pending: readonly EncodedBatch[]
): readonly Step[] => [
  kept ? { type: 'cut', n: row.n, from } : { type: 'drop', n: row.n },
  ...inserts(pending)
]

export const separateOut = (held: Held, kept: boolean): Plan => {
  const row = held.out.at(0)
  const from = held.at.outbox.at(0)?.n
  if (row === undefined || from === undefined || from === row.n) return { held, steps: [] }
  const pending = encodeBatches('out', through(held.at.outbox, 0, row.last))
  const out = nothing<Row>().append([...pending.map(rowOf), ...held.out.drop(1).toArray()])
  return { held: { ...held, out }, steps: replaceBatch(row, from, kept, pending) }
}

const separateIn = (held: Held, kept: boolean): Plan => {
  const steps: Step[] = []
  const { inbox } = held.at
  const rows = held.in.flatMap((row) => {
    const from = firstPending(inbox, row)
    if (from === undefined || from === row.n) return row
    const pending = encodeBatches(
      'in',
      inbox.filter(({ n }) => n >= from && n <= row.last)
    )
    steps.push(...replaceBatch(row, from, kept, pending))
    return pending.map(rowOf)
  })
  return steps.length === 0 ? { held, steps } : { held: { ...held, in: rows }, steps }
}

/** Gives what is pending of half-settled batches a batch of its own. @param kept the rest is history. */
export const separate = (held: Held, kept: boolean): Plan => {
  if (!held.isPartial) return { held, steps: [] }
  const ours = separateOut(held, kept)
  const both = separateIn(ours.held, kept)
  return { held: { ...both.held, isPartial: false }, steps: [...ours.steps, ...both.steps] }
}

export const isPartial = ({ at, out, in: rows }: Held): boolean => {
  const head = out.at(0)
  if (head !== undefined && head.n !== at.outbox.at(0)?.n) return true
  return rows.some((row) => firstPending(at.inbox, row) !== row.n)
}

/** What becomes of a batch of which all is settled. */
export const settledStep = (row: Row, kept: boolean): Step =>
  kept && row.texts > 0 ? { type: 'settle', n: row.n } : { type: 'drop', n: row.n }
