/** Connecting to the database, and what it is before anything in it is believed. */
import * as fs from 'node:fs'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { StoreError } from '../../domain/failures.ts'
import { APPLICATION_ID, VERSION } from './migrations.ts'
import { damaged } from './store-failure.ts'

/** How long a statement waits for another process, as one that shows the history. */
const BUSY_MS = 200
/** A smaller store is always checked page by page, since that takes no time that is noticed. */
const CHECK_BYTES_MAX = 16 * 1024 * 1024

const pragma = (database: DatabaseSync, text: string): SQLOutputValue | undefined =>
  Object.values(database.prepare(`PRAGMA ${text}`).get() ?? {})[0]

const connect = (path: string | URL, readOnly: boolean): DatabaseSync =>
  new DatabaseSync(path, { readOnly, timeout: BUSY_MS, defensive: true, allowExtension: false })

/** What is set for a connection, since SQLite does not keep it in the file. */
const harden = (database: DatabaseSync): void => {
  database.exec('PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY')
}

/** What a database says of itself. */
interface Claim {
  readonly application: number
  readonly version: number
  /** It has no tables. */
  readonly isEmpty: boolean
}

const judge = ({ application, version, isEmpty }: Claim, path: string): number => {
  if (application === 0 && version === 0 && isEmpty) return 0
  if (application !== APPLICATION_ID)
    throw new StoreError({
      reason: { _tag: 'StoreUnwritable', path, code: "another program's database" }
    })
  if (version > VERSION)
    throw new StoreError({ reason: { _tag: 'StoreNewer', path, version, supported: VERSION } })
  return version
}

/** The version of the tables; 0: there are none yet. Throws where it is not ours to write to. */
export const versionOf = (database: DatabaseSync, path: string): number => {
  const application = Number(pragma(database, 'application_id'))
  const version = Number(pragma(database, 'user_version'))
  const isEmpty = database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined
  return judge({ application, version, isEmpty }, path)
}

const MAGIC = 'SQLite format 3\0'
const LEAF = 13

/**
 * What the first page says (sqlite.org/fileformat2.html 1.3 and 1.6); undefined: it is none of a
 * database. It tells this also while the rest of the file is half of an older state.
 */
const firstPageOf = (path: string): Claim | undefined => {
  const bytes = Buffer.alloc(108)
  const file = fs.openSync(path, 'r')
  try {
    fs.readSync(file, bytes, 0, bytes.length, 0)
  } finally {
    fs.closeSync(file)
  }
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined
  return {
    version: bytes.readUInt32BE(60),
    application: bytes.readUInt32BE(68),
    isEmpty: bytes[100] === LEAF && bytes.readUInt16BE(103) === 0
  }
}

/** For looking at the file alone, without its log, and leaving no trace. Nobody writes meanwhile. */
export const connectImmutable = (path: string): DatabaseSync => {
  const url = pathToFileURL(path)
  url.searchParams.set('immutable', '1')
  return connect(url, true)
}

/**
 * Throws where a file is not for us, which is left exactly as it is. Behind a log that was not copied, or
 * only in part, the file alone is no database: SQLite mends it from the log.
 */
export const inspect = (path: string, hasLog: boolean): void => {
  if (hasLog) {
    const claim = firstPageOf(path)
    if (claim !== undefined) judge(claim, path)
    return
  }
  const database = connectImmutable(path)
  try {
    versionOf(database, path)
  } finally {
    database.close()
  }
}

/** For looking only. Another process may have the store, and go on writing. */
export const connectReadOnly = (path: string): DatabaseSync => {
  const database = connect(path, true)
  harden(database)
  return database
}

/** For writing. Nothing of the file is read yet. */
export const connectForWriting = (path: string): DatabaseSync => connect(path, false)

/**
 * What is written survives the process at once; what makes it survive a power cut is group-flush.ts
 * (docs/adr/0006).
 */
export const prepareForWriting = (database: DatabaseSync, path: string): void => {
  harden(database)
  // Before the first page is written; after it, SQLite writes again what is there.
  if (pragma(database, 'page_count') === 0) database.exec('PRAGMA auto_vacuum = INCREMENTAL')
  database.exec('PRAGMA synchronous = NORMAL')
  if (pragma(database, 'journal_mode = WAL') !== 'wal')
    throw new StoreError({
      reason: { _tag: 'StoreUnwritable', path, code: 'no write-ahead log on this file system' }
    })
  database.exec('PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = ON')
}

const isWhole = (database: DatabaseSync, path: string): boolean => {
  const pages = Number(pragma(database, 'page_count'))
  return pages * Number(pragma(database, 'page_size')) === fs.statSync(path).size
}

/** Throws StoreDamaged where pages are. @param isClean the last run came to its end. */
export const checkPages = (database: DatabaseSync, path: string, isClean: boolean): void => {
  // A peer that is not found in the index of its table would be a stranger again.
  const peers = pragma(database, "integrity_check('conversation')")
  if (peers !== 'ok') throw damaged(path, String(peers))
  const { size } = fs.statSync(path)
  if (isClean && size > CHECK_BYTES_MAX && isWhole(database, path)) return
  const found = pragma(database, 'quick_check(1)')
  if (found !== 'ok') throw damaged(path, String(found))
}

/** Bytes that the pages in use take, and those that are free. */
export const pageBytes = (
  database: DatabaseSync
): { readonly used: number; readonly free: number } => {
  const size = Number(pragma(database, 'page_size'))
  const free = Number(pragma(database, 'freelist_count'))
  return { used: (Number(pragma(database, 'page_count')) - free) * size, free: free * size }
}

/** Whether SQLite flushes what a checkpoint copies, and a log that begins anew. */
export const setFlushing = (database: DatabaseSync, flushes: boolean): void => {
  database.exec(`PRAGMA synchronous = ${flushes ? 'NORMAL' : 'OFF'}`)
}

/** Runs a checkpoint that leaves it to the caller to flush. */
export const withoutFlushing = (database: DatabaseSync, checkpoint: string): void => {
  setFlushing(database, false)
  try {
    pragma(database, checkpoint)
  } finally {
    setFlushing(database, true)
  }
}

const copyRest = (database: DatabaseSync, then: 'RESTART' | 'TRUNCATE'): boolean => {
  database.exec('PRAGMA busy_timeout = 0')
  setFlushing(database, true)
  try {
    return pragma(database, `wal_checkpoint(${then})`) === 0
  } finally {
    database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
  }
}

/** Copies the rest of the log and truncates it. @returns false: another process reads from it. */
export const emptyLog = (database: DatabaseSync): boolean => copyRest(database, 'TRUNCATE')

/**
 * Copies the rest of the log, which what comes is written over: to flush what makes no file longer is
 * half the work for the system. @returns as `emptyLog` does.
 */
export const restartLog = (database: DatabaseSync): boolean => copyRest(database, 'RESTART')

/** Gives free pages at the end back to the disk, some at a time. */
export const shrink = (database: DatabaseSync, pages: number): void => {
  database.exec(`PRAGMA incremental_vacuum(${pages})`)
}
