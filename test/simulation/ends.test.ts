/**
 * Goal: every way in which a run ends is the right one: goodbyes are heard, what was piped is delivered
 * or reported as not, and nothing is left behind.
 * Method: the whole program on two simulated hosts, attended ones and pipes; after each end the world
 * has to hold no timer, fiber, link or port.
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
  story,
  texts,
  told
} from './stage.ts'

const PIPE = { interactive: false } as const

/** Alice listens; Bob dials her and delivers some lines from a pipe. */
const pipeInto = (seed: number, lines: readonly string[], settings = {}) => {
  const world = makeWorld(seed)
  const alice = chat(world, 'alice')
  const bob = chat(world, 'bob', { connect: at(alice), ...settings }, PIPE)
  for (const line of lines) bob.type(line)
  bob.endInput()
  return { world, alice, bob }
}

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

describe('a pipe that dials', () => {
  it('delivers all of it, waits until the peer has it, and leaves', () => {
    for (const seed of seeds(20)) {
      const lines = Array.from({ length: 30 }, (_, n) => `line ${n}`)
      const { world, alice, bob } = pipeInto(seed, lines)
      world.clock.advance(10 * SECOND_MS)
      expect(outcome(bob)).toEqual({ exit: 'clean' })
      expect(texts(alice)).toEqual(lines)
      expect(told(bob, 'message.delivered').flatMap(({ ids }) => ids)).toHaveLength(lines.length)
      expect(told(bob, 'app.ending')).toMatchObject([{ why: 'input-ended' }])
      expect(told(alice, 'peer.disconnected')).toMatchObject([{ reason: { _tag: 'Bye' } }])
      expectNothingHeld(world, [alice, bob])
    }
  })

  it('of nothing at all connects and leaves', () => {
    const { world, alice, bob } = pipeInto(1, [])
    world.clock.advance(10 * SECOND_MS)
    expect(outcome(bob)).toEqual({ exit: 'clean' })
    expectNothingHeld(world, [alice, bob])
  })

  it('far more than its outbox holds is read as the peer takes it', () => {
    const lines = Array.from({ length: 30_000 }, (_, n) => `line ${n}`)
    const { world, alice, bob } = pipeInto(1, lines)
    world.clock.advance(MINUTE_MS)
    expect(outcome(bob)).toEqual({ exit: 'clean' })
    expect(told(bob, 'message.failed')).toHaveLength(0)
    expect(texts(alice)).toEqual(lines)
  })

  it('delivers it over a link that breaks on the way', () => {
    for (const seed of seeds(30)) {
      const lines = Array.from({ length: 200 }, (_, n) => `${n} ${'.'.repeat(500)}`)
      const { world, alice, bob } = pipeInto(seed, lines, { reconnectDelayMs: 100 })
      for (let cuts = 0; cuts < 3; cuts++) {
        world.clock.advance(50 + (seed % 7) * 20)
        for (const link of world.network.links()) world.network.cut(link)
        if (outcome(bob)?.exit === 'failed') break
      }
      world.clock.advance(MINUTE_MS)
      // A dial that fails before there was a link ends a pipe: nothing of it was read.
      const isThere = told(bob, 'peer.connected').length > 0
      expect(outcome(bob)?.exit, `seed ${seed}: ${story(bob).join(' ')}`).toBe(
        isThere ? 'clean' : 'failed'
      )
      expect(texts(alice)).toEqual(isThere ? lines : [])
    }
  })

  it('whose peer is not there fails as PeerUnreachable, and says why', () => {
    const world = makeWorld(1)
    const alice = chat(world, 'alice')
    alice.network.isRefusing = true
    const bob = chat(world, 'bob', { connect: at(alice) }, PIPE)
    bob.type('to nobody')
    bob.endInput()
    world.clock.advance(MINUTE_MS)
    const failure = {
      _tag: 'PeerUnreachable',
      reason: { _tag: 'DialError', failure: { _tag: 'ConnectionRefused' } }
    }
    expect(outcome(bob)).toMatchObject({ exit: 'failed', failure })
    expect(told(bob, 'dial.failed')).toMatchObject([{ then: 'stop' }])
    expect(told(bob, 'app.failed')).toMatchObject([{ failure }])
    expectNothingHeld(world, [alice, bob])
  })

  it('whose peer refuses it fails', () => {
    const world = makeWorld(1)
    const alice = chat(world, 'alice', { unknownPeers: 'deny' })
    const bob = chat(world, 'bob', { connect: at(alice) }, PIPE)
    bob.type('let me in')
    bob.endInput()
    world.clock.advance(10 * SECOND_MS)
    expect(outcome(bob)).toMatchObject({
      exit: 'failed',
      failure: { _tag: 'PeerUnreachable', reason: { _tag: 'Refused', by: 'them', why: 'denied' } }
    })
  })

  it('whose peer dies before it has all of it fails as Undelivered, with the number', () => {
    const world = makeWorld(1)
    const alice = chat(world, 'alice')
    const carol = chat(world, 'carol', { connect: at(alice), reconnectAttempts: 2 }, PIPE)
    world.clock.advance(2 * SECOND_MS)
    carol.type('heard')
    world.clock.advance(SECOND_MS)
    world.kill(alice)
    for (const n of [1, 2, 3]) carol.type(`never heard ${n}`)
    carol.endInput()
    world.clock.advance(5 * MINUTE_MS)
    expect(outcome(carol)).toMatchObject({
      exit: 'failed',
      failure: { _tag: 'Undelivered', count: 3 }
    })
    expect(told(carol, 'peer.lost')).toHaveLength(1)
    world.clock.advance(MINUTE_MS)
    expect(world.held()).toEqual({ timers: 0, fibers: 0, links: 0, ports: 0 })
  })

  it('whose peer leaves before it has all of it fails as Undelivered, too', () => {
    const world = makeWorld(1)
    const alice = chat(world, 'alice')
    const bob = chat(world, 'bob', { connect: at(alice) }, PIPE)
    world.clock.advance(2 * SECOND_MS)
    world.network.blackholeOneWay(bob.network, alice.network)
    bob.type('on its way')
    alice.enter({ type: 'quit' })
    world.clock.advance(10 * SECOND_MS)
    expect(outcome(bob)).toMatchObject({
      exit: 'failed',
      failure: { _tag: 'Undelivered', count: 1 }
    })
  })

  it('that is to stay waits for the peer to leave', () => {
    const { world, alice, bob } = pipeInto(1, ['one'], { stay: true })
    world.clock.advance(MINUTE_MS)
    expect(outcome(bob)).toBeUndefined()
    alice.type('answer')
    world.clock.advance(SECOND_MS)
    expect(texts(bob)).toEqual(['answer'])
    alice.enter({ type: 'quit' })
    world.clock.advance(5 * SECOND_MS)
    expect(outcome(bob)).toEqual({ exit: 'clean' })
    expect(told(bob, 'app.ending')).toMatchObject([{ why: 'peer-left' }])
  })
})

