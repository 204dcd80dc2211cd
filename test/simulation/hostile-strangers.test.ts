/**
 * Goal: a stranger that is silent or breaks the protocol before it was let in loses its link with the
 * right reason and within its deadline, and disturbs nobody (docs/PROTOCOL.md §5, §8).
 * Method: Alice and Bob talk; Mallory, a simulated host that speaks frames by hand, does one wrong
 * thing a test. Alice's events and Mallory's last words are compared.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import {
  CONSENT_TIMEOUT_MS_MAX,
  GREETING_TIMEOUT_MS_MAX,
  SECURE_TIMEOUT_MS_MAX,
  SETTLE_TIMEOUT_MS_MAX
} from '../../src/domain/limits.ts'
import { encodeMessage } from '../../src/protocol/codec.ts'
import { encodeFrame } from '../../src/protocol/framing.ts'
import type { Message } from '../../src/protocol/messages.ts'
import {
  attack,
  AUTH,
  encode,
  expectRefused,
  header,
  saying,
  type Script,
  violation
} from './attack.ts'
import { greet, hello, rawHost, reach, ready, text } from './mallory.ts'
import { at, expectTalk, makePair, MINUTE_MS, SECOND_MS, seeds, told } from './stage.ts'

describe('silence', () => {
  it('before TLS ends at its deadline', () => {
    const pair = makePair(1)
    const began = pair.world.clock.now
    rawHost(pair.world, 'mallory', Effect.andThen(reach(at(pair.alice)), Effect.never))
    pair.world.clock.advance(MINUTE_MS)
    const refused = pair.alice.events.filter(({ event }) => event.type === 'link.refused')
    expect(refused).toMatchObject([
      { event: { reason: { _tag: 'SecureError', failure: { _tag: 'SecureTimeout' } } } }
    ])
    const lasted = (refused[0]?.atMs ?? Number.NaN) - began
    expect(lasted).toBeGreaterThanOrEqual(SECURE_TIMEOUT_MS_MAX)
    expect(lasted).toBeLessThan(SECURE_TIMEOUT_MS_MAX + SECOND_MS)
    expectTalk(pair)
  })

  const steps: readonly (readonly [string, Script, number, object])[] = [
    [
      'after TLS',
      () => Effect.void,
      GREETING_TIMEOUT_MS_MAX,
      { _tag: 'GreetingTimeout', waitingFor: 'hello' }
    ],
    [
      'after a byte of HELLO, and one more each second',
      (link) => {
        const whole = encodeMessage(hello())
        return Effect.forEach(
          [...whole],
          (byte) => Effect.andThen(link.bytes(Uint8Array.of(byte)), Effect.sleep('1 second')),
          { discard: true }
        ).pipe(Effect.forkDetach, Effect.asVoid)
      },
      GREETING_TIMEOUT_MS_MAX,
      { _tag: 'GreetingTimeout', waitingFor: 'hello' }
    ],
    [
      'after HELLO',
      saying(hello()),
      GREETING_TIMEOUT_MS_MAX,
      { _tag: 'GreetingTimeout', waitingFor: 'auth' }
    ]
  ]

  it.each(steps)('%s ends at its deadline, with a goodbye', (_, script, deadline, reason) => {
    const done = attack(1, script)
    const lasted = (done.link.ended?.atMs ?? Number.NaN) - done.beganMs
    expect(lasted).toBeGreaterThanOrEqual(deadline - 100)
    expect(lasted).toBeLessThan(deadline + 2.5 * SECOND_MS)
    expectRefused(done, reason, 'timeout')
  })

  it('after AUTH_OK ends at its deadline, and no session was begun', () => {
    const done = attack(
      1,
      (link) =>
        Effect.gen(function* () {
          yield* link.say(hello(), AUTH)
          yield* link.hear('auth-ok')
        }),
      true
    )
    const lasted = (done.link.ended?.atMs ?? Number.NaN) - done.beganMs
    expect(lasted).toBeLessThan(SETTLE_TIMEOUT_MS_MAX + 3 * SECOND_MS)
    expect(done.link.heard.at(-1)).toMatchObject({ type: 'bye', reason: 'timeout' })
    expect(told(done.alice, 'peer.connected')).toHaveLength(1)
    expectTalk(done)
  })

  it('after READY, where Mallory decides, ends as well', () => {
    for (const seed of seeds(6)) {
      const done = attack(seed, (link) => greet(link), true)
      expect(done.link.ended, `seed ${seed}`).toBeDefined()
      expect(told(done.alice, 'peer.connected')).toHaveLength(1)
      expectTalk(done)
    }
  })
})

describe('before it was let in', () => {
  const illegal = (type: string, state: string) => violation({ _tag: 'FrameIllegal', type, state })
  const cases: readonly (readonly [string, Script, object])[] = [
    ['AUTH before HELLO', saying(AUTH), illegal('auth', 'greeting')],
    ['READY before HELLO', saying(ready()), illegal('ready', 'greeting')],
    ['PING before HELLO', saying({ type: 'ping', nonce: 1 }), illegal('ping', 'greeting')],
    ['HELLO twice', saying(hello(), hello()), illegal('hello', 'authorizing')],
    ['ITEM before AUTH', saying(hello(), text(1, 'hi')), illegal('item', 'authorizing')],
    ['ACK before AUTH', saying(hello(), { type: 'ack', upTo: 0 }), illegal('ack', 'authorizing')],
    [
      'READ before AUTH',
      saying(hello(), { type: 'read', upTo: 0 }),
      illegal('read', 'authorizing')
    ],
    [
      'LOG before AUTH',
      saying(hello(), { type: 'log', epoch: '0'.repeat(16), lost: 'sender' }),
      illegal('log', 'authorizing')
    ],
    ['READY before AUTH', saying(hello(), ready()), illegal('ready', 'authorizing')],
    ['SELECT before AUTH', saying(hello(), { type: 'select' }), illegal('select', 'authorizing')],
    [
      'AUTH_OK to the one who gives it',
      saying(hello(), { type: 'auth-ok' }),
      illegal('auth-ok', 'authorizing')
    ],
    [
      'its nonce sent back',
      (link) =>
        Effect.flatMap(link.hear('hello'), (theirs) =>
          link.say(hello({ nonce: theirs?.nonce ?? '' }))
        ),
      violation({ _tag: 'NonceEchoed' })
    ],
    [
      'a frame of four gigabytes',
      (link) => link.bytes(header(0x01, 0, 2 ** 32 - 1)),
      violation({ _tag: 'FrameTooLarge', actual: 2 ** 32 - 1 })
    ],
    [
      'a HELLO beyond the limit of the greeting',
      (link) => link.bytes(header(0x01, 0, 4097)),
      violation({ _tag: 'FrameTooLarge', limit: 4096, actual: 4097 })
    ],
    [
      'flags',
      (link) => link.bytes(header(0x01, 0, 2, 1)),
      violation({ _tag: 'FrameFlags', flags: 1 })
    ],
    [
      'a frame of a type that is not known',
      (link) => link.bytes(header(0x42, 0, 0)),
      violation({ _tag: 'FrameUnknown', type: 0x42 })
    ],
    [
      'a frame of a file',
      (link) => link.bytes(encodeFrame(0x10, 1, new Uint8Array(8))),
      violation({ _tag: 'FrameIllegal', type: 'data', state: 'greeting' })
    ],
    [
      'a frame of a file on no stream',
      (link) => link.bytes(header(0x10, 0, 8)),
      violation({ _tag: 'FrameMalformed', type: 'data' })
    ],
    [
      'a HELLO on a stream',
      (link) => link.bytes(header(0x01, 3, 2)),
      violation({ _tag: 'FrameMalformed', type: 'hello' })
    ],
    [
      'a HELLO that is no JSON',
      (link) => link.bytes(encodeFrame(0x01, 0, encode('{"v":[1]'))),
      violation({ _tag: 'FrameMalformed', type: 'hello' })
    ],
    [
      'a HELLO that is not UTF-8',
      (link) => link.bytes(encodeFrame(0x01, 0, Uint8Array.of(0x22, 0xff, 0x22))),
      violation({ _tag: 'FrameMalformed', type: 'hello' })
    ],
    [
      'a HELLO full of __proto__',
      (link) => link.bytes(encodeFrame(0x01, 0, encode('{"__proto__":{"v":[1]}}'))),
      violation({ _tag: 'FrameMalformed', type: 'hello' })
    ],
    [
      'frames to skip without an end',
      (link) =>
        link.bytes(...Array.from({ length: 9 }, () => encodeFrame(0x90, 0, new Uint8Array(2000)))),
      violation({ _tag: 'GreetingTooLarge' })
    ]
  ]

  it.each(cases)('%s ends the link', (_, script, reason) => {
    for (const seed of [1, 2])
      expectRefused(attack(seed, script, false, 20 * SECOND_MS), reason, 'protocol')
  })

  it('HTTP ends it as well, unread', () => {
    const pair = makePair(1)
    const speak = Effect.flatMap(reach(at(pair.alice)), (stream) =>
      Effect.ignore(stream.write(encode('GET / HTTP/1.1\r\nHost: alice\r\n\r\n')))
    )
    rawHost(pair.world, 'mallory', Effect.andThen(speak, Effect.never))
    pair.world.clock.advance(20 * SECOND_MS)
    expect(told(pair.alice, 'link.refused').map(({ reason }) => reason)).toMatchObject([
      { _tag: 'SecureError', failure: { _tag: 'NotEarshot', looksLike: 'http' } }
    ])
    expectTalk(pair)
  })

  it('a knock that hangs up is not let in later', () => {
    const done = attack(
      1,
      (link) =>
        Effect.gen(function* () {
          yield* link.say(hello(), AUTH)
          yield* Effect.sleep('2 seconds')
          yield* link.secured.close
        }),
      false,
      20 * SECOND_MS
    )
    expect(told(done.alice, 'peer.knocking')).toHaveLength(1)
    done.alice.enter({ type: 'accept' })
    done.world.clock.advance(SECOND_MS)
    expect(told(done.alice, 'command.invalid')).toHaveLength(1)
    expect(told(done.alice, 'peer.connected')).toHaveLength(1)
    expectTalk(done)
  })

  it('a knock may not flood with pings either', () => {
    const pings = Array.from({ length: 50 }, (_, nonce): Message => ({ type: 'ping', nonce }))
    const done = attack(1, saying(hello(), AUTH, ...pings), false, 20 * SECOND_MS)
    expect(told(done.alice, 'link.refused').map(({ reason }) => reason)).toMatchObject([
      violation({ _tag: 'TooManyPings' })
    ])
    expectTalk(done)
  })

  it('a knock that waits in silence ends with the time to answer it', () => {
    const done = attack(1, saying(hello(), AUTH))
    const lasted = (done.link.ended?.atMs ?? Number.NaN) - done.beganMs
    expect(lasted).toBeLessThan(CONSENT_TIMEOUT_MS_MAX + 3 * SECOND_MS)
    expect(done.link.heard.at(-1)).toMatchObject({ type: 'bye', reason: 'timeout' })
  })
})

describe('versions', () => {
  it('none in common: both ends are told both ranges', () => {
    const done = attack(1, saying(hello({ versions: [2] })), false, 20 * SECOND_MS)
    expectRefused(done, { _tag: 'NoCommonVersion', ours: [1], theirs: [2] })
    expect(done.link.heard.at(-1)).toEqual({ type: 'bye', reason: 'version', versions: [1] })
  })

  it('a newer peer that also speaks ours is welcome', () => {
    const done = attack(
      1,
      (link) => link.say(hello({ versions: [1, 2, 9] }), AUTH),
      false,
      5 * SECOND_MS
    )
    expect(told(done.alice, 'peer.knocking')).toHaveLength(1)
  })
})
