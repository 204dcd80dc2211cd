/**
 * Goal: the store of a simulated host keeps the same promises as the one on disk, so that what is shown
 * over it holds over the other.
 * Method: the compliance suite in virtual time, over several seeds, in which flushes take their time; a
 * scenario that is not done in an hour of it hangs.
 */
import * as Cause from 'effect/Cause'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import { SimulatedClock } from '../../src/simulation/clock.ts'
import { makeDice } from '../../src/simulation/dice.ts'
import { MemoryStore } from '../../src/simulation/memory-store.ts'
import { storeCompliance } from './store-compliance.ts'

const HOUR_MS = 3_600_000

for (const seed of [1, 2])
  storeCompliance({
    name: `the simulation (seed ${seed})`,
    run: (scenario) => {
      const dice = makeDice(seed)
      const clock = new SimulatedClock({ dice })
      const disk = new MemoryStore({ clock, dice, path: 'memory', tell: () => undefined })
      const open = (saveHistory: boolean) =>
        Effect.acquireRelease(
          Effect.sync(() => disk.open(saveHistory)),
          () => Effect.sync(() => disk.close())
        )
      const exit = clock.finish(scenario({ open }), HOUR_MS)
      if (exit === undefined) return Promise.reject(new Error('the scenario hangs'))
      return Exit.isSuccess(exit) ? Promise.resolve() : Promise.reject(Cause.squash(exit.cause))
    }
  })
