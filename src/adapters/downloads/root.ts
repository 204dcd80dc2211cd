/**
 * The download folder itself. It is made, 0700, where it is missing; one that is there keeps its mode. A folder in
 * which others could replace what is ours is refused: one of another user (but for the system's own), and one that
 * others may write to, unless its sticky bit lets everybody touch only their own, as in /tmp (row 78 of the threat
 * table). The group that is only its user's, as many systems give everybody one, is nobody else. It is judged whenever it is used and not at the start: the chat goes on without it.
 *
 * A link that the user has in its path is resolved once; a link or another folder that takes its place later is
 * refused.
 */
import { readlink, realpath } from 'node:fs/promises'
import { TransferError, type TransferFailure } from '../../domain/transfer-failures.ts'
import type { DownloadPlace } from '../../services/transfer-notes.ts'
import { codeOf, makeDirectories } from '../private-files.ts'
import { placeLost } from './faults.ts'
import { Folder, look } from './folder.ts'
import { isPartName } from './names.ts'

const HAS_MODES = process.platform !== 'win32'
const EVERYBODY_WRITES = 0o002
const GROUP_WRITES = 0o020
const STICKY = 0o1000
const SYSTEM_USER = 0

const refused = (reason: TransferFailure): TransferError => new TransferError({ reason })

const unsafe = (path: string, detail: string): TransferError =>
  refused({ _tag: 'FolderUnsafe', path, detail })

/** Why others could put something in our way there. */
const exposureOf = ({ path, stats }: Folder): string | undefined => {
  if (!HAS_MODES) return undefined
  const [uid, mode] = [Number(stats.uid), Number(stats.mode)]
  const own = process.getuid?.() ?? uid
  if (uid !== own && uid !== SYSTEM_USER) return `it belongs to user ${uid}, not to you (${own})`
  const writers = Number(stats.gid) === own ? EVERYBODY_WRITES : EVERYBODY_WRITES | GROUP_WRITES
  if ((mode & writers) === 0 || (mode & STICKY) !== 0) return undefined
  const octal = (mode & 0o777).toString(8)
  return `others may write to it (mode 0${octal}); run: chmod go-w '${path}'`
}

/** Refuses it where a link is on the way, or where others could write to it. */
const judge = async (root: Folder): Promise<void> => {
  const actual = await (root.isHeld ? readlink(root.base) : realpath(root.base))
  if (actual !== root.path) throw unsafe(root.path, 'a link was put in its place')
  const exposure = exposureOf(root)
  if (exposure !== undefined) throw unsafe(root.path, exposure)
}

const judged = async (root: Folder): Promise<Folder> => {
  try {
    await judge(root)
    return root
  } catch (error) {
    await root.close()
    throw error
  }
}

const isLink = (path: string): Promise<boolean> =>
  look(path).then(
    (stats) => stats?.isSymbolicLink() === true,
    () => false
  )

/** What kept us from opening it at all. */
const unusable = async (path: string, error: unknown): Promise<TransferError> => {
  const isJudged = error instanceof TransferError && error.reason._tag !== 'PlaceLost'
  if (isJudged) return error
  if (await isLink(path)) return unsafe(path, 'a link was put in its place')
  const code = error instanceof TransferError ? 'ENOTDIR' : codeOf(error)
  return refused({ _tag: 'FolderUnusable', path, code })
}

/** @param isHeld tests only: as a system without descriptor paths. */
export const makeRoot = (folder: string, isHeld?: boolean) => {
  let resolved: string | undefined

  /** The download folder as it is now, for new transfers. */
  const open = async (): Promise<Folder> => {
    try {
      makeDirectories(resolved ?? folder)
      resolved ??= await realpath(folder)
      return await judged(await Folder.open(resolved, resolved, isHeld))
    } catch (error) {
      throw resolved === undefined
        ? refused({ _tag: 'FolderUnusable', path: folder, code: codeOf(error) })
        : await unusable(resolved, error)
    }
  }

  /** The folder that a transfer was begun in; undefined: it is gone, or another one. */
  const find = async (place: DownloadPlace): Promise<Folder | undefined> => {
    if (!isPartName(place.part)) return undefined
    let root: Folder
    try {
      root = await Folder.open(place.root, place.root, isHeld)
    } catch {
      return undefined
    }
    if (root.inode === place.rootInode) return judged(root)
    await root.close()
    return undefined
  }

  /** The same, where it has to be there. */
  const again = async (place: DownloadPlace): Promise<Folder> => {
    const root = await find(place)
    if (root === undefined) throw placeLost(`${place.root}/${place.part}`)
    return root
  }

  return { open, find, again }
}

export type Root = ReturnType<typeof makeRoot>
