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
import { listFrames } from '../../../src/protocol/transfer-payloads.ts'
import { isViolation } from '../../../src/protocol/violation.ts'
import { anyEntry, anyMessage } from './arbitrary-messages.ts'

/** Cuts `bytes` at the given fractions of its length. */
const cutAt = (bytes: Uint8Array, places: readonly number[]): Uint8Array[] => {
  const cuts = [0, ...places.map((place) => Math.floor(place * bytes.length)), bytes.length]
  cuts.sort((a, b) => a - b)
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end))
}

const ABOUT_FILES: ReadonlySet<MessageType> = new Set([
  'transfer',
  'data',
  'digest',
  'credit',
  'received'
])

const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 })

type Outcome = Message | ProtocolViolation

/** A frame of DATA comes in as many parts as there are reads: what counts are the bytes in a row. */
const joined = (all: readonly Outcome[]): Outcome[] => {
  const row: Outcome[] = []
  for (const one of all) {
    const last = row.at(-1)
    if (isViolation(one) || one.type !== 'data') row.push(one)
    else if (one.bytes.length === 0) continue
    else if (last === undefined || isViolation(last) || last.type !== 'data') row.push(one)
    else if (last.stream !== one.stream) row.push(one)
    else row[row.length - 1] = { ...last, bytes: joinFrames([last.bytes, one.bytes]) }
  }
  return row
}

const decodeAll = (chunks: readonly Uint8Array[]): Outcome[] => {
  const decoder = new FrameDecoder()
  decoder.authenticated()
  const taken: Outcome[] = []
  for (const chunk of chunks) {
    decoder.push(chunk)
    for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
      taken.push(isViolation(frame) ? frame : decodeMessage(frame))
      if (isViolation(frame)) return joined(taken)
    }
  }
  return joined(taken)
}

describe('messages on the wire', () => {
  it('arrive as they were sent, in any fragments', () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 12 }), places, (messages, cuts) => {
        const wire = joinFrames(messages.map(encodeMessage))
        expect(decodeAll(cutAt(wire, cuts))).toEqual(joined(messages))
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
      .tuple(
        fc.nat({ max: 70_000 }),
        fc.constantFrom(1, 2, 4, 7, 9, 0x10, 0x11, 0x12, 0x13, 0x14, 0x7d, 0x7f, 0x90)
      )
      .map(([length, type]) => {
        const stream = [0x10, 0x11, 0x13].includes(type) ? 1 : 0
        return Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length, type, 0, 0, stream)
      })
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
      'lost',
      'what',
      'b',
      'f',
      'e',
      'piece',
      'x',
      'l',
      'c',
      'd',
      'w'
    )
    const right = fc.constantFrom<unknown>(
      '0123456789abcdef',
      'sender',
      'ask',
      'quit',
      'AAECAwQFBgcICQoLDA0ODw',
      'list',
      'over',
      'all',
      [{ p: 'a', b: 1 }, { p: '' }],
      0
    )
    const object = fc.dictionary(
      fc.oneof(keys, fc.constant('__proto__')),
      fc.oneof(fc.jsonValue(), right)
    )
    const types = fc.constantFrom(
      'hello',
      'auth',
      'ready',
      'item',
      'log',
      'transfer',
      'bye' as const
    )
    fc.assert(
      fc.property(fc.oneof(object, fc.jsonValue()), types, (value, type) => {
        const payload = new TextEncoder().encode(JSON.stringify(value))
        const outcome = decodeMessage({ type, stream: 0, payload })
        // A message that passes can be sent on, and is the same when it comes back.
        if (isViolation(outcome)) expect(outcome._tag).toBe('FrameMalformed')
        else expect(decodeAll([encodeMessage(outcome)])).toEqual([outcome])
      }),
      { numRuns: 600 }
    )
  })
})

describe('frames of files', () => {
  it('that were changed anywhere give violations, or messages that are the same when sent again', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 7 })), { minLength: 1, maxLength: 4 })
    const frames = fc.array(
      anyMessage.filter(({ type }) => ABOUT_FILES.has(type)),
      { minLength: 1 }
    )
    fc.assert(
      fc.property(frames, changes, places, (messages, flips, cuts) => {
        const wire = joinFrames(messages.map(encodeMessage)).slice()
        for (const [at, bit] of flips)
          wire[at % wire.length] = (wire[at % wire.length] ?? 0) ^ (1 << bit)
        const outcome = decodeAll(cutAt(wire, cuts))
        for (const one of outcome)
          if (!isViolation(one)) expect(decodeAll([encodeMessage(one)])).toEqual(joined([one]))
      }),
      { numRuns: 600 }
    )
  })

  it('of a list fit, and hold every entry in its order', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 60 }), fc.nat({ max: 8000 }), (some, long) => {
        const list = some.map((entry) => ({ ...entry, path: entry.path.padEnd(long, '語') }))
        const bodies = listFrames('i'.repeat(22), list)
        const back = bodies.flatMap((body) => (body.kind === 'list' ? body.entries : []))
        expect(back).toEqual(list)
        let at = 0
        for (const body of bodies) {
          expect(body).toMatchObject({ kind: 'list', at })
          at += body.kind === 'list' ? body.entries.length : 0
          const [message] = decodeAll([encodeMessage({ type: 'transfer', body })])
          expect(message).toEqual({ type: 'transfer', body })
        }
      }),
      { numRuns: 100 }
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
        const taken: Outcome[] = []
        for (const chunk of cutAt(joinFrames(messages.map(encodeMessage)), cuts)) {
          reader.push(chunk)
          for (let next = reader.next(); next !== undefined; next = reader.next()) {
            if (isViolation(next) && taken.includes(next)) break
            taken.push(next)
          }
        }
        const outcome = joined(taken)
        const expected = joined(good)
        expect(outcome.slice(0, expected.length)).toEqual(expected)
        expect(outcome.slice(expected.length)).toMatchObject(
          wrong === -1 ? [] : [{ _tag: 'FrameIllegal', type: messages[wrong]?.type, state: 'open' }]
        )
      }),
      { numRuns: 400 }
    )
  })
})
