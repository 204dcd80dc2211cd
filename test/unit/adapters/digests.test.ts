/**
 * Goal: pieces are checked with the hashes that their names promise, whatever parts the bytes come in.
 * Method: vectors of FIPS 180-4 and of the BLAKE3 reference (bytes counted modulo 251), and a second implementation
 * over random cuts.
 */
import * as native from '@napi-rs/blake-hash'
import { blake3 } from '@noble/hashes/blake3.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import fc from 'fast-check'
import { layer } from '../../../src/adapters/digests.ts'
import type { DigestName } from '../../../src/domain/transfers.ts'
import { Digests } from '../../../src/services/digests.ts'

const counted = (bytes: number): Uint8Array =>
  Uint8Array.from({ length: bytes }, (_, at) => at % 251)

const digestOf = (name: DigestName, parts: readonly Uint8Array[]): Effect.Effect<string> =>
  Effect.gen(function* () {
    const { names, start } = yield* Digests
    yield* names
    const hasher = start(name)
    for (const part of parts) hasher.update(part)
    return Buffer.from(yield* hasher.digest).toString('hex')
  }).pipe(Effect.provide(layer(Effect.succeed(native))))

const BLAKE3: readonly (readonly [number, string])[] = [
  [0, 'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262'],
  [1, '2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213'],
  [1024, '42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7'],
  [1025, 'd00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444'],
  [31_744, '62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47'],
  [102_400, 'bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085']
]

const SHA256: readonly (readonly [string, string])[] = [
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad']
]

describe('digests', () => {
  it.effect.each(BLAKE3)('BLAKE3 of %i bytes', ([bytes, expected]) =>
    Effect.map(digestOf('blake3', [counted(bytes)]), (digest) => expect(digest).toBe(expected))
  )

  it.effect.each(SHA256)('SHA-256 of %j', ([text, expected]) =>
    Effect.map(digestOf('sha256', [Buffer.from(text)]), (digest) => expect(digest).toBe(expected))
  )

  it('are the same for any cut of the bytes', async () => {
    const second = { blake3, sha256 }
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<DigestName>('blake3', 'sha256'),
        fc.uint8Array({ maxLength: 5_000 }),
        fc.array(fc.nat(5_000), { maxLength: 8 }),
        async (name, whole, cuts) => {
          const ends = [...cuts.toSorted((one, other) => one - other), whole.length]
          // Views into one buffer, as a pump has them.
          const parts = ends.map((end, at) => whole.subarray(ends[at - 1] ?? 0, end))
          const digest = await Effect.runPromise(digestOf(name, parts))
          expect(digest).toBe(Buffer.from(second[name](whole)).toString('hex'))
        }
      )
    )
  })

  it.effect('the fastest is named first, and only what is there', () =>
    Effect.gen(function* () {
      const both = yield* Digests.pipe(Effect.provide(layer(Effect.succeed(native))))
      expect(yield* both.names).toEqual(['blake3', 'sha256'])
      const one = yield* Digests.pipe(Effect.provide(layer(Effect.undefined)))
      expect(yield* one.names).toEqual(['sha256'])
      expect(() => one.start('blake3')).toThrow('not offered')
    })
  )
})
