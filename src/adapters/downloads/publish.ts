/**
 * Giving a transfer that is whole its name. A file gets it by link(2), which takes no name that is taken, and a folder
 * by a rename over an empty folder that was just made for it. Nothing is ever written over, and what got the name is
 * looked at: it is what was written, or the name is taken away again.
 */
import { link, rename, rmdir, unlink } from 'node:fs/promises'
import { numberedName } from '../../domain/file-names.ts'
import { codeOf } from '../private-files.ts'
import { close } from './calls.ts'
import { placeLost } from './faults.ts'
import { type Folder, inodeOf } from './folder.ts'
import { create } from './part-file.ts'
import type { Job } from './writing.ts'

/** Codes of systems that know no links, as FAT and some network drives. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])
/** Something came into the folder that was made for the name, or took its place. */
const CROWDED: ReadonlySet<string> = new Set(['ENOTEMPTY', 'EEXIST', 'ENOTDIR'])

const inodeIn = async (root: Folder, name: string): Promise<string | undefined> => {
  const stats = await root.look(name)
  return stats === undefined ? undefined : inodeOf(stats)
}

/** Over an empty file of ours, which holds the name meanwhile. */
const renameFile = async (root: Folder, part: string, name: string): Promise<boolean> => {
  const holder = await create(root, name)
  if (holder === undefined) return false
  await close(holder)
  await root.step(() => rename(root.in(part), root.in(name)))
  return true
}

/** @returns false: the name is taken. */
const nameFile = async (root: Folder, part: string, name: string): Promise<boolean> => {
  try {
    await root.step(() => link(root.in(part), root.in(name)))
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    if (NO_LINKS.has(codeOf(error))) return renameFile(root, part, name)
    throw error
  }
  return true
}

const nameFolder = async (root: Folder, part: string, name: string): Promise<boolean> => {
  if (!(await root.make(name))) return false
  try {
    // Windows puts no folder over another one.
    if (process.platform === 'win32') await rmdir(root.in(name))
    await root.step(() => rename(root.in(part), root.in(name)))
    return true
  } catch (error) {
    if (CROWDED.has(codeOf(error))) return false
    await rmdir(root.in(name)).catch(() => undefined)
    throw error
  }
}

/** Takes a name away that something else got, which is put back where it came from. */
const refuse = async (root: Folder, part: string, name: string): Promise<never> => {
  const isLinked = (await root.look(part)) !== undefined
  await root.step(() => (isLinked ? unlink(root.in(name)) : rename(root.in(name), root.in(part))))
  throw placeLost(`${root.path}/${part}`)
}

/** The name that a transfer has already, whose end was not noted: the program was stopped in between. */
export const publishedName = async (
  root: Folder,
  { place, offer }: Job
): Promise<string | undefined> => {
  for (let number = 0; ; number += 1) {
    const name = numberedName(offer, number)
    const inode = await inodeIn(root, name)
    if (inode === undefined) return undefined
    if (inode === place.partInode) return name
  }
}

/** @returns the name that it has now. */
export const publish = async (root: Folder, { place, offer }: Job): Promise<string> => {
  const { part, partInode } = place
  if (partInode === undefined || (await inodeIn(root, part)) !== partInode)
    throw placeLost(`${root.path}/${part}`)
  for (let number = 0; ; number += 1) {
    const name = numberedName(offer, number)
    const there = await inodeIn(root, name)
    if (there !== undefined && there !== partInode) continue
    const give = offer.kind === 'file' ? nameFile : nameFolder
    if (there === undefined && !(await give(root, part, name))) continue
    if ((await inodeIn(root, name)) !== partInode) return await refuse(root, part, name)
    if ((await inodeIn(root, part)) === partInode) await root.step(() => unlink(root.in(part)))
    await root.sync()
    return name
  }
}
