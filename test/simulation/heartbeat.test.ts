/**
 * Goal: a link that is idle is asked for life, one that is silent is first called suspect and then
 * lost, any byte counts as life, and a clock that jumps breaks nothing (docs/PROTOCOL.md §5).
 * Method: the whole program on two simulated hosts with a steady latency, so that the times at which
 * things are told can be computed; faults by hand.
 */
import { describe, expect, it } from '@effect/vitest'
import { SILENT_AFTER_INTERVALS, SUSPECT_AFTER_INTERVALS } from '../../src/domain/limits.ts'
import type { NetworkOptions } from '../../src/simulation/network.ts'
import type { WorldHost } from '../../src/simulation/world-host.ts'
import {
  expectNothingHeld,
  expectTalk,
  makePair,
  MINUTE_MS,
  SECOND_MS,
  story,
  texts,
  times,
  told
} from './stage.ts'

const INTERVAL_MS = 5 * SECOND_MS
const STEADY: Partial<NetworkOptions> = { latencyMs: [10, 10], fragments: false }
const steadyPair = (seed = 1) => makePair(seed, { heartbeatIntervalMs: INTERVAL_MS }, STEADY)

const infoOf = (host: WorldHost) => {
  host.enter({ type: 'info' })
  return () => told(host, 'info.shown').at(-1)?.peers[0]
}

describe('heartbeats', () => {
  it('ping an idle link at the interval, and measure its round trip', () => {
    const { world, alice, bob } = steadyPair()
    world.clock.advance(MINUTE_MS)
    const before = infoOf(alice)
    world.clock.advance(SECOND_MS)
    const bytesBefore = before()?.bytesIn ?? 0
    world.clock.advance(MINUTE_MS)
    const after = infoOf(alice)
    world.clock.advance(SECOND_MS)
    const bytes = (after()?.bytesIn ?? 0) - bytesBefore
    // Twelve bytes a PING or PONG. One ping an interval from either end would be the most of them
    // that are needed; a ping counts as life for the end that gets it, so it takes fewer.
    const pings = bytes / 12
    expect(pings).toBeGreaterThanOrEqual(MINUTE_MS / INTERVAL_MS / 2)
    expect(pings).toBeLessThanOrEqual((2 * MINUTE_MS) / INTERVAL_MS + 2)
    expect(after()?.rttMs).toBeCloseTo(20, 3)
    expect(story(alice)).not.toContain('peer.suspect')
    expect(story(bob)).not.toContain('peer.suspect')
  })

  it('call a silent peer suspect after three intervals and lost after two more', () => {
    const { world, alice, bob } = steadyPair()
    world.clock.advance(MINUTE_MS)
    const since = world.clock.now
    world.network.blackhole(alice.network, bob.network)
    world.clock.advance(MINUTE_MS)
    for (const host of [alice, bob]) {
      const [suspect = Number.NaN] = times(host, 'peer.suspect')
      const [lost = Number.NaN] = times(host, 'peer.disconnected')
      const silent = SUSPECT_AFTER_INTERVALS * INTERVAL_MS
      // The last byte came up to one interval before the fault.
      expect(suspect - since).toBeLessThanOrEqual(silent)
      expect(suspect - since).toBeGreaterThanOrEqual(silent - INTERVAL_MS - 20)
      expect(lost - suspect).toBeCloseTo(SILENT_AFTER_INTERVALS * INTERVAL_MS, 3)
      expect(told(host, 'peer.suspect')[0]?.silentMs).toBe(silent)
      expect(told(host, 'peer.disconnected')[0]?.reason._tag).toBe('Silent')
    }
  })

  it('tell that a suspect peer is back, as often as it is', () => {
    const { world, alice, bob } = steadyPair()
    for (const round of [1, 2, 3]) {
      world.network.blackhole(alice.network, bob.network)
      world.clock.advance(18 * SECOND_MS)
      expect(told(alice, 'peer.suspect')).toHaveLength(round)
      alice.type(`said to nobody ${round}`)
      world.network.heal(alice.network, bob.network)
      world.clock.advance(SECOND_MS)
      expect(told(alice, 'peer.recovered')).toHaveLength(round)
      expect(told(bob, 'peer.recovered')).toHaveLength(round)
      expect(texts(bob)).toHaveLength(round)
    }
    expect(told(alice, 'peer.disconnected')).toHaveLength(0)
    expect(world.network.links()).toHaveLength(1)
    expectNothingHeld(world, [alice, bob])
  })

  it('count any byte as life: a slow long message never makes its sender suspect', () => {
    const { world, alice, bob } = steadyPair()
    world.network.paths.setShape(alice.network, bob.network, { bytesPerSecond: 10_000 })
    alice.type('x'.repeat(1_000_000))
    world.clock.advance(5 * MINUTE_MS)
    expect(texts(bob)).toHaveLength(1)
    expect(told(alice, 'peer.suspect')).toHaveLength(0)
    expect(told(bob, 'peer.suspect')).toHaveLength(0)
    expect(told(bob, 'peer.disconnected')).toHaveLength(0)
  })

  it('notice one direction that is dead: whoever hears nothing says so', () => {
    const { world, alice, bob } = steadyPair()
    world.network.blackholeOneWay(alice.network, bob.network)
    world.clock.advance(16 * SECOND_MS)
    expect(told(bob, 'peer.suspect')).toHaveLength(1)
    world.clock.advance(MINUTE_MS)
    expect(told(bob, 'peer.disconnected')[0]?.reason._tag).toBe('Silent')
    expect(told(alice, 'peer.disconnected')).toHaveLength(1)
    world.network.healAll()
    world.clock.advance(MINUTE_MS)
    expectTalk({ world, alice, bob })
  })
})

describe('a clock that jumps', () => {
  const HOUR_MS = 60 * MINUTE_MS
  const jumps = [
    ['an hour ahead', HOUR_MS],
    ['a year back', -365 * 24 * HOUR_MS],
    ['three seconds ahead', 3 * SECOND_MS]
  ] as const

  it.each(jumps)('%s: the link is probed at once, and nothing else happens', (_, ms) => {
    const { world, alice, bob } = steadyPair()
    world.clock.advance(MINUTE_MS)
    alice.jumpWall(ms)
    // The watcher looks every second; a round trip later the answer is there.
    const asked = infoOf(bob)
    world.clock.advance(1)
    const bytesBefore = asked()?.bytesIn ?? 0
    world.clock.advance(1_100)
    const probed = infoOf(bob)
    world.clock.advance(1)
    expect((probed()?.bytesIn ?? 0) - bytesBefore).toBeGreaterThanOrEqual(12)
    world.clock.advance(5 * MINUTE_MS)
    for (const host of [alice, bob]) {
      expect(told(host, 'peer.suspect')).toHaveLength(0)
      expect(told(host, 'peer.disconnected')).toHaveLength(0)
    }
    expectTalk({ world, alice, bob })
    expectNothingHeld(world, [alice, bob])
  })

  it('again and again does not keep a dead link alive', () => {
    const { world, alice, bob } = steadyPair()
    world.network.blackhole(alice.network, bob.network)
    for (let jump = 0; jump < 30; jump++) {
      alice.jumpWall(MINUTE_MS)
      world.clock.advance(2 * SECOND_MS)
    }
    expect(told(alice, 'peer.disconnected')[0]?.reason._tag).toBe('Silent')
  })
})
