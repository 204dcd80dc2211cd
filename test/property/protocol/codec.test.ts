/**
 * Goal: what is sent is what arrives, and no bytes at all can harm the reader.
 * Method: arbitrary messages through encode and decode in arbitrary fragments; then random bytes, and
 * good frames with random damage, against decoder and reader with their bounds watched; at last any
 * sequence of messages on an open link, against the one rule that holds there.
 */
import { describe, expect, it } from '@effect/vitest'
import fc from 'fast-check'
import {
  CONTROL_PAYLOAD_BYTES_MAX,
  FRAME_HEADER_BYTES,
  GREETING_PAYLOAD_BYTES_MAX
} from '../../../src/domain/limits.ts'
import type { ProtocolViolation } from '../../../src/domain/failures.ts'
import { decodeMessage, encodeMessage } from '../../../src/protocol/codec.ts'
import { FrameDecoder } from '../../../src/protocol/framing.ts'
import { joinFrames } from '../../../src/protocol/lanes.ts'
import { LinkReader } from '../../../src/protocol/link-reader.ts'
import type { Message, MessageType } from '../../../src/protocol/messages.ts'
import { isViolation } from '../../../src/protocol/violation.ts'
import { anyMessage } from './arbitrary-messages.ts'

/** Cuts `bytes` at the given fractions of its length. */
const cutAt = (bytes: Uint8Array, places: readonly number[]): Uint8Array[] => {
  const cuts = [0, ...places.map((place) => Math.floor(place * bytes.length)), bytes.length]
  cuts.sort((a, b) => a - b)
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end))
}

const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 })

const decodeAll = (chunks: readonly Uint8Array[]): (Message | ProtocolViolation)[] => {
  const decoder = new FrameDecoder()
  decoder.authenticated()
  const taken: (Message | ProtocolViolation)[] = []
  for (const chunk of chunks) {
    decoder.push(chunk)
    for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
      taken.push(isViolation(frame) ? frame : decodeMessage(frame))
      if (isViolation(frame)) return taken
    }
  }
  return taken
}

describe('messages on the wire', () => {
  it('arrive as they were sent, in any fragments', () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 12 }), places, (messages, cuts) => {
        const wire = joinFrames(messages.map(encodeMessage))
        expect(decodeAll(cutAt(wire, cuts))).toEqual(messages)
      }),
      { numRuns: 400 }
    )
  })

  it('give the same outcome in any fragments, when damaged too', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 8
    })
    fc.assert(
      fc.property(
        fc.array(anyMessage, { minLength: 1 }),
        damage,
        places,
        (messages, hits, cuts) => {
          const wire = joinFrames(messages.map(encodeMessage)).slice()
          for (const [at, value] of hits) wire[at % wire.length] = value
          expect(decodeAll(cutAt(wire, cuts))).toEqual(decodeAll([wire]))
        }
      ),
      { numRuns: 400 }
    )
  })
})

describe('random bytes', () => {
  // Headers that pass are rare in noise, so some of the noise begins with one.
  const chunk = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .tuple(fc.nat({ max: 70_000 }), fc.constantFrom(1, 2, 4, 7, 8, 9, 0x0a, 0x7d, 0x7f, 0x90))
      .map(([length, type]) =>
        Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length, type, 0, 0, 0)
      )
  )
  const chunks = fc.array(chunk, { maxLength: 60 })

  it('never throw, and never make the decoder keep more than its bound', () => {
    fc.assert(
      fc.property(chunks, fc.boolean(), (pushed, authenticated) => {
        const decoder = new FrameDecoder()
        if (authenticated) decoder.authenticated()
        const most = authenticated ? CONTROL_PAYLOAD_BYTES_MAX : GREETING_PAYLOAD_BYTES_MAX
        for (const bytes of pushed) {
          decoder.push(bytes)
          for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
            if (isViolation(frame)) break
            decodeMessage(frame)
          }
          expect(decoder.keptBytes).toBeLessThanOrEqual(most + FRAME_HEADER_BYTES)
        }
      }),
      { numRuns: 400 }
    )
  })

  it('end a link with one violation that stays', () => {
    const role = fc.constantFrom('dialer' as const, 'acceptor' as const)
    fc.assert(
      fc.property(chunks, role, fc.boolean(), (pushed, end, decides) => {
        const reader = new LinkReader({ role: end, decides })
        let failed: ProtocolViolation | undefined
        for (const bytes of pushed) {
          reader.push(bytes)
          const outcome = reader.next()
          if (failed !== undefined) expect(outcome).toBe(failed)
          if (outcome !== undefined && isViolation(outcome)) failed = outcome
        }
      }),
      { numRuns: 400 }
    )
  })
})

