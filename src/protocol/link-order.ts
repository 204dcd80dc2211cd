/**
 * The order of messages on one link, followed frame by frame: which phase it is, that what comes once
 * comes once and as the answer to what was sent, and that no log is changed among its items. It needs both directions, since AUTH_OK and
 * SELECT count at the end that sends them, too.
 */
import type { ProtocolViolation } from '../domain/failures.ts'
import { isLegal, type LinkEnd, type Phase } from './greeting.ts'
import type { MessageType } from './messages.ts'

/** One end's view of one link; changed in place. */
export interface LinkOrder extends LinkEnd {
  phase: Phase
  /** What was received or sent, of the messages that pass once in each direction. */
  readonly received: Set<MessageType>
  readonly sent: Set<MessageType>
  /** An item came: the log of the other end is fixed until the link ends. */
  itemReceived: boolean
}

/** A link on which nothing was said yet. */
export const makeLinkOrder = (end: LinkEnd): LinkOrder => ({
  ...end,
  phase: 'greeting',
  received: new Set(),
  sent: new Set(),
  itemReceived: false
})

/** Messages that follow another: `received` before it, or `sent` before it by ourselves. */
const isExpected = (order: LinkOrder, type: MessageType): boolean => {
  switch (type) {
    case 'auth-ok':
      return order.sent.has('auth')
    case 'select':
      // The decider gets its own SELECT back; the other end gets it once it knows the peer.
      return order.decides ? order.sent.has('select') : order.received.has('ready')
    case 'dup':
      return order.received.has('ready')
    case 'log':
      return !order.itemReceived
    default:
      return true
  }
}

const ONCE: ReadonlySet<MessageType> = new Set([
  'hello',
  'auth',
  'auth-ok',
  'ready',
  'select',
  'dup',
  'log'
])

const advance = (order: LinkOrder): void => {
  const { received, sent } = order
  const granted = order.role === 'dialer' ? received : sent
  if (order.phase === 'greeting' && received.has('hello')) order.phase = 'authorizing'
  if (order.phase === 'authorizing' && granted.has('auth-ok')) order.phase = 'settling'
  if (order.phase === 'settling' && received.has('select')) order.phase = 'open'
}

/** A message of this type came. undefined: it was its turn, and the phase has moved on. */
export const noteReceived = (
  order: LinkOrder,
  type: MessageType
): ProtocolViolation | undefined => {
  const legal = isLegal(order.phase, type, order) && isExpected(order, type)
  if (!legal || order.received.has(type)) return { _tag: 'FrameIllegal', type, state: order.phase }
  if (type === 'item') order.itemReceived = true
  if (ONCE.has(type)) {
    order.received.add(type)
    advance(order)
  }
  return undefined
}

/** A message of this type was queued for sending: the answers to it become legal. */
export const noteSent = (order: LinkOrder, type: MessageType): void => {
  if (!ONCE.has(type)) return
  order.sent.add(type)
  advance(order)
}
