/** What a connection machine says to its peer, and the handing over of its link to the session. */
import * as Base64Url from 'effect/encoding/Base64Url'
import { CONTROL_QUEUE_BYTES_MAX, MESSAGE_BYTES_MAX } from '../domain/limits.ts'
import type { ProtocolViolation } from '../domain/failures.ts'
import type { PeerId } from '../domain/peer-id.ts'
import { PROTOCOL_VERSIONS } from '../domain/protocol-versions.ts'
import type { ConnectionEvent } from '../machines/connection.types.ts'
import { encodeMessage } from '../protocol/codec.ts'
import { BLAKE3_FEATURE, RECEIPTS_FEATURE } from '../protocol/features.ts'
import { LinkReader } from '../protocol/link-reader.ts'
import type { Message } from '../protocol/messages.ts'
import type { Identity } from '../services/identity.ts'
import type { Conversations } from './conversations.ts'
import { linkSource, type LinkInbound } from '../streams/pipeline.ts'
import { codeOf, type Inbound } from './inbound.ts'
import type { Link, Links } from './links.ts'
import type { Writer } from './outbound.ts'
import { makeBulkLink } from './transfers/bulk-link.ts'
import type { TransferPlane } from './transfers/plane.ts'
import type { TransferLink } from './transfers/world.ts'

export interface WireWorld {
  readonly links: Links
  readonly conversations: Conversations
  readonly transfers: TransferPlane
  readonly identity: Identity['Service']
  readonly instance: string
  /** Our user lets peers know what was read, and wants to know it of them. */
  readonly receipts: boolean
  readonly inbound: () => Inbound<LinkInbound>
  readonly toConnection: (id: string, event: ConnectionEvent) => void
  readonly listeningPort: () => number | undefined
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** Calls back later, unless the run ends before. */
  readonly after: (ms: number, work: () => void) => void
  /** Milliseconds since the epoch. */
  readonly wallNow: () => number
}

/** Each function works on the link of the connection's id (runtime/links.ts). */
export class Wire {
  readonly #world: WireWorld
  #pings = 0

  constructor(world: WireWorld) {
    this.#world = world
  }

  readonly say = (id: string, message: Message): void => {
    const link = this.#world.links.get(id)
    if (link?.writer === undefined) return
    link.reader?.sent(message.type)
    if (link.writer.send(encodeMessage(message))) return
    this.#world.toConnection(id, { type: 'link.overflowed', limit: CONTROL_QUEUE_BYTES_MAX })
  }

  readonly sendHello = (id: string): void => {
    const link = this.#world.links.get(id)
    if (link?.secured === undefined) return
    link.nonce = Base64Url.encode(this.#world.identity.randomBytes(32))
    const decides = this.#world.identity.peerId < link.secured.peerId
    link.reader = new LinkReader({ role: link.role, decides })
    this.say(id, {
      type: 'hello',
      versions: PROTOCOL_VERSIONS,
      nonce: link.nonce,
      instance: this.#world.instance,
      features: this.#features(link),
      messageBytesMax: MESSAGE_BYTES_MAX
    })
    const inbound = this.#world.inbound()
    inbound.add(linkSource(id, inbound.chunks(link.secured), link.reader, codeOf))
  }

  #features({ digests }: Link): readonly string[] {
    const hashes = digests.includes('blake3') ? [BLAKE3_FEATURE] : []
    return this.#world.receipts ? [RECEIPTS_FEATURE, ...hashes] : hashes
  }

  readonly sendReady = (id: string, peerId: PeerId): void => {
    const link = this.#world.links.get(id)
    // Opened while the link was secured (link-work.ts).
    const conversation = this.#world.conversations.find(peerId)
    if (link === undefined || conversation === undefined) return
    link.told = {
      type: 'ready',
      nickname: this.#world.conversations.ourNickname(),
      port: this.#world.listeningPort(),
      epoch: conversation.epoch,
      received: conversation.received()
    }
    this.say(id, link.told)
  }

  readonly sendPing = (id: string): void => {
    const link = this.#world.links.get(id)
    if (link === undefined) return
    this.#pings = (this.#pings + 1) >>> 0
    link.ping = { nonce: this.#pings, sentAt: this.#world.now() }
    this.say(id, { type: 'ping', nonce: this.#pings })
  }

  readonly openSession = (id: string, peerId: PeerId): void => {
    const link = this.#world.links.get(id)
    if (link?.ready === undefined || link.told === undefined || link.writer === undefined) return
    link.openedAt = this.#world.wallNow()
    const conversation = this.#world.conversations.find(peerId)
    // Late frames of a link that was superseded are not those of this one.
    for (const other of this.#world.links.all())
      if (other.conversation === conversation) {
        other.conversation = undefined
        other.transfers = undefined
      }
    link.conversation = conversation
    const { writer, ready, told, instance, receipts } = link
    conversation?.attach({
      writer,
      ready,
      told,
      instance,
      receipts: receipts && this.#world.receipts,
      abandon: () => this.#world.toConnection(id, { type: 'link.ended', code: 'ECONNABORTED' }),
      violate: (violation) => this.#violate(id, violation)
    })
    this.#openTransfers(link, writer, peerId)
  }

  #violate(id: string, violation: ProtocolViolation): void {
    this.#world.toConnection(id, { type: 'link.violated', violation })
  }

  #openTransfers(link: Link, writer: Writer, peerId: PeerId): void {
    const { id } = link
    const { transfers, now, after } = this.#world
    const desk = transfers.desk(peerId)
    const carried: TransferLink = {
      say: (body) => this.say(id, { type: 'transfer', body }),
      flush: writer.flush,
      bulk: makeBulkLink({
        writer,
        now,
        after,
        say: (message) => this.say(id, message),
        violate: (violation) => this.#violate(id, violation)
      }),
      digests: link.digests.filter((name) => link.peerDigests.includes(name))
    }
    link.transfers = { desk, link: carried }
    writer.together(() => desk.attach(carried))
  }
}
