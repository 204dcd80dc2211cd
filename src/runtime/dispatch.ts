/**
 * What comes in meets what decides: each batch goes in part to the connection's machine (as events) and
 * in part to the conversation (as items and acknowledgements), in the order in which the peer sent it.
 */
import type { ProtocolViolation } from '../domain/failures.ts'
import { chooseVersion, helloFault } from '../protocol/greeting.ts'
import { BLAKE3_FEATURE, RECEIPTS_FEATURE } from '../protocol/features.ts'
import type { Item, Message } from '../protocol/messages.ts'
import type {
  Credit,
  Data,
  Digest,
  Received,
  TransferMessage
} from '../protocol/transfer-messages.ts'
import { spendPings } from '../protocol/ping-budget.ts'
import { PROTOCOL_VERSIONS } from '../domain/protocol-versions.ts'
import type { Command } from '../domain/commands.ts'
import type { ConnectionEvent } from '../machines/connection.types.ts'
import type { Batch } from '../streams/messages.ts'
import type { LinkInbound, UserInbound } from '../streams/pipeline.ts'
import type { Link, Links } from './links.ts'
import type { Wire } from './wire.ts'

export interface DispatchWorld {
  readonly links: Links
  readonly wire: Wire
  readonly onCommands: (commands: readonly Command[]) => void
  readonly onInputEnded: () => void
  readonly toConnection: (id: string, event: ConnectionEvent) => void
  readonly heardEveryMs: number
  /** Monotonic milliseconds. */
  readonly now: () => number
}

type OfFiles = TransferMessage | Data | Digest | Credit | Received

const isOfFiles = (message: Message): message is OfFiles =>
  message.type === 'data' ||
  message.type === 'digest' ||
  message.type === 'credit' ||
  message.type === 'received' ||
  message.type === 'transfer'

/** What belongs to files; on a link that carries no session, or not any more, it is nothing. */
const onTransferMessage = (
  { transfers }: Link,
  message: OfFiles
): ProtocolViolation | undefined => {
  if (transfers === undefined) return undefined
  const { desk, link } = transfers
  switch (message.type) {
    case 'transfer':
      return desk.receive(message.body)
    case 'data':
      return link.bulk.onData(message.stream, message.bytes)
    case 'digest':
      return link.bulk.onDigest(message.stream, message.digest)
    case 'credit':
      return link.bulk.onCredit(message.stream, message.upTo)
    case 'received':
      return link.bulk.onReceived(message.upTo)
    default:
      return message satisfies never
  }
}

/** Hands on what came in. */
export class Dispatcher {
  readonly #world: DispatchWorld

  constructor(world: DispatchWorld) {
    this.#world = world
  }

  readonly handle = (inbound: LinkInbound | UserInbound): void => {
    switch (inbound._tag) {
      case 'LinkBatch': {
        const link = this.#world.links.get(inbound.link)
        if (link === undefined) return
        // An acknowledgement and what is said in answer leave in one write.
        if (link.writer === undefined) this.#onBatch(link, inbound.batch)
        else link.writer.together(() => this.#onBatch(link, inbound.batch))
        return
      }
      case 'LinkEnded':
        this.#world.links.get(inbound.link)?.ended.openUnsafe()
        this.#world.toConnection(inbound.link, { type: 'link.ended', code: inbound.code })
        return
      case 'Commands':
        this.#world.onCommands(inbound.commands)
        return
      case 'InputEnded':
        this.#world.onInputEnded()
        return
      default:
        inbound satisfies never
    }
  }

  #violate(link: Link, violation: ProtocolViolation): void {
    this.#world.toConnection(link.id, { type: 'link.violated', violation })
  }

  /** Told to the machine at most every `heardEveryMs`: it only restarts a timer there. */
  #noteHeard(link: Link): void {
    const at = this.#world.now()
    if (at - link.heardAt < this.#world.heardEveryMs) return
    link.heardAt = at
    this.#world.toConnection(link.id, { type: 'link.heard' })
  }

