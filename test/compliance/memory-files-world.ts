/** Compliance suites over the disk of a simulated host, in virtual time. */
import { expect } from '@effect/vitest'
import * as Cause from 'effect/Cause'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import type { Scope } from 'effect/Scope'
import { SimulatedClock } from '../../src/simulation/clock.ts'
import { makeDice } from '../../src/simulation/dice.ts'
import { MemoryFiles } from '../../src/simulation/memory-files.ts'
import type { FileCalls } from '../../src/simulation/memory-files-calls.ts'

const HOUR_MS = 3_600_000

/**
 * Runs a scenario over an empty disk. It is given one run of a program, in order to its end, which is the end of
 * the scope. A scenario that is not done in an hour of virtual time hangs.
 */
export const runsOnMemoryFiles = <E>(
  seed: number,
  scenario: (
    files: MemoryFiles,
    run: Effect.Effect<FileCalls, never, Scope>
  ) => Effect.Effect<void, E>
): Promise<void> => {
  const dice = makeDice(seed)
  const clock = new SimulatedClock({ dice })
  const files = new MemoryFiles({ clock, dice: dice.fork('files'), tell: () => undefined })
  const run = Effect.acquireRelease(
    Effect.sync(() => files.open()),
    () =>
      Effect.sync(() => {
        expect(files.openHandles).toBe(0)
        files.close()
      })
  )
  const exit = clock.finish(scenario(files, run), HOUR_MS)
  if (exit === undefined) return Promise.reject(new Error('the scenario hangs'))
  return Exit.isSuccess(exit) ? Promise.resolve() : Promise.reject(Cause.squash(exit.cause))
}
