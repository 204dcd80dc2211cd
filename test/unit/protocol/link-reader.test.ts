/**
 * Goal: one link's messages come out in order, each in its phase, once, and as an answer.
 * Method: two readers, dialer and acceptor, that talk through buffers; then each rule broken by hand.
 */
import { describe, expect, it } from '@effect/vitest'
import { GREETING_PAYLOAD_BYTES_MAX } from '../../../src/domain/limits.ts'
import type { ProtocolViolation } from '../../../src/domain/failures.ts'
import { encodeMessage } from '../../../src/protocol/codec.ts'
import { encodeFrame } from '../../../src/protocol/framing.ts'
import type { LinkEnd } from '../../../src/protocol/greeting.ts'
import { LinkReader } from '../../../src/protocol/link-reader.ts'
import type { Message } from '../../../src/protocol/messages.ts'
import { isViolation } from '../../../src/protocol/violation.ts'

const HELLO: Message = {
  type: 'hello',
  versions: [1],
  nonce: 'A'.repeat(43),
  instance: '0'.repeat(16),
  features: [],
  messageBytesMax: 1
}
const AUTH: Message = { type: 'auth', mode: 'ask' }
const AUTH_OK: Message = { type: 'auth-ok' }
const READY: Message = {
  type: 'ready',
  nickname: undefined,
  port: undefined,
  epoch: '0'.repeat(16),
  received: []
}
const SELECT: Message = { type: 'select' }
const DUP: Message = { type: 'dup' }
const ITEM: Message = {
  type: 'item',
  seq: 1,
  id: 'A'.repeat(22),
  at: 0,
  body: { kind: 'text', text: 'hi', part: 1, parts: 1 }
}
const LOG: Message = { type: 'log', epoch: 'e'.repeat(16), lost: 'receiver' }
const READ: Message = { type: 'read', upTo: 0 }
const PING: Message = { type: 'ping', nonce: 1 }
const BYE: Message = { type: 'bye', reason: 'quit', versions: undefined }

/** `+` is received, `-` is sent. */
type Step = readonly ['+' | '-', Message]

const run = (end: LinkEnd, steps: readonly Step[]) => {
  const reader = new LinkReader(end)
  const outcomes: (Message | ProtocolViolation | undefined)[] = []
  for (const [way, message] of steps) {
    if (way === '-') {
      reader.sent(message.type)
      continue
    }
    reader.push(encodeMessage(message))
    outcomes.push(reader.next())
  }
  return { reader, last: outcomes.at(-1) }
}

const DIALER: LinkEnd = { role: 'dialer', decides: true }
const ACCEPTOR: LinkEnd = { role: 'acceptor', decides: false }
const DIALLED: Step[] = [
  ['-', HELLO],
  ['+', HELLO],
  ['-', AUTH],
  ['+', AUTH_OK],
  ['-', READY]
]
const ACCEPTED: Step[] = [
  ['-', HELLO],
  ['+', HELLO],
  ['+', AUTH],
  ['-', AUTH_OK],
  ['-', READY]
]
const SETTLED: Step[] = [...DIALLED, ['+', READY], ['-', SELECT]]
const OPEN: Step[] = [...SETTLED, ['+', SELECT]]

