/**
 * Goal: a link that breaks, however it breaks, is made again by whichever end can, within its attempts
 * and pauses; what was said meanwhile arrives once and in order.
 * Method: the whole program on two simulated hosts; each way of breaking by hand, then random cuts in
 * the middle of bursts over 100 seeds.
 */
import { describe, expect, it } from '@effect/vitest'
import { RECONNECT_DELAY_MS_MAX } from '../../src/domain/limits.ts'
import { makeWorld } from '../../src/simulation/world.ts'
import {
  at,
  chat,
  expectNothingHeld,
  expectTalk,
  makePair,
  MINUTE_MS,
  outcome,
  type Pair,
  SECOND_MS,
  seeds,
  story,
  texts,
  told
} from './stage.ts'

const cutAll = ({ world }: Pair): void => {
  for (const link of world.network.links()) world.network.cut(link)
}

const sayOffline = ({ alice, bob }: Pair, tag: string): void => {
  for (const n of [1, 2, 3]) {
    alice.type(`${tag} a${n}`)
    bob.type(`${tag} b${n}`)
  }
}

const expectAllOnce = ({ alice, bob }: Pair, tag: string): void => {
  expect(texts(bob)).toEqual([1, 2, 3].map((n) => `${tag} a${n}`))
  expect(texts(alice)).toEqual([1, 2, 3].map((n) => `${tag} b${n}`))
}

describe('a broken link', () => {
  it('that was reset is made again, and what was said meanwhile arrives once', () => {
    for (const seed of seeds(20)) {
      const pair = makePair(seed)
      cutAll(pair)
      pair.world.clock.advance(1)
      sayOffline(pair, 'reset')
      pair.world.clock.advance(50)
      expect(told(pair.alice, 'message.queued').map(({ online }) => online)).toEqual([
        false,
        false,
        false
      ])
      pair.world.clock.advance(20 * SECOND_MS)
      expectAllOnce(pair, 'reset')
      for (const host of [pair.alice, pair.bob]) {
        expect(told(host, 'peer.disconnected').map(({ reason }) => reason)).toEqual([
          { _tag: 'Lost', code: 'ECONNRESET' }
        ])
        expect(told(host, 'peer.connected')).toHaveLength(2)
        expect(told(host, 'peer.connected')[1]).toMatchObject({
          returned: true,
          firstContact: false
        })
        expect(told(host, 'message.delivered').flatMap(({ ids }) => ids)).toHaveLength(3)
        expect(told(host, 'dial.failed')).toHaveLength(0)
      }
      expect(pair.world.network.links()).toHaveLength(1)
      expectNothingHeld(pair.world, [pair.alice, pair.bob])
    }
  })

  it('that is a black hole for a minute is made again when it heals', () => {
    for (const seed of seeds(10)) {
      const pair = makePair(seed)
      const { world, alice, bob } = pair
      world.network.blackhole(alice.network, bob.network)
      sayOffline(pair, 'hole')
      world.clock.advance(MINUTE_MS)
      expect(told(alice, 'peer.disconnected')[0]?.reason._tag).toBe('Silent')
      world.network.healAll()
      world.clock.advance(MINUTE_MS)
      expectAllOnce(pair, 'hole')
      expect(world.network.links()).toHaveLength(1)
    }
  })

  it('whose dialler was killed is made again by the acceptor, once it is back', () => {
    for (const seed of seeds(10)) {
      const { world, alice, bob } = makePair(seed, { reconnectAttempts: 10 })
      world.kill(bob)
      alice.type('are you there?')
      world.clock.advance(40 * SECOND_MS)
      expect(told(alice, 'peer.disconnected')[0]?.reason._tag).toBe('Silent')
      world.restart(bob)
      world.clock.advance(90 * SECOND_MS)
      expect(texts(bob, 2)).toEqual(['are you there?'])
      expect(world.network.links()).toHaveLength(1)
      expectTalk({ world, alice, bob })
      expectNothingHeld(world, [alice, bob])
    }
  })

  it('whose acceptor alone knows where the other listens is made again by the acceptor', () => {
    const world = makeWorld(7)
    const alice = chat(world, 'alice')
    const bob = chat(world, 'bob')
    world.clock.advance(10)
    bob.enter({ type: 'connect', target: '10.0.0.1' })
    world.clock.advance(2 * SECOND_MS)
    // Bob cannot call Alice any more, so she has to call him, at the port that his READY told.
    alice.network.isRefusing = true
    cutAll({ world, alice, bob })
    world.clock.advance(20 * SECOND_MS)
    expect(told(alice, 'dial.started').map(({ target }) => target)).toContainEqual(at(bob))
    expect(told(alice, 'peer.connected').at(-1)?.direction).toBe('outgoing')
    expectTalk({ world, alice, bob })
  })

  it('that only one end saw open is made again by that end', () => {
    let tried = 0
    for (const seed of seeds(60)) {
      const world = makeWorld(seed)
      const alice = chat(world, 'alice')
      const bob = chat(world, 'bob', { connect: at(alice) })
      const isOpen = () => [alice, bob].find((host) => told(host, 'peer.connected').length > 0)
      world.clock.runUntil(() => isOpen() !== undefined, 5 * SECOND_MS)
      const first = isOpen()
      const later = first === alice ? bob : alice
      // The answer of the end that opened first is on its way, and does not arrive in time.
      world.network.blackhole(alice.network, bob.network)
      world.clock.advance(10.5 * SECOND_MS)
      if (told(later, 'peer.connected').length > 0) continue
      tried++
      world.network.healAll()
      world.clock.advance(20 * SECOND_MS)
      expectTalk({ world, alice, bob }, `seed ${seed}: ${story(alice).join(' ')}`)
    }
    expect(tried).toBeGreaterThan(20)
  })

  it('is made again at once by a peer that was restarted, whatever the other end still believes', () => {
    for (const seed of seeds(20)) {
      const { world, alice, bob } = makePair(seed)
      world.kill(bob)
      alice.type('said to a ghost')
      world.clock.advance(SECOND_MS)
      world.restart(bob)
      world.clock.advance(5 * SECOND_MS)
      const label = `seed ${seed}: ${story(alice).join(' ')} / ${story(bob).join(' ')}`
      expect(told(bob, 'peer.connected', 2), label).toHaveLength(1)
      expect(texts(bob, 2), label).toEqual(['said to a ghost'])
      expect(world.network.links(), label).toHaveLength(1)
      expectTalk({ world, alice, bob }, label)
    }
  })
})

