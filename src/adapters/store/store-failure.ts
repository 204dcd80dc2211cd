/**
 * What SQLite and the system say, as the failures of the port. Everything below this folder's effects
 * throws, as node:sqlite does; `attempt` is where that ends.
 */
import * as fs from 'node:fs'
import * as Effect from 'effect/Effect'
import { StoreError, type StoreFailure } from '../../domain/failures.ts'
import { codeOf } from '../private-files.ts'

/** Primary result codes (sqlite.org/rescode.html). */
const NAMES: Readonly<Record<number, string>> = {
  3: 'SQLITE_PERM',
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  7: 'SQLITE_NOMEM',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  18: 'SQLITE_TOOBIG',
  19: 'SQLITE_CONSTRAINT',
  20: 'SQLITE_MISMATCH',
  26: 'SQLITE_NOTADB'
}

/** As ENOSPC: the index of the log found no room (SQLITE_IOERR_SHMSIZE). */
const NO_ROOM_FOR_INDEX = 4874

/** A write failed (SQLITE_IOERR_WRITE). SQLite knows a full disk by ENOSPC only, and tells no other cause. */
const WRITE_FAILED = 778

const FULL_CODES = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
const UNWRITABLE_CODES = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR'])

const resultCodeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode
    : undefined

/** Above what a page and its frame take. */
const TRIAL_BYTES = 8192

/**
 * Why the log cannot grow, as EDQUOT; undefined: it can. What a trial leaves behind the log is no frame, and
 * is overwritten by the next one.
 */
const refusalToGrow = (path: string): string | undefined => {
  try {
    const log = fs.openSync(`${path}-wal`, 'r+')
    try {
      const { size } = fs.fstatSync(log)
      fs.writeSync(log, new Uint8Array(TRIAL_BYTES), 0, TRIAL_BYTES, size)
      fs.ftruncateSync(log, size)
      return undefined
    } finally {
      fs.closeSync(log)
    }
  } catch (error) {
    return codeOf(error)
  }
}

/** Without room is not the same as failing: what is there is unharmed, and there may be room later. */
const failureOfWrite = (path: string, code: string): StoreFailure => {
  const refused = refusalToGrow(path)
  return refused !== undefined && FULL_CODES.has(refused)
    ? { _tag: 'StoreFull', path, code: refused }
    : { _tag: 'StoreIo', path, code }
}

const failureOfSqlite = (
  path: string,
  resultCode: number,
  message: string
): StoreFailure | undefined => {
  const primary = resultCode & 0xff
  const name = NAMES[primary]
  if (name === undefined) return undefined
  const code = resultCode === primary ? name : `${name} (${resultCode})`
  if (resultCode === NO_ROOM_FOR_INDEX) return { _tag: 'StoreFull', path, code }
  if (resultCode === WRITE_FAILED) return failureOfWrite(path, code)
  switch (primary) {
    case 5:
    case 6:
      return { _tag: 'StoreBusy', path }
    case 7:
    case 10:
      return { _tag: 'StoreIo', path, code }
    case 11:
    case 18:
    case 19:
    case 20:
    case 26:
      return { _tag: 'StoreDamaged', path, detail: message }
    case 13:
      return { _tag: 'StoreFull', path, code }
    default:
      return { _tag: 'StoreUnwritable', path, code }
  }
}

const failureOfSystem = (path: string, code: string): StoreFailure | undefined => {
  if (FULL_CODES.has(code)) return { _tag: 'StoreFull', path, code }
  if (UNWRITABLE_CODES.has(code)) return { _tag: 'StoreUnwritable', path, code }
  return code === 'UNKNOWN' || code.startsWith('ERR_') ? undefined : { _tag: 'StoreIo', path, code }
}

/** What an error comes to; undefined: none of the disk's, but a bug. */
const failureOf = (path: string, error: unknown): StoreFailure | undefined => {
  if (error instanceof StoreError) return error.reason
  const resultCode = resultCodeOf(error)
  const message = error instanceof Error ? error.message : String(error)
  return resultCode === undefined
    ? failureOfSystem(path, codeOf(error))
    : failureOfSqlite(path, resultCode, message)
}

/** For `throw`: what is stored cannot be right. */
export const damaged = (path: string, detail: string): StoreError =>
  new StoreError({ reason: { _tag: 'StoreDamaged', path, detail } })

/** A statement that does not fit the tables (SQLITE_ERROR). */
const MISFIT = 1

/**
 * What is damaged, of an error at the opening of a store; undefined: the store may be whole. A statement
 * that fits our tables and does not fit these says so as well.
 */
export const damageOf = (path: string, error: unknown): string | undefined => {
  if (resultCodeOf(error) === MISFIT) return 'its tables are not as they were made'
  const failure = failureOf(path, error)
  return failure?._tag === 'StoreDamaged' ? failure.detail : undefined
}

/** Does something with the store at `path`, now. Whatever is no failure of the disk is a defect. */
export const attempt = <A>(path: string, work: () => A): Effect.Effect<A, StoreError> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(work())
    } catch (error) {
      const reason = failureOf(path, error)
      return reason === undefined ? Effect.die(error) : Effect.fail(new StoreError({ reason }))
    }
  })
