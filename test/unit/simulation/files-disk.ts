/** A disk with files in virtual time, for the tests of this folder. */
import * as Cause from 'effect/Cause'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import { SimulatedClock } from '../../../src/simulation/clock.ts'
import { makeDice } from '../../../src/simulation/dice.ts'
import { MemoryFiles } from '../../../src/simulation/memory-files.ts'

const HOUR_MS = 3_600_000

export const filesDisk = (seed: number | string = 1) => {
  const clock = new SimulatedClock({ dice: makeDice(seed) })
  const lines: string[] = []
  const dice = makeDice(seed).fork('files')
  const files = new MemoryFiles({ clock, dice, tell: (line) => lines.push(line) })
  /** Its outcome; a hang throws. */
  const exitOf = <A, E>(effect: Effect.Effect<A, E>): Exit.Exit<A, E> => {
    const exit = clock.finish(effect, HOUR_MS)
    if (exit === undefined) throw new Error('it hangs')
    return exit
  }
  const run = <A, E>(effect: Effect.Effect<A, E>): A => {
    const exit = exitOf(effect)
    if (Exit.isSuccess(exit)) return exit.value
    throw Cause.squash(exit.cause)
  }
  return {
    clock,
    files,
    lines,
    exitOf,
    run,
    refusal: <A, E>(effect: Effect.Effect<A, E>): E => run(Effect.flip(effect))
  }
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

export const textOf = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && new TextDecoder().decode(bytes)
