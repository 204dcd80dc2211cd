/** `earshot history`: what is kept of conversations, also while one of them goes on. */
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as Result from 'effect/Result'
import type { Scope } from 'effect/Scope'
import { layer as identityLayer } from '../../adapters/node-identity.ts'
import { layer as peerBookLayer } from '../../adapters/peer-book-file.ts'
import { acquireProfile, DEFAULT_PROFILE, profileDirectory } from '../../adapters/profile-lock.ts'
import type { PeerRef } from '../../domain/peer-ref.ts'
import { EXIT_OK } from '../../domain/exit-code.ts'
import { StartError } from '../../domain/failures.ts'
import { safeLine } from '../../domain/safe-text.ts'
import { Identity } from '../../services/identity.ts'
import { PeerBook } from '../../services/peer-book.ts'
import type { Store } from '../../services/store.ts'
import { eraseHistory, keepHistory, refuseErasure } from '../history/change.ts'
import { listHistory } from '../history/list.ts'
import { findPeer } from '../history/peers-of-history.ts'
import { showHistory } from '../history/show.ts'
import { asStartError, type HistoryReader, type HistoryWorld } from '../history/world.ts'
import type { CommonFlags, HistoryAction } from '../invocation.ts'
import { type Loaded, loadSettings } from '../load-settings.ts'
import { hasStore, openStore, readStore, type StoreOwner } from '../open-store.ts'
import { writeOut } from '../standard-output.ts'
import type { StartFailures } from '../start-failures.ts'
import { makeStyle, wantsAscii, wantsColor } from '../views/style.ts'

/** The profile whose history it is. */
interface Profile {
  readonly name: string
  readonly directory: string
  readonly loaded: Loaded
}

const note = (text: string): void => {
  process.stderr.write(`earshot: ${text}\n`)
}

/** What is read where there is no store yet. */
const nothing: HistoryReader = {
  conversations: Effect.succeed([]),
  page: () => Effect.succeed([]),
  search: () => Effect.succeed([])
}

/** A profile as the store is opened for. Makes its identity, where there is none. */
const ownerOf = Effect.fnUntraced(function* ({
  name,
  directory,
  loaded
}: Profile): Effect.fn.Return<StoreOwner, StartError, Scope> {
  const live = yield* Layer.build(identityLayer({ directory, profile: name }))
  const { peerId: id } = Context.get(live, Identity)
  return { directory, id, values: loaded.resolved.values, displaced: false }
})

/** For looking, also while a conversation goes on. */
const reading = Effect.fnUntraced(function* (
  profile: Profile
): Effect.fn.Return<HistoryReader, StartError, Scope> {
  const { directory, loaded } = profile
  const place = { directory, values: loaded.resolved.values, displaced: false }
  return (yield* hasStore(place)) ? yield* readStore(yield* ownerOf(profile)) : nothing
})

/** For changing, while no conversation of the profile runs. */
const changing = Effect.fnUntraced(function* (
  profile: Profile
): Effect.fn.Return<Store['Service'], StartError, Scope> {
  yield* acquireProfile({ dataHome: profile.loaded.places.dirs.data, wanted: profile.name }).pipe(
    Effect.mapError((error) =>
      error.reason._tag === 'ProfileInUse'
        ? new StartError({ reason: { _tag: 'HistoryInUse', pid: error.reason.pid } })
        : error
    )
  )
  const { store, told } = yield* openStore(yield* ownerOf(profile))
  for (const event of told)
    if (event.type === 'store.set-aside')
      note(
        `The store of messages was damaged (${safeLine(event.detail, 200)}). It is kept as ${safeLine(event.aside, 4096)}, and a new one was begun.`
      )
  return store
})

/** The peers that are known, and those of whom only messages are left. */
const peersOf = Effect.fnUntraced(function* (
  { directory }: Profile,
  store: HistoryReader
): Effect.fn.Return<readonly PeerRef[], StartError, Scope> {
  const book = Context.get(yield* Layer.build(peerBookLayer({ directory })), PeerBook)
  const known = (yield* book.list).map(
    ({ id, claimedNickname: nickname }): PeerRef => ({ id, ...(nickname && { nickname }) })
  )
  const ids = new Set(known.map(({ id }) => id))
  const stored = yield* Effect.mapError(store.conversations, asStartError)
  return [...known, ...stored.filter(({ peer }) => !ids.has(peer)).map(({ peer: id }) => ({ id }))]
})

const worldOf = (flags: CommonFlags, loaded: Loaded, peers: readonly PeerRef[]): HistoryWorld => ({
  peers,
  saveHistory: loaded.resolved.values.save_history,
  json: flags.json,
  output: {
    write: writeOut,
    isScreen: process.stdout.isTTY,
    style: makeStyle({
      color: flags.color && wantsColor(process.env, process.stdout.isTTY),
      ascii: wantsAscii(process.env)
    })
  },
  note,
  progress: (text) => {
    if (process.stderr.isTTY) process.stderr.write(text)
  },
  timeZone: undefined
})

const whoOf = (world: HistoryWorld, who: string): Effect.Effect<PeerRef, StartError> => {
  const found = findPeer(world.peers, who)
  return Result.isSuccess(found)
    ? Effect.succeed(found.success)
    : Effect.fail(new StartError({ reason: found.failure }))
}

const look = Effect.fnUntraced(function* (
  flags: CommonFlags,
  action: Exclude<HistoryAction, { readonly _tag: 'Keep' }>,
  profile: Profile
): Effect.fn.Return<void, StartError, Scope> {
  const store = yield* reading(profile)
  const world = worldOf(flags, profile.loaded, yield* peersOf(profile, store))
  if (action._tag === 'List') yield* Effect.mapError(listHistory(world, store), asStartError)
  else {
    const peer = yield* whoOf(world, action.who)
    if (action._tag === 'Erase') return yield* refuseErasure(world, peer)
    yield* showHistory(world, store, peer, action)
  }
})

const change = Effect.fnUntraced(function* (
  flags: CommonFlags,
  action: Extract<HistoryAction, { readonly _tag: 'Erase' | 'Keep' }>,
  profile: Profile
): Effect.fn.Return<void, StartError, Scope> {
  const store = yield* changing(profile)
  const world = worldOf(flags, profile.loaded, yield* peersOf(profile, store))
  const peer = yield* whoOf(world, action.who)
  if (action._tag === 'Erase') yield* eraseHistory(world, store, peer)
  else yield* keepHistory(world, store, peer, action.keep)
})

/**
 * Fails as the configuration, the keys and the store do; with HistoryInUse when something is to be
 * changed while a conversation of the profile runs.
 */
export const history = (
  flags: CommonFlags,
  action: HistoryAction
): Effect.Effect<number, StartError | StartFailures> =>
  Effect.gen(function* () {
    const loaded = yield* loadSettings(flags, process.env)
    const name = loaded.places.profile ?? DEFAULT_PROFILE
    const directory = profileDirectory(loaded.places.dirs.data, name)
    const profile = { name, directory, loaded }
    if (action._tag === 'Keep' || (action._tag === 'Erase' && action.confirmed))
      yield* change(flags, action, profile)
    else yield* look(flags, action, profile)
    return EXIT_OK
  }).pipe(Effect.scoped)
