/** `earshot peers`: what the peer book holds, and the ways to change it by hand. */
import * as DateTime from 'effect/DateTime'
import * as Effect from 'effect/Effect'
import type { Layer } from 'effect/Layer'
import type { Scope } from 'effect/Scope'
import { layer as peerBookLayer } from '../../adapters/peer-book-file.ts'
import { acquireProfile, DEFAULT_PROFILE, profileDirectory } from '../../adapters/profile-lock.ts'
import type { Trust } from '../../domain/events.ts'
import { EXIT_OK } from '../../domain/exit-code.ts'
import { StartError } from '../../domain/failures.ts'
import { cleanNickname, NAMELESS } from '../../domain/nicknames.ts'
import { formatPeerId, type PeerId } from '../../domain/peer-id.ts'
import { safeJson, safeLine } from '../../domain/safe-text.ts'
import { type KnownPeer, PeerBook } from '../../services/peer-book.ts'
import type { CommonFlags, PeersAction } from '../invocation.ts'
import { findPlaces } from '../load-settings.ts'
import type { StartFailures } from '../start-failures.ts'

const TRUST: Readonly<Record<Trust, string>> = {
  tofu: 'known since the first contact, not compared',
  verified: 'compared by you',
  blocked: 'shut out'
}

const day = (ms: number): string => DateTime.formatIso(DateTime.makeUnsafe(ms)).slice(0, 10)

const describe = (peer: KnownPeer): string => {
  const name = peer.claimedNickname === undefined ? undefined : cleanNickname(peer.claimedNickname)
  const targets = peer.targets.map((target) => safeLine(target, 300)).join(', ')
  return [
    `${name ?? NAMELESS} (${TRUST[peer.trust]})`,
    `  id        ${formatPeerId(peer.id)}`,
    `  addresses ${targets === '' ? 'none: it called us' : targets}`,
    `  seen      ${day(peer.firstSeen)} to ${day(peer.lastSeen)}`
  ].join('\n')
}

const print = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

const list = Effect.fnUntraced(function* (json: boolean) {
  const peers = yield* (yield* PeerBook).list
  if (json) for (const peer of peers) print(safeJson(peer))
  else print(peers.length === 0 ? 'No peer is known yet.' : peers.map(describe).join('\n\n'))
})

const unknown = (id: PeerId): StartError =>
  new StartError({
    reason: {
      _tag: 'UsageInvalid',
      detail: `No peer with the id ${id} is known.`,
      next: 'earshot peers lists those that are.'
    }
  })

const forget = Effect.fnUntraced(function* (id: PeerId) {
  if (!(yield* (yield* PeerBook).forget(id))) return yield* unknown(id)
  print('Forgotten. The next contact with it is a first contact.')
})

const block = Effect.fnUntraced(function* (id: PeerId) {
  const book = yield* PeerBook
  if ((yield* book.find(id)) === undefined) return yield* unknown(id)
  yield* book.setTrust(id, 'blocked')
  print('Blocked. It can neither call you nor be called.')
})

const unblock = Effect.fnUntraced(function* (id: PeerId) {
  const book = yield* PeerBook
  if ((yield* book.find(id))?.trust !== 'blocked') {
    return yield* new StartError({
      reason: {
        _tag: 'UsageInvalid',
        detail: `The peer ${id} is not blocked.`,
        next: 'earshot peers lists those that are.'
      }
    })
  }
  yield* book.setTrust(id, 'tofu')
  print('Let in again. It is not verified: compare with /verify.')
})

const rekey = Effect.fnUntraced(function* (from: PeerId, to: PeerId) {
  if (!(yield* (yield* PeerBook).rekey(from, to))) return yield* unknown(from)
  print('Done. The new key is not verified: compare with /verify.')
})

/** A running chat holds the book in memory, so it is changed only while none runs. */
const taken = (
  layer: Layer<PeerBook, StartError>,
  request: { readonly dataHome: string; readonly wanted: string },
  change: Effect.Effect<void, StartError, PeerBook>
): Effect.Effect<void, StartError, Scope> =>
  Effect.andThen(acquireProfile(request), Effect.provide(change, layer))

/** Fails with ProfileInUse when a chat of the profile runs and something is to be changed. */
export const peers = (
  flags: CommonFlags,
  action: PeersAction
): Effect.Effect<number, StartError | StartFailures> =>
  Effect.gen(function* () {
    const places = yield* findPlaces(flags, process.env)
    const request = { dataHome: places.dirs.data, wanted: places.profile ?? DEFAULT_PROFILE }
    const layer = peerBookLayer({ directory: profileDirectory(request.dataHome, request.wanted) })
    switch (action._tag) {
      case 'List':
        yield* Effect.provide(list(flags.json), layer)
        break
      case 'Forget':
        yield* taken(layer, request, forget(action.id))
        break
      case 'Block':
        yield* taken(layer, request, block(action.id))
        break
      case 'Unblock':
        yield* taken(layer, request, unblock(action.id))
        break
      case 'Rekey':
        yield* taken(layer, request, rekey(action.from, action.to))
        break
    }
    return EXIT_OK
  }).pipe(Effect.scoped)
