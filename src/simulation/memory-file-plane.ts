/** All that a simulated host has of files: its disk, and the ports over it that its program is given. */
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import { Digests } from '../services/digests.ts'
import { Downloads } from '../services/downloads.ts'
import { FileSources } from '../services/file-sources.ts'
import { Opener } from '../services/opener.ts'
import { TransferNotes } from '../services/transfer-notes.ts'
import type { Dice } from './dice.ts'
import { MemoryDigests } from './memory-digests.ts'
import { makeMemoryDownloads } from './memory-downloads.ts'
import { MemoryFiles, type MemoryFilesWorld } from './memory-files.ts'
import { makeMemorySources } from './memory-files-sources.ts'
import { makeMemoryNotes } from './memory-notes.ts'

export type FilePorts = FileSources | Downloads | TransferNotes | Digests | Opener

export interface MemoryFilePlaneWorld extends MemoryFilesWorld {
  /** Absolute; the folders below are in it. */
  readonly home: string
}

export class MemoryFilePlane {
  /** For faults, and for what the user does to files. */
  readonly disk: MemoryFiles
  readonly digests = new MemoryDigests(['blake3', 'sha256'])
  /** Where received files go, and where notes of transfers are. */
  readonly downloads: string
  readonly notes: string
  /** Where a path that is not absolute begins. */
  readonly home: string
  /** Files that the system was told to open, by all runs. */
  readonly opened: string[] = []
  readonly #dice: Dice
  #runs = 0

  constructor(world: MemoryFilePlaneWorld) {
    this.home = world.home
    this.downloads = `${world.home}/downloads`
    this.notes = `${world.home}/transfers`
    this.disk = new MemoryFiles(world)
    this.disk.putFolder(world.home)
    this.#dice = world.dice
  }

  /** The ports for one run of a process. */
  open(): Context.Context<FilePorts> {
    const calls = this.disk.open()
    const dice = this.#dice.fork(`run ${++this.#runs}`)
    return Context.empty().pipe(
      Context.add(FileSources, makeMemorySources(calls, { folder: this.home, home: this.home })),
      Context.add(Downloads, makeMemoryDownloads(calls, this.downloads, dice)),
      Context.add(TransferNotes, makeMemoryNotes(calls, this.notes)),
      Context.add(Digests, this.digests.service()),
      Context.add(Opener, {
        firstBytes: (path, count) =>
          Effect.sync(() => (this.disk.read(path) ?? new Uint8Array()).slice(0, count)),
        open: (path) =>
          Effect.sync(() => {
            this.opened.push(path)
            return true
          })
      })
    )
  }
}
