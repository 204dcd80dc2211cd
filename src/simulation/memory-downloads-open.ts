/** A transfer that is being written to the disk in memory of a simulated host. For one fiber at a time. */
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Scope from 'effect/Scope'
import { numberedName } from '../domain/file-names.ts'
import type { TransferError } from '../domain/transfer-failures.ts'
import type { TransferEntry, TransferOffer } from '../domain/transfers.ts'
import type { OpenDownload } from '../services/downloads.ts'
import type { DownloadPlace } from '../services/transfer-notes.ts'
import { placeLost, told } from './memory-downloads-faults.ts'
import type { FileCalls } from './memory-files-calls.ts'
import type { FileHandle, SystemFault } from './memory-files-handle.ts'

/** The entry that is being written. */
interface Current {
  readonly entry: number
  readonly file: FileHandle
  readonly scope: Scope.Closeable
}

type Step<A = void> = Effect.Effect<A, SystemFault | TransferError>

export class OpenMemoryDownload implements OpenDownload {
  readonly sync: Effect.Effect<void, TransferError>
  readonly publish: Effect.Effect<string, TransferError>
  readonly #calls: FileCalls
  readonly #place: DownloadPlace
  readonly #offer: TransferOffer
  readonly #list: readonly TransferEntry[]
  readonly #part: string
  #current: Current | undefined
  /** Entries before this one are there: folders and empty files too. */
  #made = 0
  readonly #unsyncedFiles = new Set<string>()
  readonly #unsyncedFolders = new Set<string>()

  constructor(
    calls: FileCalls,
    place: DownloadPlace,
    offer: TransferOffer,
    list: readonly TransferEntry[]
  ) {
    this.#calls = calls
    this.#place = place
    this.#offer = offer
    this.#list = list
    this.#part = `${place.root}/${place.part}`
    this.sync = told(Effect.suspend(() => this.#sync()))
    this.publish = told(Effect.suspend(() => this.#publish()))
  }

  readonly write = (entry: number, at: number, bytes: readonly Uint8Array[]) =>
    told(Effect.flatMap(this.#begun(entry), (file) => file.write(at, bytes)))

  /** Lets go of what is open. */
  get close(): Effect.Effect<void> {
    return Effect.suspend(() => {
      const current = this.#current
      this.#current = undefined
      return current === undefined ? Effect.void : Scope.close(current.scope, Exit.void)
    })
  }

  /** Whatever is behind the first `bytes` bytes of all entries together is gone. */
  cutBack(bytes: number): Step {
    const cut = (path: string, keep: number): Step =>
      Effect.gen({ self: this }, function* () {
        const stat = yield* this.#calls.look(path)
        if ((stat?.bytes ?? 0) < keep) return yield* placeLost(path)
        if (stat === undefined || stat.bytes === keep) return
        const file = yield* this.#calls.open(path)
        yield* file.truncate(keep)
        this.#unsyncedFiles.add(path)
      }).pipe(Effect.scoped)
    return Effect.gen({ self: this }, function* () {
      let left = bytes
      for (const [index, { kind, bytes: size }] of this.#list.entries()) {
        if (kind === 'folder') continue
        const keep = Math.min(left, size)
        left -= keep
        yield* cut(this.#pathOf(index), keep)
      }
    })
  }

  #pathOf(entry: number): string {
    return this.#offer.kind === 'file' ? this.#part : `${this.#part}/${this.#list[entry]?.path}`
  }

  /** Makes what stands before it in the list, and opens it. */
  #begun(entry: number): Step<FileHandle> {
    return Effect.gen({ self: this }, function* () {
      if (this.#current?.entry === entry) return this.#current.file
      yield* this.close
      yield* this.#makeUpTo(entry)
      const path = this.#pathOf(entry)
      const scope = yield* Scope.make()
      const file = yield* Scope.provide(this.#fileAt(path), scope).pipe(
        Effect.onError(() => Scope.close(scope, Exit.void))
      )
      this.#unsyncedFiles.add(path)
      this.#current = { entry, file, scope }
      return file
    })
  }

  #makeUpTo(end: number): Step {
    return Effect.gen({ self: this }, function* () {
      for (; this.#made < end; this.#made++) {
        const { kind, bytes } = this.#list[this.#made] as TransferEntry
        const path = this.#pathOf(this.#made)
        if (kind === 'folder') yield* this.#makeFolder(path)
        else if (bytes === 0) yield* Effect.scoped(this.#fileAt(path))
      }
    })
  }

  #makeFolder(path: string): Step {
    return Effect.gen({ self: this }, function* () {
      const stat = yield* this.#calls.look(path)
      if (stat === undefined) yield* this.#calls.mkdir(path)
      this.#unsyncedFolders.add(path)
      this.#unsyncedFolders.add(folderOf(path))
    })
  }

  #fileAt(path: string): Effect.Effect<FileHandle, SystemFault, Scope.Scope> {
    return Effect.gen({ self: this }, function* () {
      // Its name may be of a run that was killed before it was synced.
      this.#unsyncedFolders.add(folderOf(path))
      if ((yield* this.#calls.look(path)) !== undefined) return yield* this.#calls.open(path)
      return yield* this.#calls.create(path)
    })
  }

  #sync(): Step {
    return Effect.gen({ self: this }, function* () {
      for (const path of this.#unsyncedFiles) {
        yield* Effect.scoped(Effect.flatMap(this.#calls.open(path), (file) => file.sync))
        // What is still being written is not safe for long.
        if (this.#current === undefined || path !== this.#pathOf(this.#current.entry))
          this.#unsyncedFiles.delete(path)
      }
      for (const path of this.#unsyncedFolders) {
        yield* this.#calls.syncFolder(path)
        this.#unsyncedFolders.delete(path)
      }
    })
  }

  #publish(): Step<string> {
    return Effect.gen({ self: this }, function* () {
      yield* this.close
      yield* this.#makeUpTo(this.#list.length)
      for (const [index, { executable }] of this.#list.entries())
        if (executable)
          yield* Effect.scoped(
            Effect.flatMap(this.#calls.open(this.#pathOf(index)), (file) => file.setExecutable)
          )
      yield* this.#sync()
      const path = yield* this.#named()
      yield* this.#calls.syncFolder(this.#place.root)
      return path
    })
  }

  /** Gives it a name that is free, or that it has already. */
  #named(): Step<string> {
    const { root, partInode } = this.#place
    const part = this.#part
    return Effect.gen({ self: this }, function* () {
      for (let number = 0; ; number++) {
        const path = `${root}/${numberedName(this.#offer, number)}`
        const taken = yield* this.#calls.look(path)
        if (taken !== undefined && taken.inode !== partInode) continue
        if (this.#offer.kind === 'folder') {
          yield* this.#calls.mkdir(path)
          yield* this.#calls.rename(part, path)
        } else {
          if (taken === undefined) yield* this.#calls.link(part, path)
          yield* this.#calls.unlink(part)
        }
        return path
      }
    })
  }
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))
