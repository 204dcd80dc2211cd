/**
 * Goal: a peer that was let in and then breaks the protocol, and a host that we dial ourselves, cost
 * one link with its typed reason and nothing else (docs/PROTOCOL.md §5, §6, §8).
 * Method: Alice and Bob talk; Mallory, a simulated host that speaks frames by hand and whom Alice
 * knows, does one wrong thing a test, and in the end random ones.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import type { ProtocolViolation } from '../../src/domain/failures.ts'
import { encodeFrame } from '../../src/protocol/framing.ts'
import type { Message } from '../../src/protocol/messages.ts'
import { Transport } from '../../src/services/transport.ts'
import { makeDice } from '../../src/simulation/dice.ts'
import { makeWorld } from '../../src/simulation/world.ts'
import type { WorldHost } from '../../src/simulation/world-host.ts'
import { attack, AUTH, encode, header, letIn, saying, type Script, violation } from './attack.ts'
import { greet, hello, RawLink, rawHost, text } from './mallory.ts'
import {
  at,
  chat,
  expectNothingHeld,
  expectTalk,
  MINUTE_MS,
  outcome,
  PORT,
  SECOND_MS,
  seeds,
  story,
  told
} from './stage.ts'

describe('once it was let in', () => {
  const parts = (id: string, count: number, of: number): readonly Message[] =>
    Array.from({ length: count }, (_, at) =>
      text(at + 1, 'x'.repeat(9_900), {
        id: id.padStart(22, 'y'),
        body: { kind: 'text', text: 'x'.repeat(9_900), part: at + 1, parts: of }
      })
    )
  const cases: readonly (readonly [string, Script, Partial<ProtocolViolation>])[] = [
    [
      'an ACK of what was never sent',
      letIn((link) => link.say({ type: 'ack', upTo: 1 })),
      { _tag: 'AckFromFuture', highest: 0, actual: 1 }
    ],
    [
      'an ACK of 2^53 - 1',
      letIn((link) => link.say({ type: 'ack', upTo: Number.MAX_SAFE_INTEGER })),
      { _tag: 'AckFromFuture' }
    ],
    [
      'a gap in the sequence',
      letIn((link) => link.say(text(1, 'one'), text(3, 'three'))),
      { _tag: 'SequenceGap', expected: 2, actual: 3 }
    ],
    [
      'a gap of 2^53',
      letIn((link) => link.say(text(1, 'one'), text(Number.MAX_SAFE_INTEGER, 'far'))),
      { _tag: 'SequenceGap', expected: 2 }
    ],
    [
      'parts of two messages mixed',
      letIn((link) => link.say(...parts('a', 2, 3), text(3, 'between'))),
      { _tag: 'FrameMalformed', type: 'item' }
    ],
    [
      'an ITEM that is no JSON',
      letIn((link) => link.bytes(encodeFrame(0x07, 0, encode('[]')))),
      { _tag: 'FrameMalformed', type: 'item' }
    ],
    [
      'a HELLO again',
      letIn((link) => link.say(hello())),
      { _tag: 'FrameIllegal', type: 'hello', state: 'open' }
    ],
    [
      'ten thousand pings at once',
      letIn((link) =>
        link.say(
          ...Array.from({ length: 10_000 }, (_, nonce): Message => ({ type: 'ping', nonce }))
        )
      ),
      { _tag: 'TooManyPings' }
    ],
    [
      'a frame of four gigabytes',
      letIn((link) => link.bytes(header(0x07, 0, 2 ** 32 - 1))),
      { _tag: 'FrameTooLarge' }
    ]
  ]

  it.each(cases)('%s ends the link, and only that', (_, script, wrong) => {
    for (const seed of [1, 2, 3, 4]) {
      const done = attack(seed, script, true, 30 * SECOND_MS)
      const { alice, bob, link, world } = done
      const log = `seed ${seed}: ${story(alice).join(' ')}`
      expect(
        told(alice, 'peer.disconnected').map((event) => event.reason),
        log
      ).toMatchObject([violation(wrong)])
      expect(link.heard.at(-1), log).toMatchObject({ type: 'bye', reason: 'protocol' })
      expect(told(alice, 'peer.reconnecting'), log).toHaveLength(0)
      expect(told(bob, 'peer.disconnected'), log).toHaveLength(0)
      expect(told(bob, 'peer.suspect'), log).toHaveLength(0)
      expectTalk(done, log)
      expectNothingHeld(world, [alice, bob])
    }
  })
})

describe('random frames', () => {
  it('in any state end in a typed reason and disturb nobody', () => {
    for (const seed of seeds(150)) {
      const dice = makeDice(seed)
      const isKnown = dice.chance(0.6)
      const noise = (link: RawLink) =>
        Effect.gen(function* () {
          for (let frame = 0; frame < 30; frame++) {
            const type = dice.pick([
              1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0x7d, 0x7e, 0x7f, 0x80, 0xff, 0x33
            ])
            const payload = dice.bytes(dice.pick([0, 4, 8, dice.integer(0, 300)]))
            yield* link.bytes(encodeFrame(type, dice.chance(0.9) ? 0 : 1, payload))
          }
        })
      const early: Script = (link) =>
        Effect.andThen(link.say(...[hello(), AUTH].slice(0, dice.integer(0, 2))), noise(link))
      const late: Script = dice.chance(0.5)
        ? letIn(noise)
        : (link) => Effect.andThen(greet(link), noise(link))
      const done = attack(seed, isKnown ? late : early, isKnown)
      const log = `seed ${seed}: ${story(done.alice).join(' ')}`
      expect(done.link.ended, log).toBeDefined()
      expect(told(done.bob, 'peer.disconnected'), log).toHaveLength(0)
      expectTalk(done, log)
      expectNothingHeld(done.world, [done.alice, done.bob])
    }
  })
})

describe('a hostile host that we dial', () => {
  /** Bob dials a host that accepts, proves its key, and then does as it likes. */
  const dialled = (script: Script): { readonly bob: WorldHost; readonly link: () => RawLink } => {
    const world = makeWorld(1)
    let raw: RawLink | undefined
    const mallory: WorldHost = rawHost(
      world,
      'mallory',
      Effect.gen(function* () {
        const transport = yield* Transport
        const listener = yield* transport.listen({ host: undefined, port: PORT })
        const stream = yield* listener.accept
        const secured = yield* transport.secure(stream, { role: 'acceptor', expect: undefined })
        raw = new RawLink(secured)
        yield* script(raw, mallory.peerId)
        yield* raw.listen
      })
    )
    const bob = chat(world, 'bob', { connect: at(mallory) })
    world.clock.advance(2 * MINUTE_MS)
    expect(outcome(bob)).toBeUndefined()
    expectNothingHeld(world, [bob])
    return {
      bob,
      link: () => {
        if (raw === undefined) throw new Error('nobody called')
        return raw
      }
    }
  }
  const reasonOf = (host: WorldHost) => told(host, 'dial.failed').map(({ reason }) => reason)

  it('says nothing: the dial fails at the deadline', () => {
    const { bob } = dialled(() => Effect.void)
    expect(reasonOf(bob)).toMatchObject([{ _tag: 'GreetingTimeout', waitingFor: 'hello' }])
  })

  it('never answers AUTH: the dial fails when nobody can be asked any more', () => {
    const { bob } = dialled(saying(hello()))
    expect(reasonOf(bob)).toMatchObject([{ _tag: 'GreetingTimeout', waitingFor: 'consent' }])
  })

  it('speaks only a version that we do not: both are told', () => {
    const { bob, link } = dialled(saying(hello({ versions: [2] })))
    expect(reasonOf(bob)).toMatchObject([{ _tag: 'NoCommonVersion', ours: [1], theirs: [2] }])
    expect(link().heard.at(-1)).toEqual({ type: 'bye', reason: 'version', versions: [1] })
  })

  it('says so first: we read the same', () => {
    const { bob } = dialled(saying({ type: 'bye', reason: 'version', versions: [2, 3] }))
    expect(reasonOf(bob)).toMatchObject([{ _tag: 'NoCommonVersion', ours: [1], theirs: [2, 3] }])
  })

  it('lets us in before we asked', () => {
    const { bob } = dialled(saying({ type: 'auth-ok' }))
    expect(reasonOf(bob)).toMatchObject([violation({ _tag: 'FrameIllegal', type: 'auth-ok' })])
  })

  it('is Bob himself, by his own key', () => {
    const world = makeWorld(1)
    const mirror = chat(world, 'mirror', {}, { keyOf: 'bob' })
    const bob = chat(world, 'bob', { connect: at(mirror) })
    world.clock.advance(5 * SECOND_MS)
    expect(reasonOf(bob)).toMatchObject([{ failure: { _tag: 'DialledSelf' } }])
    expect(outcome(bob)).toMatchObject({ exit: 'failed' })
    expect(told(mirror, 'peer.connected')).toHaveLength(0)
  })
})
