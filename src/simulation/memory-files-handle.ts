/** An open file of a simulated host, and the codes with which its disk fails. */
import * as Data from 'effect/Data'
import type * as Effect from 'effect/Effect'
import { WrittenContent } from './memory-files-content.ts'
import type { FileNode, FolderNode, Node } from './memory-files-tree.ts'

export type FileCallKind =
  | 'stat'
  | 'list'
  | 'mkdir'
  | 'create'
  | 'open'
  | 'read'
  | 'write'
  | 'truncate'
  | 'sync'
  | 'chmod'
  | 'rename'
  | 'link'
  | 'unlink'

/** A call failed. `code` is the system's name, as ENOSPC. */
export class SystemFault extends Data.TaggedError('SystemFault')<{
  readonly code: string
  readonly path: string
}> {}

/** What there is under a name. */
export interface FileStat {
  readonly kind: Node['kind']
  /** `device:inode`. */
  readonly inode: string
  readonly bytes: number
  readonly modifiedMs: number
  readonly isExecutable: boolean
}

export interface FileCallsWorld {
  readonly root: FolderNode
  /** Does it, when and if the disk does. @param bytes that move. */
  readonly call: <A>(
    kind: FileCallKind,
    path: string,
    bytes: number,
    act: () => A | SystemFault
  ) => Effect.Effect<A, SystemFault>
  readonly newInode: () => number
  readonly wallMs: () => number
  readonly room: () => number
  /** So many bytes more, or fewer, are on the disk. */
  readonly onWritten: (bytes: number) => void
  readonly onHandle: (change: 1 | -1) => void
}

export const statOf = (node: Node): FileStat => {
  const inode = `1:${node.inode}`
  if (node.kind !== 'file')
    return { kind: node.kind, inode, bytes: 0, modifiedMs: 0, isExecutable: false }
  const { content, modifiedMs, isExecutable } = node
  return { kind: 'file', inode, bytes: content.bytes, modifiedMs, isExecutable }
}

/** A file that is open, whatever becomes of its name. */
export class FileHandle {
  readonly #world: FileCallsWorld
  readonly #node: FileNode
  readonly #path: string

  constructor(world: FileCallsWorld, node: FileNode, path: string) {
    this.#world = world
    this.#node = node
    this.#path = path
  }

  get stat(): Effect.Effect<FileStat, SystemFault> {
    return this.#world.call('stat', this.#path, 0, () => statOf(this.#node))
  }

  /** @returns how many bytes there were. */
  read(at: number, target: Uint8Array): Effect.Effect<number, SystemFault> {
    return this.#world.call('read', this.#path, target.length, () =>
      this.#node.content.read(at, target)
    )
  }

  /** As much as there is room for; then ENOSPC. */
  write(at: number, views: readonly Uint8Array[]): Effect.Effect<void, SystemFault> {
    const bytes = views.reduce((sum, view) => sum + view.length, 0)
    return this.#change('write', bytes, (content) => {
      let end = at
      for (const view of views) {
        const room = this.#world.room() + Math.max(0, content.bytes - end)
        const before = content.bytes
        content.write(end, view.subarray(0, room))
        this.#count(content.bytes - before)
        if (room < view.length) return new SystemFault({ code: 'ENOSPC', path: this.#path })
        end += view.length
      }
      return undefined
    })
  }

  truncate(bytes: number): Effect.Effect<void, SystemFault> {
    return this.#change('truncate', 0, (content) => {
      const before = content.bytes
      content.truncate(bytes)
      this.#count(content.bytes - before)
      return undefined
    })
  }

  /** Its bytes are safe from a power cut; its name is, once its folder was synced. */
  get sync(): Effect.Effect<void, SystemFault> {
    return this.#change('sync', 0, (content) => {
      content.sync()
      return undefined
    })
  }

  get setExecutable(): Effect.Effect<void, SystemFault> {
    return this.#world.call('chmod', this.#path, 0, () => {
      this.#node.isExecutable = true
    })
  }

  #change(
    kind: FileCallKind,
    bytes: number,
    act: (content: WrittenContent) => SystemFault | undefined
  ): Effect.Effect<void, SystemFault> {
    return this.#world.call(kind, this.#path, bytes, () => {
      const { content } = this.#node
      // What the user put there is not the program's to change.
      if (!(content instanceof WrittenContent))
        return new SystemFault({ code: 'EACCES', path: this.#path })
      if (kind !== 'sync') this.#node.modifiedMs = this.#world.wallMs()
      return act(content)
    })
  }

  #count(bytes: number): void {
    if (this.#node.links > 0) this.#world.onWritten(bytes)
  }
}
