/** One or more examples of every event of every machine, and inputs to start them with. */
import { type CloseReason, DialError, SecureError } from '../../src/domain/failures.ts'
import type { PeerId } from '../../src/domain/peer-id.ts'
import { TransferError, type TransferFailure } from '../../src/domain/transfer-failures.ts'
import type { AppEvent, AppInput } from '../../src/machines/app.types.ts'
import type {
  ConnectionEvent,
  ConnectionInput,
  Dialled,
  LinkFacts,
  Secured
} from '../../src/machines/connection.types.ts'
import type { IncomingEvent, IncomingInput } from '../../src/machines/incoming-transfer.types.ts'
import type { OutgoingEvent, OutgoingInput } from '../../src/machines/outgoing-transfer.types.ts'
import type { SessionEvent, SessionInput } from '../../src/machines/session.types.ts'

/** Every type of a union of events, each with at least one example. */
type Samples<E extends { readonly type: string }> = {
  readonly [T in E['type']]: readonly [Extract<E, { type: T }>, ...Extract<E, { type: T }>[]]
}

export const LOWER = 'a'.repeat(56) as PeerId
export const PEER = 'm'.repeat(56) as PeerId
export const HIGHER = 'z'.repeat(56) as PeerId
export const OTHER_PEER = 'n'.repeat(56) as PeerId
export const ADDRESS = { host: '192.0.2.7', port: 7000 }
export const STREAM = 'stream-1'
export const HEARTBEAT_MS = 5_000
export const LOST: CloseReason = { _tag: 'Lost', code: 'ECONNRESET' }
export const LEFT: CloseReason = { _tag: 'Bye', by: 'them', why: 'quit' }
export const REFUSED: CloseReason = {
  _tag: 'DialError',
  failure: { _tag: 'ConnectionRefused', target: ADDRESS }
}

export const connectionInput = (change: Partial<ConnectionInput> = {}): ConnectionInput => ({
  id: 'connection-1',
  ourId: LOWER,
  instance: '00000000000000aa',
  target: undefined,
  expect: undefined,
  mayListen: false,
  heartbeatMs: HEARTBEAT_MS,
  ...change
})

export const DIALLED: Dialled = { remote: ADDRESS, pinned: undefined }
export const SECURED: Secured = { peerId: PEER, cipher: 'simulated', trust: undefined }
export const DIAL_ERROR = new DialError({ reason: REFUSED.failure })
export const SECURE_ERROR = new SecureError({ reason: { _tag: 'SecureTimeout', afterMs: 10_000 } })

const hello = (version: number | undefined) => ({
  version,
  versions: version === undefined ? [9] : [version],
  instance: '00000000000000bb'
})

export const connectionSamples: Samples<ConnectionEvent> = {
  'stream.accepted': [{ type: 'stream.accepted', stream: STREAM, remote: ADDRESS }],
  'auth.granted': [{ type: 'auth.granted' }],
  'auth.denied': [
    { type: 'auth.denied', why: 'denied' },
    { type: 'auth.denied', why: 'busy' }
  ],
  'app.stop': [{ type: 'app.stop', why: 'quit' }],
  'link.selected': [{ type: 'link.selected' }],
  'link.duplicated': [{ type: 'link.duplicated' }],
  'link.superseded': [{ type: 'link.superseded' }],
  'link.elsewhere': [{ type: 'link.elsewhere' }],
  'link.probe': [{ type: 'link.probe' }],
  'peer.hello': [
    { type: 'peer.hello', hello: hello(1) },
    { type: 'peer.hello', hello: hello(undefined) }
  ],
  'peer.auth': [{ type: 'peer.auth' }],
  'peer.auth-ok': [{ type: 'peer.auth-ok' }],
  'peer.ready': [{ type: 'peer.ready', ready: { nickname: 'Bo', port: 7000 } }],
  'peer.select': [{ type: 'peer.select' }],
  'peer.dup': [{ type: 'peer.dup' }],
  'peer.pong': [{ type: 'peer.pong' }],
  'peer.bye': [{ type: 'peer.bye', why: 'quit', versions: undefined }],
  'link.heard': [{ type: 'link.heard' }],
  'link.violated': [{ type: 'link.violated', violation: { _tag: 'FrameUnknown', type: 0x7f } }],
  'link.overflowed': [{ type: 'link.overflowed', limit: 16 }],
  'link.ended': [{ type: 'link.ended', code: 'end' }],
  'clock.jumped': [{ type: 'clock.jumped' }]
}

export const facts = (link: string, change: Partial<LinkFacts> = {}): LinkFacts => ({
  link,
  peerId: PEER,
  role: 'dialer',
  remote: ADDRESS,
  target: ADDRESS,
  instance: '00000000000000bb',
  version: 1,
  cipher: 'simulated',
  trust: undefined,
  nickname: 'Bo',
  port: 7000,
  ...change
})

