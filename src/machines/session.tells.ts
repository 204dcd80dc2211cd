/** What a session lets everybody know, made from its context. undefined: nothing worth saying. */
import type { EarshotEvent } from '../domain/events.ts'
import type { PeerRef } from '../domain/peer-ref.ts'
import type { SessionContext, SessionEvent } from './session.types.ts'

interface Args {
  readonly context: SessionContext
  readonly event: SessionEvent
}

const peerOf = ({ peerId, nickname }: SessionContext): PeerRef =>
  nickname === undefined ? { id: peerId } : { id: peerId, nickname }

export const connected = ({ context }: Args): EarshotEvent | undefined => {
  const { active, trust } = context
  if (active === undefined) return undefined
  return {
    type: 'peer.connected',
    peer: peerOf(context),
    address: active.remote,
    direction: active.role === 'dialer' ? 'outgoing' : 'incoming',
    cipher: active.cipher,
    trust: trust ?? 'tofu',
    firstContact: active.trust === undefined,
    returned: context.everOnline,
    ...(active.call === undefined ? {} : { call: active.call })
  }
}

export const disconnected = ({ context, event }: Args): EarshotEvent | undefined =>
  event.type === 'link.closed'
    ? { type: 'peer.disconnected', peer: peerOf(context), reason: event.reason }
    : undefined

/** A peer that was here and left of its own will, or one that we cannot call back. */
export const awaited = ({ context }: Args): EarshotEvent | undefined =>
  context.everOnline ? { type: 'peer.awaited', peer: peerOf(context) } : undefined

export const reconnecting = ({ context }: Args): EarshotEvent => ({
  type: 'peer.reconnecting',
  peer: peerOf(context),
  attempt: context.attempt,
  attempts: context.reconnectAttempts,
  delayMs: context.delayMs
})

export const lost = ({ context }: Args): EarshotEvent => ({
  type: 'peer.lost',
  peer: peerOf(context),
  attempts: context.attempt
})

export const suspect = ({ context, event }: Args): EarshotEvent | undefined =>
  event.type === 'link.suspect'
    ? { type: 'peer.suspect', peer: peerOf(context), silentMs: event.silentMs }
    : undefined

export const recovered = ({ context }: Args): EarshotEvent => ({
  type: 'peer.recovered',
  peer: peerOf(context)
})

export const renamed = ({ context, event }: Args): EarshotEvent | undefined => {
  if (event.type !== 'peer.renamed' || event.nickname === context.nickname) return undefined
  const peer: PeerRef =
    event.nickname === undefined
      ? { id: context.peerId }
      : { id: context.peerId, nickname: event.nickname }
  return context.nickname === undefined
    ? { type: 'peer.renamed', peer }
    : { type: 'peer.renamed', peer, before: context.nickname }
}
