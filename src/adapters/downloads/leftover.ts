/**
 * What lies under a name that was noted, where a crash came before its inode was: the name cannot be guessed, so an
 * empty thing that is ours alone is what was made. Anything else is somebody else's, and stays.
 */
import type { BigIntStats } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { type Folder, inodeOf, within } from './folder.ts'

const HAS_OWNERS = process.platform !== 'win32'
const OTHERS = 0o077n

const isOurs = ({ uid, mode }: BigIntStats): boolean =>
  !HAS_OWNERS || (Number(uid) === process.geteuid?.() && (mode & OTHERS) === 0n)

/** Whether it is as it was made: ours alone, with nothing in it. */
export const isUnused = async (
  root: Folder,
  name: string,
  there: BigIntStats
): Promise<boolean> => {
  if (!isOurs(there)) return false
  if (there.isFile()) return there.size === 0n && there.nlink === 1n
  if (!there.isDirectory()) return false
  return within(await root.enter(name), async (folder) => {
    if (folder.inode !== inodeOf(there)) return false
    return (await folder.step(() => readdir(folder.base))).length === 0
  })
}
