/** Looking at a store that another process may have and go on writing. Nothing of it is changed. */
import type { DatabaseSync } from 'node:sqlite'
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import { StartError, type StoreError } from '../../domain/failures.ts'
import type { Store } from '../../services/store.ts'
import { StoreKeys } from './cipher.ts'
import { connectImmutable, connectReadOnly, versionOf } from './database.ts'
import type { Readable } from './disk.ts'
import { readMeta } from './meta.ts'
import type { StoreFile } from './options.ts'
import { conversations, page, search } from './reading.ts'
import { prepareStatements } from './statements.ts'
import { attempt, damaged, damageOf } from './store-failure.ts'
import { filesRefusal, sizeOf, whatIsThere } from './store-files.ts'

type Reader = Pick<Store['Service'], 'conversations' | 'page' | 'search'>

const nothing: Reader = {
  conversations: Effect.succeed([]),
  page: () => Effect.succeed([]),
  search: () => Effect.succeed([])
}

const atOnceIn =
  (database: DatabaseSync) =>
  <A>(look: () => A): A => {
    database.exec('BEGIN')
    try {
      return look()
    } finally {
      database.exec('ROLLBACK')
    }
  }

const readableOf = (database: DatabaseSync, file: StoreFile): Readable | undefined => {
  const { path } = file
  if (versionOf(database, path) === 0) return undefined
  const keys = new StoreKeys(file.masterKey)
  const { savesHistory: saveHistory } = readMeta(database, keys, file)
  const sql = prepareStatements(database)
  const [dataKeys, held] = [new Map(), new Map()]
  return { path, database, sql, keys, dataKeys, saveHistory, held, atOnce: atOnceIn(database) }
}

interface Opened {
  readonly database: DatabaseSync
  readonly store: Readable | undefined
}

const openWith = (connect: (path: string) => DatabaseSync, file: StoreFile): Opened => {
  const database = connect(file.path)
  try {
    return { database, store: readableOf(database, file) }
  } catch (error) {
    database.close()
    const detail = damageOf(file.path, error)
    throw detail === undefined ? error : damaged(file.path, detail)
  }
}

const opening = (file: StoreFile): Effect.Effect<Opened, StoreError> =>
  attempt(file.path, () => openWith(connectReadOnly, file)).pipe(
    Effect.catch((error) =>
      // Where no file can be made, as on a medium for reading, and no log is left to be read as well.
      error.reason._tag === 'StoreUnwritable' && sizeOf(`${file.path}-wal`) === 0
        ? attempt(file.path, () => openWith(connectImmutable, file))
        : Effect.fail(error)
    )
  )

const readerOf = (store: Readable): Reader => ({
  conversations: conversations(store),
  page: (peer, query) => page(store, peer, query),
  search: (peer, query) => search(store, peer, query)
})

/**
 * A store to be looked at, for as long as the scope lives; an empty one where there is none. Fails with
 * SecretUnsafe, StoreForeign, StoreSealed, StoreNewer, StoreDamaged, StoreUnwritable, StoreIo.
 */
export const openReadOnly = Effect.fnUntraced(function* (
  file: StoreFile
): Effect.fn.Return<Reader, StartError, Scope> {
  const { path } = file
  const refused = filesRefusal(path)
  if (refused !== undefined) return yield* refused
  const there = whatIsThere(path)
  if (there === 'nothing') return nothing
  const { store } = yield* Effect.acquireRelease(
    there === 'log-only'
      ? Effect.fail(damaged(path, 'the database of its log is missing'))
      : opening(file),
    ({ database }) => Effect.sync(() => database.close())
  ).pipe(Effect.mapError(({ reason }) => new StartError({ reason })))
  return store === undefined ? nothing : readerOf(store)
})
