/**
 * A master key under a passphrase: Argon2id (RFC 9106) makes a wrapping key of it, and AES-256-GCM
 * seals the master key with that.
 */
import { argon2, createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import * as Effect from 'effect/Effect'
import { StartError } from '../domain/failures.ts'
import { normalPassphrase } from '../domain/passphrase.ts'
import { boundTo, type Kdf, type KdfCost, SALT_BYTES } from './keyring-format.ts'

/** What a new passphrase gets: 128 MiB, and about 0.4 s on a machine of today, for each try. */
export const KDF_COST: KdfCost = { memoryKiB: 128 * 1024, passes: 3, lanes: 1 }

const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** The wrapping key, computed beside the event loop. Fails with PassphraseTooCostly. */
const derive = (passphrase: string, kdf: Kdf): Effect.Effect<Buffer, StartError> =>
  Effect.callback<Buffer, StartError>((resume) => {
    const message = Buffer.from(normalPassphrase(passphrase), 'utf8')
    const parameters = {
      message,
      nonce: kdf.salt,
      parallelism: kdf.lanes,
      tagLength: KEY_BYTES,
      memory: kdf.memoryKiB,
      passes: kdf.passes
    }
    argon2('argon2id', parameters, (error, key) => {
      message.fill(0)
      if (error === null) return resume(Effect.succeed(key))
      // The parameters are within bounds, so what is left is a system without that much memory.
      const memoryMiB = Math.ceil(kdf.memoryKiB / 1024)
      resume(Effect.fail(new StartError({ reason: { _tag: 'PassphraseTooCostly', memoryMiB } })))
    })
  })

/** Wraps a master key under a passphrase, with a salt of its own. */
export const wrap = Effect.fnUntraced(function* (
  masterKey: Uint8Array,
  passphrase: string,
  cost: KdfCost
): Effect.fn.Return<{ readonly kdf: Kdf; readonly wrapped: Uint8Array }, StartError> {
  const kdf: Kdf = { name: 'argon2id', ...cost, salt: randomBytes(SALT_BYTES) }
  const key = yield* derive(passphrase, kdf)
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(boundTo(kdf)))
  const sealed = Buffer.concat([cipher.update(masterKey), cipher.final()])
  key.fill(0)
  return { kdf, wrapped: Buffer.concat([nonce, sealed, cipher.getAuthTag()]) }
})

/** What was sealed; undefined: under another key, or for another file. */
const unsealed = (key: Buffer, wrapped: Uint8Array, bound: string): Uint8Array | undefined => {
  const decipher = createDecipheriv(CIPHER, key, wrapped.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES
  })
  decipher.setAAD(Buffer.from(bound)).setAuthTag(wrapped.subarray(-TAG_BYTES))
  const opened = decipher.update(wrapped.subarray(NONCE_BYTES, -TAG_BYTES))
  try {
    decipher.final()
    return new Uint8Array(opened)
  } catch {
    return undefined
  } finally {
    opened.fill(0)
  }
}

/** The master key; undefined: the passphrase is not the one that it was wrapped under. */
export const unwrap = (
  kdf: Kdf,
  wrapped: Uint8Array,
  passphrase: string
): Effect.Effect<Uint8Array | undefined, StartError> =>
  Effect.map(derive(passphrase, kdf), (key) => {
    const masterKey = unsealed(key, wrapped, boundTo(kdf))
    key.fill(0)
    return masterKey
  })
