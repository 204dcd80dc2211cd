/**
 * The ports of files for a peer that neither sends nor takes any: what is offered to it can be noted and turned
 * away, and the note goes with the process.
 */
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { TransferError } from '../domain/transfer-failures.ts'
import type { TransferEntry, TransferId } from '../domain/transfers.ts'
import type { Digests } from '../services/digests.ts'
import { Downloads } from '../services/downloads.ts'
import { FileSources } from '../services/file-sources.ts'
import { Opener } from '../services/opener.ts'
import {
  type TransferNote,
  TransferNotes,
  type TransferProgress
} from '../services/transfer-notes.ts'
import { layer as digestsLayer } from './digests.ts'

/** Not supported (POSIX). */
const CODE = 'ENOTSUP'

const noFolder = Effect.fail(
  new TransferError({ reason: { _tag: 'FolderUnusable', path: '', code: CODE } })
)

const noSource = (path: string): Effect.Effect<never, TransferError> =>
  Effect.fail(new TransferError({ reason: { _tag: 'SourceUnreadable', path, code: CODE } }))

const downloads = Downloads.of({
  folder: '',
  nameFor: ({ name }) => Effect.succeed(name),
  room: Effect.succeed(0),
  begin: () => noFolder,
  open: () => noFolder,
  discard: () => Effect.void
})

const sources = FileSources.of({
  survey: noSource,
  open: ({ path }) => noSource(path),
  complete: () => []
})

const opener = Opener.of({
  firstBytes: () => Effect.succeed(new Uint8Array(0)),
  open: () => Effect.succeed(false)
})

const makeNotes = (): TransferNotes['Service'] => {
  const notes = new Map<TransferId, TransferNote>()
  const lists = new Map<TransferId, readonly TransferEntry[]>()
  const change = (id: TransferId, progress: TransferProgress): void => {
    const note = notes.get(id)
    if (note !== undefined) notes.set(id, { ...note, progress })
  }
  return {
    all: Effect.sync(() => ({ notes: [...notes.values()], damaged: [] })),
    list: (id) => Effect.sync(() => lists.get(id)),
    create: (note, list) =>
      Effect.sync(() => {
        notes.set(note.offer.id, note)
        if (list !== undefined) lists.set(note.offer.id, list)
      }),
    putList: (id, list) => Effect.sync(() => void lists.set(id, list)),
    progress: (id, progress) => Effect.sync(() => change(id, progress)),
    remove: (id) =>
      Effect.sync(() => {
        notes.delete(id)
        lists.delete(id)
      })
  }
}

export const layerNoFiles: Layer.Layer<Digests | Downloads | FileSources | Opener | TransferNotes> =
  Layer.mergeAll(
    digestsLayer(Effect.undefined),
    Layer.succeed(Downloads, downloads),
    Layer.succeed(FileSources, sources),
    Layer.succeed(Opener, opener),
    Layer.sync(TransferNotes, makeNotes)
  )
