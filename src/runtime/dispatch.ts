/**
 * What comes in meets what decides: each batch goes in part to the connection's machine (as events) and
 * in part to the conversation (as items and acknowledgements), in the order in which the peer sent it.
 */
import type { ProtocolViolation } from '../domain/failures.ts'
import { chooseVersion, helloFault } from '../protocol/greeting.ts'
import type { Item, Message } from '../protocol/messages.ts'
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
  readonly onCommand: (command: Command) => void
  readonly onInputEnded: () => void
  readonly toConnection: (id: string, event: ConnectionEvent) => void
  readonly heardEveryMs: number
  /** Monotonic milliseconds. */
  readonly now: () => number
}

export const makeDispatch = (
  world: DispatchWorld
): ((inbound: LinkInbound | UserInbound) => void) => {
  const { links, wire, toConnection, now } = world

  const violate = (link: Link, violation: ProtocolViolation): void =>
    toConnection(link.id, { type: 'link.violated', violation })

  /** Told to the machine at most every `heardEveryMs`: it only restarts a timer there. */
  const noteHeard = (link: Link): void => {
    const at = now()
    if (at - link.heardAt < world.heardEveryMs) return
    link.heardAt = at
    toConnection(link.id, { type: 'link.heard' })
  }

  /** Frames without content are paid for: PING, PONG and those of unknown types. */
  const pay = (link: Link, frames: number): boolean => {
    const violation = spendPings(link.pings, frames, now())
    if (violation !== undefined) violate(link, violation)
    return violation === undefined
  }

  const onPing = (link: Link, nonce: number): boolean => {
    if (!pay(link, 1)) return false
    wire.say(link.id, { type: 'pong', nonce })
    return true
  }

  const onPong = (link: Link, nonce: number): boolean => {
    if (!pay(link, 1)) return false
    if (link.ping?.nonce !== nonce) return true
    link.rttMs = now() - link.ping.sentAt
    link.ping = undefined
    toConnection(link.id, { type: 'peer.pong' })
    return true
  }

  const paySkipped = (link: Link): boolean => {
    const skipped = link.reader?.skipped ?? 0
    const fresh = skipped - link.skippedPaid
    link.skippedPaid = skipped
    return fresh === 0 || pay(link, fresh)
  }

  /** Control messages are facts for the machine. false: nothing after this counts. */
  const onControl = (link: Link, message: Exclude<Message, Item>): boolean => {
    switch (message.type) {
      case 'hello': {
        const fault = helloFault(link.nonce, message)
        if (fault !== undefined) {
          violate(link, fault)
          return false
        }
        const { versions, instance } = message
        if (link.writer !== undefined) link.writer.messageBytesMax = message.messageBytesMax
        const version = chooseVersion(PROTOCOL_VERSIONS, versions)
        toConnection(link.id, { type: 'peer.hello', hello: { version, versions, instance } })
        return true
      }
      case 'auth':
        toConnection(link.id, { type: 'peer.auth' })
        return true
      case 'auth-ok':
        toConnection(link.id, { type: 'peer.auth-ok' })
        return true
      case 'ready': {
        link.ready = message
        const { nickname, port } = message
        toConnection(link.id, { type: 'peer.ready', ready: { nickname, port } })
        return true
      }
      case 'select':
        toConnection(link.id, { type: 'peer.select' })
        return true
      case 'dup':
        toConnection(link.id, { type: 'peer.dup' })
        return true
      case 'ping':
        return onPing(link, message.nonce)
      case 'pong':
        return onPong(link, message.nonce)
      case 'bye':
        toConnection(link.id, { type: 'peer.bye', why: message.reason, versions: message.versions })
        return false
      case 'ack': {
        const violation = link.conversation?.acked(message.upTo)
        if (violation === undefined) return true
        violate(link, violation)
        return false
      }
      default:
        return message satisfies never
    }
  }

  const takeItems = (link: Link, items: Item[]): boolean => {
    if (items.length === 0) return true
    const violation = link.conversation?.receive(items)
    items.length = 0
    if (violation === undefined) return true
    violate(link, violation)
    return false
  }

  const onBatch = (link: Link, batch: Batch): void => {
    link.bytesIn += batch.bytes
    if (batch.bytes > 0) noteHeard(link)
    if (!paySkipped(link)) return
    const items: Item[] = []
    for (const message of batch.messages) {
      if (message.type === 'item') items.push(message)
      else if (!takeItems(link, items) || !onControl(link, message)) return
    }
    if (takeItems(link, items) && batch.violation !== undefined) violate(link, batch.violation)
  }

  return (inbound) => {
    switch (inbound._tag) {
      case 'LinkBatch': {
        const link = links.get(inbound.link)
        if (link !== undefined) onBatch(link, inbound.batch)
        return
      }
      case 'LinkEnded':
        links.get(inbound.link)?.ended.openUnsafe()
        toConnection(inbound.link, { type: 'link.ended', code: inbound.code })
        return
      case 'Commands':
        for (const command of inbound.commands) world.onCommand(command)
        return
      case 'InputEnded':
        world.onInputEnded()
        return
      default:
        inbound satisfies never
    }
  }
}
