/**
 * The file `store.key` on disk: made once, replaced whole, and nothing of an earlier form of it left
 * beside it.
 */
import { randomBytes } from 'node:crypto'
import * as fs from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import { StartError } from '../domain/failures.ts'
import { type KeyFile, MASTER_KEY_BYTES, readKeyFile, writeKeyFile } from './keyring-format.ts'
import { createPrivate, readPrivate, replacePrivate } from './private-files.ts'

/** What a process that is killed leaves of a file that it was writing (private-files.ts). */
const LEFT_OVER = /^store\.key\.[0-9a-f]{12}\.tmp$/
/** A file that is younger may still be written by another process, which takes milliseconds. */
const LEFT_OVER_MS_MIN = 60_000

/** Where the key of a profile is. */
export const keyringPath = (directory: string): string => join(directory, 'store.key')

const damaged = (path: string, detail: string): StartError =>
  new StartError({ reason: { _tag: 'SecretDamaged', path, detail } })

/** What the file holds; undefined: there is none. Fails with SecretUnsafe or SecretDamaged. */
export const readKeyring = Effect.fnUntraced(function* (
  directory: string
): Effect.fn.Return<KeyFile | undefined, StartError> {
  const path = keyringPath(directory)
  const bytes = yield* readPrivate(path)
  if (bytes === undefined) return undefined
  const file = readKeyFile(bytes)
  return Result.isSuccess(file) ? file.success : yield* damaged(path, file.failure)
})

/** The file that is there, or a new one with a new key and no passphrase. */
export const readOrMakeKeyring = Effect.fnUntraced(function* (
  directory: string
): Effect.fn.Return<{ readonly file: KeyFile; readonly created: boolean }, StartError> {
  const found = yield* readKeyring(directory)
  if (found !== undefined) return { file: found, created: false }
  const path = keyringPath(directory)
  const made = writeKeyFile({ kdf: null, key: randomBytes(MASTER_KEY_BYTES) })
  const created = yield* createPrivate(path, made)
  // Of two first starts at once both take what is there now.
  const file = yield* readKeyring(directory)
  return file === undefined ? yield* damaged(path, 'it vanished') : { file, created }
})

/** Zeros over the bytes: gone where the file system writes in place, and no harm elsewhere. */
const wipe = async (handle: FileHandle, size: number): Promise<void> => {
  await handle.write(Buffer.alloc(size), 0, size, 0)
  await handle.datasync()
}

const removeLeftOver = async (path: string, before: number): Promise<void> => {
  const handle = await fs.promises.open(path, 'r+')
  try {
    const { mtimeMs, size } = await handle.stat()
    if (mtimeMs >= before) return
    await fs.promises.unlink(path)
    await wipe(handle, size)
  } finally {
    await handle.close()
  }
}

/**
 * Removes what killed processes left. What cannot be removed stays; the key itself is not touched.
 * Looks without promises, whose functions of node:fs take 4 ms of a start to load.
 */
export const removeLeftOvers = (directory: string): Effect.Effect<void> =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const names = yield* Effect.try(() => fs.readdirSync(directory))
    for (const name of names.filter((each) => LEFT_OVER.test(each)))
      yield* Effect.tryPromise(() => removeLeftOver(join(directory, name), now - LEFT_OVER_MS_MIN))
  }).pipe(Effect.ignore)

/** Not where another name still leads to the bytes, as that of a backup by hard links. */
const wipeReplaced = async (old: FileHandle | undefined): Promise<void> => {
  const stats = await old?.stat()
  if (old !== undefined && stats?.nlink === 0) await wipe(old, stats.size)
}

/** Puts another file in place of the one that is there. Durable when it returns. */
export const replaceKeyring = (directory: string, file: KeyFile): Effect.Effect<void, StartError> =>
  Effect.acquireUseRelease(
    // Without it there is nothing to wipe, as where the file was made read-only.
    Effect.promise(() => fs.promises.open(keyringPath(directory), 'r+').catch(() => undefined)),
    (old) =>
      Effect.andThen(
        replacePrivate(keyringPath(directory), writeKeyFile(file)),
        Effect.ignore(Effect.tryPromise(() => wipeReplaced(old)))
      ),
    (old) => Effect.promise(async () => old?.close())
  )
