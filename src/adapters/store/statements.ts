/**
 * Every statement of the store, prepared once. The tables are STRICT, which makes the types of their
 * columns certain; a row's id is made of conversation and place in SQL, since it may exceed 2^53.
 */
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite'
import type { PeerId } from '../../domain/peer-id.ts'
import type { BatchHead } from './batch-format.ts'
import { PLACE_BITS, PLACE_MAX } from './migrations.ts'

type Row = Readonly<Record<string, SQLOutputValue>>

export interface ConversationRow {
  readonly id: number
  readonly peer: PeerId
  readonly state: string
  readonly mac: Uint8Array
}

export interface BatchRow extends BatchHead {
  readonly generation: number
  readonly isPending: boolean
  /** Empty where it was not asked for. */
  readonly sealed: Uint8Array
}

/** Ids that were taken one after the other. */
export interface IdsRow {
  /** How many were taken before. */
  readonly place: number
  readonly count: number
  readonly ids: string
  readonly mac: Uint8Array
}

/** A settled batch, and how many bytes of it are sealed. */
export interface SettledRow extends Pick<BatchHead, 'n' | 'texts' | 'until'> {
  readonly bytes: number
}

const text = (value: SQLOutputValue | undefined): string => String(value ?? '')
const bytes = (value: SQLOutputValue | undefined): Uint8Array =>
  value instanceof Uint8Array ? value : new Uint8Array()

const conversationRow = (row: Row): ConversationRow => ({
  id: Number(row['id']),
  peer: text(row['peer']) as PeerId,
  state: text(row['state']),
  mac: bytes(row['mac'])
})

const batchRow = (row: Row): BatchRow => ({
  n: Number(row['n']),
  last: Number(row['last']),
  direction: row['direction'] === 0 ? 'out' : 'in',
  epoch: text(row['epoch']),
  texts: Number(row['texts']),
  since: Number(row['since']),
  until: Number(row['until']),
  generation: Number(row['generation']),
  isPending: row['isPending'] === 1,
  sealed: bytes(row['sealed'])
})

const settledRow = (row: Row): SettledRow => ({
  n: Number(row['n']),
  texts: Number(row['texts']),
  until: Number(row['until']),
  bytes: Number(row['bytes'])
})

const ID = (conversation: string, place: string) =>
  `((${conversation} << ${PLACE_BITS}) | ${place})`
const ALL_OF_1 = `BETWEEN ${ID('?1', '0')} AND ${ID('?1', String(PLACE_MAX))}`
const PLACE = `(id & ${PLACE_MAX})`
const HEAD = `${PLACE} AS n, last, direction, epoch, texts, since, until, generation`
const IS_PENDING = 'EXISTS (SELECT 1 FROM pending WHERE pending.id = batch.id)'

export const prepareStatements = (database: DatabaseSync) => {
  const run = (sql: string) => {
    const statement = database.prepare(sql)
    return (...values: readonly SQLInputValue[]): number => Number(statement.run(...values).changes)
  }
  const get = <A>(sql: string, shape: (row: Row) => A) => {
    const statement = database.prepare(sql)
    return (...values: readonly SQLInputValue[]): A | undefined => {
      const row = statement.get(...values)
      return row === undefined ? undefined : shape(row)
    }
  }
  const all = <A>(sql: string, shape: (row: Row) => A) => {
    const statement = database.prepare(sql)
    return (...values: readonly SQLInputValue[]): readonly A[] =>
      statement.all(...values).map(shape)
  }
  /** One after the other, so that the caller may stop; nothing else is read meanwhile. */
  const each = <A>(sql: string, shape: (row: Row) => A) => {
    const statement = database.prepare(sql)
    return function* (...values: readonly SQLInputValue[]): Generator<A, undefined> {
      for (const row of statement.iterate(...values)) yield shape(row)
    }
  }
  return {
    ...transactions(run),
    ...conversations(run, get, all),
    ...batches(run, get, all, each),
    putIds: run(
      `INSERT INTO taken_ids (id, count, ids, mac) VALUES (${ID('?1', '?2')}, ?3, ?4, ?5)`
    ),
    ids: all(
      `SELECT ${PLACE} AS place, count, ids, mac FROM taken_ids WHERE id ${ALL_OF_1} ORDER BY id`,
      ({ place, count, ids, mac }): IdsRow => ({
        place: Number(place),
        count: Number(count),
        ids: text(ids),
        mac: bytes(mac)
      })
    ),
    /** Rows that are wholly below a count. */
    dropIds: run(
      `DELETE FROM taken_ids WHERE id BETWEEN ${ID('?1', '0')} AND ${ID('?1', '?2')}
        AND ${PLACE} + count <= ?2`
    ),
    dataKey: get(
      'SELECT wrapped FROM data_key WHERE conversation = ?1 AND generation = ?2',
      ({ wrapped }) => bytes(wrapped)
    ),
    putDataKey: run('INSERT INTO data_key (conversation, generation, wrapped) VALUES (?1, ?2, ?3)'),
    dropDataKeys: run('DELETE FROM data_key WHERE conversation = ?1')
  }
}

