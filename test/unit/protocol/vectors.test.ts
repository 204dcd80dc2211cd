/**
 * Goal: the bytes on the wire never change by accident, and another implementation can rely on them.
 * Method: golden vectors (test/vectors), each decoded, and those of messages encoded too.
 */
import { describe, expect, it } from '@effect/vitest'
import type { ProtocolViolation } from '../../../src/domain/failures.ts'
import { decodeMessage, encodeMessage } from '../../../src/protocol/codec.ts'
import { FrameDecoder } from '../../../src/protocol/framing.ts'
import type { Message } from '../../../src/protocol/messages.ts'
import { isViolation } from '../../../src/protocol/violation.ts'
import messages from '../../vectors/messages.json' with { type: 'json' }
import tolerated from '../../vectors/tolerated.json' with { type: 'json' }
import violations from '../../vectors/violations.json' with { type: 'json' }

const decodeHex = (hex: string): Message | ProtocolViolation | undefined => {
  const decoder = new FrameDecoder()
  decoder.authenticated()
  decoder.push(Buffer.from(hex, 'hex'))
  const frame = decoder.next()
  return frame === undefined || isViolation(frame) ? frame : decodeMessage(frame)
}

/** A message as a vector spells it: bytes in hexadecimal. */
const spelt = (message: Message): object => {
  if (message.type === 'data')
    return { ...message, bytes: Buffer.from(message.bytes).toString('hex') }
  if (message.type === 'digest')
    return { ...message, digest: Buffer.from(message.digest).toString('hex') }
  return message
}

const meant = (vector: (typeof messages)[number]['message']): Message => {
  if ('bytes' in vector && typeof vector.bytes === 'string')
    return { ...vector, bytes: Buffer.from(vector.bytes, 'hex') } as Message
  if ('digest' in vector && typeof vector.digest === 'string')
    return { ...vector, digest: Buffer.from(vector.digest, 'hex') } as Message
  return vector as Message
}

describe('golden vectors', () => {
  it.each(messages)('message: $name', ({ hex, message }) => {
    const decoded = decodeHex(hex)
    expect(decoded === undefined || isViolation(decoded) ? decoded : spelt(decoded)).toEqual(
      message
    )
    expect(Buffer.from(encodeMessage(meant(message))).toString('hex')).toBe(hex)
  })

  it.each(tolerated)('tolerated: $name', ({ hex, message }) => {
    expect(decodeHex(hex)).toEqual(message)
  })

  it.each(violations)('violation: $name', ({ hex, violation }) => {
    expect(decodeHex(hex)).toEqual(violation)
  })

  it('has a vector for every type of message', () => {
    const types = new Set(messages.map(({ message }) => message.type))
    expect([...types].sort()).toEqual(
      [
        'hello',
        'auth',
        'auth-ok',
        'ready',
        'select',
        'dup',
        'item',
        'ack',
        'read',
        'log',
        'transfer',
        'data',
        'digest',
        'credit',
        'received',
        'ping',
        'pong',
        'bye'
      ].sort()
    )
  })

  it('leaves the prototypes of the process alone', () => {
    for (const { hex } of tolerated) decodeHex(hex)
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
  })
})
