/** How peers are called on this screen: names that could be taken for another one get their id. */
import type { EarshotEvent } from '../../domain/events.ts'
import type { PeerRef } from '../../domain/peer-ref.ts'
import { confusableKey, displayName, isReservedName, NAMELESS } from '../../domain/nicknames.ts'
import type { PeerId } from '../../domain/peer-id.ts'

export interface Names {
  /** Learns who is there. Call it with every event before that is shown. */
  readonly note: (event: EarshotEvent) => void
  readonly nameOf: (peer: PeerRef) => string
  /** true: more than one peer was seen, so our own lines say whom they go to. */
  readonly several: () => boolean
}

/** Peers remembered for comparing; beyond it the oldest is forgotten. */
const PEERS_MAX = 1000

/** Whom an event names, apart from the lists of who is here. */
const peersOf = (event: EarshotEvent): readonly PeerRef[] => {
  if ('peer' in event) return event.peer === undefined ? [] : [event.peer]
  if ('transfer' in event) return [event.transfer.peer]
  if (event.type === 'transfers.shown') return event.transfers.map(({ peer }) => peer)
  if (event.type === 'outbox.waiting') return event.peers.map(({ peer }) => peer)
  return event.type === 'queue.shown' ? event.entries.map(({ peer }) => peer) : []
}

/** A register for one screen and one run. */
export const makeNames = (): Names => {
  const keys = new Map<PeerId, string>()
  const taken = new Set<PeerId>()
  const keyOf = (peer: PeerRef): string => confusableKey(displayName(peer))

  const sharesName = (peer: PeerRef): boolean => {
    const key = keyOf(peer)
    for (const [id, other] of keys) if (id !== peer.id && other === key) return true
    return false
  }
  const nameOf = (peer: PeerRef): string => {
    const name = displayName(peer)
    const claimsToBeOurs = name !== NAMELESS && isReservedName(name)
    return displayName(peer, claimsToBeOurs || taken.has(peer.id) || sharesName(peer))
  }
  const meet = (peer: PeerRef): void => {
    if (keys.size >= PEERS_MAX && !keys.has(peer.id)) {
      const oldest = keys.keys().next().value
      if (oldest !== undefined) keys.delete(oldest)
    }
    keys.set(peer.id, keyOf(peer))
  }
  const note = (event: EarshotEvent): void => {
    for (const peer of peersOf(event)) meet(peer)
    if (event.type !== 'peer.connected') return
    if (event.nicknameTakenBy === undefined) taken.delete(event.peer.id)
    else taken.add(event.peer.id)
  }
  return { note, nameOf, several: () => keys.size > 1 }
}
