/**
 * The meaning of the Store port, as functions from one book to the next: plain data, no file, no time.
 * The store in memory keeps such a book, and the one on disk is compared with it.
 *
 * Every version of a book stays as it was; they share what is the same, so that one can be kept for
 * each transaction that may still be lost.
 */
import type { PeerId } from '../domain/peer-id.ts'
import type { Ledger, StoreChange } from './store.ts'
import {
  type Contradiction,
  type Conversation,
  contradiction,
  isContradiction,
  type Next,
  noConversation,
  nothing,
  readOf,
  sentEverOf
} from './store-model/conversation.ts'
import { recovered, shown, taken } from './store-model/incoming.ts'
import {
  acknowledged,
  disowned,
  queued,
  read,
  requeued,
  restarted,
  sending
} from './store-model/outgoing.ts'

/** Everything that a store holds, by peer. */
export type Book = ReadonlyMap<PeerId, Conversation>

export const emptyBook: Book = new Map()

/** A conversation after one change. */
export const changed = (at: Conversation, change: StoreChange, saveHistory: boolean): Next => {
  const kept = at.keep ?? saveHistory
  switch (change.type) {
    case 'queued':
      return queued(at, change.epoch, change.messages)
    case 'acknowledged':
      return acknowledged(at, change.upTo, change.instance, kept)
    case 'read':
      return read(at, change.upTo)
    case 'sending':
      return sending(at, change.epoch, change.upTo)
    case 'requeued':
      return requeued(at, change.messages)
    case 'restarted':
      return restarted(at, change.epoch, change.messages)
    case 'disowned':
      return disowned(at, change.epochs)
    case 'taken':
      return taken(at, change, change.messages)
    case 'shown':
      return shown(at, change.upTo, kept)
    case 'recovered':
      return recovered(at, kept)
    case 'keep':
      return { ...at, keep: change.keep }
  }
}

/** What is kept of a peer; of an unknown one nothing. */
export const conversationOf = (book: Book, peer: PeerId): Conversation =>
  book.get(peer) ?? noConversation()

/** The book after these changes, all of them; or why there is none. */
export const apply = (
  book: Book,
  peer: PeerId,
  changes: readonly StoreChange[],
  saveHistory: boolean
): Book | Contradiction => {
  const before = conversationOf(book, peer)
  let at = before
  for (const change of changes) {
    const next = changed(at, change, saveHistory)
    if (isContradiction(next)) return contradiction(`${change.type}: ${next.detail}`)
    at = next
  }
  return at === before ? book : new Map(book).set(peer, at)
}

export const ledgerOf = (book: Book, peer: PeerId): Ledger => {
  const at = conversationOf(book, peer)
  return {
    epoch: at.epoch,
    last: at.last,
    acked: at.acked,
    read: readOf(at),
    sentEver: sentEverOf(at),
    outbox: at.outbox.toArray().map(({ message }) => message),
    retired: at.retired,
    taken: at.taken,
    inbox: at.inbox.map(({ message }) => message),
    shown: at.shown,
    peerInstance: at.peerInstance,
    keep: at.keep
  }
}

/** Without the settled messages of a peer, and how many there were. */
export const erase = (
  book: Book,
  peer: PeerId
): { readonly book: Book; readonly count: number } => {
  const at = conversationOf(book, peer)
  const count = at.keptOut.length + at.keptIn.length
  if (count === 0) return { book, count }
  const emptied = { ...at, keptOut: nothing<never>(), keptIn: nothing<never>() }
  return { book: new Map(book).set(peer, emptied), count }
}
