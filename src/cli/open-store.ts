/** The store of messages of a profile: where it is, what opens it, and how long it keeps them. */
import { existsSync, lstatSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as Context from 'effect/Context'
import type { Scope } from 'effect/Scope'
import { keyringPath } from '../adapters/keyring-file.ts'
import { layer as storeLayer } from '../adapters/store/layer.ts'
import type { StoreFile, StoreOpened } from '../adapters/store/options.ts'
import { openReadOnly } from '../adapters/store/read-only.ts'
import type { EarshotEvent } from '../domain/events.ts'
import { StartError } from '../domain/failures.ts'
import type { PeerId } from '../domain/peer-id.ts'
import { Store } from '../services/store.ts'
import type { ConfigValues } from './config/keys.ts'
import { fromHome } from './load-settings.ts'
import { unlockKeyring } from './passphrases.ts'

const STORE_NAME = 'messages.db'

/** Whose store it is. */
export interface StoreOwner {
  readonly directory: string
  readonly id: PeerId
  readonly values: ConfigValues
  /**
   * true: this profile was taken since the wanted one is in use. `history_file` is the file of the
   * wanted one then.
   */
  readonly displaced: boolean
}

type Place = Pick<StoreOwner, 'directory' | 'values' | 'displaced'>

const pathOf = ({ directory, values: { history_file: named }, displaced }: Place): string =>
  named === undefined || displaced ? join(directory, STORE_NAME) : fromHome(named)

/** Whether nothing is written there yet. Whoever opens what cannot be looked at says why. */
const isEmpty = (path: string): boolean => {
  try {
    return (lstatSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0
  } catch {
    return false
  }
}

/** Whether there is a store. Fails where its key is gone: a new one would not open it. */
export const hasStore = Effect.fnUntraced(function* (
  place: Place
): Effect.fn.Return<boolean, StartError> {
  const path = pathOf(place)
  if (isEmpty(path) && isEmpty(`${path}-wal`)) return false
  const keyPath = keyringPath(place.directory)
  if (existsSync(keyPath)) return true
  return yield* new StartError({ reason: { _tag: 'StoreSealed', path, keyPath } })
})

/** Asks for the passphrase, where there is one; who gives up at the question interrupts. */
const fileOf = Effect.fnUntraced(function* (
  owner: StoreOwner
): Effect.fn.Return<StoreFile & { readonly locked: boolean }, StartError> {
  const { passphrase_file: named } = owner.values
  const from = named === undefined ? undefined : fromHome(named)
  const { masterKey, path: keyPath, locked } = yield* unlockKeyring(owner.directory, from)
  return { path: pathOf(owner), owner: owner.id, masterKey, keyPath, locked }
})

export interface OpenStore {
  readonly store: Store['Service']
  /** What there is to tell of its opening. */
  readonly told: readonly EarshotEvent[]
}

/**
 * Opens the store for as long as the scope lives, or begins one. Call it before the conversation takes
 * the terminal: it may ask for the passphrase. Fails as the key and the store do.
 */
export const openStore = Effect.fnUntraced(function* (
  owner: StoreOwner
): Effect.fn.Return<OpenStore, StartError, Scope> {
  const { values } = owner
  // A file elsewhere may be that of another profile, which opening it says.
  if (dirname(pathOf(owner)) === owner.directory) yield* hasStore(owner)
  const { locked, ...file } = yield* fileOf(owner)
  const told: EarshotEvent[] = []
  const tell = (opened: StoreOpened): void => {
    const { path } = opened
    if (opened.type === 'created')
      told.push({ type: 'store.created', path, keyPath: file.keyPath, locked })
    else told.push({ ...opened, type: 'store.set-aside' })
  }
  const layer = storeLayer({
    ...file,
    saveHistory: values.save_history,
    retention: { days: values.history_days, bytes: values.history_size_max_mb * 1_000_000 },
    onOpened: (opened) => Effect.sync(() => tell(opened))
  })
  return { store: Context.get(yield* Layer.build(layer), Store), told }
})

/** Opens the store that is there to be looked at, also while a conversation has it. */
export const readStore = Effect.fnUntraced(function* (owner: StoreOwner) {
  const { locked: _, ...file } = yield* fileOf(owner)
  return yield* openReadOnly(file)
})