export const TRANSFER = 'AAAAAAAAAAAAAAAAAAAAAA'

export const outgoingInput = (change: Partial<OutgoingInput> = {}): OutgoingInput => ({
  peerId: PEER,
  id: TRANSFER,
  path: '/home/ada/photo.jpg',
  paused: false,
  accepted: false,
  ...change
})

export const incomingInput = (change: Partial<IncomingInput> = {}): IncomingInput => ({
  peerId: PEER,
  id: TRANSFER,
  state: 'offered',
  paused: false,
  isOffered: true,
  isListed: true,
  isWelcome: false,
  isPlaced: false,
  isWhole: false,
  ...change
})

export const FETCH = { stream: 1, piece: 0, credit: 65_536, digest: 'sha256' } as const
export const failedWith = (reason: TransferFailure) => new TransferError({ reason })
export const SOURCE_CHANGED = { _tag: 'SourceChanged', path: '/home/ada/photo.jpg' } as const
export const DISK_FULL = { _tag: 'DiskFull', path: '/downloads', code: 'ENOSPC' } as const
export const PLACE_LOST = { _tag: 'PlaceLost', path: '/downloads/photo.jpg.part' } as const
export const DISK_BROKEN = { _tag: 'NotWritable', path: '/downloads', code: 'EIO' } as const

export const outgoingSamples: Samples<OutgoingEvent> = {
  'peer.fetch': [
    { type: 'peer.fetch', ...FETCH },
    { type: 'peer.fetch', ...FETCH, stream: 2, piece: 7 }
  ],
  'peer.hold': [
    { type: 'peer.hold', why: 'paused' },
    { type: 'peer.hold', why: 'disk-full' }
  ],
  'peer.end': [{ type: 'peer.end', why: 'declined' }],
  'peer.done': [{ type: 'peer.done' }],
  'link.lost': [{ type: 'link.lost' }],
  'user.pause': [{ type: 'user.pause' }],
  'user.resume': [{ type: 'user.resume' }],
  'user.cancel': [{ type: 'user.cancel' }]
}

export const incomingSamples: Samples<IncomingEvent> = {
  'peer.offer': [{ type: 'peer.offer' }],
  'list.whole': [
    { type: 'list.whole', isWelcome: false },
    { type: 'list.whole', isWelcome: true }
  ],
  'peer.hold': [
    { type: 'peer.hold', why: 'paused' },
    { type: 'peer.hold', why: 'queued' }
  ],
  'peer.end': [{ type: 'peer.end', why: 'cancelled' }],
  'peer.gone': [{ type: 'peer.gone' }],
  'link.lost': [{ type: 'link.lost' }],
  'turn.granted': [{ type: 'turn.granted' }],
  'user.accept': [{ type: 'user.accept' }],
  'user.decline': [{ type: 'user.decline' }],
  'user.pause': [{ type: 'user.pause' }],
  'user.resume': [{ type: 'user.resume' }],
  'user.cancel': [{ type: 'user.cancel' }]
}

export const sessionInput = (change: Partial<SessionInput> = {}): SessionInput => ({
  peerId: PEER,
  ourId: LOWER,
  nickname: undefined,
  trust: undefined,
  reconnectAttempts: 2,
  reconnectDelayMs: 1_000,
  ...change
})

export const A = facts('connection-1')
export const B = facts('connection-2', { role: 'acceptor', target: undefined })
/** The same identity, in another process. */
export const C = facts('connection-3', { instance: '00000000000000cc' })

export const sessionSamples: Samples<SessionEvent> = {
  'link.authenticated': [
    { type: 'link.authenticated', facts: A },
    { type: 'link.authenticated', facts: B },
    { type: 'link.authenticated', facts: C }
  ],
  'link.offered': [
    { type: 'link.offered', link: A.link },
    { type: 'link.offered', link: B.link },
    { type: 'link.offered', link: C.link }
  ],
  'link.opened': [
    { type: 'link.opened', link: A.link },
    { type: 'link.opened', link: B.link },
    { type: 'link.opened', link: C.link }
  ],
  'link.closed': [
    { type: 'link.closed', link: A.link, reason: LOST },
    { type: 'link.closed', link: B.link, reason: LOST },
    { type: 'link.closed', link: C.link, reason: LOST },
    { type: 'link.closed', link: A.link, reason: LEFT }
  ],
  'link.suspect': [{ type: 'link.suspect', link: A.link, silentMs: 15_000 }],
  'link.recovered': [{ type: 'link.recovered', link: A.link }],
  'link.answered': [{ type: 'link.answered', link: A.link }],
  'dial.failed': [
    { type: 'dial.failed', reason: REFUSED },
    { type: 'dial.failed', reason: { _tag: 'Refused', by: 'them', why: 'denied' } }
  ],
  'peer.renamed': [{ type: 'peer.renamed', nickname: 'Bob' }],
  'peer.trusted': [{ type: 'peer.trusted', trust: 'verified' }],
  'transfer.start': [
    { type: 'transfer.start', direction: 'out', input: outgoingInput() },
    { type: 'transfer.start', direction: 'in', input: incomingInput() }
  ],
  'transfer.event': [{ type: 'transfer.event', id: TRANSFER, event: { type: 'user.pause' } }],
  'transfer.over': [{ type: 'transfer.over', id: TRANSFER }],
  'session.end': [{ type: 'session.end' }]
}

