/** The store on disk of a benched process, as `earshot` opens it: under a key without a passphrase. */
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { openKeyring } from '../src/adapters/keyring.ts'
import { layer as storeLayer } from '../src/adapters/store/layer.ts'
import { Identity } from '../src/services/identity.ts'
import { storePath } from './task.ts'

export const ownStore = (directory: string, saveHistory: boolean) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { peerId: owner } = yield* Identity
      const ask = () => Effect.die(new Error('the key of a bench has no passphrase'))
      const { masterKey, path: keyPath } = yield* openKeyring({ directory, ask })
      const path = storePath(directory)
      const retention = { days: 0, bytes: 0 }
      return storeLayer({ path, owner, masterKey, keyPath, saveHistory, retention })
    })
  )
