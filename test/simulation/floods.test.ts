/**
 * Goal: whoever sends too much, or reads nothing, meets a bound: of handshakes, of knocks, of bytes that
 * wait; the conversation that is on does not notice (docs/LIMITS.md).
 * Method: Alice and Bob talk while many simulated hosts call her at once, or one calls without end, or
 * one peer stops reading. What waits is counted in bytes on the simulated wire.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import {
  ACCEPT_BURST_MAX,
  CONTROL_QUEUE_BYTES_MAX,
  HANDSHAKES_MAX,
  HANDSHAKES_PER_SOURCE_MAX,
  READ_AHEAD_BYTES_MAX,
  WINDOW_BYTES_MAX
} from '../../src/domain/limits.ts'
import type { Message } from '../../src/protocol/messages.ts'
import type { World } from '../../src/simulation/world.ts'
import type { WorldHost } from '../../src/simulation/world-host.ts'
import { attack, letIn } from './attack.ts'
import { call, rawHost, reach, text } from './mallory.ts'
import {
  at,
  expectNothingHeld,
  expectTalk,
  makePair,
  MINUTE_MS,
  SECOND_MS,
  story,
  texts,
  told
} from './stage.ts'

/** Links that Alice holds an end of, at most, while time passes. */
const mostLinks = (world: World, alice: WorldHost, forMs: number): number => {
  let most = 0
  for (let passed = 0; passed < forMs; passed += 10) {
    world.clock.advance(10)
    const held = world.network.links().filter(({ to, acceptor }) => {
      return to === alice.network && !acceptor.isOver
    })
    most = Math.max(most, held.length)
  }
  return most
}

describe('connections', () => {
  it('200 at once from 200 sources: a bounded number is served, and the talk goes on', () => {
    const pair = makePair(1)
    const { world, alice, bob } = pair
    const strangers = Array.from({ length: 200 }, (_, n) =>
      rawHost(world, `stranger ${n}`, Effect.andThen(reach(at(alice)), Effect.never), {
        addresses: [`10.1.${n >> 6}.${n & 63}`]
      })
    )
    bob.type('can you hear me?')
    // The talk's own link, those in handshake, and some that are dropped as they arrive.
    expect(mostLinks(world, alice, 2 * SECOND_MS)).toBeLessThanOrEqual(1 + HANDSHAKES_MAX + 64)
    const held = world.network.links().filter(({ acceptor }) => !acceptor.isOver)
    expect(held.length).toBeLessThanOrEqual(1 + HANDSHAKES_MAX)
    expect(texts(alice)).toEqual(['can you hear me?'])
    expectTalk(pair)
    expect(told(alice, 'link.flood').length).toBeGreaterThanOrEqual(1)
    world.clock.advance(MINUTE_MS)
    expect(told(alice, 'link.refused').length).toBeLessThanOrEqual(HANDSHAKES_MAX)
    expect(told(alice, 'peer.suspect')).toHaveLength(0)
    expectTalk(pair)
    expectNothingHeld(world, [alice, bob], strangers)
  })

  it('from one source: fewer still, and another source gets in', () => {
    const pair = makePair(2)
    const { world, alice } = pair
    const calls = Array.from({ length: 40 }, () => Effect.exit(reach(at(alice))))
    rawHost(
      world,
      'mallory',
      Effect.andThen(Effect.all(calls, { concurrency: 'unbounded' }), Effect.never)
    )
    world.clock.advance(2 * SECOND_MS)
    const held = world.network.links().filter(({ acceptor }) => !acceptor.isOver)
    expect(held.length).toBeLessThanOrEqual(1 + HANDSHAKES_PER_SOURCE_MAX)
    rawHost(world, 'carol', Effect.andThen(call(at(alice)), Effect.never))
    world.clock.advance(SECOND_MS)
    expect(
      world.network.links().some(({ from, acceptor }) => {
        return from.name === 'carol' && !acceptor.isOver
      })
    ).toBe(true)
    expectTalk(pair)
  })

  it('one after the other without end: no more than the bucket gives, one report in ten seconds', () => {
    const pair = makePair(3)
    const { world, alice, bob } = pair
    const again = Effect.scoped(Effect.andThen(Effect.exit(reach(at(alice))), Effect.sleep(4)))
    const callers = Array.from({ length: 8 }, () => Effect.forever(again))
    rawHost(world, 'mallory', Effect.all(callers, { concurrency: 'unbounded', discard: true }))
    world.clock.advance(MINUTE_MS)
    const floods = told(alice, 'link.flood')
    expect(floods.length).toBeGreaterThanOrEqual(2)
    expect(floods.length).toBeLessThanOrEqual(7)
    expect(floods.slice(1).every(({ dropped }) => dropped > ACCEPT_BURST_MAX)).toBe(true)
    expect(told(bob, 'peer.suspect')).toHaveLength(0)
    expectTalk(pair)
  })
})

