/**
 * Goal: the store on disk keeps the promises of the port.
 * Method: the compliance suite over a folder of its own for each case.
 */
import * as Effect from 'effect/Effect'
import { sqliteDisk } from './store-sqlite-disk.ts'
import { storeCompliance } from './store-compliance.ts'

storeCompliance({
  name: 'SQLite',
  run: (scenario) => Effect.runPromise(Effect.scoped(Effect.flatMap(sqliteDisk, scenario)))
})
