/**
 * The TransferNotes port: a folder for each transfer in `transfers/` of the data folder, with `note.json` (what it
 * is, written once), `list.json` (its files, once they are known) and `progress.json` (small, replaced at
 * every step). Folders 0700, files 0600, each write whole or not at all and on the disk when it returns. What cannot be
 * read is set aside and named: one bad note takes nothing from the others, and nobody's work is deleted.
 */
import { join } from 'node:path'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as Result from 'effect/Result'
import * as Semaphore from 'effect/Semaphore'
import { StartError } from '../../domain/failures.ts'
import { SECRET_FILE_BYTES_MAX } from '../../domain/limits.ts'
import { notesFailure, type TransferError } from '../../domain/transfer-failures.ts'
import type { TransferEntry, TransferId } from '../../domain/transfers.ts'
import { type TransferNote, TransferNotes } from '../../services/transfer-notes.ts'
import { codeOf, ensurePrivateDirectory, replacePrivate } from '../private-files.ts'
import {
  folderOf,
  idOfFolder,
  makeFolder,
  type NoteFile,
  noteFolders,
  readFile,
  removeFolder,
  setAside,
  sweep
} from './note-folders.ts'
import {
  readHead,
  readList,
  readProgress,
  writeHead,
  writeList,
  writeProgress
} from './note-format.ts'

const NOTE = 'note.json'
const LIST = 'list.json'
const PROGRESS = 'progress.json'

/** Runs to its end once begun, so that an interrupted fiber leaves nothing half made. */
const working = <A>(path: string, work: () => Promise<A>): Effect.Effect<A, TransferError> =>
  Effect.uninterruptible(
    Effect.tryPromise({ try: work, catch: (error) => notesFailure(path, codeOf(error)) })
  )

const replace = (path: string, text: string): Effect.Effect<void, TransferError> =>
  Effect.mapError(replacePrivate(path, text), ({ reason }) =>
    notesFailure(
      path,
      'code' in reason && typeof reason.code === 'string' ? reason.code : 'UNKNOWN'
    )
  )

/**
 * A text that can be read again: one that the reader would not take is a bug of the program, and would be set aside
 * as damaged at the next start.
 */
const readable = <A>(
  path: string,
  text: string,
  read: (bytes: Uint8Array) => Result.Result<A, string>
): Effect.Effect<string, TransferError> => {
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length > SECRET_FILE_BYTES_MAX) return Effect.fail(notesFailure(path, 'EFBIG'))
  const again = read(bytes)
  return Result.isSuccess(again)
    ? Effect.succeed(text)
    : Effect.die(new Error(`this note could not be read again: ${again.failure}`))
}

/** undefined: it is missing or damaged. */
const readAs = async <A>(
  path: string,
  read: (bytes: Uint8Array) => Result.Result<A, string>
): Promise<A | undefined> => {
  const bytes = await readFile(path)
  return typeof bytes === 'string' ? undefined : Result.getOrUndefined(read(bytes))
}

const readNote = async (folder: string, id: TransferId): Promise<TransferNote | undefined> => {
  const head = await readAs(join(folder, NOTE), readHead)
  const progress = await readAs(join(folder, PROGRESS), readProgress)
  if (head === undefined || progress === undefined) return undefined
  return head.offer.id === id ? { ...head, progress } : undefined
}

const readAll = async (root: string) => {
  const found = await noteFolders(root)
  const notes: TransferNote[] = []
  const damaged = [...found.strange]
  for (const name of found.notes) {
    const note = await readNote(join(root, name), idOfFolder(name))
    if (note === undefined) damaged.push(name)
    else notes.push(note)
  }
  const asides: string[] = []
  for (const name of damaged) asides.push(await setAside(root, join(root, name)))
  return { notes, damaged: asides }
}

/** A damaged one is set aside beside the note; the peer is asked for it again. */
const readListIn = async (folder: string): Promise<readonly TransferEntry[] | undefined> => {
  const path = join(folder, LIST)
  const bytes = await readFile(path)
  if (bytes === 'missing') return undefined
  const list = bytes === 'damaged' ? undefined : Result.getOrUndefined(readList(bytes))
  if (list === undefined) await setAside(folder, path)
  return list
}

/** One after the other for each transfer, and side by side for several. */
const makeTurns = () => {
  const turns = new Map<TransferId, { readonly turn: Semaphore.Semaphore; waiting: number }>()
  return <A, E>(id: TransferId, work: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.suspend(() => {
      const entry = turns.get(id) ?? { turn: Semaphore.makeUnsafe(1), waiting: 0 }
      turns.set(id, entry)
      entry.waiting += 1
      return Effect.ensuring(
        entry.turn.withPermits(1)(work),
        Effect.sync(() => {
          entry.waiting -= 1
          if (entry.waiting === 0) turns.delete(id)
        })
      )
    })
}

const make = (root: string): TransferNotes['Service'] => {
  const inTurn = makeTurns()
  const replaced = <A>(
    id: TransferId,
    name: string,
    write: () => string,
    read: (bytes: Uint8Array) => Result.Result<A, string>
  ): Effect.Effect<void, TransferError> => {
    const path = join(folderOf(root, id), name)
    const text = Effect.suspend(() => readable(path, write(), read))
    return inTurn(
      id,
      Effect.flatMap(text, (whole) => replace(path, whole))
    )
  }
  return {
    all: working(root, () => readAll(root)),
    list: (id) => {
      const folder = folderOf(root, id)
      return inTurn(
        id,
        working(folder, () => readListIn(folder))
      )
    },
    create: (note, list) => {
      const { id } = note.offer
      const folder = folderOf(root, id)
      const made = Effect.gen(function* () {
        const files: NoteFile[] = [
          [NOTE, yield* readable(folder, writeHead(note), readHead)],
          [PROGRESS, yield* readable(folder, writeProgress(note.progress), readProgress)]
        ]
        if (list !== undefined)
          files.push([LIST, yield* readable(folder, writeList(list), readList)])
        yield* working(folder, () => makeFolder(root, folder, files))
      })
      return inTurn(id, made)
    },
    putList: (id, list) => replaced(id, LIST, () => writeList(list), readList),
    progress: (id, progress) => replaced(id, PROGRESS, () => writeProgress(progress), readProgress),
    remove: (id) => {
      const folder = folderOf(root, id)
      return inTurn(
        id,
        working(folder, () => removeFolder(root, folder))
      )
    }
  }
}

/** The notes of the profile in `directory`, which only one process has. Fails with SecretUnsafe or HomeUnwritable. */
export const layer = (options: {
  readonly directory: string
}): Layer.Layer<TransferNotes, StartError> =>
  Layer.effect(
    TransferNotes,
    Effect.gen(function* () {
      const root = join(options.directory, 'transfers')
      yield* ensurePrivateDirectory(options.directory)
      yield* ensurePrivateDirectory(root)
      yield* Effect.tryPromise({
        try: () => sweep(root),
        catch: (error) =>
          new StartError({ reason: { _tag: 'HomeUnwritable', path: root, code: codeOf(error) } })
      })
      return make(root)
    })
  )
