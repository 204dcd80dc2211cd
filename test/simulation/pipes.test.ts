/**
 * Goal: what is piped in is delivered, all of it and once, or the run fails and says how much was not;
 * a run without a person ends by itself when its work is done.
 * Method: the whole program on two simulated hosts, one or both of them fed from a pipe.
 */
import { describe, expect, it } from '@effect/vitest'
import { OUTBOX_BYTES_MAX } from '../../src/domain/limits.ts'
import { makeWorld } from '../../src/simulation/world.ts'
import {
  at,
  chat,
  expectNothingHeld,
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

  it('long lines, more than its outbox holds in bytes, are read as the peer takes them', () => {
    const size = 800_000
    const count = Math.ceil(OUTBOX_BYTES_MAX / size) + 10
    const lines = Array.from({ length: count }, (_, n) => `${n}${'.'.repeat(size)}`)
    const { world, alice, bob } = pipeInto(1, lines)
    world.clock.advance(5 * MINUTE_MS)
    expect(told(bob, 'message.failed')).toHaveLength(0)
    expect(outcome(bob)).toEqual({ exit: 'clean' })
    expect(texts(alice).map((text) => text.length)).toEqual(lines.map((line) => line.length))
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

describe('a script that sends files', () => {
  it('leaves when it has told of every one what became of it', () => {
    const names = ['a', 'b', 'c', 'd']
    for (const seed of seeds(30)) {
      const world = makeWorld(seed)
      const alice = chat(world, 'alice')
      const bob = chat(world, 'bob', { connect: at(alice) }, PIPE)
      for (const name of names) bob.files.disk.putText(`/bob/${name}`, name)
      bob.enter({ type: 'send', paths: names.map((name) => `/bob/${name}`).join(' ') })
      bob.endInput()
      world.clock.advance(2 * SECOND_MS)
      alice.enter({ type: 'decline', who: 't1' })
      alice.enter({ type: 'accept-all', on: true })
      world.clock.advance(10 * SECOND_MS)
      expect(outcome(bob)).toEqual({ exit: 'clean' })
      const ends = bob.events
        .map(({ event }) => event)
        .filter(({ type }) => ['transfer.done', 'transfer.ended', 'app.ending'].includes(type))
      expect(ends.at(-1), `seed ${seed}`).toMatchObject({ type: 'app.ending', why: 'input-ended' })
      expect(told(bob, 'transfer.done'), `seed ${seed}`).toHaveLength(3)
      expect(told(bob, 'transfer.ended'), `seed ${seed}`).toMatchObject([{ why: 'declined' }])
    }
  })
})
