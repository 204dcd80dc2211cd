/** What changes of our own log do to the batches that hold it. */
import type { OwnMessage } from '../../domain/items.ts'
import { type Conversation, nothing, type Placed } from '../../services/store-model/conversation.ts'
import { encodeBatches } from './batch-format.ts'
import {
  type Held,
  inserts,
  isPartial,
  type Plan,
  type Row,
  rowOf,
  separateOut,
  settledStep,
  type Step,
  textsIn,
  through,
  UNBOUND
} from './held.ts'

/** Most epochs of ours of which it is remembered how far they were read. */
const READS_MAX = 64

export const queued = (before: Held, at: Conversation): Plan => {
  const fresh = through(at.outbox, before.at.outbox.length)
  const batches = encodeBatches('out', fresh)
  const held = {
    ...before,
    at,
    out: before.out.append(batches.map(rowOf)),
    waiting: at.outbox.length,
    waitingTexts: before.waitingTexts + textsIn(fresh)
  }
  return { held, steps: inserts(batches) }
}

export const acknowledged = (before: Held, at: Conversation, kept: boolean): Plan => {
  const gone = before.at.outbox.length - at.outbox.length
  const from = at.outbox.at(0)?.n ?? UNBOUND
  let texts = 0
  for (let index = 0; index < gone; index++)
    if (before.at.outbox.at(index)?.message.body.kind === 'text') texts++
  const count = before.out.countWhile(({ last }) => last < from)
  const steps: Step[] = []
  for (let index = 0; index < count; index++) {
    const row = before.out.at(index)
    if (row !== undefined) steps.push(settledStep(row, kept))
  }
  const held = {
    ...before,
    at,
    out: before.out.drop(count),
    waiting: at.outbox.length,
    waitingTexts: before.waitingTexts - texts,
    settled: before.settled + (kept ? texts : 0)
  }
  return { held: { ...held, isPartial: isPartial(held) }, steps }
}

const isSame = (one: Placed<OwnMessage>, other: Placed<OwnMessage> | undefined): boolean => {
  if (other === undefined || one.n !== other.n || one.epoch !== other.epoch) return false
  const [a, b] = [one.message, other.message]
  const text = a.body.kind === 'text' ? a.body.text : a.body.nickname
  return (
    a.id === b.id &&
    a.first === b.first &&
    a.items === b.items &&
    a.at === b.at &&
    a.body.kind === b.body.kind &&
    text === (b.body.kind === 'text' ? b.body.text : b.body.nickname)
  )
}

/** The outbox under other numbers. Batches in front that stay as they are are left alone. */
export const renumbered = (before: Held, at: Conversation, kept: boolean): Plan => {
  const ours = before.isPartial ? separateOut(before, kept) : { held: before, steps: [] }
  const { out } = ours.held
  let same = 0
  let unchanged = 0
  for (let row = out.at(0); row !== undefined; row = out.at(unchanged)) {
    const now = through(at.outbox, same, row.last)
    const old = through(before.at.outbox, same, row.last)
    if (now.length !== old.length || !now.every((each, index) => isSame(each, old[index]))) break
    same += now.length
    unchanged++
  }
  const batches = encodeBatches('out', through(at.outbox, same))
  const rows = out.toArray()
  const drops: readonly Step[] = rows.slice(unchanged).map(({ n }) => ({ type: 'drop', n }))
  const held = {
    ...ours.held,
    at,
    out: nothing<Row>().append([...rows.slice(0, unchanged), ...batches.map(rowOf)]),
    waiting: at.outbox.length,
    waitingTexts: textsIn(at.outbox.toArray())
  }
  return {
    held: { ...held, isPartial: isPartial(held) },
    steps: [...ours.steps, ...drops, ...inserts(batches)]
  }
}

export const restarted = (before: Held, next: Conversation, kept: boolean): Plan => {
  const reads = new Map([...next.reads].slice(-READS_MAX))
  return renumbered(before, { ...next, reads }, kept)
}
