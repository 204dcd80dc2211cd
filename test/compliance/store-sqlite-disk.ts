/** The store on disk, for tests: in a folder of its own, which is gone with the scope. */
import { join } from 'node:path'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import type { Scope } from 'effect/Scope'
import { layer } from '../../src/adapters/store/layer.ts'
import type { StoreOptions } from '../../src/adapters/store/options.ts'
import type { StartError } from '../../src/domain/failures.ts'
import { Store } from '../../src/services/store.ts'
import { temporaryDirectory } from '../unit/adapters/temporary-directory.ts'
import { peerOf } from '../unit/services/store-talk.ts'
import type { OpenStore, StoreDisk } from './store-world.ts'

/** Options of a store in a folder. */
export const optionsIn = (directory: string): StoreOptions => ({
  path: join(directory, 'data', 'messages.db'),
  owner: peerOf(9),
  masterKey: new Uint8Array(32).fill(7),
  keyPath: join(directory, 'store.key'),
  saveHistory: true,
  retention: { days: 0, bytes: 0 }
})

export const openStore = (options: StoreOptions): Effect.Effect<OpenStore, StartError, Scope> =>
  Effect.map(Layer.build(Layer.fresh(layer(options))), (built) => Context.get(built, Store))

/** An empty folder to keep a store in. */
export const sqliteDisk: Effect.Effect<StoreDisk, never, Scope> = Effect.map(
  temporaryDirectory,
  (directory) => ({
    open: (saveHistory) => Effect.orDie(openStore({ ...optionsIn(directory), saveHistory }))
  })
)
