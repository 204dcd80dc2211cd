/**
 * What a path is made of, as it can be offered: a file, or a folder with all that is in it. Links inside of a
 * folder are never followed (they may lead out of what the user means to share); the path that the user typed may
 * be one. Only names and sizes are read here, in batches, so that a folder of thousands holds up nothing.
 */
import type { BigIntStats } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { basename, join } from 'node:path'
import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import { safeEntryNameFor, safeNameFor } from '../../domain/file-names.ts'
import { TransferError } from '../../domain/transfer-failures.ts'
import type { Survey } from '../../services/file-sources.ts'
import { sourceError } from './local-path.ts'
import { type Looked, look, type OpenFolder, openFolder, type Skipped } from './look.ts'
import { type OnFound, SurveyList } from './survey-list.ts'
import { TwinNames } from './twin-names.ts'

/** Names that are looked at at the same time. */
const BATCH_NAMES = 64

/** Stands for a name that is no text. */
const UNREADABLE_NAME = '\uFFFD'

/** A folder on the way. */
interface Place {
  /** Leads there for the system. */
  readonly entrance: string
  /** Absolute, for later. */
  readonly path: string
  /** Relative to the top folder, for people: the local names, and the ones that are offered; empty for the top. */
  readonly local: string
  readonly wire: string
}

const below = (parent: string, name: string): string => (parent === '' ? name : `${parent}/${name}`)

const lookUnder = async (base: string, name: string | undefined): Promise<Looked> =>
  name === undefined
    ? { _tag: 'Skipped', why: 'unreadable', code: 'EILSEQ' }
    : await look(join(base, name))

const lookAll = (
  base: string,
  names: readonly (string | undefined)[]
): Effect.Effect<readonly Looked[]> =>
  Effect.uninterruptible(
    Effect.promise(() => Promise.all(names.map((name) => lookUnder(base, name))))
  )

/** Everything in a folder, in order, each folder in front of what it holds. */
const walk = (
  found: SurveyList,
  place: Place,
  { base, names }: OpenFolder
): Effect.Effect<void, TransferError> =>
  Effect.gen(function* () {
    const twins = new TwinNames()
    for (let at = 0; at < names.length; at += BATCH_NAMES) {
      const batch = names.slice(at, at + BATCH_NAMES)
      for (const [index, looked] of (yield* lookAll(base, batch)).entries()) {
        const name = batch[index] ?? UNREADABLE_NAME
        const local = below(place.local, name)
        if (looked._tag === 'Skipped') {
          yield* found.skip(local, looked.why)
          continue
        }
        const wire = below(place.wire, twins.take(safeEntryNameFor(name)))
        const inside = { entrance: join(base, name), path: join(place.path, name), local, wire }
        yield* looked._tag === 'File'
          ? found.addFile(inside, looked.stats)
          : enter(found, inside, looked.stats)
      }
      found.tell()
    }
  })

/** A folder in a folder: left out where it cannot be entered. */
const enter = (
  found: SurveyList,
  place: Place,
  stats: BigIntStats
): Effect.Effect<void, TransferError> =>
  Effect.gen(function* () {
    const opened = yield* Effect.result(openFolder(place.entrance))
    if (Result.isFailure(opened)) return yield* found.skip(place.local, opened.failure.why)
    yield* found.addFolder(place, stats)
    yield* walk(found, place, opened.success)
  }).pipe(Effect.scoped)

const failed = (path: string, { why, code }: Skipped): TransferError =>
  why === 'special'
    ? new TransferError({ reason: { _tag: 'SourceSpecial', path } })
    : new TransferError({ reason: { _tag: 'SourceUnreadable', path, code } })

/** @param path absolute. Fails with every Source… but SourceChanged. */
export const survey = (path: string, onFound: OnFound): Effect.Effect<Survey, TransferError> =>
  Effect.gen(function* () {
    const real = yield* Effect.tryPromise({
      try: () => realpath(path),
      catch: (error) => sourceError(path, error)
    })
    const local = basename(path)
    const name = safeNameFor(local)
    const found = new SurveyList(path, onFound)
    const looked = yield* Effect.promise(() => look(real))
    if (looked._tag === 'Skipped') return yield* failed(path, looked)
    if (looked._tag === 'File') {
      yield* found.addFile({ path: real, local, wire: name }, looked.stats)
      return found.whole(name, 'file')
    }
    found.named(local, name)
    const opened = yield* Effect.mapError(openFolder(real), (why) => failed(path, why))
    yield* walk(found, { entrance: real, path: real, local: '', wire: '' }, opened)
    found.tell()
    return found.whole(name, 'folder')
  }).pipe(Effect.scoped)
