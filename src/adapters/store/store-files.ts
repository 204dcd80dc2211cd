/**
 * The files of a store: the database, its log (`-wal`) and the log's index (`-shm`). They are the user's
 * alone, and damaged ones are renamed and never deleted.
 */
import * as fs from 'node:fs'
import { dirname } from 'node:path'
import { StartError } from '../../domain/failures.ts'
import { exposure } from '../private-files.ts'

const PARTS = ['', '-wal', '-shm'] as const

const unsafe = (path: string, detail: string): StartError =>
  new StartError({ reason: { _tag: 'SecretUnsafe', path, detail } })

/** undefined: it is not there. */
const lookAt = (path: string): fs.Stats | undefined => fs.lstatSync(path, { throwIfNoEntry: false })

/** Why a file must not be used; undefined: it may be, or is not there. */
const refusal = (path: string): StartError | undefined => {
  const stats = lookAt(path)
  if (stats === undefined) return undefined
  if (stats.isSymbolicLink()) return unsafe(path, 'it is a link')
  if (!stats.isFile()) return unsafe(path, 'it is not a regular file')
  return exposure(path, stats)
}

/** Why the files of a store must not be used; undefined: they may be, as far as they are there. */
export const filesRefusal = (path: string): StartError | undefined => {
  for (const part of PARTS) {
    const refused = refusal(`${path}${part}`)
    if (refused !== undefined) return refused
  }
  return undefined
}

/** Bytes of a file; 0: it is empty or not there. */
export const sizeOf = (path: string): number => lookAt(path)?.size ?? 0

/** What there is before the store is opened. `log-only`: SQLite would delete the log as useless. */
export const whatIsThere = (path: string): 'nothing' | 'log-only' | 'a file' => {
  if (sizeOf(path) > 0) return 'a file'
  return sizeOf(`${path}-wal`) > 0 ? 'log-only' : 'nothing'
}

/** Makes the empty file, so that it never had another mode; SQLite gives its others the same. */
export const createFile = (path: string): void => {
  if (lookAt(path) === undefined) fs.closeSync(fs.openSync(path, 'wx', 0o600))
}

/**
 * Throws EACCES, EROFS or their like where SQLite could not write. Asked before it tries, since it would
 * leave a log behind that nobody may write either.
 */
export const checkAccess = (path: string): void => {
  fs.accessSync(dirname(path), fs.constants.W_OK | fs.constants.X_OK)
  for (const part of PARTS)
    if (lookAt(`${path}${part}`) !== undefined)
      fs.accessSync(`${path}${part}`, fs.constants.R_OK | fs.constants.W_OK)
}

const isFree = (path: string): boolean =>
  PARTS.every((part) => lookAt(`${path}${part}`) === undefined)

/**
 * Renames what there is, never over anything: a run that is killed in the middle leaves a log without
 * its database, which the next one sets aside as well. Nobody has the files open.
 * @param time in the name
 * @returns where the database is now
 */
export const setAside = (path: string, time: string): string => {
  const name = `${path}.damaged-${time}`
  let aside = name
  for (let count = 2; !isFree(aside); count++) aside = `${name}.${count}`
  for (const part of PARTS)
    if (lookAt(`${path}${part}`) !== undefined) fs.renameSync(`${path}${part}`, `${aside}${part}`)
  if (process.platform !== 'win32') {
    const folder = fs.openSync(dirname(path), 'r')
    fs.fsyncSync(folder)
    fs.closeSync(folder)
  }
  return aside
}
