/** What a program asks of the disk of a simulated host: the calls of a system that files need, with its codes. */
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import { WrittenContent } from './memory-files-content.ts'
import {
  type FileCallKind,
  type FileCallsWorld,
  FileHandle,
  type FileStat,
  statOf,
  SystemFault
} from './memory-files-handle.ts'
import {
  find,
  type FileNode,
  FolderNode,
  type Node,
  realPath,
  splitPath
} from './memory-files-tree.ts'

export class FileCalls {
  readonly #world: FileCallsWorld

  constructor(world: FileCallsWorld) {
    this.#world = world
  }

  /** Bytes that may still be written. */
  get room(): Effect.Effect<number, SystemFault> {
    return this.#world.call('stat', '/', 0, () => this.#world.room())
  }

  /** Links are not followed. */
  stat(path: string): Effect.Effect<FileStat, SystemFault> {
    return this.#on('stat', path, statOf)
  }

  /** The same; undefined: there is nothing. */
  look(path: string): Effect.Effect<FileStat | undefined, SystemFault> {
    const found = this.stat(path)
    return found.pipe(
      Effect.catch((fault) =>
        fault.code === 'ENOENT' ? Effect.succeed(undefined) : Effect.fail(fault)
      )
    )
  }

  /** The path without links in it. */
  realPath(path: string): Effect.Effect<string, SystemFault> {
    return this.#world.call('stat', path, 0, () => {
      const real = realPath(this.#world.root, path)
      return typeof real === 'string' ? new SystemFault({ code: real, path }) : real.path
    })
  }

  /** In code unit order. */
  list(path: string): Effect.Effect<readonly string[], SystemFault> {
    return this.#inFolder('list', path, (folder) => folder.names())
  }

  mkdir(path: string): Effect.Effect<FileStat, SystemFault> {
    return this.#add('mkdir', path, () => new FolderNode(this.#world.newInode()))
  }

  /** The folder, made where it is missing, with its name safe. */
  folder(path: string): Effect.Effect<FileStat, SystemFault> {
    const made = Effect.andThen(this.mkdir(path), this.syncFolder(splitPath(path).folder))
    return Effect.gen({ self: this }, function* () {
      if ((yield* this.look(path)) === undefined) yield* made
      return yield* this.stat(path)
    })
  }

  /** A new file, open until the scope closes; EEXIST where there is anything. */
  create(path: string): Effect.Effect<FileHandle, SystemFault, Scope> {
    const made = (): FileNode => ({
      kind: 'file',
      inode: this.#world.newInode(),
      content: new WrittenContent(),
      modifiedMs: this.#world.wallMs(),
      isExecutable: false,
      links: 0
    })
    return this.#held(Effect.flatMap(this.#add('create', path, made), () => this.#openNow(path)))
  }

  open(path: string): Effect.Effect<FileHandle, SystemFault, Scope> {
    return this.#held(this.#on('open', path, (node) => this.#handleOf(node, path)))
  }

  /** Gives it another name in the same folder, in one step, over a file or an empty folder that is there. */
  rename(from: string, to: string): Effect.Effect<void, SystemFault> {
    const [here, there] = [splitPath(from), splitPath(to)]
    return this.#inFolder('rename', here.folder, (folder) => {
      const [node, over] = [folder.get(here.name), folder.get(there.name)]
      const refuse = (code: string) => new SystemFault({ code, path: from })
      if (here.folder !== there.folder) return refuse('EXDEV')
      if (node === undefined) return refuse('ENOENT')
      if (over?.kind === 'folder') {
        if (node.kind !== 'folder') return refuse('EISDIR')
        if (over.names().length > 0) return refuse('ENOTEMPTY')
      } else if (over !== undefined && node.kind === 'folder') return refuse('ENOTDIR')
      this.#setNames(
        folder,
        new Map([
          [here.name, undefined],
          [there.name, node]
        ])
      )
      return undefined
    })
  }

  /** A second name in the same folder for a file; EEXIST where there is anything. */
  link(from: string, to: string): Effect.Effect<void, SystemFault> {
    const [here, there] = [splitPath(from), splitPath(to)]
    return this.#inFolder('link', here.folder, (folder) => {
      const node = folder.get(here.name)
      const refuse = (code: string) => new SystemFault({ code, path: from })
      if (here.folder !== there.folder) return refuse('EXDEV')
      if (node?.kind !== 'file') return refuse(node === undefined ? 'ENOENT' : 'EPERM')
      if (folder.get(there.name) !== undefined) return refuse('EEXIST')
      this.#setNames(folder, new Map([[there.name, node]]))
      return undefined
    })
  }

  /** Takes a name away: of a file, or of an empty folder. */
  unlink(path: string): Effect.Effect<void, SystemFault> {
    const { folder, name } = splitPath(path)
    return this.#inFolder('unlink', folder, (parent) => {
      const node = parent.get(name)
      if (node === undefined) return new SystemFault({ code: 'ENOENT', path })
      if (node.kind === 'folder' && node.names().length > 0)
        return new SystemFault({ code: 'ENOTEMPTY', path })
      this.#setNames(parent, new Map([[name, undefined]]))
      return undefined
    })
  }

  /** Removes a file, or a folder with all that is in it, name by name; nothing there is no error. */
  removeAll(path: string): Effect.Effect<void, SystemFault> {
    return Effect.gen({ self: this }, function* () {
      const stat = yield* this.look(path)
      if (stat === undefined) return
      if (stat.kind === 'folder')
        for (const name of yield* this.list(path)) yield* this.removeAll(`${path}/${name}`)
      yield* this.unlink(path)
    })
  }

  /** Names in a folder are safe from a power cut. */
  syncFolder(path: string): Effect.Effect<void, SystemFault> {
    return this.#inFolder('sync', path, (folder) => folder.sync())
  }

  #openNow(path: string): Effect.Effect<FileHandle, SystemFault> {
    return Effect.suspend(() => {
      const node = find(this.#world.root, path)
      const handle = this.#handleOf(node, path)
      return handle instanceof SystemFault ? Effect.fail(handle) : Effect.succeed(handle)
    })
  }

  #handleOf(node: Node | undefined, path: string): FileHandle | SystemFault {
    if (node?.kind === 'file') return new FileHandle(this.#world, node, path)
    const code = { folder: 'EISDIR', link: 'ELOOP', special: 'ENXIO' } as const
    return new SystemFault({ code: node === undefined ? 'ENOENT' : code[node.kind], path })
  }

  #held<A>(made: Effect.Effect<A, SystemFault>): Effect.Effect<A, SystemFault, Scope> {
    return Effect.acquireRelease(
      Effect.tap(made, () => Effect.sync(() => this.#world.onHandle(1))),
      () => Effect.sync(() => this.#world.onHandle(-1))
    )
  }

  #on<A>(
    kind: FileCallKind,
    path: string,
    act: (node: Node) => A | SystemFault
  ): Effect.Effect<A, SystemFault> {
    return this.#world.call(kind, path, 0, () => {
      const node = find(this.#world.root, path)
      return node === undefined ? new SystemFault({ code: 'ENOENT', path }) : act(node)
    })
  }

  #inFolder<A>(
    kind: FileCallKind,
    path: string,
    act: (folder: FolderNode) => A | SystemFault
  ): Effect.Effect<A, SystemFault> {
    return this.#on(kind, path, (node) =>
      node.kind === 'folder' ? act(node) : new SystemFault({ code: 'ENOTDIR', path })
    )
  }

  #add(
    kind: FileCallKind,
    path: string,
    make: () => FileNode | FolderNode
  ): Effect.Effect<FileStat, SystemFault> {
    const { folder, name } = splitPath(path)
    return this.#inFolder(kind, folder, (parent) => {
      if (parent.get(name) !== undefined) return new SystemFault({ code: 'EEXIST', path })
      const node = make()
      this.#setNames(parent, new Map([[name, node]]))
      return statOf(node)
    })
  }

  #setNames(folder: FolderNode, change: ReadonlyMap<string, Node | undefined>): void {
    const touched = new Set<Node>()
    for (const [name, node] of change)
      for (const each of [folder.get(name), node]) if (each?.kind === 'file') touched.add(each)
    const linked = () => [...touched].filter((node) => node.kind === 'file' && node.links > 0)
    const before = bytesOf(linked())
    folder.change(change)
    this.#world.onWritten(bytesOf(linked()) - before)
  }
}

const bytesOf = (nodes: readonly Node[]): number =>
  nodes.reduce(
    (sum, node) =>
      node.kind === 'file' && node.content instanceof WrittenContent
        ? sum + node.content.bytes
        : sum,
    0
  )
