/**
 * Goal: a process that is killed, or a machine that loses its power, at any moment of a talk neither loses
 * nor doubles a message, at either end or both.
 * Method: one short talk, repeated from its seed: first whole, to learn when anything happens in it and
 * how many commits it takes; then with a crash at each of these moments, and inside of each commit. What
 * was typed before is told and shown as delivery-checks.ts says.
 */
import { describe, expect, it } from '@effect/vitest'
import type { CommitStep } from '../../src/simulation/memory-store.ts'
import type { WorldHost } from '../../src/simulation/world-host.ts'
import { checkAll } from './delivery-checks.ts'
import {
  expectNothingHeld,
  makePair,
  MINUTE_MS,
  type Pair,
  SECOND_MS,
  texts,
  told
} from './stage.ts'

const SEED = 'crashes'
const LONG = 'long '.repeat(5_000)
const SETTINGS = { saveHistory: true, reconnectDelayMs: 200 }
/** How long the talk takes, from its first word to the end of all that it caused. */
const TALK_MS = 2 * SECOND_MS

type End = 'kill' | 'powerCut'
type Who = 'alice' | 'bob' | 'both'

const ENDS: readonly End[] = ['kill', 'powerCut']

/** Both speak, in one item and in several, while the other does. */
const begin = (seed = SEED): Pair => {
  const pair = makePair(seed, SETTINGS)
  const { world, alice, bob } = pair
  // Typed as time goes on, whoever is still there to hear it.
  const later = (ms: number, host: WorldHost, text: string) =>
    world.clock.schedule(() => host.type(text), ms)
  alice.type('alice one')
  alice.type(LONG)
  bob.type('bob one')
  later(15, alice, 'alice two')
  later(15, bob, 'bob two')
  later(60, bob, 'bob three')
  later(61, alice, 'alice three')
  return pair
}

const victims = ({ alice, bob }: Pair, who: Who): readonly WorldHost[] =>
  who === 'both' ? [alice, bob] : [who === 'alice' ? alice : bob]

/** All are back, find each other, and go on talking; then everything is checked. */
const finish = (pair: Pair, dead: readonly WorldHost[], label: string): void => {
  const { world, alice, bob } = pair
  for (const { store } of [alice, bob]) store.onStep = () => undefined
  world.clock.advance(SECOND_MS)
  for (const host of dead) world.restart(host)
  world.clock.advance(MINUTE_MS)
  alice.type('alice after')
  bob.type('bob after')
  world.clock.advance(10 * SECOND_MS)
  for (const [sender, receiver] of [
    [alice, bob],
    [bob, alice]
  ] as const) {
    expect(told(sender, 'message.queued').at(-1)?.text, label).toBe(`${sender.name} after`)
    expect(texts(receiver).at(-1), label).toBe(`${sender.name} after`)
    checkAll({ sender, receiver })
  }
  expect(told(alice, 'delivery.restarted'), label).toEqual([])
}

/** When anything happened in the talk, from its first word on: virtual milliseconds. */
const moments = (): readonly number[] => {
  const { world } = begin()
  const start = world.clock.now
  world.clock.advance(TALK_MS)
  const times = world.trace.map((line) => Number.parseFloat(line)).filter((ms) => ms >= start)
  return [...new Set(times)].map((ms) => ms - start)
}

/** Commits of an end in the whole talk. */
const commits = (who: 'alice' | 'bob'): number => {
  const pair = begin()
  const before = pair[who].store.journal.length
  pair.world.clock.advance(TALK_MS)
  return pair[who].store.journal.length - before
}

describe('a crash', () => {
  const all = moments()

  it('has many moments to come at', () => {
    expect(all.length).toBeGreaterThan(20)
  })

  describe.each(['alice', 'bob', 'both'] as const)('of %s', (who) => {
    it.each(ENDS)('%s: at, just before and just after everything that happens', (end) => {
      for (const moment of all)
        for (const offset of [-0.01, 0, 0.01]) {
          const pair = begin()
          pair.world.clock.advance(Math.max(0, moment + offset))
          const dead = victims(pair, who)
          for (const host of dead) pair.world[end](host)
          finish(pair, dead, `${who} ${end} at ${moment + offset}`)
        }
    })
  })

  const steps: readonly CommitStep[] = ['asked', 'written', 'flushed']

  describe.each(['alice', 'bob'] as const)('of %s, in the middle of a commit', (who) => {
    it.each(steps)('%s', (when) => {
      const count = commits(who)
      expect(count).toBeGreaterThan(5)
      for (const end of ENDS)
        for (let at = 1; at <= count; at++) {
          const pair = begin()
          const host = pair[who]
          const dead: WorldHost[] = []
          const planned = host.store.journal.length + at
          host.store.onStep = (step, transaction) => {
            // A flush may cover several.
            if (step !== when || transaction < planned || dead.length > 0) return
            pair.world[end](host)
            dead.push(host)
          }
          pair.world.clock.advance(TALK_MS)
          finish(pair, dead, `${who} ${end} at commit ${at} ${when}`)
        }
    })
  })

  it('leaves nothing behind', () => {
    const pair = begin()
    pair.world.clock.advance(10)
    for (const host of [pair.alice, pair.bob]) pair.world.powerCut(host)
    finish(pair, [pair.alice, pair.bob], 'both')
    expectNothingHeld(pair.world, [pair.alice, pair.bob])
  })
})
