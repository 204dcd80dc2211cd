/** The port to the program with which the user's system opens a file. adapters/opener provides it. */
import * as Context from 'effect/Context'
import type * as Effect from 'effect/Effect'

export class Opener extends Context.Service<
  Opener,
  {
    /**
     * The first bytes of a file, at most `count`. @returns nothing where it cannot be read.
     */
    readonly firstBytes: (path: string, count: number) => Effect.Effect<Uint8Array>
    /** Hands an absolute path to the system. @returns false: there is no program for that. */
    readonly open: (path: string) => Effect.Effect<boolean>
  }
>()('earshot/Opener') {}
