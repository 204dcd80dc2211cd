/** What a connection tells the app, made from its context. */
import { SUSPECT_AFTER_INTERVALS } from '../domain/limits.ts'
import type { PeerId } from '../domain/peer-id.ts'
import type { ConnectionContext, ConnectionReport } from './connection.types.ts'

interface Args {
  readonly context: ConnectionContext
}

const UNKNOWN_ENDPOINT = { host: '', port: 0 }

/** Reports behind authentication: the peer is known then. */
const peerOf = (context: ConnectionContext): PeerId => context.peerId ?? ('' as PeerId)

export const fellBack = ({ context }: Args): ConnectionReport => ({
  type: 'connection.fell-back',
  link: context.id,
  target: context.target ?? UNKNOWN_ENDPOINT,
  reason: context.reason ?? { _tag: 'Stopped' }
})

export const knocked = ({ context }: Args): ConnectionReport => ({
  type: 'connection.knocked',
  link: context.id,
  peerId: peerOf(context),
  role: context.role,
  remote: context.remote ?? UNKNOWN_ENDPOINT,
  trust: context.trust
})

export const authenticated = ({ context }: Args): ConnectionReport => ({
  type: 'connection.authenticated',
  facts: {
    link: context.id,
    peerId: peerOf(context),
    role: context.role,
    remote: context.remote ?? UNKNOWN_ENDPOINT,
    target: context.target,
    instance: context.hello?.instance ?? '',
    version: context.hello?.version ?? 1,
    cipher: context.cipher ?? '',
    trust: context.trust,
    nickname: context.ready?.nickname,
    port: context.ready?.port
  }
})

export const offered = ({ context }: Args): ConnectionReport => ({
  type: 'connection.offered',
  link: context.id,
  peerId: peerOf(context)
})

export const opened = ({ context }: Args): ConnectionReport => ({
  type: 'connection.opened',
  link: context.id,
  peerId: peerOf(context)
})

export const suspect = ({ context }: Args): ConnectionReport => ({
  type: 'connection.suspect',
  link: context.id,
  peerId: peerOf(context),
  silentMs: context.heartbeatMs * SUSPECT_AFTER_INTERVALS
})

export const recovered = ({ context }: Args): ConnectionReport => ({
  type: 'connection.recovered',
  link: context.id,
  peerId: peerOf(context)
})

export const answered = ({ context }: Args): ConnectionReport => ({
  type: 'connection.answered',
  link: context.id,
  peerId: peerOf(context)
})

export const closed = ({ context }: Args): ConnectionReport => ({
  type: 'connection.closed',
  link: context.id,
  role: context.role,
  target: context.target,
  remote: context.remote,
  peerId: context.peerId,
  reason: context.reason ?? { _tag: 'Stopped' }
})

export const over = ({ context }: Args): ConnectionReport => ({
  type: 'connection.over',
  link: context.id
})
