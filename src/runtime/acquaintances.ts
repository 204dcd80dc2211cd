/**
 * The peer book as the run uses it: writes down whom we met, and notices a peer that goes by the name
 * of another one whom we know.
 */
import * as Effect from 'effect/Effect'
import type { EarshotEvent } from '../domain/events.ts'
import type { PeerRef } from '../domain/peer-ref.ts'
import type { Endpoint } from '../domain/failures.ts'
import { confusableKey } from '../domain/nicknames.ts'
import type { PeerId } from '../domain/peer-id.ts'
import type { PeerBook } from '../services/peer-book.ts'

export interface AcquaintancesWorld {
  readonly peerBook: PeerBook['Service']
  readonly run: (effect: Effect.Effect<void>) => void
  readonly emit: (events: readonly EarshotEvent[]) => void
  readonly refOf: (peerId: PeerId) => PeerRef
  /** Milliseconds since the epoch. */
  readonly wallNow: () => number
}

export interface Acquaintances {
  /** Writes down that a peer is here. `target`: the address under which it answered our dial. */
  readonly remember: (peerId: PeerId, target: Endpoint | undefined) => void
  /** The name of a peer that we know, as it claimed it last. */
  readonly nameOf: (peerId: PeerId) => string | undefined
  /** Everybody that we know. */
  readonly ids: () => Iterable<PeerId>
  /** A peer that we know and that this name belongs to, or seems to. */
  readonly ownerOf: (nickname: string, but: PeerId) => PeerId | undefined
}

export const makeAcquaintances = Effect.fnUntraced(function* (world: AcquaintancesWorld) {
  const owners = new Map<string, PeerId>()
  const names = new Map<PeerId, string | undefined>()
  for (const { id, claimedNickname, trust } of yield* world.peerBook.list) {
    if (trust !== 'blocked') names.set(id, claimedNickname)
    if (claimedNickname !== undefined) owners.set(confusableKey(claimedNickname), id)
  }

  const remember = (id: PeerId, target: Endpoint | undefined): void => {
    const { nickname } = world.refOf(id)
    names.set(id, nickname ?? names.get(id))
    if (nickname !== undefined && !owners.has(confusableKey(nickname))) {
      owners.set(confusableKey(nickname), id)
    }
    world.run(
      world.peerBook.saw({ id, nickname, target, at: world.wallNow() }).pipe(
        Effect.catch(({ reason }) =>
          Effect.sync(() =>
            world.emit([{ type: 'peer.unsaved', peer: world.refOf(id), failure: reason }])
          )
        ),
        Effect.asVoid
      )
    )
  }

  const ownerOf = (nickname: string, but: PeerId): PeerId | undefined => {
    const owner = owners.get(confusableKey(nickname))
    return owner === but ? undefined : owner
  }

  return {
    remember,
    nameOf: (id) => names.get(id),
    ids: () => names.keys(),
    ownerOf
  } satisfies Acquaintances
})
