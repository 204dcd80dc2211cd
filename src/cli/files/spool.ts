/** Pipes at either end of a transfer: what comes from one is a file first, and what goes to one was a file. */
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import * as Duration from 'effect/Duration'
import * as Effect from 'effect/Effect'
import * as Schedule from 'effect/Schedule'
import type { Scope } from 'effect/Scope'
import { codeOf } from '../../adapters/private-files.ts'
import { StartError } from '../../domain/failures.ts'

const unwritable = (path: string) => (error: unknown) =>
  new StartError({ reason: { _tag: 'FileUnwritable', path, code: codeOf(error) } })

/** How often the user is told how far the input is. */
const TOLD_EVERY = Duration.seconds(2)

/** A folder for this user alone, which goes with the scope. @param directory of the profile. */
export const temporaryFolder = (directory: string): Effect.Effect<string, StartError, Scope> =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: () => mkdtemp(join(directory, 'pipe-')),
      catch: unwritable(directory)
    }),
    (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
  )

/**
 * Standard input as a file: an offer says how large it is, and a transfer that was cut goes on from its
 * middle, and a pipe can do neither. @param onRead told now and then how many bytes were read.
 */
export const inputAsFile = (
  folder: string,
  name: string,
  onRead: (bytes: number) => void
): Effect.Effect<string, StartError> => {
  const path = join(folder, name)
  const file = Effect.callback<void, unknown>((resume, signal) => {
    const target = createWriteStream(path, { flags: 'wx', mode: 0o600 })
    pipeline(process.stdin, target, { signal }).then(
      () => resume(Effect.void),
      (error: unknown) => resume(Effect.fail(error))
    )
  })
  const telling = Effect.sync(() => onRead(process.stdin.bytesRead)).pipe(
    Effect.repeat(Schedule.spaced(TOLD_EVERY))
  )
  return Effect.race(
    file,
    Effect.andThen(Effect.sleep(TOLD_EVERY), Effect.andThen(telling, Effect.never))
  ).pipe(Effect.mapError(unwritable(path)), Effect.as(path))
}

/** Writes a file to standard output, no faster than it is read there. */
export const fileToOutput = (path: string): Effect.Effect<void, StartError> =>
  Effect.tryPromise({
    try: () => pipeline(createReadStream(path), process.stdout, { end: false }),
    catch: unwritable('standard output')
  })
