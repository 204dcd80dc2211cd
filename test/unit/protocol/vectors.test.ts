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

describe('golden vectors', () => {
  it.each(messages)('message: $name', ({ hex, message }) => {
    expect(decodeHex(hex)).toEqual(message)
    expect(Buffer.from(encodeMessage(message as Message)).toString('hex')).toBe(hex)
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
