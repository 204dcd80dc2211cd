/**
 * Goal: a run that is left, by command, by signal or for want of a port, says goodbye, ends with the
 * right outcome, and leaves nothing behind.
 * Method: the whole program on two simulated hosts; after each end the world has to hold no timer,
 * fiber, link or port.
 */
import { describe, expect, it } from '@effect/vitest'
import { makeWorld } from '../../src/simulation/world.ts'
import {
  at,
  chat,
  expectNothingHeld,
  makePair,
  MINUTE_MS,
  outcome,
  SECOND_MS,
  seeds,
  texts,
  told
} from './stage.ts'

describe('/quit and a signal', () => {
  for (const who of ['alice', 'bob'] as const)
    for (const how of ['quit', 'signal'] as const)
      it(`by ${who} (${how}) is heard as a goodbye, and nobody calls back`, () => {
        for (const seed of seeds(20)) {
          const pair = makePair(seed)
          const { world } = pair
          const leaver = pair[who]
          const other = who === 'alice' ? pair.bob : pair.alice
          leaver.type('last words')
          world.clock.drain()
          if (how === 'quit') leaver.enter({ type: 'quit' })
          else world.stop(leaver)
          world.clock.advance(SECOND_MS)
          expect(outcome(leaver)).toEqual({ exit: 'clean' })
          expect(told(leaver, 'app.ending')).toMatchObject([{ why: how }])
          expect(texts(other)).toEqual(['last words'])
          expect(told(other, 'peer.disconnected')).toMatchObject([
            { reason: { _tag: 'Bye', by: 'them', why: 'quit' } }
          ])
          world.clock.advance(MINUTE_MS)
          expect(told(other, 'peer.awaited')).toHaveLength(1)
          expect(told(other, 'peer.reconnecting')).toHaveLength(0)
          expect(outcome(other)).toBeUndefined()
          expectNothingHeld(world, [pair.alice, pair.bob])
        }
      })

  it('at both ends in the same moment is clean at both', () => {
    for (const seed of seeds(40)) {
      const { world, alice, bob } = makePair(seed)
      alice.enter({ type: 'quit' })
      world.clock.advance(seed % 10)
      bob.enter({ type: 'quit' })
      world.clock.advance(10 * SECOND_MS)
      expect(outcome(alice)).toEqual({ exit: 'clean' })
      expect(outcome(bob)).toEqual({ exit: 'clean' })
      expect(world.held()).toEqual({ timers: 0, fibers: 0, links: 0, ports: 0 })
    }
  })

  it('what was queued before it still goes out, as far as two seconds allow', () => {
    const { world, alice, bob } = makePair(1)
    world.network.paths.setShape(alice.network, bob.network, { bytesPerSecond: 100_000 })
    const said = Array.from({ length: 100 }, (_, n) => `${n} ${'.'.repeat(1_000)}`)
    for (const text of said) alice.type(text)
    alice.enter({ type: 'quit' })
    world.clock.advance(10 * SECOND_MS)
    expect(texts(bob)).toEqual(said)
    expect(told(bob, 'peer.disconnected')).toMatchObject([{ reason: { _tag: 'Bye' } }])
  })

  it('does not wait for a peer that does not answer', () => {
    const { world, alice, bob } = makePair(1)
    world.network.blackhole(alice.network, bob.network)
    alice.enter({ type: 'quit' })
    world.clock.advance(5 * SECOND_MS)
    expect(outcome(alice)).toEqual({ exit: 'clean' })
  })

  it('ends a run in every phase of its start', () => {
    for (const seed of seeds(100)) {
      const world = makeWorld(seed)
      const dice = world.dice.fork('start')
      const alice = chat(world, 'alice', { connect: { host: '10.0.0.2', port: 7000 } })
      const bob = chat(world, 'bob', { connect: at(alice) })
      world.clock.advance(dice.integer(0, 250))
      world.stop(dice.pick([alice, bob]))
      world.clock.advance(dice.integer(0, 50))
      expectNothingHeld(world, [alice, bob])
    }
  })

  it('the end of an interactive input is a /quit', () => {
    const { world, alice, bob } = makePair(1)
    bob.endInput()
    world.clock.advance(SECOND_MS)
    expect(outcome(bob)).toEqual({ exit: 'clean' })
    expect(told(alice, 'peer.disconnected')).toMatchObject([{ reason: { _tag: 'Bye' } }])
  })
})

describe('a port that cannot be opened', () => {
  it('ends a run that insists on it', () => {
    const world = makeWorld(1)
    const alice = chat(world, 'alice', { listen: { host: undefined, port: 80, required: true } })
    world.clock.advance(SECOND_MS)
    expect(outcome(alice)).toMatchObject({
      exit: 'failed',
      failure: { _tag: 'ListenImpossible', failure: { _tag: 'PortDenied', port: 80 } }
    })
    expectNothingHeld(world, [alice])
  })

  it('gives way to a free one where nobody insists, and says so', () => {
    const world = makeWorld(1)
    const alice = chat(world, 'alice', { listen: { host: undefined, port: 80, required: false } })
    world.clock.advance(SECOND_MS)
    expect(told(alice, 'listen.moved')).toMatchObject([{ wanted: 80 }])
    expect(outcome(alice)).toBeUndefined()
    expectNothingHeld(world, [alice])
  })
})
