/** What may be said when on a link: versions, and the order of messages (docs/PROTOCOL.md §5). */
import type { ProtocolViolation } from '../domain/failures.ts'
import type { Hello, MessageType } from './messages.ts'

/** The highest version that both lists hold; undefined: there is none. */
export const chooseVersion = (
  ours: readonly number[],
  theirs: readonly number[]
): number | undefined => {
  let best: number | undefined
  for (const version of ours)
    if (theirs.includes(version) && (best === undefined || version > best)) best = version
  return best
}

/** A peer that sends our own nonce back only mirrors what we say. undefined: it does not. */
export const helloFault = (ourNonce: string, hello: Hello): ProtocolViolation | undefined =>
  hello.nonce === ourNonce ? { _tag: 'NonceEchoed' } : undefined

/**
 * How far a link is, as seen by one end. `greeting`: no HELLO came yet; `authorizing`: no AUTH_OK
 * passed yet; `settling`: not selected yet; `open`: items flow.
 */
export type Phase = 'greeting' | 'authorizing' | 'settling' | 'open'

/** What an end is, in one link. */
export interface LinkEnd {
  readonly role: 'dialer' | 'acceptor'
  /** true: our id is the lower one, so we say which link carries the session. */
  readonly decides: boolean
}

const ALWAYS: readonly MessageType[] = ['ping', 'pong', 'bye']
const OPEN: readonly MessageType[] = [
  'item',
  'ack',
  'read',
  'log',
  'transfer',
  'data',
  'digest',
  'credit',
  'received'
]

/** Whether an end may receive a message of this type in this phase, at all. */
export const isLegal = (phase: Phase, type: MessageType, end: LinkEnd): boolean => {
  switch (phase) {
    case 'greeting':
      return type === 'hello' || type === 'bye'
    case 'authorizing':
      return ALWAYS.includes(type) || type === (end.role === 'dialer' ? 'auth-ok' : 'auth')
    case 'settling':
      return (
        ALWAYS.includes(type) ||
        type === 'ready' ||
        type === 'select' ||
        (type === 'dup' && !end.decides)
      )
    case 'open':
      return OPEN.includes(type) || ALWAYS.includes(type)
  }
}
