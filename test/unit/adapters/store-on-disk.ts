/** Stores in a temporary folder, and what their files hold. */
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { dirname, join } from 'node:path'
import * as Effect from 'effect/Effect'
import type { StoreOpened, StoreOptions } from '../../../src/adapters/store/options.ts'
import type { StartError, StartFailure, StoreError } from '../../../src/domain/failures.ts'
import type { Store, StoreChange } from '../../../src/services/store.ts'
import { openStore, optionsIn } from '../../compliance/store-sqlite-disk.ts'
import { BOB, linked, own, queued, taken, theirs } from '../services/store-talk.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** Options of a store that is not there yet. */
export const freshOptions = Effect.map(temporaryDirectory, optionsIn)

/** One run of a process. */
export const during = <A, E>(
  options: StoreOptions,
  work: (store: Store['Service']) => Effect.Effect<A, E>
): Effect.Effect<A, E | StartError> => Effect.scoped(Effect.flatMap(openStore(options), work))

/** Why a store cannot be opened. */
export const refusalOf = (options: StoreOptions): Effect.Effect<StartFailure> =>
  Effect.map(
    Effect.flip(Effect.scoped(openStore(options))),
    ({ reason }) => reason
  ) as Effect.Effect<StartFailure>

/** What the opening of a store tells. */
export const tidingsOf = (
  options: StoreOptions
): Effect.Effect<readonly StoreOpened[], StartError> => {
  const told: StoreOpened[] = []
  const onOpened = (opened: StoreOpened) => Effect.sync(() => told.push(opened))
  return Effect.as(
    during({ ...options, onOpened }, () => Effect.void),
    told
  )
}

/** A message of ours, one of the peer, and a link. */
export const smallTalk: readonly StoreChange[] = [linked, queued(own(1)), taken(1, theirs(1))]

export const commit = (
  store: Store['Service'],
  ...changes: readonly StoreChange[]
): Effect.Effect<void, StoreError> => store.commit(BOB, changes, 'synced')

/** The files of a store, by what their names add to its path. */
export const filesOf = (path: string): ReadonlyMap<string, Buffer> => {
  const name = path.slice(dirname(path).length + 1)
  return new Map(
    fs
      .readdirSync(dirname(path))
      .filter((each) => each.startsWith(name))
      .sort()
      .map((each) => [each.slice(name.length), fs.readFileSync(join(dirname(path), each))])
  )
}

/** The same files, as digests to compare. */
export const digestsOf = (path: string): ReadonlyMap<string, string> =>
  new Map(
    [...filesOf(path)].map(([part, bytes]) => [
      part,
      createHash('sha256').update(bytes).digest('hex')
    ])
  )

/** Puts a store where another was, or none. */
export const putFiles = (path: string, files: ReadonlyMap<string, Uint8Array>): void => {
  fs.rmSync(dirname(path), { recursive: true, force: true })
  fs.mkdirSync(dirname(path), { mode: 0o700 })
  for (const [part, bytes] of files) fs.writeFileSync(`${path}${part}`, bytes, { mode: 0o600 })
}
