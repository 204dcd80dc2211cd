/**
 * Files that are written: opened never through a link, never where a pipe or a device is, and, in a folder, never where
 * the same bytes have a second name outside.
 */
import { type BigIntStats, fstatSync } from 'node:fs'
import { codeOf } from '../private-files.ts'
import { close, open } from './calls.ts'
import { placeLost } from './faults.ts'
import { AS_FILE, AS_NEW_FILE, type Folder, inodeOf } from './folder.ts'

/** Nobody but its owner reads it; the umask may take more. */
const FILE_MODE = 0o600
const HAS_OWNERS = process.platform !== 'win32'

/** A new file. undefined: the name is taken. */
export const create = (folder: Folder, name: string): Promise<number | undefined> =>
  folder.step(async () => {
    try {
      return await open(folder.in(name), AS_NEW_FILE, FILE_MODE)
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return undefined
      throw error
    }
  })

/** @param isOurs whether it is the one that is meant, before it is opened and after. */
const openIf = (
  folder: Folder,
  name: string,
  isOurs: (stats: BigIntStats) => boolean
): Promise<number> =>
  folder.step(async () => {
    const path = `${folder.path}/${name}`
    const there = await folder.look(name)
    if (there === undefined || !there.isFile() || !isOurs(there)) throw placeLost(path)
    const fd = await open(folder.in(name), AS_FILE)
    const stats = fstatSync(fd, { bigint: true })
    if (stats.isFile() && isOurs(stats) && inodeOf(stats) === inodeOf(there)) return fd
    await close(fd)
    throw placeLost(path)
  })

/** The file of a transfer that was begun. */
export const openPart = (folder: Folder, name: string, inode: string): Promise<number> =>
  openIf(folder, name, (stats) => inodeOf(stats) === inode)

const isEntry = ({ nlink, uid }: BigIntStats): boolean =>
  !HAS_OWNERS || (nlink === 1n && Number(uid) === process.geteuid?.())

/** A file in the folder of a transfer, which an earlier run made. */
export const openEntry = (folder: Folder, name: string): Promise<number> =>
  openIf(folder, name, isEntry)
