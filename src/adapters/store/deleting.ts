/** Deleting settled messages, a few at a time so that a conversation goes on meanwhile. */
import * as Effect from 'effect/Effect'
import type { StoreError } from '../../domain/failures.ts'
import type { PeerId } from '../../domain/peer-id.ts'
import { emptied } from './checkpoint.ts'
import { SEALS_PER_KEY_MAX } from './cipher.ts'
import { heldOf } from './disk.ts'
import { type Held, keptNow, separate } from './held.ts'
import type { Live } from './live.ts'
import type { SettledRow } from './statements.ts'
import { attempt } from './store-failure.ts'
import { putState, transact, write } from './transaction.ts'

/** Sealed bytes, and batches, that go in one transaction. */
const SLICE_BYTES = 256 * 1024
const SLICE_BATCHES = 128

/** Which settled batches go. Asked oldest first; `stop`: neither this one nor any later one. */
export type Doom = (row: SettledRow) => 'goes' | 'stays' | 'stop'

interface Deleted {
  readonly texts: number
  /** Where the next slice begins; undefined: there is none. */
  readonly from: number | undefined
}

interface Doomed extends Deleted {
  readonly rows: readonly SettledRow[]
}

const chooseSlice = ({ sql }: Live, id: number, from: number, doom: Doom): Doomed => {
  const rows: SettledRow[] = []
  let [looked, bytes, texts] = [0, 0, 0]
  for (const row of sql.settledBatches(id, from)) {
    const fate = doom(row)
    if (fate === 'stop') break
    if (looked >= SLICE_BATCHES || bytes >= SLICE_BYTES) return { rows, texts, from: row.n }
    looked++
    if (fate === 'stays') continue
    rows.push(row)
    bytes += row.bytes
    texts += row.texts
  }
  return { rows, texts, from: undefined }
}

/** A conversation by its peer and its row. */
export interface Whose {
  readonly peer: PeerId
  readonly id: number
}

const noteDeleted = (live: Live): void => {
  live.flush.wrote()
  live.upkeep.wrote(true)
}

const deleteSlice = (live: Live, { id, peer }: Whose, from: number, doom: Doom): Deleted => {
  const { rows, ...deleted } = chooseSlice(live, id, from, doom)
  if (rows.length === 0) return deleted
  const held = heldOf(live, peer)
  const after: Held = { ...held, settled: held.settled - deleted.texts }
  transact(live, () => {
    for (const { n } of rows) live.sql.dropBatch(id, n)
    putState(live, peer, after)
  })
  live.held.set(peer, after)
  noteDeleted(live)
  return deleted
}

/** Deletes the settled batches of a peer that are doomed. @returns how many texts were in them. */
export const deleteSettled = Effect.fnUntraced(function* (
  live: Live,
  whose: Whose,
  doom: Doom
): Effect.fn.Return<number, StoreError> {
  let texts = 0
  let from: number | undefined = 0
  while (from !== undefined) {
    const at: number = from
    const deleted: Deleted = yield* attempt(live.path, () => deleteSlice(live, whose, at, doom))
    texts += deleted.texts
    from = deleted.from
    if (from !== undefined) yield* Effect.yieldNow
  }
  return texts
})

const textsOf = (held: Held): number =>
  [...held.out.toArray(), ...held.in].reduce((sum, { texts }) => sum + texts, 0)

/** Deletes what is settled of batches of which something waits. @returns how many texts it was. */
const eraseParts = (live: Live, peer: PeerId): number => {
  const held = heldOf(live, peer)
  if (!held.isPartial) return 0
  const parts = separate(held, false)
  const gone = keptNow(held, live.saveHistory) ? textsOf(held) - textsOf(parts.held) : 0
  const settled = held.settled - gone
  write(live, peer, held, { ...parts, held: { ...parts.held, settled } })
  noteDeleted(live)
  return gone
}

/** Without any message left, the keys go that opened them. What comes later gets another one. */
const dropKeys = (live: Live, { id, peer }: Whose): void => {
  for (const _ of live.sql.oldestBatches(id)) return
  const after = { ...heldOf(live, peer), seals: SEALS_PER_KEY_MAX }
  transact(live, () => {
    live.sql.dropDataKeys(id)
    putState(live, peer, after)
  })
  live.held.set(peer, after)
  noteDeleted(live)
}

/**
 * Deletes the settled messages of a peer, and leaves nothing of them in the files. A process that
 * ends on the way leaves the newer ones. @returns how many there were.
 */
export const erase = Effect.fnUntraced(function* (
  live: Live,
  peer: PeerId
): Effect.fn.Return<number, StoreError> {
  const { path } = live
  const held = yield* attempt(path, () => heldOf(live, peer))
  if (held.id === 0) return 0
  const whose: Whose = { id: held.id, peer }
  const bound = held.at.next
  const parts = yield* attempt(path, () => eraseParts(live, peer))
  const whole = yield* deleteSettled(live, whose, ({ n }) => (n < bound ? 'goes' : 'stop'))
  yield* attempt(path, () => dropKeys(live, whose))
  yield* live.flush.synced
  yield* emptied(live)
  return parts + whole
})
