/** Carrying out a plan: everything of it in one transaction, or nothing. */
import type { KeyObject } from 'node:crypto'
import type { PeerId } from '../../domain/peer-id.ts'
import { OUTBOX_ITEMS_MAX } from '../../domain/limits.ts'
import { boundTo, type EncodedBatch, encodeBatches } from './batch-format.ts'
import { seal, SEALS_PER_KEY_MAX } from './cipher.ts'
import { dataKey, dataKeyPlace, idsMac, macOf, openBatch, type Readable } from './disk.ts'
import type { Held, Plan, Step } from './held.ts'
import { writeState } from './state-format.ts'
import { damaged } from './store-failure.ts'

/** Taken ids are thinned out when so many have come since. */
const PRUNE_EVERY = 4096

/** Does some work as one transaction. A failure leaves nothing of it behind, and is thrown on. */
export const transact = <A>({ database, sql }: Readable, work: () => A): A => {
  sql.begin()
  try {
    const result = work()
    sql.commit()
    return result
  } catch (error) {
    // After some failures SQLite has rolled back already.
    if (database.isTransaction) sql.rollback()
    throw error
  }
}

/** A conversation while its plan is carried out. */
interface Work {
  readonly peer: PeerId
  readonly id: number
  /** Of the key that seals now, and how often it did. */
  generation: number
  seals: number
  takenCount: number
}

const sealingKey = (store: Readable, work: Work): KeyObject => {
  const { id, peer } = work
  const known = work.generation > 0 && work.seals < SEALS_PER_KEY_MAX
  const old = known ? dataKey(store, id, peer, work.generation) : undefined
  if (old !== undefined) return old
  work.generation++
  work.seals = 0
  const { key, wrapped } = store.keys.newDataKey(dataKeyPlace(id, peer, work.generation))
  store.sql.putDataKey(id, work.generation, wrapped)
  store.dataKeys.set(`${id} ${work.generation}`, key)
  return key
}

const putBatch = (store: Readable, work: Work, batch: EncodedBatch): void => {
  const key = sealingKey(store, work)
  const { id, peer, generation } = work
  const { n, last, direction, epoch, texts, since, until, plain } = batch
  const sealed = seal(key, plain, boundTo(peer, batch, generation))
  work.seals++
  const side = direction === 'out' ? 0 : 1
  store.sql.putBatch(id, n, last, side, epoch, texts, since, until, generation, sealed)
}

/** Leaves of a batch what is before a place, as history. */
const cut = (store: Readable, work: Work, n: number, from: number): void => {
  const { sql, path } = store
  const row = sql.batch(work.id, n)
  const batch = row === undefined ? undefined : openBatch(store, work.id, work.peer, row)
  if (batch === undefined)
    throw damaged(path, `messages that wait in conversation ${work.id} cannot be read`)
  sql.settle(work.id, n)
  sql.dropBatch(work.id, n)
  const { direction, messages } = batch
  for (const head of encodeBatches(
    direction,
    messages.filter((placed) => placed.n < from)
  ))
    if (head.texts > 0) putBatch(store, work, head)
}

const noteIds = (store: Readable, work: Work, ids: readonly string[]): void => {
  const { sql } = store
  const joined = ids.join('')
  const mac = idsMac(store, work.id, work.takenCount, joined)
  sql.putIds(work.id, work.takenCount, ids.length, joined, mac)
  const before = Math.floor(work.takenCount / PRUNE_EVERY)
  work.takenCount += ids.length
  const useless = work.takenCount - OUTBOX_ITEMS_MAX
  if (useless > 0 && Math.floor(work.takenCount / PRUNE_EVERY) > before)
    sql.dropIds(work.id, useless)
}

const perform = (store: Readable, work: Work, step: Step): void => {
  const { sql } = store
  switch (step.type) {
    case 'insert':
      putBatch(store, work, step.batch)
      sql.putPending(work.id, step.batch.n)
      return
    case 'settle':
      sql.settle(work.id, step.n)
      return
    case 'drop':
      sql.settle(work.id, step.n)
      sql.dropBatch(work.id, step.n)
      return
    case 'cut':
      cut(store, work, step.n, step.from)
      return
    case 'ids':
      noteIds(store, work, step.ids)
  }
}

/** Carries out a plan inside a transaction. @returns the conversation as it is stored then. */
export const carryOut = (store: Readable, peer: PeerId, before: Held, plan: Plan): Held => {
  const { sql } = store
  const id = before.id === 0 ? (sql.nextConversation() ?? 1) : before.id
  const { generation, seals, takenCount } = before
  const work: Work = { peer, id, generation, seals, takenCount }
  for (const step of plan.steps) perform(store, work, step)
  const held = { ...plan.held, id, generation: work.generation, seals: work.seals }
  putState(store, peer, held)
  return held
}

/** Writes the state of a conversation, inside a transaction. */
export const putState = (store: Readable, peer: PeerId, held: Held): void => {
  const state = writeState(held)
  store.sql.putConversation(held.id, peer, state, macOf(store, held.id, peer, state))
}

/** Carries out a plan as one transaction of its own, and remembers the conversation. */
export const write = (store: Readable, peer: PeerId, before: Held, plan: Plan): void => {
  const held = transact(store, () => carryOut(store, peer, before, plan))
  store.held.set(peer, held)
}
