/**
 * Goal: the download folder on the disk of a simulated host keeps the promises of the port.
 * Method: the compliance suite in virtual time, over several seeds; each run of the program is one of the disk.
 */
import * as Effect from 'effect/Effect'
import { makeDice } from '../../src/simulation/dice.ts'
import { makeMemoryDownloads } from '../../src/simulation/memory-downloads.ts'
import { downloadsCompliance } from './downloads-compliance.ts'
import { textOf } from './downloads-world.ts'
import { runsOnMemoryFiles } from './memory-files-world.ts'

const FOLDER = '/downloads'

for (const seed of [1, 2])
  downloadsCompliance({
    name: `the simulation (seed ${seed})`,
    run: (scenario) => {
      const dice = makeDice(seed)
      return runsOnMemoryFiles(seed, (files, run) =>
        scenario({
          open: Effect.map(run, (calls) => makeMemoryDownloads(calls, FOLDER, dice)),
          list: (path) => files.list(path === '' ? FOLDER : `${FOLDER}/${path}`),
          read: (path) => files.read(`${FOLDER}/${path}`),
          put: (path, bytes) => files.putText(`${FOLDER}/${path}`, textOf(bytes) ?? '')
        })
      )
    }
  })
