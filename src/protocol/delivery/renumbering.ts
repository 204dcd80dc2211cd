/**
 * Changes of the outbox itself: messages that are taken back before they were sent, and a log that goes
 * on under a new epoch. Both give other numbers to messages, so each is planned first, written to the
 * store, and done only then; nothing that it renumbers is sent in between.
 */
import type { OwnMessage } from '../../domain/items.ts'
import { makeOutgoing, type Outgoing, pending, wasSent } from './outgoing.ts'

const renumbered = (messages: readonly OwnMessage[], from: number): readonly OwnMessage[] => {
  let first = from
  return messages.map((message) => {
    const moved = { ...message, first }
    first += message.items
    return moved
  })
}

const endOf = (messages: readonly OwnMessage[], otherwise: number): number => {
  const last = messages.at(-1)
  return last === undefined ? otherwise : last.first + last.items - 1
}

export interface Cancellation {
  /** The whole outbox as it will be. */
  readonly messages: readonly OwnMessage[]
  readonly cancelled: readonly OwnMessage[]
  /** Asked for, but it was on a link: the peer may have it. */
  readonly tooLate: number
}

/** What is left when these messages are taken back. `hold` before it is written, `replace` after. */
export const planCancel = (out: Outgoing, ids: ReadonlySet<string>): Cancellation => {
  const all = pending(out)
  const asked = all.filter(({ id }) => ids.has(id))
  const cancelled = asked.filter((message) => !wasSent(out, message))
  const gone = new Set(cancelled.map(({ id }) => id))
  const left = all.filter(({ id }) => !gone.has(id))
  return {
    messages: renumbered(left, out.acked + 1),
    cancelled,
    tooLate: asked.length - cancelled.length
  }
}

/** Sends nothing behind what was sent already, until `replace` or `stored`. */
export const hold = (out: Outgoing): void => {
  out.stored = Math.min(out.stored, Math.max(out.sentEver, out.acked))
}

/** The outbox is this now, and safe in the store. What was sent keeps its numbers. */
export const replace = (out: Outgoing, messages: readonly OwnMessage[]): void => {
  // Acknowledged meanwhile.
  const left = messages.filter(({ first }) => first > out.acked)
  const fresh = makeOutgoing(out.epoch, {
    epoch: out.epoch,
    last: endOf(messages, out.acked),
    acked: out.acked,
    read: out.read,
    sentEver: out.sentEver,
    outbox: left
  })
  out.entries = fresh.entries
  out.bytes = fresh.bytes
  out.last = Math.max(fresh.last, out.acked)
  out.stored = out.last
}

/** The pending messages as they are numbered under a new epoch. Nothing is online meanwhile. */
export const planRestart = (out: Outgoing): readonly OwnMessage[] => renumbered(pending(out), 1)

/** The log goes on under this epoch; `messages` are what `planRestart` gave, and safe in the store. */
export const restart = (out: Outgoing, epoch: string, messages: readonly OwnMessage[]): void => {
  const sent = pending(out).filter((message) => wasSent(out, message)).length
  Object.assign(
    out,
    makeOutgoing(epoch, {
      epoch,
      last: endOf(messages, 0),
      acked: 0,
      read: 0,
      sentEver: 0,
      outbox: messages
    }),
    { sentBefore: endOf(messages.slice(0, sent), 0) }
  )
}
