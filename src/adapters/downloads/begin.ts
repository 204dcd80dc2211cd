/** The beginning of a transfer in the download folder: what it would be called, and its unfinished file or folder. */
import { fstatSync } from 'node:fs'
import type { TransferOffer } from '../../domain/transfers.ts'
import type { DownloadPlace } from '../../services/transfer-notes.ts'
import { close } from './calls.ts'
import { type Folder, inodeOf, within } from './folder.ts'
import { checkName, numberedName, partName } from './names.ts'
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

/** Makes the place, for its owner alone, under a name that nobody has. */
export const begin = async (root: Folder, offer: TransferOffer): Promise<DownloadPlace> => {
  checkName(offer, root.path)
  const make = offer.kind === 'file' ? makeFile : makeFolder
  for (;;) {
    const part = partName(offer)
    const partInode = await make(root, part)
    if (partInode === undefined) continue
    await root.sync()
    return { root: root.path, rootInode: root.inode, part, partInode }
  }
}