describe('a pipe that listens', () => {
  it('reads nothing before somebody comes, then delivers, and stays until the peer leaves', () => {
    const world = makeWorld(1)
    const alice = chat(world, 'alice', {}, PIPE)
    for (const n of [1, 2]) alice.type(`line ${n}`)
    alice.endInput()
    world.clock.advance(MINUTE_MS)
    expect(told(alice, 'message.failed')).toHaveLength(0)
    expect(outcome(alice)).toBeUndefined()
    const bob = chat(world, 'bob', { connect: at(alice) })
    world.clock.advance(MINUTE_MS)
    expect(texts(bob)).toEqual(['line 1', 'line 2'])
    expect(outcome(alice)).toBeUndefined()
    bob.type('thanks')
    world.clock.advance(SECOND_MS)
    expect(texts(alice)).toEqual(['thanks'])
    bob.enter({ type: 'quit' })
    world.clock.advance(5 * SECOND_MS)
    expect(outcome(alice)).toEqual({ exit: 'clean' })
    expect(world.held()).toEqual({ timers: 0, fibers: 0, links: 0, ports: 0 })
  })

  it('two pipes into each other deliver both ways, and both end well', () => {
    for (const seed of seeds(30)) {
      const world = makeWorld(seed)
      const alice = chat(world, 'alice', {}, PIPE)
      const bob = chat(world, 'bob', { connect: at(alice) }, PIPE)
      const lines = Array.from({ length: 50 }, (_, n) => `line ${n}`)
      for (const host of [alice, bob]) {
        for (const line of lines) host.type(line)
        host.endInput()
      }
      world.clock.advance(MINUTE_MS)
      const label = `seed ${seed}`
      expect(texts(alice), label).toEqual(lines)
      expect(texts(bob), label).toEqual(lines)
      expect(outcome(alice), label).toEqual({ exit: 'clean' })
      expect(outcome(bob), label).toEqual({ exit: 'clean' })
      expect(world.held(), label).toEqual({ timers: 0, fibers: 0, links: 0, ports: 0 })
    }
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
