/** An open store: its database, its keys, and the conversations that this run has met. */
import type { KeyObject } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { OUTBOX_ITEMS_MAX } from '../../domain/limits.ts'
import type { PeerId } from '../../domain/peer-id.ts'
import { nothing, type Placed } from '../../services/store-model/conversation.ts'
import type { OwnMessage, PeerMessage } from '../../domain/items.ts'
import { type Batch, boundTo, decodeBatch, numberOf } from './batch-format.ts'
import { type StoreKeys, unseal } from './cipher.ts'
import type { Held, Row } from './held.ts'
import { noState, readState, type State } from './state-format.ts'
import type { BatchRow, ConversationRow, Statements } from './statements.ts'
import { damaged } from './store-failure.ts'

/** What is needed to read a store. */
export interface Readable {
  readonly path: string
  readonly database: DatabaseSync
  readonly sql: Statements
  readonly keys: StoreKeys
  /** Data keys that were unwrapped, by `conversation generation`. */
  readonly dataKeys: Map<string, KeyObject>
  /** Whether settled messages are kept where nothing else is said. */
  readonly saveHistory: boolean
  /** By peer, as it was last committed. */
  readonly held: Map<PeerId, Held>
  /** Looks several times at one state of the store, though another process may write. */
  readonly atOnce: <A>(look: () => A) => A
}

const statePlace = (row: ConversationRow): string => `state ${row.id} ${row.peer}`

/** What shows that a state belongs where it is. */
export const macOf = (store: Readable, id: number, peer: PeerId, state: string): Buffer =>
  store.keys.mac(state, `state ${id} ${peer}`)

/** A state that is as we wrote it; throws StoreDamaged otherwise. */
export const stateOf = (store: Readable, row: ConversationRow): State => {
  if (!store.keys.isMac(row.mac, row.state, statePlace(row)))
    throw damaged(store.path, `conversation ${row.id} is not as it was written`)
  return readState(row.state)
}

/** What shows that ids belong where they are. */
export const idsMac = (store: Readable, conversation: number, place: number, ids: string): Buffer =>
  store.keys.mac(ids, `ids ${conversation} ${place}`)

const ID_CHARS = 22

/** Ids that were taken of a peer. Throws StoreDamaged where one may be missing. */
export const takenIdsOf = (store: Readable, peer: PeerId): ReadonlySet<string> => {
  const ids = new Set<string>()
  const row = store.sql.conversation(peer)
  if (row === undefined) return ids
  const { takenCount } = store.held.get(peer) ?? stateOf(store, row)
  let next: number | undefined
  for (const { place, count, ids: joined, mac } of store.sql.ids(row.id)) {
    const isNext = place === (next ?? Math.min(place, Math.max(takenCount - OUTBOX_ITEMS_MAX, 0)))
    if (!isNext || !idsMac(store, row.id, place, joined).equals(mac))
      throw damaged(store.path, `ids of messages are missing in conversation ${row.id}`)
    next = place + count
    for (let at = 0; at < joined.length; at += ID_CHARS) ids.add(joined.slice(at, at + ID_CHARS))
  }
  if ((next ?? 0) !== takenCount)
    throw damaged(store.path, `ids of messages are missing in conversation ${row.id}`)
  return ids
}

export const dataKeyPlace = (conversation: number, peer: PeerId, generation: number): string =>
  `data key ${conversation} ${peer} ${generation}`

/** undefined: it is not there, or not as it was written. */
export const dataKey = (
  store: Readable,
  conversation: number,
  peer: PeerId,
  generation: number
): KeyObject | undefined => {
  const name = `${conversation} ${generation}`
  const known = store.dataKeys.get(name)
  if (known !== undefined) return known
  const wrapped = store.sql.dataKey(conversation, generation)
  if (wrapped === undefined) return undefined
  const key = store.keys.dataKey(wrapped, dataKeyPlace(conversation, peer, generation))
  if (key !== undefined) store.dataKeys.set(name, key)
  return key
}

/** A batch of a conversation; undefined: damaged. */
export const openBatch = (
  store: Readable,
  conversation: number,
  peer: PeerId,
  row: BatchRow
): Batch | undefined => {
  const key = dataKey(store, conversation, peer, row.generation)
  if (key === undefined) return undefined
  const plain = unseal(key, row.sealed, boundTo(peer, row, row.generation))
  return plain === undefined ? undefined : decodeBatch(row, plain)
}

/** Whether a message in a batch that is not all settled is one of the unsettled ones. */
export const isPendingIn = (
  { at }: State,
  direction: 'out' | 'in',
  { epoch, message }: Placed<OwnMessage | PeerMessage>
): boolean => {
  if (direction === 'out') return numberOf(message) > at.acked
  return epoch !== at.taken.at(-1)?.epoch || numberOf(message) > at.shown
}

interface Pending {
  readonly outbox: readonly Placed<OwnMessage>[]
  readonly inbox: readonly Placed<PeerMessage>[]
  readonly out: readonly Row[]
  readonly in: readonly Row[]
}

const readPending = (store: Readable, id: number, peer: PeerId, state: State): Pending => {
  const outbox: Placed<OwnMessage>[] = []
  const inbox: Placed<PeerMessage>[] = []
  const rows = { out: [] as Row[], in: [] as Row[] }
  for (const row of store.sql.pendingBatches(id)) {
    const batch = openBatch(store, id, peer, row)
    if (batch === undefined)
      throw damaged(store.path, `messages that wait in conversation ${id} cannot be read`)
    const { n, last, epoch, texts } = row
    rows[row.direction].push({ n, last, epoch, texts })
    if (batch.direction === 'out')
      for (const placed of batch.messages) {
        if (isPendingIn(state, 'out', placed)) outbox.push(placed)
      }
    else
      for (const placed of batch.messages) {
        if (isPendingIn(state, 'in', placed)) inbox.push(placed)
      }
  }
  return { outbox, inbox, ...rows }
}

/** Whether the outbox is what the state says: numbered without a gap to its end. */
const isWhole = ({ at, waiting, unshown }: State, { outbox, inbox }: Pending): boolean => {
  let next = at.acked + 1
  for (const { epoch, message } of outbox) {
    if (epoch !== at.epoch || message.first !== next) return false
    next += message.items
  }
  return next === at.last + 1 && outbox.length === waiting && inbox.length === unshown
}

const noneHeld: Held = { ...noState, id: 0, out: nothing(), in: [] }

/** Reads a conversation with its pending messages. Throws StoreDamaged. */
export const readHeld = (store: Readable, row: ConversationRow): Held => {
  const state = stateOf(store, row)
  const pending = readPending(store, row.id, row.peer, state)
  if (!isWhole(state, pending))
    throw damaged(store.path, `messages are missing that wait in conversation ${row.id}`)
  return {
    ...state,
    at: {
      ...state.at,
      outbox: nothing<Placed<OwnMessage>>().append(pending.outbox),
      inbox: pending.inbox
    },
    id: row.id,
    out: nothing<Row>().append(pending.out),
    in: pending.in
  }
}

/** What is kept of a peer, from memory if this run has met it. Throws StoreDamaged. */
export const heldOf = (store: Readable, peer: PeerId): Held => {
  const known = store.held.get(peer)
  if (known !== undefined) return known
  const row = store.sql.conversation(peer)
  if (row === undefined) return noneHeld
  const held = readHeld(store, row)
  store.held.set(peer, held)
  return held
}
