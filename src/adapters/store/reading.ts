/**
 * Looking at a conversation: pages, searches, numbers. Batches are opened from the newest backwards, a
 * few milliseconds' worth at a time, and other work comes in between.
 */
import * as Effect from 'effect/Effect'
import type { StoreError } from '../../domain/failures.ts'
import type { OwnMessage, PeerMessage } from '../../domain/items.ts'
import type { PeerId } from '../../domain/peer-id.ts'
import type {
  ConversationSummary,
  HistoryEntry,
  PageQuery,
  SearchQuery
} from '../../services/store.ts'
import { endOf, type Placed } from '../../services/store-model/conversation.ts'
import { folded } from '../../services/store-model/pages.ts'
import { isPendingIn, openBatch, type Readable, stateOf } from './disk.ts'
import { keptNow, UNBOUND } from './held.ts'
import { PLACE_MAX } from './migrations.ts'
import type { State } from './state-format.ts'
import type { BatchRow } from './statements.ts'
import { attempt } from './store-failure.ts'

/** Sealed bytes, and batches, after which other work comes first. */
const SLICE_BYTES = 128 * 1024
const SLICE_BATCHES = 256

/** A conversation to be looked at. */
interface View {
  readonly id: number
  readonly peer: PeerId
  readonly state: State
}

/** undefined: nothing is kept of this peer. */
const viewOf = (store: Readable, peer: PeerId): View | undefined => {
  const row = store.sql.conversation(peer)
  if (row === undefined) return undefined
  return { id: row.id, peer, state: store.held.get(peer) ?? stateOf(store, row) }
}

