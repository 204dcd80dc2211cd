/** The PeerBook port in memory: it outlives a restart of its simulated host as a file would. */
import * as Effect from 'effect/Effect'
import type { Trust } from '../domain/events.ts'
import type { Endpoint } from '../domain/failures.ts'
import type { PeerId } from '../domain/peer-id.ts'
import type { KnownPeer, PeerBook, Sighting } from '../services/peer-book.ts'

/** `host:port` as it is compared: lower case, IPv6 in brackets. */
const textOf = ({ host, port }: Endpoint): string =>
  host.includes(':') ? `[${host.toLowerCase()}]:${port}` : `${host.toLowerCase()}:${port}`

/** A new, empty book. */
export const makeMemoryPeerBook = (): PeerBook['Service'] => {
  const peers = new Map<PeerId, KnownPeer>()
  const pinned = (target: string) =>
    [...peers.values()].find(({ targets }) => targets.includes(target))
  const put = (peer: KnownPeer): KnownPeer => {
    peers.set(peer.id, peer)
    return peer
  }
  const saw = ({ id, nickname, target, at }: Sighting): KnownPeer => {
    const before = peers.get(id)
    const targets = before?.targets ?? []
    const text = target === undefined ? undefined : textOf(target)
    const isNew = text !== undefined && pinned(text) === undefined
    return put({
      id,
      trust: before?.trust ?? 'tofu',
      claimedNickname: nickname ?? before?.claimedNickname,
      targets: isNew ? [...targets, text] : targets,
      firstSeen: before?.firstSeen ?? at,
      lastSeen: Math.max(before?.lastSeen ?? 0, at)
    })
  }
  const setTrust = (id: PeerId, trust: Trust): void => {
    const peer = peers.get(id)
    if (peer !== undefined) put({ ...peer, trust })
  }
  const rekey = (from: PeerId, to: PeerId): boolean => {
    const old = peers.get(from)
    if (old === undefined || from === to) return false
    // Trust belongs to a key and not to an address: a key that is known keeps its own.
    const known: KnownPeer = peers.get(to) ?? {
      ...old,
      id: to,
      trust: 'tofu',
      targets: [],
      firstSeen: old.lastSeen
    }
    peers.delete(from)
    put({ ...known, targets: [...known.targets, ...old.targets] })
    return true
  }
  return {
    list: Effect.sync(() => [...peers.values()]),
    find: (id) => Effect.sync(() => peers.get(id)),
    pinnedTo: (target) => Effect.sync(() => pinned(textOf(target))),
    saw: (sighting) => Effect.sync(() => saw(sighting)),
    setTrust: (id, trust) => Effect.sync(() => setTrust(id, trust)),
    forget: (id) => Effect.sync(() => peers.delete(id)),
    rekey: (from, to) => Effect.sync(() => rekey(from, to))
  }
}
