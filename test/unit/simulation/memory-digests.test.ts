/**
 * Goal: the quick digests of the simulation tell bytes apart, in whatever cuts they come, and are wrong as
 * often as they are told to.
 */
import { expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import type { DigestName } from '../../../src/domain/transfers.ts'
import { MemoryDigests } from '../../../src/simulation/memory-digests.ts'

const digestOf = (
  digests: MemoryDigests,
  parts: readonly Uint8Array[],
  name: DigestName = 'sha256'
) => {
  const hasher = digests.service().start(name)
  for (const part of parts) hasher.update(part)
  return Effect.runSync(hasher.digest)
}

const BYTES = Uint8Array.from({ length: 300 }, (_, index) => index * 7)

it('depends on the bytes, their order and the name alone', () => {
  const digests = new MemoryDigests(['blake3', 'sha256'])
  const whole = digestOf(digests, [BYTES])
  expect(whole).toHaveLength(32)
  expect(
    digestOf(digests, [BYTES.subarray(0, 1), BYTES.subarray(1, 77), BYTES.subarray(77)])
  ).toEqual(whole)
  expect(digestOf(digests, [BYTES.toReversed()])).not.toEqual(whole)
  expect(digestOf(digests, [BYTES.subarray(1)])).not.toEqual(whole)
  expect(digestOf(digests, [BYTES], 'blake3')).not.toEqual(whole)
  expect(Effect.runSync(digests.service().names)).toEqual(['blake3', 'sha256'])
})

it('is wrong so many times', () => {
  const digests = new MemoryDigests(['sha256'])
  const right = digestOf(digests, [BYTES])
  digests.damaged = 1
  expect(digestOf(digests, [BYTES])).not.toEqual(right)
  expect(digestOf(digests, [BYTES])).toEqual(right)
})
