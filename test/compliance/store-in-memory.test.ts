/**
 * Goal: the store of a peer without a home keeps the same promises as the one on disk, for as long as its
 * process lives.
 * Method: the compliance suite; what is a run of a program there is a new store over the same contents.
 */
import * as Effect from 'effect/Effect'
import { type MemoryBook, makeMemoryStore } from '../../src/adapters/memory-store.ts'
import { emptyBook } from '../../src/services/store-model.ts'
import { storeCompliance } from './store-compliance.ts'

storeCompliance({
  name: 'memory',
  run: (scenario) => {
    const at: MemoryBook = { book: emptyBook }
    const open = (saveHistory: boolean) => Effect.sync(() => makeMemoryStore(saveHistory, at))
    return Effect.runPromise(scenario({ open }))
  }
})
