/**
 * The beginning of a transfer in the download folder: its free name, and its unfinished file or folder. The name of
 * the part is noted before it is made, so that a crash in between leaves nothing that nobody owns.
 */
import { fstatSync } from 'node:fs'
import * as Effect from 'effect/Effect'
import { numberedName } from '../../domain/file-names.ts'
import type { TransferError } from '../../domain/transfer-failures.ts'
import type { TransferOffer } from '../../domain/transfers.ts'
import type { PlaceNote } from '../../services/downloads.ts'
import type { DownloadPlace } from '../../services/transfer-notes.ts'
import { close } from './calls.ts'
import { type Folder, inodeOf, within } from './folder.ts'
import { isUnused } from './leftover.ts'
import { checkName, partName } from './names.ts'
import { create } from './part-file.ts'

export const freeName = async (root: Folder, offer: TransferOffer): Promise<string> => {
  for (let number = 0; ; number += 1) {
    const name = numberedName(offer, number)
    if ((await root.look(name)) === undefined) return name
  }
}

const makeFile = async (root: Folder, part: string): Promise<string | undefined> => {
  const fd = await create(root, part)
  if (fd === undefined) return undefined
  try {
    return inodeOf(fstatSync(fd, { bigint: true }))
  } finally {
    await close(fd)
  }
}

const makeFolder = async (root: Folder, part: string): Promise<string | undefined> =>
  (await root.make(part))
    ? within(await root.enter(part), ({ inode }) => Promise.resolve(inode))
    : undefined

/** A name that nobody has. */
const choose = async (root: Folder, offer: TransferOffer): Promise<DownloadPlace> => {
  checkName(offer, root.path)
  for (;;) {
    const part = partName(offer)
    if ((await root.look(part)) === undefined)
      return { root: root.path, rootInode: root.inode, part }
  }
}

/** Makes it under the name that was noted. undefined: somebody has it by now. */
const make = async (
  root: Folder,
  place: DownloadPlace,
  { kind }: TransferOffer
): Promise<DownloadPlace | undefined> => {
  const { part } = place
  const partInode = await (kind === 'file' ? makeFile(root, part) : makeFolder(root, part))
  if (partInode === undefined) return undefined
  await root.sync()
  return { ...place, partInode }
}

/** What a run made that could not note it any more. undefined: it did not, or it is not to be told from others'. */
const take = async (
  root: Folder,
  place: DownloadPlace,
  { kind }: TransferOffer
): Promise<DownloadPlace | undefined> => {
  const there = await root.look(place.part)
  if (there === undefined || there.isDirectory() !== (kind === 'folder')) return undefined
  if (!(await isUnused(root, place.part, there))) return undefined
  await root.sync()
  return { ...place, partInode: inodeOf(there) }
}

/** Does something in the folder of a place. */
export type InFolderOf = <A>(
  place: DownloadPlace,
  work: (root: Folder) => Promise<A>
) => Effect.Effect<A | undefined, TransferError>

/** The folders that `begin` works in: of today, and of a place. */
export interface BeginRoots {
  readonly now: <A>(work: (root: Folder) => Promise<A>) => Effect.Effect<A, TransferError>
  /** undefined: it is gone, or another one. */
  readonly of: InFolderOf
}

/** Makes the place, for its owner alone, under a name that nobody has; or takes what was made of it. */
export const begin = (
  roots: BeginRoots,
  offer: TransferOffer,
  note: PlaceNote
): Effect.Effect<DownloadPlace, TransferError> =>
  Effect.gen(function* () {
    const before = note.place
    let made: DownloadPlace | undefined
    if (before !== undefined && before.partInode === undefined)
      made = yield* roots.of(before, (root) => take(root, before, offer))
    while (made === undefined) {
      const chosen = yield* roots.now((root) => choose(root, offer))
      yield* note.write(chosen)
      made = yield* roots.of(chosen, (root) => make(root, chosen, offer))
    }
    yield* note.write(made)
    return made
  })
