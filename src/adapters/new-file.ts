/**
 * A file that is written bit by bit and appears whole or not at all, 0600, and never over another one:
 * a temporary file beside it, fdatasync, and a link to the name, which is refused where that is taken.
 */
import { randomBytes } from 'node:crypto'
import { constants, lstatSync } from 'node:fs'
import { copyFile, type FileHandle, link, open, rm } from 'node:fs/promises'
import * as Effect from 'effect/Effect'
import { StartError } from '../domain/failures.ts'
import { codeOf } from './private-files.ts'

/** Writes more of the file. */
export type Append = (text: string) => Effect.Effect<void, StartError>

const unwritable = (path: string, error: unknown): StartError =>
  new StartError({ reason: { _tag: 'FileUnwritable', path, code: codeOf(error) } })

const attempt = <A>(path: string, work: () => Promise<A>): Effect.Effect<A, StartError> =>
  Effect.tryPromise({ try: work, catch: (error) => unwritable(path, error) })

const taken = (path: string): StartError => new StartError({ reason: { _tag: 'FileExists', path } })

/** A link to what is there does not count as a free name either. */
const isTaken = (path: string): Effect.Effect<boolean, StartError> =>
  Effect.try({
    try: () => lstatSync(path, { throwIfNoEntry: false }) !== undefined,
    catch: (error) => unwritable(path, error)
  })

/** Codes of systems that know no links, as FAT and some network drives. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

const putInPlace = async (temporary: string, path: string): Promise<boolean> => {
  try {
    await link(temporary, path)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    if (!NO_LINKS.has(codeOf(error))) throw error
    await copyFile(temporary, path, constants.COPYFILE_EXCL)
  }
  return true
}

/**
 * Writes the file at `path`, whose folder has to be there, as `write` says. Fails with FileExists or
 * FileUnwritable, or as `write` does; then, and when it is interrupted, nothing is left of it.
 */
export const writeNewFile = <A, E>(
  path: string,
  write: (append: Append) => Effect.Effect<A, E>
): Effect.Effect<A, E | StartError> =>
  Effect.gen(function* () {
    if (yield* isTaken(path)) return yield* taken(path)
    const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
    const handle = yield* Effect.acquireRelease(
      attempt(path, () => open(temporary, 'wx', 0o600)),
      (opened: FileHandle) =>
        Effect.promise(async () => {
          await opened.close()
          await rm(temporary, { force: true })
        })
    )
    const result = yield* write((text) =>
      Effect.asVoid(attempt(path, () => handle.appendFile(text)))
    )
    yield* attempt(path, () => handle.datasync())
    const placed = yield* Effect.uninterruptible(attempt(path, () => putInPlace(temporary, path)))
    return placed ? result : yield* taken(path)
  }).pipe(Effect.scoped)
