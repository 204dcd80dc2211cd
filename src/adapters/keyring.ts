/**
 * The key under which the store of messages is sealed: 32 random bytes in `store.key`, made on the
 * first run, as they are or wrapped under a passphrase. Who changes the passphrase wraps the same
 * bytes again, so that the store itself stays as it is.
 */
import { randomBytes } from 'node:crypto'
import { type FileHandle, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import { StartError } from '../domain/failures.ts'
import {
  type KdfCost,
  type KeyFile,
  MASTER_KEY_BYTES,
  readKeyFile,
  writeKeyFile
} from './keyring-format.ts'
import { KDF_COST, unwrap, wrap } from './keyring-wrap.ts'
import {
  createPrivate,
  ensurePrivateDirectory,
  readPrivate,
  replacePrivate
} from './private-files.ts'

/**
 * Gives the passphrase of a locked key, as often as it is asked: `attempt` counts from 1, and above
 * it the one before was wrong. Fails where there is none (PassphraseNeeded) or no other one
 * (PassphraseWrong), and is interrupted by a person who gives up.
 */
export type AskPassphrase = (question: {
  readonly path: string
  readonly attempt: number
}) => Effect.Effect<string, StartError>

export interface KeyringRequest {
  /** The directory of the profile, as profile-lock.ts finds it. */
  readonly directory: string
  readonly ask: AskPassphrase
}

export interface Keyring {
  /** 32 bytes. Nobody but the store should keep it. */
  readonly masterKey: Uint8Array
  /** true: it is under a passphrase. */
  readonly locked: boolean
  /** true: there was none, and it was made now. */
  readonly created: boolean
  readonly path: string
}

const NAME = 'store.key'
/** What replacePrivate leaves when it is killed in the middle. */
const LEFT_OVER = /^store\.key\.[0-9a-f]{12}\.tmp$/

/** Where the key of a profile is. */
export const keyringPath = (directory: string): string => join(directory, NAME)

const damaged = (path: string, detail: string): StartError =>
  new StartError({ reason: { _tag: 'SecretDamaged', path, detail } })

const readFile = Effect.fnUntraced(function* (
  path: string
): Effect.fn.Return<KeyFile | undefined, StartError> {
  const bytes = yield* readPrivate(path)
  if (bytes === undefined) return undefined
  const file = readKeyFile(bytes)
  return Result.isSuccess(file) ? file.success : yield* damaged(path, file.failure)
})

/** The file that is there, or a new one without a passphrase. */
const readOrMake = Effect.fnUntraced(function* (
  path: string
): Effect.fn.Return<{ readonly file: KeyFile; readonly created: boolean }, StartError> {
  const found = yield* readFile(path)
  if (found !== undefined) return { file: found, created: false }
  const made = writeKeyFile({ kdf: null, key: randomBytes(MASTER_KEY_BYTES) })
  const created = yield* createPrivate(path, made)
  // Of two first starts at once both take what is there now.
  const file = yield* readFile(path)
  return file === undefined ? yield* damaged(path, 'it vanished') : { file, created }
})

/** The master key of a file. Asks until it is right, or nobody gives another passphrase. */
const unlock = Effect.fnUntraced(function* (
  path: string,
  file: KeyFile,
  ask: AskPassphrase
): Effect.fn.Return<Uint8Array, StartError> {
  if (file.kdf === null) return file.key
  for (let attempt = 1; ; attempt++) {
    const passphrase = yield* ask({ path, attempt })
    const masterKey = yield* unwrap(file.kdf, file.wrapped, passphrase)
    if (masterKey !== undefined) return masterKey
  }
})

/**
 * The key of a profile, which is made where there is none. Fails with SecretUnsafe (modes, owner,
 * links), SecretDamaged, HomeUnwritable, PassphraseTooCostly, and as `ask` does.
 */
export const openKeyring = Effect.fnUntraced(function* ({
  directory,
  ask
}: KeyringRequest): Effect.fn.Return<Keyring, StartError> {
  yield* ensurePrivateDirectory(directory)
  const path = keyringPath(directory)
  const { file, created } = yield* readOrMake(path)
  const masterKey = yield* unlock(path, file, ask)
  return { masterKey, locked: file.kdf !== null, created, path }
})

/** Whether the key of a profile is under a passphrase; undefined: there is no key yet. */
export const isLocked = Effect.fnUntraced(function* (
  directory: string
): Effect.fn.Return<boolean | undefined, StartError> {
  const file = yield* readFile(keyringPath(directory))
  return file === undefined ? undefined : file.kdf !== null
})

/**
 * Wipes the bytes of the replaced file, where the file system writes in place and nothing else still
 * names them, and what killed runs left beside it. The new file is in place whatever happens here.
 */
const wipeOld = async (directory: string, old: FileHandle | undefined): Promise<void> => {
  const stats = await old?.stat()
  if (stats?.nlink === 0) {
    await old?.write(Buffer.alloc(stats.size), 0, stats.size, 0)
    await old?.datasync()
  }
  for (const name of await readdir(directory))
    if (LEFT_OVER.test(name)) await rm(join(directory, name), { force: true })
}

const replaceKeyFile = (directory: string, file: KeyFile): Effect.Effect<void, StartError> => {
  const path = keyringPath(directory)
  return Effect.acquireUseRelease(
    // Without it there is nothing to wipe, as where the file was made read-only.
    Effect.promise(() => open(path, 'r+').catch(() => undefined)),
    (old) =>
      Effect.andThen(
        replacePrivate(path, writeKeyFile(file)),
        Effect.ignore(Effect.tryPromise(() => wipeOld(directory, old)))
      ),
    (old) => Effect.promise(async () => old?.close())
  )
}

/**
 * Locks a key under a new passphrase, or (undefined) leaves it without one. Durable when it returns;
 * a process that is killed on the way leaves the old file or the new one. Call it with the profile
 * locked: of two at once the last one would win.
 */
export const rewrapKeyring = Effect.fnUntraced(function* (
  directory: string,
  masterKey: Uint8Array,
  passphrase: string | undefined,
  cost: KdfCost = KDF_COST
): Effect.fn.Return<void, StartError> {
  const file: KeyFile =
    passphrase === undefined
      ? { kdf: null, key: masterKey }
      : yield* wrap(masterKey, passphrase, cost)
  yield* replaceKeyFile(directory, file)
})
