/** Removing what is unfinished: only what was begun, only what is in it, and nothing that a link leads to. */
import type { BigIntStats } from 'node:fs'
import { readdir, rmdir, unlink } from 'node:fs/promises'
import type { DownloadPlace } from '../../services/transfer-notes.ts'
import { type Folder, inodeOf, within } from './folder.ts'
import { isUnused } from './leftover.ts'

const empty = async (folder: Folder): Promise<void> => {
  const entries = await folder.step(() => readdir(folder.base, { withFileTypes: true }))
  for (const entry of entries) {
    if (entry.isDirectory()) {
      await within(await folder.enter(entry.name), empty)
      await folder.step(() => rmdir(folder.in(entry.name)))
    } else await folder.step(() => unlink(folder.in(entry.name)))
  }
}

/** The inode of what is ours under the name of the part. */
const ownInode = async (
  root: Folder,
  { part, partInode }: DownloadPlace,
  there: BigIntStats
): Promise<string | undefined> => {
  if (partInode !== undefined) return partInode
  return (await isUnused(root, part, there)) ? inodeOf(there) : undefined
}

/** Nothing there, or another one, is no error: then there is nothing of ours to remove. */
export const discard = async (root: Folder, place: DownloadPlace): Promise<void> => {
  const { part } = place
  const there = await root.look(part)
  if (there === undefined) return
  const own = await ownInode(root, place, there)
  if (inodeOf(there) !== own) return
  if (there.isDirectory()) {
    const isOurs = await within(await root.enter(part), async (folder) => {
      if (folder.inode !== own) return false
      await empty(folder)
      return true
    })
    if (isOurs) await root.step(() => rmdir(root.in(part)))
  } else await root.step(() => unlink(root.in(part)))
  await root.sync()
}
