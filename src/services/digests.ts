/** The port to the hashes that pieces are checked with. */
import * as Context from 'effect/Context'
import type * as Effect from 'effect/Effect'
import type { DigestName } from '../domain/transfers.ts'

/** The digest of one piece under way. */
export interface PieceHasher {
  /** Bytes of the piece, in order: used when it returns, and then the caller may change them. */
  readonly update: (bytes: Uint8Array) => void
  /** 32 bytes. Once. */
  readonly digest: Effect.Effect<Uint8Array>
}

export class Digests extends Context.Service<
  Digests,
  {
    /** What is there, the fastest first; always with sha256. Looked for when it is first asked. */
    readonly names: Effect.Effect<readonly DigestName[]>
    /** @param name one of `names`, after they were asked for. */
    readonly start: (name: DigestName) => PieceHasher
  }
>()('earshot/Digests') {}
