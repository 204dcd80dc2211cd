/**
 * The folders of notes, one for each transfer, in `transfers/` of the data folder. A folder appears and vanishes
 * by one rename, so that a process which is killed anywhere leaves either a whole note or a folder that the
 * next start clears away:
 *
 * `<hex>` a note: its id in hexadecimal, since ids differ by case and some file systems do not;
 * `<hex>.<random>.new` being made; `<hex>.<random>.old` being removed;
 * `<hex>.damaged-<n>` set aside, never touched again. Whatever has another name is left alone.
 */
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import * as fs from 'node:fs/promises'
import { join } from 'node:path'
import { SECRET_FILE_BYTES_MAX } from '../../domain/limits.ts'
import type { TransferId } from '../../domain/transfers.ts'
import { codeOf, exposure, syncDirectory } from '../private-files.ts'

const NOTE = /^[0-9a-f]{44}$/
const LEFT_OVER = /^[0-9a-f]{44}\.[0-9a-f]{12}\.(?:new|old)$/
/** What replacePrivate leaves where it is killed. */
const TEMPORARY = /^[a-z]+\.json\.[0-9a-f]{12}\.tmp$/

/** One file of a note: its name and its bytes. */
export type NoteFile = readonly [name: string, text: string]

export const folderOf = (root: string, id: TransferId): string =>
  join(root, Buffer.from(id, 'utf8').toString('hex'))

/** The id whose note has this folder name. */
export const idOfFolder = (name: string): TransferId => Buffer.from(name, 'hex').toString('utf8')

const aside = (folder: string, ending: 'new' | 'old'): string =>
  `${folder}.${randomBytes(6).toString('hex')}.${ending}`

const writeWhole = async (path: string, text: string): Promise<void> => {
  const handle = await fs.open(path, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The folder is gone for good when this returns. Nothing there is no error. */
export const removeFolder = async (root: string, folder: string): Promise<void> => {
  const old = aside(folder, 'old')
  try {
    await fs.rename(folder, old)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  await syncDirectory(root)
  await fs.rm(old, { recursive: true, force: true })
}

/**
 * The folder has these files, and no others, when this returns, even after a power cut. One that is there
 * is replaced: it is what an earlier try left that failed at its very end.
 */
export const makeFolder = async (
  root: string,
  folder: string,
  files: readonly NoteFile[]
): Promise<void> => {
  const made = aside(folder, 'new')
  try {
    await fs.mkdir(made, { mode: 0o700 })
    for (const [name, text] of files) await writeWhole(join(made, name), text)
    await syncDirectory(made)
    await removeFolder(root, folder)
    await fs.rename(made, folder)
    await syncDirectory(root)
  } catch (error) {
    await fs.rm(made, { recursive: true, force: true })
    throw error
  }
}

/** Puts what cannot be used under a name that is free and that says so. @returns its new path. */
export const setAside = async (root: string, path: string): Promise<string> => {
  for (let number = 1; ; number += 1) {
    const free = `${path}.damaged-${number}`
    const there = await fs.lstat(free).then(
      () => true,
      (error: unknown) => codeOf(error) !== 'ENOENT'
    )
    if (there) continue
    await fs.rename(path, free)
    await syncDirectory(root)
    return free
  }
}

/** A real folder that only its owner can enter. */
const isPrivateFolder = async (path: string): Promise<boolean> => {
  const stats = await fs.lstat(path)
  return stats.isDirectory() && exposure(path, stats) === undefined
}

/** Codes of what is there but is not ours to read; others, as EIO, say nothing about the file. */
const DAMAGE: ReadonlySet<string> = new Set(['ELOOP', 'EMLINK', 'EACCES', 'EPERM'])

/** The bytes of one file of a note, where they count. Throws where the disk fails. */
export const readFile = async (path: string): Promise<Buffer | 'missing' | 'damaged'> => {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
  let handle: fs.FileHandle
  try {
    handle = await fs.open(path, flags)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'missing'
    if (DAMAGE.has(codeOf(error))) return 'damaged'
    throw error
  }
  try {
    const stats = await handle.stat()
    const isOurs = stats.isFile() && exposure(path, stats) === undefined
    return isOurs && stats.size <= SECRET_FILE_BYTES_MAX ? await handle.readFile() : 'damaged'
  } finally {
    await handle.close()
  }
}

/** Removes what a process left that was killed. Only real folders with such names. */
export const sweep = async (root: string): Promise<void> => {
  for (const name of await fs.readdir(root)) {
    const path = join(root, name)
    const isOurs = NOTE.test(name) || LEFT_OVER.test(name)
    if (!isOurs || !(await isPrivateFolder(path))) continue
    if (LEFT_OVER.test(name)) await fs.rm(path, { recursive: true, force: true })
    else
      for (const file of await fs.readdir(path))
        if (TEMPORARY.test(file)) await fs.rm(join(path, file), { force: true })
  }
}

/** The folders of notes, by name; those that are no folders or open to others are `strange`. */
export const noteFolders = async (
  root: string
): Promise<{ readonly notes: readonly string[]; readonly strange: readonly string[] }> => {
  const notes: string[] = []
  const strange: string[] = []
  for (const name of (await fs.readdir(root)).toSorted()) {
    if (!NOTE.test(name)) continue
    if (await isPrivateFolder(join(root, name))) notes.push(name)
    else strange.push(name)
  }
  return { notes, strange }
}
