/** What one end of a link reads: the greeting as the dialer gets it, then the talk. */
import { encodeMessage } from '../../../src/protocol/codec.ts'
import { LinkReader } from '../../../src/protocol/link-reader.ts'
import type { Message } from '../../../src/protocol/messages.ts'

export const HELLO: Message = {
  type: 'hello',
  versions: [1],
  nonce: 'A'.repeat(43),
  instance: '0'.repeat(16),
  features: [],
  messageBytesMax: 1_048_576
}
export const READY: Message = {
  type: 'ready',
  nickname: 'Bo',
  port: 7_000,
  epoch: '0'.repeat(16),
  received: []
}
/** Everything that the dialer reads until items flow, where the peer decides. */
export const GREETING: readonly Message[] = [HELLO, { type: 'auth-ok' }, READY, { type: 'select' }]

export const ping = (nonce: number): Message => ({ type: 'ping', nonce })

export const item = (seq: number, text: string): Message => ({
  type: 'item',
  seq,
  id: 'A'.repeat(22),
  at: 0,
  body: { kind: 'text', text, part: 1, parts: 1 }
})

export const bytesOf = (...messages: readonly Message[]): Uint8Array =>
  new Uint8Array(Buffer.concat(messages.map((message) => encodeMessage(message))))

/** A reader that has said all that the greeting answers. */
export const dialersReader = (): LinkReader => {
  const reader = new LinkReader({ role: 'dialer', decides: false })
  reader.sent('hello')
  reader.sent('auth')
  return reader
}
