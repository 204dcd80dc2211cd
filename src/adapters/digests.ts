/**
 * The Digests port: SHA-256 by OpenSSL, and BLAKE3 where its native module is there. Both run where they are called,
 * on the event loop: measured for pieces of 1 MiB, SHA-256 takes 0.54 ms there, 0.65 ms by WebCrypto and 0.64 ms in
 * a worker that is handed the bytes, and several at a time gained nothing, so that the way to another thread costs what it
 * saves; BLAKE3 takes 0.12 ms. A pump feeds 64 KiB at a time, which holds the loop for 0.03 ms.
 */
import { createHash } from 'node:crypto'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { Digests, type PieceHasher } from '../services/digests.ts'

/** A hasher of the native module. */
interface NativeHasher {
  update(bytes: Buffer): unknown
  digestBuffer(): Uint8Array
}

/** What of the native module is used: it is loaded by whoever composes the program, if it can be. */
export interface Blake3Module {
  readonly Blake3Hasher: new () => NativeHasher
}

const sha256 = (): PieceHasher => {
  const hash = createHash('sha256')
  return {
    update: (bytes) => void hash.update(bytes),
    digest: Effect.sync(() => hash.digest())
  }
}

const blake3 = ({ Blake3Hasher }: Blake3Module): PieceHasher => {
  const hash = new Blake3Hasher()
  return {
    // It takes Node's own kind only: the same bytes, not a copy of them.
    update: (bytes) => void hash.update(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)),
    digest: Effect.sync(() => hash.digestBuffer())
  }
}

/**
 * @param load the native module, once, when somebody asks what there is: a start need not wait for it. undefined:
 * this system has none, and pieces are checked with SHA-256.
 */
export const layer = (load: Effect.Effect<Blake3Module | undefined>): Layer.Layer<Digests> =>
  Layer.effect(
    Digests,
    Effect.gen(function* () {
      let native: Blake3Module | undefined
      const loaded = yield* Effect.cached(
        Effect.tap(load, (found) => {
          native = found
          return Effect.void
        })
      )
      return Digests.of({
        names: Effect.map(loaded, (found) =>
          found === undefined ? ['sha256'] : ['blake3', 'sha256']
        ),
        start: (name) => {
          if (name === 'sha256') return sha256()
          // A bug of the program: another hash under this name would make every piece wrong.
          if (native === undefined) throw new Error('BLAKE3 was not offered')
          return blake3(native)
        }
      })
    })
  )
