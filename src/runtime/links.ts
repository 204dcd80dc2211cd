/**
 * The data plane's side of every connection actor: its stream, decoder, writer and counters, by the
 * actor's id. Machines hold the id only; what cannot be JSON lives here, for as long as the actor's
 * keeper (see `openLink`).
 */
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Latch from 'effect/Latch'
import * as Scope from 'effect/Scope'
import type { DigestName } from '../domain/transfers.ts'
import type { Role } from '../machines/connection.types.ts'
import type { LinkReader } from '../protocol/link-reader.ts'
import { makePingBudget, type PingBudget } from '../protocol/ping-budget.ts'
import type { Ready } from '../protocol/messages.ts'
import type { ByteStream, SecuredLink } from '../services/transport.ts'
import type { Conversation } from './conversation.ts'
import type { Writer } from './outbound.ts'
import type { TransferDesk } from './transfers/desk.ts'
import type { TransferLink } from './transfers/world.ts'

export interface Link {
  readonly id: string
  /** Everything that the link acquired; closed when its actor stops. */
  readonly scope: Scope.Closeable
  /** Opens when nothing more can be read. */
  readonly ended: Latch.Latch
  role: Role
  raw: ByteStream | undefined
  secured: SecuredLink | undefined
  writer: Writer | undefined
  reader: LinkReader | undefined
  /** The peer's process, and whether it tells and hears what was read (its HELLO). */
  instance: string
  receipts: boolean
  /** What the peer's READY said of its logs. */
  ready: Ready | undefined
  /** What our READY said. */
  told: Ready | undefined
  /** Set while the link carries the session. */
  conversation: Conversation | undefined
  /** What is said about files, while it carries the session. */
  transfers: { readonly desk: TransferDesk; readonly link: TransferLink } | undefined
  /** What we can check pieces with, and what the peer can (its HELLO); the fastest first. */
  digests: readonly DigestName[]
  peerDigests: readonly DigestName[]
  /** Our nonce, to notice a peer that echoes it. */
  nonce: string
  bytesIn: number
  /** Monotonic milliseconds of the last `link.heard` that the machine was told. */
  heardAt: number
  ping: { readonly nonce: number; readonly sentAt: number } | undefined
  rttMs: number | undefined
  readonly pings: PingBudget
  /** Skipped frames that were charged to that budget. */
  skippedPaid: number
  openedAt: number | undefined
}

export interface Links {
  readonly get: (id: string) => Link | undefined
  readonly all: () => Iterable<Link>
  readonly open: (id: string) => Link
  /** Closes the link's scope: socket, reader and writer go. */
  readonly close: (id: string) => Effect.Effect<void>
  /** Keeps an accepted stream until a connection takes it. */
  readonly park: (stream: ByteStream) => string
  readonly take: (stream: string) => ByteStream | undefined
  /** Links that have a stream. */
  readonly count: () => number
  /** Links that are not open yet, in all and from one source address. */
  readonly handshakes: (source?: string) => number
}

/** One source for limits: an IPv4 address, or the /64 of an IPv6 address. */
export const sourceOf = (host: string): string =>
  host.includes(':') ? host.split(':').slice(0, 4).join(':') : host

export const makeLinks = (): Links => {
  const links = new Map<string, Link>()
  const parked = new Map<string, ByteStream>()
  let streams = 0
  return {
    get: (id) => links.get(id),
    all: () => links.values(),
    open: (id) => {
      const link: Link = {
        id,
        scope: Scope.makeUnsafe(),
        ended: Latch.makeUnsafe(),
        role: 'acceptor',
        raw: undefined,
        secured: undefined,
        writer: undefined,
        reader: undefined,
        instance: '',
        receipts: false,
        ready: undefined,
        told: undefined,
        conversation: undefined,
        transfers: undefined,
        digests: ['sha256'],
        peerDigests: ['sha256'],
        nonce: '',
        bytesIn: 0,
        heardAt: Number.NEGATIVE_INFINITY,
        ping: undefined,
        rttMs: undefined,
        pings: makePingBudget(0),
        skippedPaid: 0,
        openedAt: undefined
      }
      links.set(id, link)
      return link
    },
    close: (id) =>
      Effect.suspend(() => {
        const link = links.get(id)
        links.delete(id)
        return link === undefined ? Effect.void : Scope.close(link.scope, Exit.void)
      }),
    park: (stream) => {
      const id = `stream-${++streams}`
      parked.set(id, stream)
      return id
    },
    take: (stream) => {
      const found = parked.get(stream)
      parked.delete(stream)
      return found
    },
    count: () => {
      let count = parked.size
      for (const { raw } of links.values()) if (raw !== undefined) count += 1
      return count
    },
    handshakes: (source) => {
      let count = parked.size
      for (const { openedAt, raw } of links.values()) {
        if (openedAt !== undefined || raw === undefined) continue
        if (source === undefined || sourceOf(raw.remote.host) === source) count += 1
      }
      return count
    }
  }
}
