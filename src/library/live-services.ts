/** The live adapters of one peer: those of a folder, or ones that are gone with the peer. */
import { platform } from 'node:os'
import { resolve } from 'node:path'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import type { Scope } from 'effect/Scope'
import * as memoryStore from '../adapters/memory-store.ts'
import * as identity from '../adapters/node-identity.ts'
import * as peerBook from '../adapters/peer-book-file.ts'
import { platformDirs } from '../adapters/platform-dirs.ts'
import { acquireProfile, DEFAULT_PROFILE } from '../adapters/profile-lock.ts'
import { layer as transportLayer } from '../adapters/tcp-transport.ts'
import type { StartError } from '../domain/failures.ts'
import type { Identity } from '../services/identity.ts'
import type { PeerBook } from '../services/peer-book.ts'
import type { Store } from '../services/store.ts'
import { Transport } from '../services/transport.ts'
import type { PeerOptions } from './api.ts'
import { type Gate, paced } from './gate.ts'

export type LiveServices = Transport | Identity | PeerBook | Store

/** Where `earshot --home` keeps what belongs to a profile. */
const dataHomeOf = (home: string): string => {
  const absolute = resolve(home)
  const dirs = platformDirs({
    platform: platform(),
    env: {},
    userHome: undefined,
    home: absolute
  })
  return dirs?.data ?? absolute
}

const filesLayer = (files: { readonly directory: string; readonly profile: string }) =>
  Layer.mergeAll(identity.layer(files), peerBook.layer(files), memoryStore.layer(false))

const memoryLayer = (profile: string) =>
  Layer.mergeAll(identity.layerInMemory(profile), peerBook.layerInMemory, memoryStore.layer(false))

/**
 * Makes them for the scope. Fails as the files of a home do: ProfileInUse, HomeUnwritable, SecretUnsafe,
 * SecretDamaged, UsageInvalid (the profile's name).
 */
export const liveServices = Effect.fnUntraced(function* (
  { home, profile: wanted = DEFAULT_PROFILE, listen }: PeerOptions,
  gate: Gate
): Effect.fn.Return<Context.Context<LiveServices>, StartError, Scope> {
  const own =
    home === undefined
      ? memoryLayer(wanted)
      : filesLayer(yield* acquireProfile({ dataHome: dataHomeOf(home), wanted }))
  const live = yield* Layer.build(Layer.provideMerge(transportLayer(), own))
  const listens = listen !== undefined && listen !== false
  return Context.add(live, Transport, paced(Context.get(live, Transport), gate, listens))
})
