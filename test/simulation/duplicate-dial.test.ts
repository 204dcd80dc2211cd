/**
 * Goal: two peers that dial each other end with one link, the same at both ends, and each user sees
 * one peer and no failure, whenever the second dial comes (docs/ARCHITECTURE.md §5).
 * Method: the whole program on two simulated hosts; random latencies, start offsets and cuts of the
 * bytes over many seeds, then second dials by hand in the middle of a talk and of a silence.
 */
import { describe, expect, it } from '@effect/vitest'
import { PROBE_TIMEOUT_MS } from '../../src/domain/limits.ts'
import { makeWorld } from '../../src/simulation/world.ts'
import {
  at,
  chat,
  expectNothingHeld,
  expectTalk,
  makePair,
  SECOND_MS,
  seeds,
  story,
  texts,
  times,
  told
} from './stage.ts'

const RACES = 160

const race = (seed: number) => {
  const probe = makeWorld(seed)
  const dice = probe.dice.fork('race')
  const latencyMs = dice.pick([
    [1, 20],
    [0.1, 0.3],
    [30, 250]
  ] as const)
  const world = makeWorld(seed, { latencyMs })
  const alice = chat(world, 'alice', { connect: { host: '10.0.0.2', port: 7000 } })
  world.clock.advance(dice.pick([0, dice.integer(0, 30), dice.integer(0, 600)]))
  const bob = chat(world, 'bob', { connect: at(alice) })
  return { world, alice, bob }
}

describe('both dial at once', () => {
  it('ends with one link, the same at both ends, and nobody sees a failure', () => {
    let races = 0
    for (const seed of seeds(RACES)) {
      const pair = race(seed)
      const { world, alice, bob } = pair
      const most = { links: 0 }
      for (let step = 0; step < 60; step++) {
        world.clock.advance(50)
        most.links = Math.max(most.links, world.network.links().length)
      }
      if (most.links > 1) races++
      world.clock.advance(12 * SECOND_MS)
      const label = `seed ${seed}`
      expect(world.network.links(), label).toHaveLength(1)
      for (const host of [alice, bob]) {
        const log = `${label} ${host.name}: ${story(host).join(' ')}`
        expect(told(host, 'peer.connected'), log).toHaveLength(1)
        expect(told(host, 'peer.disconnected'), log).toHaveLength(0)
        expect(told(host, 'link.refused'), log).toHaveLength(0)
        // The first to start may find nobody yet: that dial did fail, and it waits to be called.
        const refused = told(host, 'dial.failed')
        expect(refused.length, log).toBeLessThanOrEqual(host === alice ? 1 : 0)
        for (const { reason } of refused) expect(reason._tag, log).toBe('DialError')
      }
      const [ours] = told(alice, 'peer.connected')
      const [theirs] = told(bob, 'peer.connected')
      expect(ours?.direction, label).not.toBe(theirs?.direction)
      expectTalk(pair, label)
      expect(texts(alice)).toHaveLength(1)
      expectNothingHeld(world, [alice, bob])
    }
    // The plan is worth its name only if most of the runs were races.
    expect(races).toBeGreaterThan(RACES / 4)
  })
})

describe('a second dial while they talk', () => {
  it('is refused as a duplicate once the old link answers the probe', () => {
    for (const seed of seeds(60)) {
      const pair = makePair(seed)
      const { world, alice, bob } = pair
      const dialler = seed % 2 === 0 ? alice : bob
      const [before] = world.network.links()
      dialler.enter({
        type: 'connect',
        target: `${dialler === alice ? bob.address : alice.address}`
      })
      alice.type('while')
      world.clock.advance(15 * SECOND_MS)
      const label = `seed ${seed}: ${story(alice).join(' ')} / ${story(bob).join(' ')}`
      expect(
        world.network.links().map(({ id }) => id),
        label
      ).toEqual([before?.id])
      for (const host of [alice, bob]) {
        expect(told(host, 'peer.connected'), label).toHaveLength(1)
        expect(told(host, 'peer.disconnected'), label).toHaveLength(0)
        expect(told(host, 'dial.failed'), label).toHaveLength(0)
        expect(told(host, 'link.refused'), label).toHaveLength(0)
      }
      const other = dialler === alice ? bob : alice
      expect(told(dialler, 'peer.focused'), label).toMatchObject([{ peer: { id: other.peerId } }])
      expect(told(other, 'peer.focused'), label).toHaveLength(0)
      expect(texts(bob)).toEqual(['while'])
      expectTalk(pair, label)
    }
  })

  it('takes over when the old link is half open, and nothing is lost', () => {
    for (const seed of seeds(60)) {
      const pair = makePair(seed)
      const { world, alice, bob } = pair
      const [old] = world.network.links()
      if (old === undefined) throw new Error('no link')
      world.network.blackholeLink(old)
      for (const n of [1, 2, 3]) {
        alice.type(`a${n}`)
        bob.type(`b${n}`)
      }
      world.clock.advance(100)
      const since = world.clock.now
      const dialler = seed % 2 === 0 ? alice : bob
      dialler.enter({
        type: 'connect',
        target: `${dialler === alice ? bob.address : alice.address}`
      })
      world.clock.advance(4 * SECOND_MS)
      const label = `seed ${seed}: ${story(alice).join(' ')} / ${story(bob).join(' ')}`
      expect(texts(bob), label).toEqual(['a1', 'a2', 'a3'])
      expect(texts(alice), label).toEqual(['b1', 'b2', 'b3'])
      for (const host of [alice, bob]) {
        expect(told(host, 'peer.connected'), label).toHaveLength(2)
        expect(told(host, 'peer.connected')[1]?.returned, label).toBe(true)
        const moved = times(host, 'peer.connected')[1] ?? Number.NaN
        expect(moved - since, label).toBeLessThan(PROBE_TIMEOUT_MS + SECOND_MS)
      }
      world.network.healAll()
      world.clock.advance(30 * SECOND_MS)
      expect(world.network.links(), label).toHaveLength(1)
      expect(texts(bob), label).toEqual(['a1', 'a2', 'a3'])
      expectTalk(pair, label)
      expectNothingHeld(world, [alice, bob])
    }
  })
})
