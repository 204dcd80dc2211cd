/** The changes of what came from the peer, on the model of the store. */
import type { PeerMessage, TakenLog } from '../../domain/items.ts'
import { OUTBOX_ITEMS_MAX } from '../../domain/limits.ts'
import {
  type Conversation,
  contradiction,
  inPlace,
  LOGS_MAX,
  type Next,
  type Placed
} from './conversation.ts'

const takenLog = ({ epoch, upTo, id }: TakenLog): TakenLog =>
  id === undefined ? { epoch, upTo } : { epoch, upTo, id }

export const taken = (at: Conversation, log: TakenLog, messages: readonly PeerMessage[]): Next => {
  if (at.epoch === undefined) return contradiction('there was no link: there is no log of ours')
  let upTo = at.taken.find(({ epoch }) => epoch === log.epoch)?.upTo ?? 0
  for (const { id, seq } of messages) {
    if (seq <= upTo) return contradiction(`message ${id} is ${seq}, not behind ${upTo}`)
    upTo = seq
  }
  if (upTo > log.upTo) return contradiction(`taken up to ${log.upTo}, and it was ${upTo}`)
  const others = at.taken.filter(({ epoch }) => epoch !== log.epoch)
  const placed = messages.map((message, index) => ({
    n: at.next + index,
    epoch: log.epoch,
    message
  }))
  const ids = at.takenIds.append(messages.map(({ id }) => id))
  return {
    ...at,
    taken: [...others.slice(1 - LOGS_MAX), takenLog(log)],
    shown: at.taken.at(-1)?.epoch === log.epoch ? at.shown : 0,
    inbox: [...at.inbox, ...placed],
    takenIds: ids.drop(ids.length - OUTBOX_ITEMS_MAX),
    next: at.next + messages.length
  }
}

const settleInbox = (
  at: Conversation,
  kept: boolean,
  isSettled: (placed: Placed<PeerMessage>) => boolean
): Conversation => ({
  ...at,
  inbox: at.inbox.filter((placed) => !isSettled(placed)),
  keptIn: kept ? inPlace(at.keptIn, at.inbox.filter(isSettled)) : at.keptIn
})

export const shown = (at: Conversation, upTo: number, kept: boolean): Next => {
  const log = at.taken.at(-1)
  if (upTo <= at.shown) return at
  if (log === undefined || upTo > log.upTo) return contradiction(`${upTo} is shown and not taken`)
  const isSettled = ({ epoch, message }: Placed<PeerMessage>) =>
    epoch === log.epoch && message.seq <= upTo
  return { ...settleInbox(at, kept, isSettled), shown: upTo }
}

export const recovered = (at: Conversation, kept: boolean): Next => {
  const upTo = at.taken.at(-1)?.upTo ?? 0
  if (at.inbox.length === 0 && at.shown === upTo) return at
  return { ...settleInbox(at, kept, () => true), shown: upTo }
}
