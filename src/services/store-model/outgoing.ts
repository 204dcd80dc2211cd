/** The changes of our own log, on the model of the store. */
import type { OwnMessage } from '../../domain/items.ts'
import {
  type Contradiction,
  type Conversation,
  contradiction,
  endOf,
  inPlace,
  isContradiction,
  LOGS_MAX,
  type Next,
  nothing,
  type Placed,
  readOf,
  sentEverOf
} from './conversation.ts'
import type { GrowingList } from './growing-list.ts'

/** Why these are not numbered on from `first`; undefined: they are. */
const misnumbered = (messages: readonly OwnMessage[], first: number): Contradiction | undefined => {
  let expected = first
  for (const { id, first, items } of messages) {
    if (first !== expected) return contradiction(`message ${id} is ${first}, not ${expected}`)
    if (items < 1) return contradiction(`message ${id} has no items`)
    expected += items
  }
  return undefined
}

/** The end of the last of these; `otherwise` without any. */
const lastOf = (messages: readonly OwnMessage[], otherwise: number): number => {
  const last = messages.at(-1)
  return last === undefined ? otherwise : endOf(last)
}

/** The same messages under other numbers, each in its place; some may be left out. */
const replaced = (
  { outbox }: Conversation,
  epoch: string,
  messages: readonly OwnMessage[]
): GrowingList<Placed<OwnMessage>> | Contradiction => {
  const placed: Placed<OwnMessage>[] = []
  let at = 0
  for (const message of messages) {
    while (at < outbox.length && outbox.at(at)?.message.id !== message.id) at++
    const before = outbox.at(at++)
    if (before === undefined) return contradiction(`${message.id} is not pending, or out of order`)
    placed.push({ n: before.n, epoch, message })
  }
  return nothing<Placed<OwnMessage>>().append(placed)
}

const underEpoch = (at: Conversation, epoch: string): Next => {
  if (at.epoch === undefined) return { ...at, epoch }
  return at.epoch === epoch ? at : contradiction(`our log is ${at.epoch}, not ${epoch}`)
}

export const queued = (
  before: Conversation,
  epoch: string,
  messages: readonly OwnMessage[]
): Next => {
  const at = underEpoch(before, epoch)
  if (isContradiction(at)) return at
  const wrong = misnumbered(messages, at.last + 1)
  if (wrong !== undefined) return wrong
  const placed = messages.map((message, index) => ({ n: at.next + index, epoch, message }))
  return {
    ...at,
    last: lastOf(messages, at.last),
    outbox: at.outbox.append(placed),
    next: at.next + messages.length
  }
}

export const acknowledged = (
  at: Conversation,
  upTo: number,
  instance: string,
  kept: boolean
): Next => {
  if (at.epoch === undefined) return contradiction('there is no log of ours')
  if (upTo < at.acked) return at
  if (upTo > sentEverOf(at)) return contradiction(`${upTo} is acknowledged and was never sent`)
  const count = at.outbox.countWhile(({ message }) => endOf(message) <= upTo)
  const settled = Array.from({ length: count }, (_, index) => at.outbox.at(index)).filter(
    (placed) => placed !== undefined
  )
  if (
    lastOf(
      settled.map(({ message }) => message),
      at.acked
    ) !== upTo
  )
    return contradiction(`${upTo} is acknowledged and ends no message`)
  const texts = settled.filter(({ message }) => message.body.kind === 'text')
  return {
    ...at,
    acked: upTo,
    peerInstance: instance,
    outbox: at.outbox.drop(count),
    keptOut: kept ? inPlace(at.keptOut, texts) : at.keptOut
  }
}

export const read = (at: Conversation, upTo: number): Next => {
  if (upTo <= readOf(at)) return at
  if (at.epoch === undefined || upTo > at.acked)
    return contradiction(`${upTo} is read and was not acknowledged`)
  return { ...at, reads: new Map(at.reads).set(at.epoch, upTo) }
}

export const sending = (before: Conversation, epoch: string, upTo: number): Next => {
  const at = underEpoch(before, epoch)
  if (isContradiction(at)) return at
  if (upTo < at.acked) return contradiction(`${at.acked} is acknowledged, and ${upTo} sent at most`)
  return { ...at, ceiling: upTo }
}

export const requeued = (at: Conversation, messages: readonly OwnMessage[]): Next => {
  if (at.epoch === undefined) return contradiction('there is no log of ours')
  const wrong = misnumbered(messages, at.acked + 1)
  if (wrong !== undefined) return wrong
  const sent = at.outbox.countWhile(({ message }) => message.first <= sentEverOf(at))
  for (let index = 0; index < sent; index++) {
    const before = at.outbox.at(index)?.message
    const after = messages[index]
    if (before?.id !== after?.id || before?.items !== after?.items)
      return contradiction(`number ${before?.first} was sent and is given away`)
  }
  const outbox = replaced(at, at.epoch, messages)
  return isContradiction(outbox) ? outbox : { ...at, outbox, last: lastOf(messages, at.acked) }
}

const withRetired = (at: Conversation, epochs: readonly string[]): readonly string[] => {
  const fresh = epochs.filter((epoch) => !at.retired.includes(epoch))
  return [...at.retired, ...new Set(fresh)].slice(-LOGS_MAX)
}

export const restarted = (
  at: Conversation,
  epoch: string,
  messages: readonly OwnMessage[]
): Next => {
  if (at.epoch === undefined) return contradiction('there is no log of ours')
  if (at.epoch === epoch || at.retired.includes(epoch))
    return contradiction(`epoch ${epoch} was there before`)
  const wrong = misnumbered(messages, 1)
  if (wrong !== undefined) return wrong
  const outbox = replaced(at, epoch, messages)
  if (isContradiction(outbox)) return outbox
  const retired = withRetired(at, [at.epoch])
  return { ...at, epoch, retired, outbox, last: lastOf(messages, 0), acked: 0, ceiling: 0 }
}

export const disowned = (at: Conversation, epochs: readonly string[]): Next => {
  if (at.epoch === undefined) return contradiction('there is no log of ours')
  return epochs.includes(at.epoch)
    ? contradiction(`${at.epoch} is the epoch of our log`)
    : { ...at, retired: withRetired(at, epochs) }
}
