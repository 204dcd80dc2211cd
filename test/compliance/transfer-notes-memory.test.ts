/**
 * Goal: notes of transfers on the disk of a simulated host keep the promises of the port.
 * Method: the compliance suite in virtual time, over several seeds; each run of the program is one of the
 * disk.
 */
import * as Effect from 'effect/Effect'
import { makeMemoryNotes } from '../../src/simulation/memory-notes.ts'
import { runsOnMemoryFiles } from './memory-files-world.ts'
import { transferNotesCompliance } from './transfer-notes-compliance.ts'

for (const seed of [1, 2])
  transferNotesCompliance({
    name: `the simulation (seed ${seed})`,
    run: (scenario) =>
      runsOnMemoryFiles(seed, (_, run) =>
        scenario({ open: Effect.map(run, (calls) => makeMemoryNotes(calls, '/transfers')) })
      )
  })
