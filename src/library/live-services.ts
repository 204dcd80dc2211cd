/** The live adapters of one peer: those of a folder, or ones that are gone with the peer. */
import { platform } from 'node:os'
import { join, resolve } from 'node:path'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import type { Scope } from 'effect/Scope'
import { type AskPassphrase, openKeyring } from '../adapters/keyring.ts'
import * as memoryStore from '../adapters/memory-store.ts'
import { layerNoFiles } from '../adapters/no-files.ts'
import * as identity from '../adapters/node-identity.ts'
import * as peerBook from '../adapters/peer-book-file.ts'
import { platformDirs } from '../adapters/platform-dirs.ts'
import { acquireProfile, DEFAULT_PROFILE } from '../adapters/profile-lock.ts'
import * as fileStore from '../adapters/store/layer.ts'
import type { StoreOpened } from '../adapters/store/options.ts'
import { layer as transportLayer } from '../adapters/tcp-transport.ts'
import type { EarshotEvent } from '../domain/events.ts'
import { type Endpoint, StartError } from '../domain/failures.ts'
import { Identity } from '../services/identity.ts'
import type { PeerBook } from '../services/peer-book.ts'
import { Store } from '../services/store.ts'
import { type Listener, Transport } from '../services/transport.ts'
import type { PeerOptions } from './api.ts'
import { type Gate, paced } from './gate.ts'
import { HeardStore } from '../runtime/heard-store.ts'
import { listenOf, retentionOf } from './options.ts'

export type LiveServices =
  | Transport
  | Identity
  | PeerBook
  | Store
  | Layer.Success<typeof layerNoFiles>
type OwnServices = Identity | identity.TlsCredentials | PeerBook | Store

export interface Live {
  readonly services: Context.Context<LiveServices>
  /** Notes what the program heard; undefined: there is no next run to tell it again. */
  readonly heardStore: HeardStore | undefined
  /** Where we listen; undefined: nowhere. */
  readonly address: Endpoint | undefined
  /** What there is to tell once somebody listens. */
  readonly told: readonly EarshotEvent[]
}

const STORE_NAME = 'messages.db'

/** Where `earshot --home` keeps what belongs to its profiles. */
const dataHomeOf = (home: string): string => {
  const absolute = resolve(home)
  const around = { platform: platform(), env: {}, userHome: undefined, home: absolute }
  return platformDirs(around)?.data ?? absolute
}

/** The passphrase of the options, once. */
const askOf =
  (passphrase: string | undefined): AskPassphrase =>
  ({ path, attempt }) => {
    if (passphrase === undefined)
      return Effect.fail(new StartError({ reason: { _tag: 'PassphraseNeeded', path } }))
    return attempt === 1
      ? Effect.succeed(passphrase)
      : Effect.fail(new StartError({ reason: { _tag: 'PassphraseWrong', path } }))
  }

const storeEvent = (
  opened: StoreOpened,
  { path: keyPath, locked }: { readonly path: string; readonly locked: boolean }
): EarshotEvent =>
  opened.type === 'created'
    ? { type: 'store.created', path: opened.path, keyPath, locked }
    : { ...opened, type: 'store.set-aside' }

const servicesOfHome = Effect.fnUntraced(function* (
  home: string,
  options: PeerOptions,
  tell: (event: EarshotEvent) => void
): Effect.fn.Return<Context.Context<OwnServices>, StartError, Scope> {
  const request = { dataHome: dataHomeOf(home), wanted: options.profile ?? DEFAULT_PROFILE }
  const acquired = yield* acquireProfile(request)
  const { directory } = acquired
  const own = yield* Layer.build(
    Layer.mergeAll(identity.layer(acquired), peerBook.layer({ directory }))
  )
  const key = yield* openKeyring({ directory, ask: askOf(options.passphrase) })
  const { saveHistory, historyFile } = options
  const store = yield* Layer.build(
    fileStore.layer({
      path: historyFile === undefined ? join(directory, STORE_NAME) : resolve(historyFile),
      owner: Context.get(own, Identity).peerId,
      masterKey: key.masterKey,
      keyPath: key.path,
      saveHistory: saveHistory !== undefined && saveHistory !== false,
      retention: retentionOf(saveHistory),
      onOpened: (opened) => Effect.sync(() => tell(storeEvent(opened, key)))
    })
  )
  return Context.merge(own, store)
})

const servicesOfMemory = ({ profile, saveHistory }: PeerOptions) =>
  Layer.build(
    Layer.mergeAll(
      identity.layerInMemory(profile ?? DEFAULT_PROFILE),
      peerBook.layerInMemory,
      memoryStore.layer(saveHistory !== undefined && saveHistory !== false)
    )
  )

/** The port is open before the run begins, so that nothing is told before its program can listen. */
const openPort = Effect.fnUntraced(function* (
  transport: Transport['Service'],
  listen: PeerOptions['listen']
): Effect.fn.Return<Listener | undefined, StartError, Scope> {
  const wanted = listenOf(listen)
  if (wanted === undefined) return undefined
  return yield* transport
    .listen({ host: wanted.host, port: wanted.port ?? 0 })
    .pipe(
      Effect.mapError(
        ({ reason: failure }) => new StartError({ reason: { _tag: 'ListenImpossible', failure } })
      )
    )
})

/**
 * Makes them for the scope. Fails as the files of a home do (ProfileInUse, HomeUnwritable, SecretUnsafe,
 * SecretDamaged, the failures of the store and of its passphrase, UsageInvalid), or with ListenImpossible.
 * @param fork starts work that nobody waits for.
 */
export const liveServices = Effect.fnUntraced(function* (
  options: PeerOptions,
  gate: Gate,
  fork: (effect: Effect.Effect<void>) => void
): Effect.fn.Return<Live, StartError, Scope> {
  const told: EarshotEvent[] = []
  const own =
    options.home === undefined
      ? yield* servicesOfMemory(options)
      : yield* servicesOfHome(options.home, options, (event) => told.push(event))
  const built = yield* Effect.provideContext(Layer.build(transportLayer()), own)
  const transport = Context.get(built, Transport)
  const listener = yield* openPort(transport, options.listen)
  const heardStore =
    options.home === undefined ? undefined : new HeardStore(Context.get(own, Store), fork)
  const store = heardStore?.service ?? Context.get(own, Store)
  const services = Context.merge(own, yield* Layer.build(layerNoFiles)).pipe(
    Context.add(Store, store),
    Context.add(Transport, paced(transport, gate, listener))
  )
  return { services, heardStore, address: listener?.address, told }
})