describe('a link', () => {
  it('opens at the end that decides when its SELECT comes back', () => {
    expect(run(DIALER, DIALLED).reader.phase).toBe('settling')
    expect(run(DIALER, SETTLED).reader.phase).toBe('settling')
    const { reader, last } = run(DIALER, [...SETTLED, ['+', SELECT], ['+', ITEM]])
    expect(reader.phase).toBe('open')
    expect(last).toEqual(ITEM)
  })

  it('opens at the other end with SELECT', () => {
    const { reader, last } = run(ACCEPTOR, [...ACCEPTED, ['+', READY], ['+', SELECT], ['+', ITEM]])
    expect(reader.phase).toBe('open')
    expect(last).toEqual(ITEM)
  })

  it('may be a duplicate', () => {
    expect(run(ACCEPTOR, [...ACCEPTED, ['+', READY], ['+', DUP]]).last).toEqual(DUP)
  })

  it('takes AUTH_OK, READY, SELECT and an item from one read, under the limits of each', () => {
    const reader = new LinkReader({ role: 'dialer', decides: false })
    reader.push(encodeMessage(HELLO))
    reader.next()
    reader.sent('hello')
    reader.sent('auth')
    const long: Message = {
      ...ITEM,
      body: { kind: 'text', text: 'x'.repeat(9000), part: 1, parts: 1 }
    }
    reader.push(Buffer.concat([AUTH_OK, READY, SELECT, long].map(encodeMessage)))
    expect([reader.next(), reader.next(), reader.next(), reader.next()]).toEqual([
      AUTH_OK,
      READY,
      SELECT,
      long
    ])
    expect(reader.next()).toBeUndefined()
  })

  it('has the limits of the greeting until it is authorised', () => {
    const reader = new LinkReader(ACCEPTOR)
    reader.push(encodeFrame(0x90, 0, new Uint8Array(GREETING_PAYLOAD_BYTES_MAX + 1)))
    expect(reader.next()).toMatchObject({ _tag: 'FrameTooLarge' })
  })

  it('counts frames that it skips', () => {
    const reader = new LinkReader(ACCEPTOR)
    reader.push(encodeFrame(0x90, 0, new Uint8Array(1)))
    expect(reader.next()).toBeUndefined()
    expect(reader.skipped).toBe(1)
  })

  it('may be left in any phase, but not entered with anything but HELLO', () => {
    for (const steps of [[], DIALLED, SETTLED])
      expect(run(DIALER, [...steps, ['+', BYE]]).last).toEqual(BYE)
    expect(run(DIALER, [['+', PING]]).last).toMatchObject({
      _tag: 'FrameIllegal',
      state: 'greeting'
    })
  })

  it('has heartbeats from HELLO on', () => {
    for (const steps of [DIALLED.slice(0, 2), DIALLED, SETTLED])
      expect(run(DIALER, [...steps, ['+', PING]]).last).toEqual(PING)
  })

  it('may change its log once, before its items', () => {
    const steps: Step[] = [...OPEN, ['+', READ], ['+', LOG]]
    expect(run(DIALER, steps).last).toEqual(LOG)
    expect(run(DIALER, [...steps, ['+', ITEM], ['+', READ]]).last).toEqual(READ)
  })

  it('may change its log behind items of the other end', () => {
    expect(run(DIALER, [...OPEN, ['-', ITEM], ['+', LOG]]).last).toEqual(LOG)
  })

  it('stays failed', () => {
    const { reader, last } = run(ACCEPTOR, [['+', ITEM]])
    expect(last).toEqual({ _tag: 'FrameIllegal', type: 'item', state: 'greeting' })
    reader.push(encodeMessage(HELLO))
    const again = reader.next()
    expect(again !== undefined && isViolation(again)).toBe(true)
  })

  it('is not advanced by what it cannot read', () => {
    const reader = new LinkReader(ACCEPTOR)
    reader.push(encodeFrame(0x01, 0, new Uint8Array(0)))
    expect(reader.next()).toMatchObject({ _tag: 'FrameMalformed', type: 'hello' })
    reader.push(encodeMessage(AUTH))
    expect(reader.next()).toMatchObject({ _tag: 'FrameMalformed', type: 'hello' })
  })
})

describe('out of turn', () => {
  const nonDecider: LinkEnd = { role: 'dialer', decides: false }
  const cases: [string, LinkEnd, Step[]][] = [
    [
      'a second HELLO',
      DIALER,
      [
        ['+', HELLO],
        ['+', HELLO]
      ]
    ],
    [
      'AUTH at the dialer',
      DIALER,
      [
        ['+', HELLO],
        ['+', AUTH]
      ]
    ],
    [
      'a second AUTH',
      ACCEPTOR,
      [
        ['+', HELLO],
        ['+', AUTH],
        ['+', AUTH]
      ]
    ],
    [
      'AUTH_OK that nobody asked for',
      DIALER,
      [
        ['+', HELLO],
        ['+', AUTH_OK]
      ]
    ],
    [
      'AUTH_OK at the acceptor',
      ACCEPTOR,
      [
        ['+', HELLO],
        ['+', AUTH_OK]
      ]
    ],
    [
      'READY before AUTH_OK',
      ACCEPTOR,
      [
        ['+', HELLO],
        ['+', AUTH],
        ['+', READY]
      ]
    ],
    ['a second READY', DIALER, [...DIALLED, ['+', READY], ['+', READY]]],
    ['SELECT from the higher id, unasked', DIALER, [...DIALLED, ['+', READY], ['+', SELECT]]],
    ['SELECT before READY', nonDecider, [...DIALLED, ['+', SELECT]]],
    ['DUP from the higher id', DIALER, [...DIALLED, ['+', READY], ['+', DUP]]],
    ['DUP before READY', nonDecider, [...DIALLED, ['+', DUP]]],
    ['an item before SELECT', DIALER, [...SETTLED, ['+', ITEM]]],
    ['an acknowledgement before SELECT', DIALER, [...SETTLED, ['+', { type: 'ack', upTo: 0 }]]],
    ['a READ before SELECT', DIALER, [...SETTLED, ['+', READ]]],
    ['a LOG before SELECT', DIALER, [...SETTLED, ['+', LOG]]],
    ['a LOG before READY', DIALER, [...DIALLED, ['+', LOG]]],
    ['a LOG behind an item', DIALER, [...OPEN, ['+', ITEM], ['+', LOG]]],
    ['a second LOG', DIALER, [...OPEN, ['+', LOG], ['+', LOG]]],
    ['a second SELECT', DIALER, [...OPEN, ['+', SELECT]]]
  ]
  it.each(cases)('%s is refused', (_, end, steps) => {
    expect(run(end, steps).last).toMatchObject({ _tag: 'FrameIllegal' })
    // The step before was fine, so it is this one that was refused.
    const before = steps.slice(0, -1)
    if (before.some(([way]) => way === '+'))
      expect(run(end, before).last).not.toHaveProperty('_tag')
  })
})
