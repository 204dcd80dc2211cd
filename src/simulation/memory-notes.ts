/**
 * The TransferNotes port of a simulated host, over its disk in memory. A note is a folder of small files,
 * each replaced as a whole; whatever a crash leaves half done is no note.
 */
import * as Effect from 'effect/Effect'
import * as Semaphore from 'effect/Semaphore'
import { notesFailure, type TransferError } from '../domain/transfer-failures.ts'
import type { TransferEntry } from '../domain/transfers.ts'
import type { TransferNote, TransferNotes, TransferProgress } from '../services/transfer-notes.ts'
import type { FileCalls } from './memory-files-calls.ts'
import type { SystemFault } from './memory-files-handle.ts'

/** Names that end like this are no notes: not whole yet, not there any more, or not readable. */
const NEW = '.new'
const GONE = '.gone'
const DAMAGED = '.damaged'

const told = <A>(effect: Effect.Effect<A, SystemFault>): Effect.Effect<A, TransferError> =>
  Effect.mapError(effect, ({ path, code }) => notesFailure(path, code))

/** A new file with this in it, safe but for its name. */
const put = (calls: FileCalls, path: string, value: unknown): Effect.Effect<void, SystemFault> =>
  Effect.gen(function* () {
    yield* calls.removeAll(path)
    const file = yield* calls.create(path)
    yield* file.write(0, [new TextEncoder().encode(JSON.stringify(value))])
    yield* file.sync
  }).pipe(Effect.scoped)

/** The same in the place of what is there, in one step. */
const replace = (
  calls: FileCalls,
  folder: string,
  name: string,
  value: unknown
): Effect.Effect<void, SystemFault> =>
  Effect.gen(function* () {
    yield* put(calls, `${folder}/${name}${NEW}`, value)
    yield* calls.rename(`${folder}/${name}${NEW}`, `${folder}/${name}`)
    yield* calls.syncFolder(folder)
  })

/** undefined: it is not there, or not what was written. */
const load = <A>(calls: FileCalls, path: string): Effect.Effect<A | undefined, SystemFault> =>
  Effect.gen(function* () {
    if ((yield* calls.look(path)) === undefined) return undefined
    const file = yield* calls.open(path)
    const bytes = new Uint8Array((yield* file.stat).bytes)
    yield* file.read(0, bytes)
    return yield* Effect.try({
      try: () => JSON.parse(new TextDecoder().decode(bytes)) as A,
      catch: () => 'not JSON'
    }).pipe(Effect.catch(() => Effect.succeed(undefined)))
  }).pipe(Effect.scoped)

/** @param folder where the notes are, which is made when it is missing. */
export const makeMemoryNotes = (calls: FileCalls, folder: string): TransferNotes['Service'] => {
  const turn = Semaphore.makeUnsafe(1)
  const inOrder = <A>(effect: Effect.Effect<A, SystemFault>) => turn.withPermit(told(effect))
  const at = (id: string) => `${folder}/${id}`
  const noteOf = (name: string): Effect.Effect<TransferNote | undefined, SystemFault> =>
    Effect.gen(function* () {
      const note = yield* load<TransferNote>(calls, `${at(name)}/note.json`)
      const progress = yield* load<TransferProgress>(calls, `${at(name)}/progress.json`)
      return note && progress && { ...note, progress }
    })
  const all = Effect.gen(function* () {
    yield* calls.folder(folder)
    const [notes, damaged]: [TransferNote[], string[]] = [[], []]
    for (const name of yield* calls.list(folder)) {
      if (name.endsWith(DAMAGED)) continue
      if (name.endsWith(NEW) || name.endsWith(GONE)) {
        // What is left over harms nobody, and goes with another start.
        yield* Effect.ignore(calls.removeAll(at(name)))
        continue
      }
      const note = yield* noteOf(name)
      if (note !== undefined) notes.push(note)
      else {
        yield* calls.rename(at(name), `${at(name)}${DAMAGED}`)
        damaged.push(`${at(name)}${DAMAGED}`)
      }
    }
    return { notes, damaged }
  })
  const remove = (id: string) =>
    Effect.gen(function* () {
      if ((yield* calls.look(at(id))) === undefined) return
      yield* calls.removeAll(at(id) + GONE)
      yield* calls.rename(at(id), at(id) + GONE)
      yield* calls.syncFolder(folder)
      // It is no note any more; what is left of it goes with the next start, where it does not now.
      yield* Effect.ignore(calls.removeAll(at(id) + GONE))
    })
  const create = (note: TransferNote, list: readonly TransferEntry[] | undefined) =>
    Effect.gen(function* () {
      const path = at(note.offer.id)
      yield* calls.folder(folder)
      yield* calls.removeAll(path + NEW)
      yield* calls.mkdir(path + NEW)
      yield* put(calls, `${path + NEW}/note.json`, note)
      yield* put(calls, `${path + NEW}/progress.json`, note.progress)
      if (list !== undefined) yield* put(calls, `${path + NEW}/list.json`, list)
      yield* calls.syncFolder(path + NEW)
      yield* calls.rename(path + NEW, path)
      yield* calls.syncFolder(folder)
    }).pipe(Effect.tapError(() => Effect.ignore(remove(note.offer.id))))
  return {
    all: inOrder(all),
    list: (id) => inOrder(load<readonly TransferEntry[]>(calls, `${at(id)}/list.json`)),
    create: (note, list) => inOrder(create(note, list)),
    putList: (id, list) => inOrder(replace(calls, at(id), 'list.json', list)),
    progress: (id, progress) => inOrder(replace(calls, at(id), 'progress.json', progress)),
    remove: (id) => inOrder(remove(id))
  }
}
