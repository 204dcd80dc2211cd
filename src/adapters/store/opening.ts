/**
 * Opening a store for writing: whose it is and who has it, whether it is whole, what an earlier run left
 * undone. A damaged one is set aside and a new one begun; whatever else is wrong is a failure, and
 * the file stays as it is.
 */
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import { StartError, StoreError } from '../../domain/failures.ts'
import { ensurePrivateDirectory } from '../private-files.ts'
import { StoreKeys } from './cipher.ts'
import { checkPages, connectForWriting, inspect, prepareForWriting, versionOf } from './database.ts'
import { type Readable, readHeld, stateOf, takenIdsOf } from './disk.ts'
import { separate } from './held.ts'
import { isBlank, livingHolder, type Meta, newMeta, ourHold, readMeta, writeMeta } from './meta.ts'
import { migrate } from './migrations.ts'
import type { StoreFile, StoreOpened, StoreOptions } from './options.ts'
import { prepareStatements } from './statements.ts'
import { attempt, damaged, damageOf } from './store-failure.ts'
import {
  checkAccess,
  createFile,
  filesRefusal,
  setAside,
  sizeOf,
  whatIsThere
} from './store-files.ts'
import { transact, write } from './transaction.ts'

interface Taken {
  /** As it is from now on, and as the last run left it. */
  readonly meta: Meta
  readonly before: Meta
  readonly isNew: boolean
}

/** Takes the store for this process, in one transaction. Throws where it is not ours to take. */
const take = (database: DatabaseSync, keys: StoreKeys, file: StoreFile): Taken => {
  migrate(database, versionOf(database, file.path))
  database.exec('BEGIN IMMEDIATE')
  try {
    const isNew = isBlank(database)
    const before = isNew ? newMeta(keys, file.owner) : readMeta(database, keys, file)
    const pid = livingHolder(file.path, before)
    if (pid !== undefined)
      throw new StoreError({ reason: { _tag: 'StoreBusy', path: file.path, pid } })
    const meta = writeMeta(database, { ...before, holder: ourHold(file.path), isClean: false })
    database.exec('COMMIT')
    return { meta, before, isNew }
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/** Every state, every message that waits and every id is as it was written. */
const checkContents = (store: Readable): void => {
  for (const row of store.sql.conversations()) {
    readHeld(store, row)
    takenIdsOf(store, row.peer)
  }
}

/**
 * What an earlier run left of half-settled batches: text that is not kept goes, and where another rule
 * holds from now on, what was settled under the old one is kept.
 */
const finishEarlier = (store: Readable, meta: Meta): Meta => {
  for (const row of store.sql.partial()) {
    const { keep } = stateOf(store, row).at
    const was = keep ?? meta.savesHistory
    if (was && (keep ?? store.saveHistory)) continue
    const held = readHeld(store, row)
    write(store, row.peer, held, separate(held, was))
  }
  if (meta.savesHistory === store.saveHistory) return meta
  return transact(store, () =>
    writeMeta(store.database, { ...meta, savesHistory: store.saveHistory })
  )
}

/** A store that this process has taken, and what its opening is worth a word for. */
export interface Opened {
  readonly store: Readable
  readonly meta: Meta
  readonly isNew: boolean
  /** true: the last run did not come to its end, or not all of what it wrote into the database. */
  readonly isUnclean: boolean
}

/** A damaged store. It is still open, since SQLite would delete its log at the close. */
interface Broken {
  readonly detail: string
  readonly database: DatabaseSync | undefined
}

const openWith = (
  database: DatabaseSync,
  options: StoreOptions,
  keys: StoreKeys,
  hasLog: boolean
): Opened => {
  const { path, saveHistory } = options
  prepareForWriting(database, path)
  const { meta, before, isNew } = take(database, keys, options)
  checkPages(database, path, before.isClean)
  const store: Readable = {
    path,
    database,
    sql: prepareStatements(database),
    keys,
    dataKeys: new Map(),
    saveHistory,
    held: new Map(),
    // Nobody else writes.
    atOnce: (look) => look()
  }
  if (!before.isClean) checkContents(store)
  return { store, meta: finishEarlier(store, meta), isNew, isUnclean: hasLog || !before.isClean }
}

const openNow = (options: StoreOptions, keys: StoreKeys): Opened | Broken => {
  const { path } = options
  let database: DatabaseSync | undefined
  try {
    if (whatIsThere(path) === 'log-only') throw damaged(path, 'the database of its log is missing')
    createFile(path)
    checkAccess(path)
    const hasLog = sizeOf(`${path}-wal`) > 0
    if (whatIsThere(path) === 'a file') inspect(path, hasLog)
    database = connectForWriting(path)
    return openWith(database, options, keys, hasLog)
  } catch (error) {
    const detail = damageOf(path, error)
    if (detail !== undefined) return { detail, database }
    database?.close()
    throw error
  }
}

const startError = ({ reason }: StoreError): StartError => new StartError({ reason })

/** A folder that cannot be used, in the words of the store. */
const folderFailure = (path: string, { reason }: StartError): StartError =>
  reason._tag === 'HomeUnwritable'
    ? new StartError({ reason: { _tag: 'StoreUnwritable', path, code: reason.code } })
    : new StartError({ reason })

/** `20261122T185800Z` */
const timeName = Effect.map(Clock.currentTimeMillis, (now) => {
  // Swedish writes dates as ISO 8601 does. Made here, since it is needed on the worst day only.
  const style = { timeZone: 'UTC', dateStyle: 'short', timeStyle: 'medium' } as const
  const [date = '', time = ''] = new Intl.DateTimeFormat('sv-SE', style).format(now).split(' ')
  return `${date.replaceAll('-', '')}T${time.replaceAll(':', '')}Z`
})

const replaceDamaged = Effect.fnUntraced(function* (
  options: StoreOptions,
  keys: StoreKeys,
  { detail, database }: Broken
) {
  const { path } = options
  const time = yield* timeName
  const aside = yield* attempt(path, () => {
    // Only there files that are open cannot be renamed.
    if (process.platform === 'win32') database?.close()
    const name = setAside(path, time)
    if (database?.isOpen) database.close()
    return name
  })
  const opened = yield* attempt(path, () => openNow(options, keys))
  if (!('store' in opened)) {
    opened.database?.close()
    return yield* Effect.fail(damaged(path, opened.detail))
  }
  return { ...opened, told: { type: 'set-aside', path, aside, detail } as const }
})

/**
 * Opens or begins the store. Fails with SecretUnsafe, StoreBusy, StoreForeign, StoreSealed, StoreNewer,
 * StoreUnwritable, StoreFull, StoreIo.
 */
export const open = Effect.fnUntraced(function* (
  options: StoreOptions
): Effect.fn.Return<Opened & { readonly told: StoreOpened | undefined }, StartError> {
  const { path } = options
  const keys = new StoreKeys(options.masterKey)
  yield* Effect.mapError(ensurePrivateDirectory(dirname(path)), (error) =>
    folderFailure(path, error)
  )
  const refused = filesRefusal(path)
  if (refused !== undefined) return yield* refused
  const opened = yield* Effect.mapError(
    attempt(path, () => openNow(options, keys)),
    startError
  )
  if (!('store' in opened))
    return yield* Effect.mapError(replaceDamaged(options, keys, opened), startError)
  return { ...opened, told: opened.isNew ? { type: 'created', path } : undefined }
})