describe('attempts', () => {
  it('are as many as were asked for, with pauses that double up to a bound, and then it is over', () => {
    const attempts = 9
    const { world, alice, bob } = makePair(1, { reconnectAttempts: attempts })
    world.kill(bob)
    world.clock.advance(30 * MINUTE_MS)
    const planned = told(alice, 'peer.reconnecting')
    expect(planned.map(({ attempt }) => attempt)).toEqual(seeds(attempts))
    for (const { attempt, delayMs, attempts: most } of planned) {
      const mean = Math.min(SECOND_MS * 2 ** (attempt - 1), RECONNECT_DELAY_MS_MAX)
      expect(delayMs).toBeGreaterThanOrEqual(mean * 0.75)
      expect(delayMs).toBeLessThanOrEqual(mean * 1.25)
      expect(most).toBe(attempts)
    }
    expect(told(alice, 'peer.lost')).toMatchObject([{ attempts }])
    expect(outcome(alice)).toBeUndefined()
    // It still waits to be called, and still has what was typed.
    alice.type('kept')
    world.restart(bob)
    world.clock.advance(5 * SECOND_MS)
    expect(texts(bob, 2)).toEqual(['kept'])
    expectNothingHeld(world, [alice, bob])
  })

  it('are spread by jitter: two worlds do not pause alike', () => {
    const delays = seeds(10).map((seed) => {
      const { world, alice, bob } = makePair(seed)
      world.kill(bob)
      world.clock.advance(MINUTE_MS)
      return told(alice, 'peer.reconnecting')[0]?.delayMs
    })
    expect(new Set(delays).size).toBeGreaterThan(5)
  })

  it('of none at all: the peer is lost at once', () => {
    const pair = makePair(1, { reconnectAttempts: 0 })
    cutAll(pair)
    pair.world.clock.advance(SECOND_MS)
    expect(told(pair.alice, 'peer.reconnecting')).toHaveLength(0)
    expect(told(pair.alice, 'peer.lost')).toMatchObject([{ attempts: 0 }])
  })

  it('count from zero again after a link that held', () => {
    const pair = makePair(3, { reconnectAttempts: 3 })
    for (let round = 0; round < 6; round++) {
      cutAll(pair)
      pair.world.clock.advance(MINUTE_MS)
    }
    expect(told(pair.alice, 'peer.lost')).toHaveLength(0)
    expect(told(pair.alice, 'peer.reconnecting').every(({ attempt }) => attempt === 1)).toBe(true)
    expectTalk(pair)
  })
})

