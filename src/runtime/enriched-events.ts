/** What the machines tell, with what only the data plane knows: names, calls, and earlier lines. */
import type { EarshotEvent } from '../domain/events.ts'
import type { PeerRef } from '../domain/peer-ref.ts'
import type { HistoryLine } from '../domain/items.ts'
import type { PeerId } from '../domain/peer-id.ts'

export interface EnrichWorld {
  readonly refOf: (peerId: PeerId) => PeerRef
  /** A peer that we know and that this name belongs to, or seems to. */
  readonly ownerOf: (nickname: string, but: PeerId) => PeerId | undefined
  /** The last lines of earlier runs, once. */
  readonly takeEarlier: (peerId: PeerId) => readonly HistoryLine[]
  readonly isKept: (peerId: PeerId) => boolean
}

type Connected = Extract<EarshotEvent, { readonly type: 'peer.connected' }>

/** A new peer under a known peer's name is told as such. */
const named = (event: Connected, { ownerOf }: EnrichWorld): Connected => {
  const { id, nickname } = event.peer
  const nicknameTakenBy = nickname === undefined ? undefined : ownerOf(nickname, id)
  return nicknameTakenBy === undefined ? event : { ...event, nicknameTakenBy }
}

const earlierLines = (
  { peer }: Connected,
  { takeEarlier, isKept }: EnrichWorld
): readonly EarshotEvent[] => {
  const entries = takeEarlier(peer.id)
  return entries.length === 0
    ? []
    : [{ type: 'history.shown', peer, entries, why: 'reconnected', kept: isKept(peer.id) }]
}

/** An event as everybody reads it, with what follows from it. */
export const enriched = (event: EarshotEvent, world: EnrichWorld): readonly EarshotEvent[] => {
  switch (event.type) {
    // The app machine knows peers by their ids only.
    case 'peer.focused':
      return [{ ...event, peer: world.refOf(event.peer.id) }]
    case 'peer.connected':
      return [named(event, world), ...earlierLines(event, world)]
    default:
      return [event]
  }
}