  /** Frames without content are paid for: PING, PONG, LOG and those of unknown types. */
  #pay(link: Link, frames: number): boolean {
    const violation = spendPings(link.pings, frames, this.#world.now())
    if (violation !== undefined) this.#violate(link, violation)
    return violation === undefined
  }

  #onPing(link: Link, nonce: number): boolean {
    if (!this.#pay(link, 1)) return false
    this.#world.wire.say(link.id, { type: 'pong', nonce })
    return true
  }

  #onPong(link: Link, nonce: number): boolean {
    if (!this.#pay(link, 1)) return false
    if (link.ping?.nonce !== nonce) return true
    link.rttMs = this.#world.now() - link.ping.sentAt
    link.ping = undefined
    this.#world.toConnection(link.id, { type: 'peer.pong' })
    return true
  }

  #paySkipped(link: Link): boolean {
    const skipped = link.reader?.skipped ?? 0
    const fresh = skipped - link.skippedPaid
    link.skippedPaid = skipped
    return fresh === 0 || this.#pay(link, fresh)
  }

  /** false: nothing after this counts. */
  #onMessage(link: Link, message: Exclude<Message, Item>): boolean {
    if (!isOfFiles(message)) return this.#onControl(link, message)
    const violation = onTransferMessage(link, message)
    if (violation !== undefined) this.#violate(link, violation)
    return violation === undefined
  }

  /** Control messages are facts for the machine. false: nothing after this counts. */
  #onControl(link: Link, message: Exclude<Message, Item | OfFiles>): boolean {
    switch (message.type) {
      case 'hello': {
        const fault = helloFault(link.nonce, message)
        if (fault !== undefined) {
          this.#violate(link, fault)
          return false
        }
        const { versions, instance } = message
        if (link.writer !== undefined) link.writer.messageBytesMax = message.messageBytesMax
        link.instance = instance
        link.receipts = message.features.includes(RECEIPTS_FEATURE)
        if (message.features.includes(BLAKE3_FEATURE)) link.peerDigests = ['blake3', 'sha256']
        const version = chooseVersion(PROTOCOL_VERSIONS, versions)
        this.#world.toConnection(link.id, {
          type: 'peer.hello',
          hello: { version, versions, instance }
        })
        return true
      }
      case 'auth':
        this.#world.toConnection(link.id, { type: 'peer.auth' })
        return true
      case 'auth-ok':
        this.#world.toConnection(link.id, { type: 'peer.auth-ok' })
        return true
      case 'ready': {
        link.ready = message
        const { nickname, port } = message
        this.#world.toConnection(link.id, { type: 'peer.ready', ready: { nickname, port } })
        return true
      }
      case 'select':
        this.#world.toConnection(link.id, { type: 'peer.select' })
        return true
      case 'dup':
        this.#world.toConnection(link.id, { type: 'peer.dup' })
        return true
      case 'ping':
        return this.#onPing(link, message.nonce)
      case 'pong':
        return this.#onPong(link, message.nonce)
      case 'bye':
        this.#world.toConnection(link.id, {
          type: 'peer.bye',
          why: message.reason,
          versions: message.versions
        })
        return false
      case 'ack':
        link.conversation?.acked(message.upTo)
        return true
      case 'read':
        link.conversation?.read(message.upTo)
        return true
      case 'log':
        if (!this.#pay(link, 1)) return false
        link.conversation?.relog(message)
        return true
      default:
        return message satisfies never
    }
  }

  /** Whatever is wrong with them, the conversation ends the link (`Carrier.violate`). */
  #takeItems(link: Link, items: Item[]): void {
    if (items.length > 0) link.conversation?.receive(items.splice(0))
  }

  #onBatch(link: Link, batch: Batch): void {
    link.bytesIn += batch.bytes
    this.#noteHeard(link)
    if (!this.#paySkipped(link)) return
    const items: Item[] = []
    for (const message of batch.messages) {
      if (message.type === 'item') {
        items.push(message)
        continue
      }
      this.#takeItems(link, items)
      if (!this.#onMessage(link, message)) return
    }
    this.#takeItems(link, items)
    if (batch.violation !== undefined) this.#violate(link, batch.violation)
  }
}
