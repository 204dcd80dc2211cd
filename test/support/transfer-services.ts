/** The services of transfers over plain memory, which a test can look into and make fail. */
import * as Effect from 'effect/Effect'
import { TransferError, type TransferFailure } from '../../src/domain/transfer-failures.ts'
import type { TransferEntry, TransferId } from '../../src/domain/transfers.ts'
import type { Digests } from '../../src/services/digests.ts'
import type { Downloads } from '../../src/services/downloads.ts'
import type { FileSources, Survey } from '../../src/services/file-sources.ts'
import type { Opener } from '../../src/services/opener.ts'
import type {
  DownloadPlace,
  TransferNote,
  TransferNotes
} from '../../src/services/transfer-notes.ts'

interface Kept {
  note: TransferNote
  list: readonly TransferEntry[] | undefined
}

/** What outlives the process of an end. */
export class TransferDisk {
  readonly notes = new Map<TransferId, Kept>()
  readonly sources = new Map<string, Survey>()
  /** Files by their names in the download folder. */
  readonly published: string[] = []
  readonly parts = new Set<string>()
  readonly opened: string[] = []
  /** What notes are written with: undefined: they are. */
  notesFault: TransferFailure | undefined
  /** What notes are read with, at the start. */
  readFault: TransferFailure | undefined
  room = 1_000_000_000
  firstBytes = new Uint8Array(0)
  #parts = 0

  get notesService(): TransferNotes['Service'] {
    const kept = this.notes
    const write = (work: () => void): Effect.Effect<void, TransferError> =>
      Effect.suspend(() => {
        if (this.notesFault !== undefined) return new TransferError({ reason: this.notesFault })
        return Effect.sync(work)
      })
    return {
      all: Effect.suspend(() =>
        this.readFault === undefined
          ? Effect.succeed({ notes: [...kept.values()].map(({ note }) => note), damaged: [] })
          : new TransferError({ reason: this.readFault })
      ),
      list: (id) => Effect.sync(() => kept.get(id)?.list),
      create: (note, list) => write(() => kept.set(note.offer.id, { note, list })),
      putList: (id, list) =>
        write(() => {
          const found = kept.get(id)
          if (found !== undefined) found.list = list
        }),
      progress: (id, progress) =>
        write(() => {
          const found = kept.get(id)
          if (found !== undefined) found.note = { ...found.note, progress }
        }),
      remove: (id) => write(() => kept.delete(id))
    }
  }

  get files(): FileSources['Service'] {
    return {
      survey: (path) =>
        Effect.suspend(() => {
          const found = this.sources.get(path)
          const reason: TransferFailure = { _tag: 'SourceMissing', path }
          return found === undefined ? new TransferError({ reason }) : Effect.succeed(found)
        }),
      open: () =>
        Effect.succeed({
          read: (_, target) => Effect.sync(() => target.fill(7)).pipe(Effect.asVoid)
        }),
      complete: () => []
    }
  }

  get downloads(): Downloads['Service'] {
    const begin = (): DownloadPlace => {
      this.#parts += 1
      const part = `${this.#parts}.part`
      this.parts.add(part)
      return { root: '/downloads', rootInode: '1:1', part, partInode: `1:${this.#parts}` }
    }
    return {
      folder: '/downloads',
      nameFor: ({ name }) => Effect.succeed(name),
      room: Effect.sync(() => this.room),
      begin: (_offer, note) => Effect.tap(Effect.sync(begin), note.write),
      open: ({ part }, { name }) =>
        Effect.succeed({
          write: () => Effect.void,
          sync: Effect.void,
          publish: Effect.sync(() => {
            this.parts.delete(part)
            this.published.push(name)
            return `/downloads/${name}`
          })
        }),
      discard: ({ part }) => Effect.sync(() => this.parts.delete(part)).pipe(Effect.asVoid)
    }
  }

  get opener(): Opener['Service'] {
    return {
      firstBytes: () => Effect.sync(() => this.firstBytes),
      open: (path) =>
        Effect.sync(() => {
          this.opened.push(path)
          return true
        })
    }
  }
}

/** One digest of a fixed value: who needs a real one takes the adapter. */
export const fakeDigests: Digests['Service'] = {
  names: Effect.succeed(['sha256']),
  start: () => ({
    update: () => undefined,
    digest: Effect.sync(() => new Uint8Array(32))
  })
}
