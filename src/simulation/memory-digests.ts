/**
 * The Digests port of a simulated host: quick sums of 32 bytes under the names of the real ones. Nobody
 * forges them there; whoever wants a wrong one says so.
 */
import * as Effect from 'effect/Effect'
import type { DigestName } from '../domain/transfers.ts'
import type { Digests } from '../services/digests.ts'

const DIGEST_BYTES = 32
const OFFSETS = { sha256: 0x811c9dc5, blake3: 0x2545f491 } as const

/** FNV-1a, and a sum that its place moves, over bytes in any cuts; spread over 32 bytes by the finaliser of MurmurHash3. */
const spread = (low: number, high: number): Uint8Array =>
  Uint8Array.from({ length: DIGEST_BYTES }, (_, index) => {
    const word = Math.imul(
      (index % 2 === 0 ? low : high) ^ Math.imul(index, 0x9e3779b1),
      0x85ebca6b
    )
    return (word ^ (word >>> 15)) >>> 8
  })

export class MemoryDigests {
  /** So many of the next digests come out wrong, as if bytes had changed on the way. */
  damaged = 0
  readonly #names: readonly DigestName[]

  constructor(names: readonly DigestName[]) {
    this.#names = names
  }

  service(): Digests['Service'] {
    return {
      names: Effect.succeed(this.#names),
      start: (name) => {
        let low: number = OFFSETS[name]
        let high = 0
        return {
          update: (bytes) => {
            for (const byte of bytes) {
              low = Math.imul(low ^ byte, 0x01000193)
              high = (Math.imul(high, 31) + low) | 0
            }
          },
          digest: Effect.sync(() => {
            const digest = spread(low, high)
            if (this.damaged > 0) {
              this.damaged--
              digest[0] = (digest[0] ?? 0) ^ 1
            }
            return digest
          })
        }
      }
    }
  }
}