describe('a peer that never reads', () => {
  /** What Alice has written to Mallory and nobody has read: bytes on the wire. */
  const deaf = (seed: number, say: readonly Message[], isLoud: boolean) =>
    attack(
      seed,
      letIn((link) =>
        Effect.gen(function* () {
          yield* link.say(...say)
          // Never reads again; now and then it says something, or else it were merely silent.
          while (isLoud) {
            yield* Effect.sleep('1 second')
            yield* link.say({ type: 'pong', nonce: 0 })
          }
          return yield* Effect.never
        })
      ),
      true,
      5 * SECOND_MS
    )

  it('stops the writer at the window, and is let go of when it is silent', () => {
    const done = deaf(1, [], false)
    const { world, alice, bob, mallory } = done
    alice.enter({ type: 'to', who: 'mallory' })
    for (let n = 0; n < 300; n++) alice.type('x'.repeat(50_000))
    alice.enter({ type: 'info' })
    world.clock.advance(10 * SECOND_MS)
    alice.enter({ type: 'info' })
    world.clock.advance(1)
    const [, after] = told(alice, 'info.shown')
    const peer = after?.peers.find(({ nickname }) => nickname === 'mallory')
    expect(peer?.bytesOut).toBeLessThan(READ_AHEAD_BYTES_MAX + 2 * 256 * 1024)
    expect(peer?.waiting).toBeGreaterThan(0)
    world.clock.advance(MINUTE_MS)
    expect(told(alice, 'peer.disconnected')).toMatchObject([{ reason: { _tag: 'Silent' } }])
    alice.enter({ type: 'to', who: 'bob' })
    world.clock.advance(1)
    expectTalk({ world, alice, bob })
    expectNothingHeld(world, [alice, bob], [mallory])
  })

  it('but goes on talking: nothing of ours grows beyond the window', () => {
    const done = deaf(1, [], true)
    const { world, alice, bob, mallory } = done
    alice.enter({ type: 'to', who: 'mallory' })
    for (let n = 0; n < 300; n++) alice.type('x'.repeat(50_000))
    world.clock.advance(10 * MINUTE_MS)
    alice.enter({ type: 'info' })
    world.clock.advance(1)
    const peer = told(alice, 'info.shown')
      .at(-1)
      ?.peers.find(({ nickname }) => nickname === 'mallory')
    expect(peer?.bytesOut ?? 0).toBeLessThan(WINDOW_BYTES_MAX)
    expect(story(alice).filter((type) => type === 'peer.suspect')).toHaveLength(0)
    alice.enter({ type: 'to', who: 'bob' })
    world.clock.advance(1)
    expectTalk({ world, alice, bob })
    expectNothingHeld(world, [alice, bob], [mallory])
  })

  it('and sends messages without end: its acknowledgements stay within the control queue', () => {
    let sent = 0
    const done = attack(
      2,
      letIn((link) =>
        Effect.gen(function* () {
          for (sent = 0; sent < 3_000; sent++) {
            yield* link.say(text(sent + 1, 'x'))
            yield* Effect.sleep(1)
          }
          return yield* Effect.never
        })
      ),
      true,
      10 * SECOND_MS
    )
    const { alice, bob, world } = done
    expect(texts(alice)).toHaveLength(3_000)
    alice.enter({ type: 'info' })
    world.clock.advance(1)
    const peer = told(alice, 'info.shown')
      .at(-1)
      ?.peers.find(({ nickname }) => nickname === 'mallory')
    expect(peer?.bytesOut ?? 0).toBeLessThan(CONTROL_QUEUE_BYTES_MAX)
    expectTalk({ world, alice, bob })
  })
})
