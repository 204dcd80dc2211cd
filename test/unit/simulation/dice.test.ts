/**
 * Goal: a seed means one sequence of draws for ever, and parts of the world cannot disturb each other.
 * Method: the generator against the published outputs of xoshiro128** for the state 1, 2, 3, 4; the
 * rest by comparing streams, and by counting draws into buckets.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Random from 'effect/Random'
import { makeDice, xoshiro128 } from '../../../src/simulation/dice.ts'

const draws = <A>(count: number, draw: () => A): A[] => Array.from({ length: count }, draw)

describe('dice', () => {
  it('draws as xoshiro128** does', () => {
    const reference = [
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597,
      4258142804
    ]
    expect(draws(10, xoshiro128([1, 2, 3, 4]))).toEqual(reference)
  })

  it('gives a seed one sequence, and another seed another', () => {
    const first = makeDice('a')
    expect(draws(50, makeDice('a').uint32)).toEqual(draws(50, first.uint32))
    expect(draws(50, makeDice('b').uint32)).not.toEqual(draws(50, makeDice('a').uint32))
    expect(makeDice(7).uint32()).toBe(makeDice('7').uint32())
  })

  it('forks a stream that does not depend on what was drawn before', () => {
    const used = makeDice(1)
    draws(100, used.uint32)
    expect(used.fork('x').bytes(16)).toEqual(makeDice(1).fork('x').bytes(16))
    expect(used.fork('x').bytes(16)).not.toEqual(used.fork('y').bytes(16))
  })

  it('draws whole numbers from both ends of the range, about evenly', () => {
    const dice = makeDice('even')
    const counts = new Map<number, number>()
    for (const drawn of draws(6_000, () => dice.integer(1, 6)))
      counts.set(drawn, (counts.get(drawn) ?? 0) + 1)
    expect([...counts.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6])
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150)
  })

  it('keeps floats in [0, 1) and chances at their probability', () => {
    const dice = makeDice('float')
    for (const drawn of draws(1_000, dice.float)) {
      expect(drawn).toBeGreaterThanOrEqual(0)
      expect(drawn).toBeLessThan(1)
    }
    expect(draws(1_000, () => dice.chance(0)).includes(true)).toBe(false)
    const hits = draws(2_000, () => dice.chance(0.25)).filter(Boolean).length
    expect(Math.abs(hits - 500)).toBeLessThan(100)
  })

  it('picks from the list, and throws for an empty one', () => {
    const dice = makeDice('pick')
    expect(new Set(draws(100, () => dice.pick(['a', 'b'])))).toEqual(new Set(['a', 'b']))
    expect(() => dice.pick([])).toThrow(RangeError)
  })

  it('is the Random service of Effect', () => {
    const program = Effect.all([Random.next, Random.nextInt, Random.nextIntBetween(1, 9)])
    const run = (seed: string) =>
      Effect.runSync(Effect.provideService(program, Random.Random, makeDice(seed).random))
    expect(run('r')).toEqual(run('r'))
    expect(run('r')).not.toEqual(run('s'))
    expect(Number.isSafeInteger(run('r')[1])).toBe(true)
  })
})