describe('a burst over a link that is cut again and again', () => {
  it('arrives exactly once and in order while both processes live', () => {
    for (const seed of seeds(100)) {
      const pair = makePair(seed, { reconnectAttempts: 1_000, reconnectDelayMs: 100 })
      const { world, alice, bob } = pair
      const dice = world.dice.fork('cuts')
      const said = { alice: [] as string[], bob: [] as string[] }
      const say = (who: 'alice' | 'bob', count: number) => {
        for (let n = 0; n < count; n++) {
          const size = dice.chance(0.03) ? 25_000 : dice.integer(1, 40)
          const text = `${who} ${said[who].length} ${'.'.repeat(size)}`
          said[who].push(text)
          pair[who].type(text)
        }
      }
      for (let round = 0; round < 12; round++) {
        say('alice', dice.integer(0, 8))
        say('bob', dice.integer(0, 8))
        world.clock.advance(dice.pick([dice.integer(0, 60), dice.integer(0, 1_500)]))
        const link = world.network.links().at(-1)
        if (link === undefined) continue
        if (dice.chance(0.6)) world.network.cut(link)
        else if (dice.chance(0.5)) world.network.blackholeLink(link)
      }
      world.network.healAll()
      world.clock.advance(3 * MINUTE_MS)
      const label = `seed ${seed}`
      expect(texts(bob), label).toEqual(said.alice)
      expect(texts(alice), label).toEqual(said.bob)
      for (const host of [alice, bob]) {
        const ids = told(host, 'message.delivered').flatMap((event) => event.ids)
        expect(ids, label).toEqual(told(host, 'message.queued').map(({ id }) => id))
      }
      expect(world.network.links(), label).toHaveLength(1)
    }
  })

  it('is not doubled or torn for the end that lives when the other is killed in mid-burst', () => {
    for (const seed of seeds(60)) {
      const { world, alice, bob } = makePair(seed, { reconnectAttempts: 50, reconnectDelayMs: 200 })
      const dice = world.dice.fork('kill')
      const said = Array.from(
        { length: 40 },
        (_, n) => `${n} ${'.'.repeat(dice.integer(0, 3_000))}`
      )
      for (const text of said) alice.type(text)
      for (const text of said) bob.type(text)
      world.clock.advance(dice.integer(0, 120))
      world.kill(bob)
      const heard = texts(alice).length
      expect(texts(alice)).toEqual(said.slice(0, heard))
      world.clock.advance(dice.integer(0, 3_000))
      world.restart(bob)
      world.clock.advance(2 * MINUTE_MS)
      const label = `seed ${seed}`
      // What was on its way may still have come; nothing twice, nothing missing in between.
      expect(texts(alice), label).toEqual(said.slice(0, texts(alice).length))
      // The new process of Bob begins where the old one's acknowledgements end, or before that.
      const lives = [texts(bob, 1), texts(bob, 2)]
      expect(lives[0], label).toEqual(said.slice(0, lives[0]?.length))
      const from = said.length - (lives[1]?.length ?? 0)
      expect(lives[1], label).toEqual(said.slice(from))
      expect(from, label).toBeLessThanOrEqual(lives[0]?.length ?? 0)
      expect(told(alice, 'message.delivered').flatMap(({ ids }) => ids)).toHaveLength(said.length)
    }
  })
})
