/** What the model of the store shows of its messages: pages, searches and numbers. */
import type { OwnMessage, PeerMessage } from '../../domain/items.ts'
import type { PeerId } from '../../domain/peer-id.ts'
import type { ConversationSummary, HistoryEntry, PageQuery, SearchQuery } from '../store.ts'
import { conversationOf, type Book } from '../store-model.ts'
import { type Conversation, endOf, type Placed } from './conversation.ts'

const ours = (
  { reads }: Conversation,
  { n, epoch, message }: Placed<OwnMessage>,
  isPending: boolean
): readonly HistoryEntry[] => {
  const { id, at: sentAt, body } = message
  if (body.kind !== 'text') return []
  const settled = endOf(message) <= (reads.get(epoch) ?? 0) ? 'read' : 'delivered'
  const state = isPending ? 'waiting' : settled
  return [{ n, direction: 'out', id, text: body.text, sentAt, state }]
}

const theirs = ({ n, message }: Placed<PeerMessage>): HistoryEntry => ({
  n,
  direction: 'in',
  id: message.id,
  text: message.body.text,
  sentAt: message.at,
  receivedAt: message.receivedAt,
  state: 'received'
})

/** Everything that is there to be shown, oldest first. */
const entriesOf = (at: Conversation): readonly HistoryEntry[] =>
  [
    ...at.keptOut.toArray().flatMap((placed) => ours(at, placed, false)),
    ...at.outbox.toArray().flatMap((placed) => ours(at, placed, true)),
    ...at.keptIn.toArray().map(theirs),
    ...at.inbox.map(theirs)
  ].sort((a, b) => a.n - b.n)

const timeOf = ({ sentAt, receivedAt }: HistoryEntry): number => receivedAt ?? sentAt

const newest = (
  entries: readonly HistoryEntry[],
  { limit, before, since }: PageQuery,
  fits: (entry: HistoryEntry) => boolean
): readonly HistoryEntry[] => {
  const found = entries.filter(
    (entry) =>
      (before === undefined || entry.n < before) &&
      (since === undefined || timeOf(entry) >= since) &&
      fits(entry)
  )
  return limit > 0 ? found.slice(-limit) : []
}

/** A text as it is compared with the words of a search. */
export const folded = (text: string): string => text.normalize('NFKC').toLowerCase()

export const pageOf = (book: Book, peer: PeerId, query: PageQuery): readonly HistoryEntry[] =>
  newest(entriesOf(conversationOf(book, peer)), query, () => true)

export const searchIn = (book: Book, peer: PeerId, query: SearchQuery): readonly HistoryEntry[] => {
  const words = query.words.map(folded)
  return newest(entriesOf(conversationOf(book, peer)), query, ({ text }) => {
    const all = folded(text)
    return words.every((word) => all.includes(word))
  })
}

export const summaryOf = (book: Book, peer: PeerId): ConversationSummary => {
  const at = conversationOf(book, peer)
  const entries = entriesOf(at)
  const [first, last] = [entries[0], entries.at(-1)]
  return {
    peer,
    waiting: at.outbox.length,
    unshown: at.inbox.length,
    kept: entries.length,
    firstAt: first === undefined ? 0 : timeOf(first),
    lastAt: last === undefined ? 0 : timeOf(last),
    keep: at.keep
  }
}
