/**
 * The key under which the store of messages is sealed: 32 random bytes in `store.key`, made on the
 * first run, as they are or wrapped under a passphrase. Who changes the passphrase wraps the same
 * bytes again, so that the store itself stays as it is.
 */
import * as Effect from 'effect/Effect'
import type { StartError } from '../domain/failures.ts'
import {
  keyringPath,
  readKeyring,
  readOrMakeKeyring,
  removeLeftOvers,
  replaceKeyring
} from './keyring-file.ts'
import type { KdfCost, KeyFile } from './keyring-format.ts'
import { KDF_COST, unwrap, wrap } from './keyring-wrap.ts'
import { ensurePrivateDirectory } from './private-files.ts'

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
  yield* removeLeftOvers(directory)
  const path = keyringPath(directory)
  const { file, created } = yield* readOrMakeKeyring(directory)
  const masterKey = yield* unlock(path, file, ask)
  return { masterKey, locked: file.kdf !== null, created, path }
})

/** Whether the key of a profile is under a passphrase; undefined: there is no key yet. */
export const isLocked = Effect.fnUntraced(function* (
  directory: string
): Effect.fn.Return<boolean | undefined, StartError> {
  const file = yield* readKeyring(directory)
  return file === undefined ? undefined : file.kdf !== null
})

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
  yield* replaceKeyring(directory, file)
})