describe('random JSON', () => {
  it('is a checked message or a violation, whatever its shape', () => {
    const keys = fc.constantFrom(
      'v',
      'n',
      'i',
      'feat',
      'lim',
      'm',
      's',
      'id',
      'at',
      'k',
      't',
      'p',
      'r',
      'epoch',
      'lost'
    )
    const right = fc.constantFrom('0123456789abcdef', 'sender', 'ask', 'quit')
    const object = fc.dictionary(
      fc.oneof(keys, fc.constant('__proto__')),
      fc.oneof(fc.jsonValue(), right)
    )
    const types = fc.constantFrom('hello', 'auth', 'ready', 'item', 'log', 'bye' as const)
    fc.assert(
      fc.property(fc.oneof(object, fc.jsonValue()), types, (value, type) => {
        const payload = new TextEncoder().encode(JSON.stringify(value))
        const outcome = decodeMessage({ type, payload })
        // A message that passes can be sent on, and is the same when it comes back.
        if (isViolation(outcome)) expect(outcome._tag).toBe('FrameMalformed')
        else expect(decodeAll([encodeMessage(outcome)])).toEqual([outcome])
      }),
      { numRuns: 600 }
    )
  })
})

describe('an open link', () => {
  /** The acceptor's end, behind SELECT. */
  const opened = (): LinkReader => {
    const reader = new LinkReader({ role: 'acceptor', decides: false })
    const hello = { versions: [1], nonce: 'A'.repeat(43), instance: '0'.repeat(16), features: [] }
    const epoch = '0'.repeat(16)
    const opening: readonly Message[] = [
      { type: 'hello', messageBytesMax: 1, ...hello },
      { type: 'auth', mode: 'known' },
      { type: 'ready', nickname: undefined, port: undefined, epoch, received: [] },
      { type: 'select' }
    ]
    for (const message of opening) {
      reader.push(encodeMessage(message))
      reader.next()
      if (message.type === 'auth') reader.sent('auth-ok')
    }
    return reader
  }
  const once: readonly MessageType[] = ['hello', 'auth', 'auth-ok', 'ready', 'select', 'dup']
  const mostlyLegal = fc.oneof(
    { weight: 12, arbitrary: anyMessage.filter(({ type }) => !once.includes(type)) },
    { weight: 1, arbitrary: anyMessage }
  )

  it('takes any messages up to one of the opening, a LOG behind an ITEM, or a second LOG', () => {
    fc.assert(
      fc.property(fc.array(mostlyLegal, { maxLength: 20 }), places, (messages, cuts) => {
        const fixed = messages.findIndex(({ type }) => type === 'item' || type === 'log')
        const wrong = messages.findIndex(
          ({ type }, at) => once.includes(type) || (type === 'log' && at > fixed)
        )
        const good = wrong === -1 ? messages : messages.slice(0, wrong)
        const reader = opened()
        const taken: (Message | ProtocolViolation)[] = []
        for (const chunk of cutAt(joinFrames(messages.map(encodeMessage)), cuts)) {
          reader.push(chunk)
          for (let next = reader.next(); next !== undefined; next = reader.next()) {
            if (isViolation(next) && taken.includes(next)) break
            taken.push(next)
          }
        }
        expect(taken.slice(0, good.length)).toEqual(good)
        expect(taken.slice(good.length)).toMatchObject(
          wrong === -1 ? [] : [{ _tag: 'FrameIllegal', type: messages[wrong]?.type, state: 'open' }]
        )
      }),
      { numRuns: 400 }
    )
  })
})
