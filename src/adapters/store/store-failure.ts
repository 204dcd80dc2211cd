/**
 * What SQLite and the system say, as the failures of the port. Everything below this folder's effects
 * throws, as node:sqlite does; `attempt` is where that ends.
 */
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

const FULL_CODES = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
const UNWRITABLE_CODES = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR'])

const resultCodeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode
    : undefined

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

/** For `throw`, while a store is opened: a statement that fits our tables does not fit these. */
export const orDamaged = (path: string, error: unknown): unknown =>
  resultCodeOf(error) === MISFIT ? damaged(path, 'its tables are not as they were made') : error

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
