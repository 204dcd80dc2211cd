/** The PeerBook port in memory: it outlives a restart of its simulated host as a file would. */
import * as Effect from 'effect/Effect'
import {
  type Change,
  forgotten,
  type Peers,
  pinnedTo,
  rekeyed,
  seen,
  trusted
} from '../services/peer-book-changes.ts'
import type { PeerBook } from '../services/peer-book.ts'

/** A new, empty book, with the rules of the one on disk. */
export const makeMemoryPeerBook = (): PeerBook['Service'] => {
  let peers: Peers = new Map()
  const apply = <A>(change: Change<A>): A => {
    peers = change.peers
    return change.result
  }
  return {
    list: Effect.sync(() => [...peers.values()]),
    find: (id) => Effect.sync(() => peers.get(id)),
    pinnedTo: (target) => Effect.sync(() => pinnedTo(peers, target)),
    saw: (sighting) =>
      Effect.suspend(() => {
        const change = seen(peers, sighting)
        // Full at PEERS_MAX, which no simulated host comes near.
        return change === undefined
          ? Effect.die(new RangeError('the simulated peer book is full'))
          : Effect.succeed(apply(change))
      }),
    setTrust: (id, trust) => Effect.sync(() => apply(trusted(peers, id, trust))),
    forget: (id) => Effect.sync(() => apply(forgotten(peers, id))),
    rekey: (from, to) => Effect.sync(() => apply(rekeyed(peers, from, to)))
  }
}