type Run = (sql: string) => (...values: readonly SQLInputValue[]) => number
type Get = <A>(
  sql: string,
  shape: (row: Row) => A
) => (...values: readonly SQLInputValue[]) => A | undefined
type All = <A>(
  sql: string,
  shape: (row: Row) => A
) => (...values: readonly SQLInputValue[]) => readonly A[]
type Each = <A>(
  sql: string,
  shape: (row: Row) => A
) => (...values: readonly SQLInputValue[]) => Generator<A, undefined>

const transactions = (run: Run) => ({
  begin: run('BEGIN IMMEDIATE'),
  commit: run('COMMIT'),
  rollback: run('ROLLBACK')
})

const conversations = (run: Run, get: Get, all: All) => ({
  conversation: get(
    'SELECT id, peer, state, mac FROM conversation WHERE peer = ?1',
    conversationRow
  ),
  conversations: all('SELECT id, peer, state, mac FROM conversation ORDER BY id', conversationRow),
  /** Those of which some batch is settled in part. */
  partial: all(
    `SELECT id, peer, state, mac FROM conversation
      WHERE json_valid(state) AND json_extract(state, '$.counts.isPartial') ORDER BY id`,
    conversationRow
  ),
  nextConversation: get('SELECT COALESCE(MAX(id), 0) + 1 AS id FROM conversation', ({ id }) =>
    Number(id)
  ),
  putConversation: run(
    `INSERT INTO conversation (id, peer, state, mac) VALUES (?1, ?2, ?3, ?4)
      ON CONFLICT (id) DO UPDATE SET state = excluded.state, mac = excluded.mac`
  )
})

const batches = (run: Run, get: Get, all: All, each: Each) => ({
  putBatch: run(
    `INSERT INTO batch (id, last, direction, epoch, texts, since, until, generation, sealed)
      VALUES (${ID('?1', '?2')}, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)`
  ),
  putPending: run(`INSERT INTO pending (id) VALUES (${ID('?1', '?2')})`),
  settle: run(`DELETE FROM pending WHERE id = ${ID('?1', '?2')}`),
  dropBatch: run(`DELETE FROM batch WHERE id = ${ID('?1', '?2')}`),
  batch: get(
    `SELECT ${HEAD}, sealed, ${IS_PENDING} AS isPending FROM batch WHERE id = ${ID('?1', '?2')}`,
    batchRow
  ),
  pendingBatches: all(
    `SELECT ${HEAD}, sealed, 1 AS isPending FROM pending JOIN batch USING (id)
      WHERE id ${ALL_OF_1} ORDER BY id`,
    batchRow
  ),
  /** Newest first, those that begin at or before a place; sealed only where `until` is late enough. */
  newestBatches: each(
    `SELECT ${HEAD}, ${IS_PENDING} AS isPending, CASE WHEN until >= ?3 THEN sealed END AS sealed FROM batch
      WHERE id BETWEEN ${ID('?1', '0')} AND ${ID('?1', '?2')} ORDER BY id DESC`,
    batchRow
  ),
  oldestBatches: each(
    `SELECT ${HEAD}, ${IS_PENDING} AS isPending, sealed FROM batch WHERE id ${ALL_OF_1} ORDER BY id`,
    batchRow
  ),
  /** Settled ones from a place on, oldest first. */
  settledBatches: each(
    `SELECT ${PLACE} AS n, texts, until, length(sealed) AS bytes FROM batch
      WHERE id BETWEEN ${ID('?1', '?2')} AND ${ID('?1', String(PLACE_MAX))}
        AND NOT ${IS_PENDING} ORDER BY id`,
    settledRow
  )
})

export type Statements = ReturnType<typeof prepareStatements>
