/**
 * What a connection machine does to the world: says things to its peer, and opens, secures and leaves
 * its link. Each function works on the link of the connection's id (runtime/links.ts).
 */
import * as Effect from 'effect/Effect'
import * as Base64Url from 'effect/encoding/Base64Url'
import * as Scope from 'effect/Scope'
import { type ByeReason, type Endpoint, SecureError } from '../domain/failures.ts'
import { CONTROL_QUEUE_BYTES_MAX, FAREWELL_TIMEOUT_MS_MAX } from '../domain/limits.ts'
import type { PeerId } from '../domain/peer-id.ts'
import { PROTOCOL_VERSIONS } from '../domain/protocol-versions.ts'
import type { ConnectionEvent, Dialled, Role, Secured } from '../machines/connection.types.ts'
import { encodeMessage } from '../protocol/codec.ts'
import { LinkReader } from '../protocol/link-reader.ts'
import type { Message } from '../protocol/messages.ts'
import type { Identity } from '../services/identity.ts'
import { PeerBook } from '../services/peer-book.ts'
import { Transport } from '../services/transport.ts'
import type { Conversations } from './conversations.ts'
import { linkSource, type LinkInbound } from '../streams/pipeline.ts'
import { codeOf, type Inbound } from './inbound.ts'
import type { Link, Links } from './links.ts'
import { makeWriter } from './outbound.ts'

export interface WireWorld {
  readonly links: Links
  readonly conversations: Conversations
  readonly identity: Identity['Service']
  readonly instance: string
  readonly messageBytesMax: number
  readonly inbound: () => Inbound<LinkInbound>
  readonly toConnection: (id: string, event: ConnectionEvent) => void
  readonly listeningPort: () => number | undefined
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** Milliseconds since the epoch. */
  readonly wallNow: () => number
}

const lost = () => new SecureError({ reason: { _tag: 'StreamLost', code: 'ECONNABORTED' } })

export const makeWire = (world: WireWorld) => {
  const { links, conversations, identity } = world
  let pings = 0

  const say = (id: string, message: Message): void => {
    const link = links.get(id)
    if (link?.writer === undefined) return
    link.reader?.sent(message.type)
    if (link.writer.send(encodeMessage(message))) return
    world.toConnection(id, { type: 'link.overflowed', limit: CONTROL_QUEUE_BYTES_MAX })
  }

  const sendHello = (id: string): void => {
    const link = links.get(id)
    if (link?.secured === undefined) return
    link.nonce = Base64Url.encode(identity.randomBytes(32))
    const decides = identity.peerId < link.secured.peerId
    link.reader = new LinkReader({ role: link.role, decides })
    say(id, {
      type: 'hello',
      versions: PROTOCOL_VERSIONS,
      nonce: link.nonce,
      instance: world.instance,
      features: [],
      messageBytesMax: world.messageBytesMax
    })
    const inbound = world.inbound()
    inbound.add(linkSource(id, inbound.chunks(link.secured), link.reader, codeOf))
  }

  const sendReady = (id: string, peerId: PeerId): void => {
    const conversation = conversations.with(peerId)
    say(id, {
      type: 'ready',
      nickname: conversations.ourNickname(),
      port: world.listeningPort(),
      epoch: conversation.epoch,
      received: conversation.received()
    })
  }

  const sendPing = (id: string): void => {
    const link = links.get(id)
    if (link === undefined) return
    pings = (pings + 1) >>> 0
    link.ping = { nonce: pings, sentAt: world.now() }
    say(id, { type: 'ping', nonce: pings })
  }

  const openSession = (id: string, peerId: PeerId): void => {
    const link = links.get(id)
    if (link?.ready === undefined || link.writer === undefined) return
    link.openedAt = world.wallNow()
    link.conversation = conversations.with(peerId)
    const violation = link.conversation.attach(link.ready, link.writer)
    if (violation !== undefined) world.toConnection(id, { type: 'link.violated', violation })
  }

  const dial = Effect.fnUntraced(function* (input: {
    readonly id: string
    readonly target: Endpoint | undefined
    readonly expect: PeerId | undefined
  }) {
    const link = links.get(input.id)
    if (link === undefined || input.target === undefined) return yield* Effect.interrupt
    const pinned = yield* (yield* PeerBook).pinnedTo(input.target)
    const dialled = (yield* Transport).dial(input.target)
    const stream = yield* Scope.provide(dialled, link.scope)
    link.raw = stream
    link.role = 'dialer'
    return { remote: stream.remote, pinned: input.expect ?? pinned?.id } satisfies Dialled
  })

  const secure = Effect.fnUntraced(function* (input: {
    readonly id: string
    readonly role: Role
    readonly expect: PeerId | undefined
  }) {
    const link = links.get(input.id)
    if (link?.raw === undefined) return yield* lost()
    const options = { role: input.role, expect: input.expect }
    const securing = (yield* Transport).secure(link.raw, options)
    const secured = yield* Scope.provide(securing, link.scope)
    link.secured = secured
    link.writer = yield* Scope.provide(makeWriter(secured), link.scope)
    const known = yield* (yield* PeerBook).find(secured.peerId)
    return { peerId: secured.peerId, cipher: secured.cipher, trust: known?.trust } satisfies Secured
  })

  /** BYE, everything that was queued before it, our half close; then the other end's, for a while. */
  const farewell = Effect.fnUntraced(function* (input: {
    readonly id: string
    readonly bye: ByeReason | undefined
  }) {
    const link: Link | undefined = links.get(input.id)
    if (link?.writer !== undefined) link.conversation?.detach(link.writer)
    if (link?.secured === undefined || link.writer === undefined) return
    if (input.bye === undefined) return
    const versions = input.bye === 'version' ? PROTOCOL_VERSIONS : undefined
    say(input.id, { type: 'bye', reason: input.bye, versions })
    yield* link.writer.flush.pipe(
      Effect.andThen(link.secured.end),
      Effect.andThen(link.ended.await),
      Effect.timeoutOption(FAREWELL_TIMEOUT_MS_MAX),
      Effect.ignore
    )
  })

  return { say, sendHello, sendReady, sendPing, openSession, dial, secure, farewell }
}

export type Wire = ReturnType<typeof makeWire>
