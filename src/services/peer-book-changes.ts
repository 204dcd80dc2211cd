/** The changes of the peer book, as functions from one map of peers to the next. */
import type { Trust } from '../domain/events.ts'
import type { Endpoint } from '../domain/failures.ts'
import { PEERS_MAX, TARGETS_PER_PEER_MAX } from '../domain/limits.ts'
import type { PeerId } from '../domain/peer-id.ts'
import type { KnownPeer, Sighting } from './peer-book.ts'

export type Peers = ReadonlyMap<PeerId, KnownPeer>

/** A change and what it tells its caller. The same map means: nothing changed. */
export interface Change<A> {
  readonly peers: Peers
  readonly result: A
}

/** `host:port` as it is compared: lower case, IPv6 in brackets, without the root dot of a name. */
export const targetText = ({ host, port }: Endpoint): string => {
  const plain = host
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^::ffff:(?=\d+\.)/, '')
  return plain.includes(':') ? `[${plain}]:${port}` : `${plain}:${port}`
}

/** The peer that answered at an address before. */
export const pinnedTo = (peers: Peers, target: Endpoint): KnownPeer | undefined => {
  const wanted = targetText(target)
  for (const peer of peers.values()) if (peer.targets.includes(wanted)) return peer
  return undefined
}

const withTarget = (targets: readonly string[], target: string): readonly string[] =>
  targets.includes(target) ? targets : [...targets, target].slice(-TARGETS_PER_PEER_MAX)

/**
 * Makes room for one more. Only a peer that nobody compared or blocked may go, those that never
 * answered a dial first: they hold no pin.
 */
const withRoom = (peers: Peers): Map<PeerId, KnownPeer> | undefined => {
  const next = new Map(peers)
  if (next.size < PEERS_MAX) return next
  let victim: KnownPeer | undefined
  for (const peer of peers.values()) {
    if (peer.trust !== 'tofu') continue
    const pins = peer.targets.length > 0
    const victimPins = victim !== undefined && victim.targets.length > 0
    if (
      victim === undefined ||
      (victimPins && !pins) ||
      (victimPins === pins && peer.lastSeen < victim.lastSeen)
    )
      victim = peer
  }
  if (victim === undefined) return undefined
  next.delete(victim.id)
  return next
}

/**
 * Notes a sighting; undefined when the book is full of peers that must not be forgotten. An address
 * that is pinned to another key stays with that key: only `rekeyed` and `forgotten` free it.
 */
export const seen = (peers: Peers, sighting: Sighting): Change<KnownPeer> | undefined => {
  const before = peers.get(sighting.id)
  const next = before === undefined ? withRoom(peers) : new Map(peers)
  if (next === undefined) return undefined
  const holder = sighting.target === undefined ? undefined : pinnedTo(peers, sighting.target)
  const pins = sighting.target !== undefined && (holder?.id ?? sighting.id) === sighting.id
  const targets = before?.targets ?? []
  const after: KnownPeer = {
    id: sighting.id,
    trust: before?.trust ?? 'tofu',
    claimedNickname: sighting.nickname ?? before?.claimedNickname,
    targets: pins && sighting.target ? withTarget(targets, targetText(sighting.target)) : targets,
    firstSeen: before?.firstSeen ?? sighting.at,
    lastSeen: Math.max(before?.lastSeen ?? 0, sighting.at)
  }
  return { peers: next.set(after.id, after), result: after }
}

/** Sets how far a known peer is trusted; an unknown one stays unknown. */
export const trusted = (peers: Peers, id: PeerId, trust: Trust): Change<void> => {
  const before = peers.get(id)
  if (before === undefined || before.trust === trust) return { peers, result: undefined }
  return { peers: new Map(peers).set(id, { ...before, trust }), result: undefined }
}

/** Forgets a peer with its pins. */
export const forgotten = (peers: Peers, id: PeerId): Change<boolean> => {
  const next = new Map(peers)
  return next.delete(id) ? { peers: next, result: true } : { peers, result: false }
}

/**
 * Moves what was pinned to one key over to another. The new key starts unverified; one that is in
 * the book already keeps the trust it has, since trust belongs to a key and not to an address.
 */
export const rekeyed = (peers: Peers, from: PeerId, to: PeerId): Change<boolean> => {
  const old = peers.get(from)
  if (old === undefined || from === to) return { peers, result: false }
  const known = peers.get(to)
  const next = new Map(peers)
  next.delete(from)
  next.set(to, {
    id: to,
    trust: known?.trust ?? 'tofu',
    claimedNickname: known?.claimedNickname ?? old.claimedNickname,
    targets: old.targets.reduce(withTarget, known?.targets ?? []),
    firstSeen: known?.firstSeen ?? old.lastSeen,
    lastSeen: known?.lastSeen ?? old.lastSeen
  })
  return { peers: next, result: true }
}
