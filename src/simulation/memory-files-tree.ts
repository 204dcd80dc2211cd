/**
 * The names and nodes of a simulated file system. A name is as unsafe from a power cut as bytes are: what
 * changed in a folder is safe once the folder was synced, and before that the dice keep the first changes.
 */
import type { Dice } from './dice.ts'
import { type FileContent, WrittenContent } from './memory-files-content.ts'

export interface FileNode {
  readonly kind: 'file'
  readonly inode: number
  content: FileContent
  /** Milliseconds since the epoch, with fraction. */
  modifiedMs: number
  isExecutable: boolean
  /** Names that it has now. */
  links: number
}

/** Something that no transfer takes: a symbolic link, or a device. */
export interface OtherNode {
  readonly kind: 'link' | 'special'
  readonly inode: number
}

export type Node = FileNode | FolderNode | OtherNode

/** Names that change together; undefined: it is gone. */
type NameChange = ReadonlyMap<string, Node | undefined>

const applied = (names: Map<string, Node>, change: NameChange): void => {
  for (const [name, node] of change)
    if (node === undefined) names.delete(name)
    else names.set(name, node)
}

const count = (node: Node | undefined, links: number): void => {
  if (node?.kind === 'file') node.links += links
}

export class FolderNode {
  readonly kind = 'folder'
  readonly inode: number
  readonly #names = new Map<string, Node>()
  readonly #safe = new Map<string, Node>()
  #unsafe: NameChange[] = []

  constructor(inode: number) {
    this.inode = inode
  }

  get(name: string): Node | undefined {
    return this.#names.get(name)
  }

  /** In code unit order. */
  names(): readonly string[] {
    return [...this.#names.keys()].toSorted()
  }

  change(change: NameChange): void {
    for (const [name, node] of change) {
      count(this.#names.get(name), -1)
      count(node, 1)
    }
    applied(this.#names, change)
    this.#unsafe.push(change)
  }

  sync(): void {
    for (const change of this.#unsafe.splice(0)) applied(this.#safe, change)
  }

  /** Everything in it as a power cut leaves it. @param seen files that were cut already, under another name. */
  cutPower(dice: Dice, seen = new Set<Node>()): void {
    const kept = this.#unsafe.slice(0, dice.integer(0, this.#unsafe.length))
    for (const change of kept) applied(this.#safe, change)
    this.#unsafe = []
    this.#names.clear()
    for (const [name, node] of this.#safe) this.#names.set(name, node)
    for (const name of this.names()) {
      const node = this.#names.get(name)
      if (node === undefined) continue
      if (node.kind === 'folder') node.cutPower(dice, seen)
      else if (node.kind === 'file') {
        if (!seen.has(node)) {
          node.links = 0
          if (node.content instanceof WrittenContent) node.content.cutPower(dice)
        }
        node.links++
        seen.add(node)
      }
    }
  }
}

/** Bytes that programs wrote to what has a name here. */
export const writtenBytes = (folder: FolderNode, seen = new Set<Node>()): number => {
  let bytes = 0
  for (const name of folder.names()) {
    const node = folder.get(name)
    if (node === undefined || seen.has(node)) continue
    seen.add(node)
    if (node.kind === 'folder') bytes += writtenBytes(node, seen)
    else if (node.kind === 'file' && node.content instanceof WrittenContent)
      bytes += node.content.bytes
  }
  return bytes
}

/** The names of an absolute path; none of the root. */
export const namesOf = (path: string): readonly string[] =>
  path.split('/').filter((name) => name !== '')

/** The folder that holds it, and its last name there. */
export const splitPath = (path: string): { readonly folder: string; readonly name: string } => {
  const names = namesOf(path)
  return { folder: `/${names.slice(0, -1).join('/')}`, name: names.at(-1) ?? '' }
}

export const find = (root: FolderNode, path: string): Node | undefined => {
  let node: Node | undefined = root
  for (const name of namesOf(path)) node = node?.kind === 'folder' ? node.get(name) : undefined
  return node
}
