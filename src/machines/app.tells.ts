/** What the app lets everybody know, made from its context. undefined: nothing worth saying. */
import type { EarshotEvent } from '../domain/events.ts'
import type { PeerRef } from '../domain/peer-ref.ts'
import type { AppContext, AppEvent } from './app.types.ts'
import { callOf, dialOf, focusOn, wantedFocus } from './app.rules.ts'

interface Args {
  readonly context: AppContext
  readonly event: AppEvent
}

const waitsAfterFailedDial = (context: AppContext): boolean =>
  context.listening !== undefined && (context.attended || context.mayFallBack)

export const dialling = ({ context, event }: Args): EarshotEvent | undefined => {
  const dial = dialOf(context, event)
  if (dial === undefined) return undefined
  const attempt = event.type === 'session.dials' ? event.attempt : 1
  const call = dial.call === undefined ? {} : { call: dial.call }
  return { type: 'dial.started', target: dial.target, attempt, ...call }
}

export const dialFailed = ({ context, event }: Args): EarshotEvent | undefined => {
  if (event.type !== 'connection.closed' && event.type !== 'connection.fell-back') return undefined
  if (event.target === undefined) return undefined
  return {
    type: 'dial.failed',
    target: event.target,
    reason: event.reason,
    then: waitsAfterFailedDial(context) ? 'listen' : 'stop',
    ...callOf(context, event.link)
  }
}

export const wrongPeer = ({ event }: Args): EarshotEvent | undefined =>
  event.type === 'connection.closed' && event.target !== undefined
    ? { type: 'dial.failed', target: event.target, reason: event.reason, then: 'stop' }
    : undefined

export const moved = ({ context, event }: Args): EarshotEvent | undefined =>
  event.type === 'acceptor.opened' &&
  context.listen.port !== 0 &&
  event.address.port !== context.listen.port
    ? { type: 'listen.moved', wanted: context.listen.port, port: event.address.port }
    : undefined

export const waiting = ({ context }: Args): EarshotEvent | undefined =>
  context.sessions.some((one) => one.online) ||
  context.connections.some((one) => one.role === 'dialer' && one.state !== 'closed')
    ? undefined
    : { type: 'listen.waiting' }

export const listenFailed = ({ event }: Args): EarshotEvent | undefined =>
  event.type === 'acceptor.failed'
    ? { type: 'listen.failed', failure: event.failure, fatal: false }
    : undefined

/** A knock that nobody answered in time is a peer; anything else is an address. */
export const strangerRefused = ({ event }: Args): EarshotEvent | undefined => {
  if (event.type !== 'connection.closed' || event.remote === undefined) return undefined
  const { reason, peerId, remote } = event
  return reason._tag === 'Refused' && reason.why === 'timeout' && peerId !== undefined
    ? { type: 'peer.declined', peer: { id: peerId }, why: 'timeout' }
    : { type: 'link.refused', address: remote, reason }
}

const peerOf = (event: AppEvent): PeerRef | undefined =>
  'peerId' in event && event.peerId !== undefined ? { id: event.peerId } : undefined

export const knocking = ({ event }: Args): EarshotEvent | undefined =>
  event.type === 'connection.knocked'
    ? { type: 'peer.knocking', peer: { id: event.peerId }, address: event.remote }
    : undefined

export const declined = ({ event }: Args): EarshotEvent | undefined => {
  const peer = peerOf(event)
  if (peer === undefined) return undefined
  return { type: 'peer.declined', peer, why: event.type === 'user.decline' ? 'by-user' : 'policy' }
}

export const focused = ({ context, event }: Args): EarshotEvent | undefined => {
  const id = wantedFocus(event)
  const link = 'link' in event ? event.link : undefined
  return id === undefined
    ? undefined
    : { type: 'peer.focused', peer: { id }, ...callOf(context, link) }
}

/** A newcomer gets what is typed from now on, since the peer who got it so far has left. */
export const refocused = ({ context, event }: Args): EarshotEvent | undefined =>
  event.type === 'session.online' &&
  context.focus !== undefined &&
  context.focus !== focusOn(context, event.peerId)
    ? { type: 'peer.focused', peer: { id: event.peerId } }
    : undefined

export const ending = ({ context }: Args): EarshotEvent => ({
  type: 'app.ending',
  why: context.why
})

export const failed = ({ context }: Args): EarshotEvent | undefined =>
  context.failure === undefined ? undefined : { type: 'app.failed', failure: context.failure }
