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

/** A symbolic link. */
export interface LinkNode {
  readonly kind: 'link'
  readonly inode: number
  /** A path, absolute or from the folder of the link on. */
  readonly target: string
}

/** A device, a pipe. */
export interface SpecialNode {
  readonly kind: 'special'
  readonly inode: number
}

export type Node = FileNode | FolderNode | LinkNode | SpecialNode

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

/** Bytes that programs wrote to this, and to what has a name in it. */
export const writtenBytes = (node: Node | undefined, seen = new Set<Node>()): number => {
  if (node === undefined || seen.has(node)) return 0
  seen.add(node)
  if (node.kind === 'folder')
    return node.names().reduce((sum, name) => sum + writtenBytes(node.get(name), seen), 0)
  return node.kind === 'file' && node.content instanceof WrittenContent ? node.content.bytes : 0
}

/** The names of an absolute path, with `.` and `..` taken away; none of the root. */
export const namesOf = (path: string): readonly string[] => {
  const names: string[] = []
  for (const name of path.split('/'))
    if (name === '..') names.pop()
    else if (name !== '' && name !== '.') names.push(name)
  return names
}

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

/** Links on the way to one file that are followed. */
const LINKS_MAX = 40

/** The path without links in it; undefined: it leads nowhere, or in a circle. */
export const realPath = (
  root: FolderNode,
  path: string
): { readonly path: string } | 'ENOENT' | 'ELOOP' => {
  let names = namesOf(path)
  let real = ''
  for (let links = 0; names.length > 0; ) {
    const [name, ...rest] = names
    const node = find(root, `${real}/${name}`)
    if (node === undefined) return 'ENOENT'
    if (node.kind === 'link') {
      if (++links > LINKS_MAX) return 'ELOOP'
      const target = node.target.startsWith('/') ? node.target : `${real}/${node.target}`
      names = [...namesOf(target), ...rest]
      real = ''
    } else {
      real = `${real}/${name}`
      names = rest
    }
  }
  return { path: real === '' ? '/' : real }
}