const ours = (state: State, { n, epoch, message }: Placed<OwnMessage>, isPending: boolean) => {
  const { id, at: sentAt, body } = message
  if (body.kind !== 'text') return []
  const settled = endOf(message) <= (state.at.reads.get(epoch) ?? 0) ? 'read' : 'delivered'
  const entry: HistoryEntry = {
    n,
    direction: 'out',
    id,
    text: body.text,
    sentAt,
    state: isPending ? 'waiting' : settled
  }
  return [entry]
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

/** What is to be shown of a batch, oldest first; undefined: it is damaged. */
const entriesOf = (
  store: Readable,
  { id, peer, state }: View,
  row: BatchRow
): readonly HistoryEntry[] | undefined => {
  const batch = openBatch(store, id, peer, row)
  if (batch === undefined) return undefined
  // In a batch that is settled in part, what is settled may only wait to be deleted.
  const isShown = (placed: Placed<OwnMessage | PeerMessage>) =>
    !row.isPending ||
    isPendingIn(state, batch.direction, placed) ||
    keptNow(state, store.saveHistory)
  return batch.direction === 'out'
    ? batch.messages
        .filter(isShown)
        .flatMap((placed) =>
          ours(state, placed, row.isPending && isPendingIn(state, 'out', placed))
        )
    : batch.messages.filter(isShown).map(theirs)
}

const timeOf = ({ sentAt, receivedAt }: HistoryEntry): number => receivedAt ?? sentAt

interface Slice {
  /** Newest first. */
  readonly found: readonly HistoryEntry[]
  /** Texts in what was looked at. */
  readonly done: number
  /** Where the next slice begins; undefined: there is none. */
  readonly before: number | undefined
  /** Places of batches that could not be opened. */
  readonly broken: readonly number[]
}

interface Scan extends PageQuery {
  readonly peer: PeerId
  readonly before: number
  readonly fits: (entry: HistoryEntry) => boolean
}

const readSlice = (store: Readable, { peer, before, since, limit, fits }: Scan): Slice => {
  const found: HistoryEntry[] = []
  const broken: number[] = []
  let [done, bytes, batches] = [0, 0, 0]
  const slice = (next: number | undefined): Slice => ({ found, done, before: next, broken })
  const view = viewOf(store, peer)
  if (view === undefined) return slice(undefined)
  const earliest = Math.max(since ?? 0, 0)
  const isWanted = (entry: HistoryEntry) =>
    entry.n < before && (since === undefined || timeOf(entry) >= since) && fits(entry)
  const newest = Math.min(before - 1, PLACE_MAX)
  for (const row of store.sql.newestBatches(view.id, newest, Math.floor(earliest))) {
    if (found.length >= limit || bytes >= SLICE_BYTES || batches >= SLICE_BATCHES)
      return slice(row.last + 1)
    batches++
    bytes += row.sealed.length
    done += row.texts
    if (row.sealed.length === 0) continue
    const entries = entriesOf(store, view, row)
    if (entries === undefined) broken.push(row.n)
    else found.push(...entries.toReversed().filter(isWanted))
  }
  return slice(undefined)
}

const tellBroken = (
  { path }: Readable,
  peer: PeerId,
  batches: readonly number[]
): Effect.Effect<void> =>
  batches.length === 0
    ? Effect.void
    : Effect.logWarning('messages of the history are damaged, and left out', {
        path,
        peer,
        batches
      })

/** The newest entries that fit, oldest first. */
const newestEntries = Effect.fnUntraced(function* (
  store: Readable,
  scan: Scan,
  onProgress: (done: number) => void
): Effect.fn.Return<readonly HistoryEntry[], StoreError> {
  const found: HistoryEntry[] = []
  let before: number | undefined = scan.before
  let done = 0
  while (before !== undefined && found.length < scan.limit) {
    const rest: Scan = { ...scan, before, limit: scan.limit - found.length }
    const slice: Slice = yield* attempt(store.path, () =>
      store.atOnce(() => readSlice(store, rest))
    )
    yield* tellBroken(store, scan.peer, slice.broken)
    found.push(...slice.found)
    done += slice.done
    onProgress(done)
    before = slice.before
    if (before !== undefined) yield* Effect.yieldNow
  }
  return found.slice(0, Math.max(scan.limit, 0)).toReversed()
})

export const page = (
  store: Readable,
  peer: PeerId,
  query: PageQuery
): Effect.Effect<readonly HistoryEntry[], StoreError> => {
  const { before = UNBOUND } = query
  const scan: Scan = { ...query, peer, before, fits: () => true }
  return newestEntries(store, scan, () => undefined)
}

/** Entries that are kept or wait. */
const countOf = ({ settled, waitingTexts, unshown }: State): number =>
  settled + waitingTexts + unshown

export const search = Effect.fnUntraced(function* (
  store: Readable,
  peer: PeerId,
  { words, onProgress = () => undefined, before = UNBOUND, ...query }: SearchQuery
): Effect.fn.Return<readonly HistoryEntry[], StoreError> {
  const view = yield* attempt(store.path, () => viewOf(store, peer))
  const total = view === undefined ? 0 : countOf(view.state)
  const asked = words.map(folded)
  const fits = ({ text }: HistoryEntry) => {
    const all = folded(text)
    return asked.every((word) => all.includes(word))
  }
  return yield* newestEntries(store, { ...query, peer, before, fits }, (done) =>
    onProgress(Math.min(done, total), total)
  )
})

const firstOf = (store: Readable, view: View): HistoryEntry | undefined => {
  for (const row of store.sql.oldestBatches(view.id)) {
    const first = entriesOf(store, view, row)?.[0]
    if (first !== undefined) return first
  }
  return undefined
}

const lastOf = (store: Readable, peer: PeerId): HistoryEntry | undefined => {
  let before: number | undefined = UNBOUND
  while (before !== undefined) {
    const slice: Slice = readSlice(store, { peer, before, limit: 1, fits: () => true })
    if (slice.found.length > 0) return slice.found[0]
    before = slice.before
  }
  return undefined
}

const summaryOf = (store: Readable, view: View): ConversationSummary => {
  const { peer, state } = view
  const kept = countOf(state)
  const first = kept === 0 ? undefined : firstOf(store, view)
  const last = kept === 0 ? undefined : lastOf(store, peer)
  return {
    peer,
    waiting: state.waiting,
    unshown: state.unshown,
    kept,
    firstAt: first === undefined ? 0 : timeOf(first),
    lastAt: last === undefined ? 0 : timeOf(last),
    keep: state.at.keep
  }
}

export const conversations = Effect.fnUntraced(function* (
  store: Readable
): Effect.fn.Return<readonly ConversationSummary[], StoreError> {
  const { path, sql, atOnce } = store
  const peers = yield* attempt(path, () => sql.conversations().map(({ peer }) => peer))
  const summaries: ConversationSummary[] = []
  for (const peer of peers) {
    const summary = yield* attempt(path, () =>
      atOnce(() => {
        const view = viewOf(store, peer)
        return view === undefined ? [] : [summaryOf(store, view)]
      })
    )
    summaries.push(...summary)
    yield* Effect.yieldNow
  }
  return summaries
})
