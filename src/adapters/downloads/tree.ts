/**
 * The way from the place of a transfer to the folders in it. Each step enters one folder by its name and never a link,
 * so that nothing which is put in the way leads out. The last way stays open: lists name what lies together in a row.
 */
import { placeLost } from './faults.ts'
import type { Folder } from './folder.ts'

export class Tree {
  readonly #top: Folder
  readonly #way: { readonly name: string; readonly folder: Folder }[] = []
  /** Paths of folders, '' for the top, whose names are not safe from a power cut. */
  readonly #unsynced = new Set<string>()

  /** @param top is closed with the tree. */
  constructor(top: Folder) {
    this.#top = top
  }

  /** The folder of this path, names between `/`; '' is the top. */
  async enter(path: string): Promise<Folder> {
    const names = path === '' ? [] : path.split('/')
    let shared = 0
    while (shared < names.length && this.#way[shared]?.name === names[shared]) shared += 1
    await this.#leave(shared)
    for (const name of names.slice(shared))
      this.#way.push({ name, folder: await this.#last.enter(name) })
    return this.#last
  }

  /** Makes the folder of this path, or enters the one that is there. */
  async make(path: string): Promise<void> {
    const parent = await this.enter(parentOf(path))
    if (await parent.make(nameOf(path))) this.changed(parentOf(path))
    else await this.enter(path)
  }

  /** A name was made in the folder of this path. */
  changed(path: string): void {
    this.#unsynced.add(path)
  }

  /** All names are safe from a power cut. */
  async sync(): Promise<void> {
    for (const path of this.#unsynced) {
      const folder = await this.enter(path)
      await folder.sync()
      this.#unsynced.delete(path)
    }
  }

  async close(): Promise<void> {
    await this.#leave(0)
    await this.#top.close()
  }

  get #last(): Folder {
    return this.#way.at(-1)?.folder ?? this.#top
  }

  async #leave(depth: number): Promise<void> {
    for (const { folder } of this.#way.splice(depth)) await folder.close()
  }
}

export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** The folder that a transfer of a folder is written to, if it is the one that was begun. */
export const enterPart = async (root: Folder, part: string, inode: string): Promise<Folder> => {
  const folder = await root.enter(part)
  if (folder.inode === inode) return folder
  await folder.close()
  throw placeLost(folder.path)
}
