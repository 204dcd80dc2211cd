/** The prompt of a chat, which says how much waits for peers that are away: once, and as it is now. */
import type { EarshotEvent } from '../../domain/events.ts'
import type { PeerRef } from '../../domain/peer-ref.ts'
import type { PeerId } from '../../domain/peer-id.ts'
import type { Style } from './style.ts'

const PROMPT = '> '
/** Characters of a name that fit in front of what is typed. */
const NAME_CHARS_MAX = 16

export interface WaitingPrompt {
  /** Learns what waits and who is here. Call it with every event. */
  readonly note: (event: EarshotEvent) => void
  readonly text: () => string
}

/** A prompt for one screen and one run. */
export const makeWaitingPrompt = (
  style: Style,
  nameOf: (peer: PeerRef) => string
): WaitingPrompt => {
  const online = new Set<PeerId>()
  /** Messages that the peer has not acknowledged; no peer without any. */
  const waiting = new Map<PeerId, { readonly peer: PeerRef; readonly count: number }>()
  const change = (peer: PeerRef, by: number): void => {
    const count = (waiting.get(peer.id)?.count ?? 0) + by
    if (count > 0) waiting.set(peer.id, { peer, count })
    else waiting.delete(peer.id)
  }
  const note = (event: EarshotEvent): void => {
    switch (event.type) {
      case 'peer.connected':
        online.add(event.peer.id)
        return
      case 'peer.disconnected':
        online.delete(event.peer.id)
        return
      case 'message.queued':
        return change(event.peer, 1)
      case 'message.delivered':
      case 'message.cancelled':
        return change(event.peer, -event.ids.length)
      case 'outbox.waiting':
        if (event.when === 'end') return
        for (const { peer, count } of event.peers) change(peer, count)
        return
      default:
        return
    }
  }
  const text = (): string => {
    const away = [...waiting.values()].filter(({ peer }) => !online.has(peer.id))
    const [first, another] = away
    if (first === undefined) return PROMPT
    const count = away.reduce((sum, each) => sum + each.count, 0)
    const name = another === undefined ? nameOf(first.peer) : ''
    const whom = name === '' || name.length > NAME_CHARS_MAX ? '' : ` for ${name}`
    return `${style.quiet(`${count} ${count === 1 ? 'waits' : 'wait'}${whom}`)} ${PROMPT}`
  }
  return { note, text }
}