export const appInput = (change: Partial<AppInput> = {}): AppInput => ({
  ourId: LOWER,
  instance: '00000000000000aa',
  listen: { host: undefined, port: 7000, required: false },
  target: undefined,
  expect: undefined,
  unknownPeers: 'accept-new',
  heartbeatMs: HEARTBEAT_MS,
  reconnectAttempts: 2,
  reconnectDelayMs: 1_000,
  attended: true,
  mayFallBack: true,
  stays: true,
  ...change
})

const link = 'connection-1'

export const appSamples: Samples<AppEvent> = {
  'acceptor.opened': [{ type: 'acceptor.opened', address: ADDRESS }],
  'acceptor.failed': [{ type: 'acceptor.failed', failure: { _tag: 'PortInUse', port: 7000 } }],
  'acceptor.accepted': [{ type: 'acceptor.accepted', stream: STREAM, remote: ADDRESS }],
  'user.connect': [{ type: 'user.connect', target: ADDRESS, expect: undefined, call: undefined }],
  'user.hang-up': [{ type: 'user.hang-up', call: 'call-1' }],
  'user.accept': [{ type: 'user.accept', peerId: PEER }],
  'user.decline': [{ type: 'user.decline', peerId: PEER }],
  'user.focus': [{ type: 'user.focus', peerId: PEER }],
  'user.quit': [{ type: 'user.quit' }],
  'user.signal': [{ type: 'user.signal' }],
  'user.input-ended': [{ type: 'user.input-ended' }],
  'store.broken': [
    { type: 'store.broken', failure: { _tag: 'StoreIo', path: '/store', code: 'EIO' } }
  ],
  'delivery.waiting': [{ type: 'delivery.waiting', peerId: PEER, waiting: 1 }],
  'peer.renamed': [{ type: 'peer.renamed', peerId: PEER, nickname: 'Bob' }],
  'peer.trusted': [{ type: 'peer.trusted', peerId: PEER, trust: 'verified' }],
  'transfer.announced': [
    { type: 'transfer.announced', peerId: PEER, nickname: 'Bo', trust: 'verified' }
  ],
  'transfer.start': [{ type: 'transfer.start', direction: 'out', input: outgoingInput() }],
  'transfer.event': [
    { type: 'transfer.event', peerId: PEER, id: TRANSFER, event: { type: 'user.pause' } }
  ],
  'transfers.waiting': [{ type: 'transfers.waiting', peerId: PEER, waiting: 1 }],
  'clock.jumped': [{ type: 'clock.jumped' }],
  'connection.fell-back': [
    { type: 'connection.fell-back', link, target: ADDRESS, reason: REFUSED }
  ],
  'connection.knocked': [
    {
      type: 'connection.knocked',
      link,
      peerId: PEER,
      role: 'acceptor',
      remote: ADDRESS,
      trust: undefined
    }
  ],
  'connection.authenticated': [{ type: 'connection.authenticated', facts: A }],
  'connection.offered': [{ type: 'connection.offered', link, peerId: PEER }],
  'connection.opened': [{ type: 'connection.opened', link, peerId: PEER }],
  'connection.suspect': [{ type: 'connection.suspect', link, peerId: PEER, silentMs: 15_000 }],
  'connection.recovered': [{ type: 'connection.recovered', link, peerId: PEER }],
  'connection.answered': [{ type: 'connection.answered', link, peerId: PEER }],
  'connection.closed': [
    {
      type: 'connection.closed',
      link,
      role: 'acceptor',
      target: undefined,
      remote: ADDRESS,
      peerId: PEER,
      reason: LOST
    }
  ],
  'connection.over': [{ type: 'connection.over', link }],
  'session.selects': [{ type: 'session.selects', link }],
  'session.duplicates': [{ type: 'session.duplicates', link }],
  'session.supersedes': [{ type: 'session.supersedes', link }],
  'session.refuses-elsewhere': [{ type: 'session.refuses-elsewhere', link }],
  'session.probes': [{ type: 'session.probes', link }],
  'session.dials': [{ type: 'session.dials', peerId: PEER, target: ADDRESS, attempt: 1 }],
  'session.online': [{ type: 'session.online', peerId: PEER }],
  'session.offline': [{ type: 'session.offline', peerId: PEER, reason: LEFT }],
  'session.lost': [{ type: 'session.lost', peerId: PEER, reason: LOST }]
}
