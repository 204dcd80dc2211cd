/**
 * Goal: virtual time drives effects in one order, stands still when nobody moves it, and never hangs.
 * Method: effects that write what they do and when into a list, compared whole.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Fiber from 'effect/Fiber'
import * as Random from 'effect/Random'
import * as Schedule from 'effect/Schedule'
import { EPOCH_MS, LivelockError, SimulatedClock } from '../../../src/simulation/clock.ts'
import { makeDice } from '../../../src/simulation/dice.ts'

describe('virtual time', () => {
  it('runs chained sleeps at their times, in the middle of one advance', () => {
    const clock = new SimulatedClock()
    const seen: string[] = []
    const note = (what: string) => Effect.sync(() => seen.push(`${clock.now} ${what}`))
    clock.fork(
      Effect.gen(function* () {
        yield* Effect.sleep(50)
        yield* note('a')
        yield* Effect.sleep(50)
        yield* note('b')
      })
    )
    clock.fork(note('c').pipe(Effect.delay(75)))
    clock.fork(Effect.never.pipe(Effect.timeoutOption(60), Effect.andThen(note('d'))))
    clock.advance(49)
    expect(seen).toEqual([])
    clock.advance(51)
    expect(seen).toEqual(['50 a', '60 d', '75 c', '100 b'])
    expect(clock.pending).toBe(0)
  })

  it('fires timers of one instant in the order in which they were set', () => {
    const clock = new SimulatedClock()
    const seen: number[] = []
    for (const number of [1, 2, 3]) clock.schedule(() => seen.push(number), 10)
    clock.schedule(() => seen.push(0), 9)
    clock.advance(10)
    expect(seen).toEqual([0, 1, 2, 3])
  })

  it('retries by schedule without real time', () => {
    const clock = new SimulatedClock()
    const times: number[] = []
    const attempt = Effect.suspend(() => {
      times.push(clock.now)
      return times.length < 4 ? Effect.fail('again') : Effect.succeed('done')
    })
    const exit = clock.finish(Effect.retry(attempt, Schedule.exponential(100)), 10_000)
    expect(exit).toEqual(Exit.succeed('done'))
    expect(times).toEqual([0, 100, 300, 700])
  })

  it('says when an effect did not finish in time, and leaves time at the limit', () => {
    const clock = new SimulatedClock()
    expect(clock.finish(Effect.never, 1_000)).toBeUndefined()
    expect(clock.now).toBe(1_000)
  })

  it('stops at the moment when the predicate holds', () => {
    const clock = new SimulatedClock()
    let isOpen = false
    clock.schedule(() => {
      isOpen = true
    }, 30)
    clock.schedule(() => undefined, 40)
    expect(clock.runUntil(() => isOpen, 1_000)).toBe(true)
    expect(clock.now).toBe(30)
    expect(clock.runUntil(() => false, 5)).toBe(false)
    expect(clock.now).toBe(35)
  })

  it('lets an interrupted sleep go', () => {
    const clock = new SimulatedClock()
    const fiber = clock.fork(Effect.sleep(1_000))
    expect(clock.pending).toBe(1)
    clock.finish(Fiber.interrupt(fiber), 0)
    expect(clock.pending).toBe(0)
  })

  it('keeps monotonic time and timers apart from a jump of the wall clock', () => {
    const clock = new SimulatedClock()
    const read = Effect.all([Clock.currentTimeMillis, Clock.monotonicTimeNanos])
    const times: unknown[] = []
    clock.fork(
      read.pipe(
        Effect.delay(100),
        Effect.map((both) => times.push(...both))
      )
    )
    clock.jumpWall(-3_600_000)
    clock.advance(100)
    expect(times).toEqual([EPOCH_MS - 3_600_000 + 100, 100_000_000n])
  })

  it('gives each host a wall clock of its own where asked to', () => {
    const clock = new SimulatedClock()
    const late = clock.service(() => -500)
    expect(late.currentTimeMillisUnsafe()).toBe(EPOCH_MS - 500)
    expect(late.monotonicTimeNanosUnsafe()).toBe(0n)
  })
})

describe('its dangers', () => {
  it('catches fibers that keep waking each other', () => {
    const clock = new SimulatedClock({ stepsPerMsMax: 5_000 })
    clock.fork(Effect.forever(Effect.yieldNow))
    expect(() => clock.advance(1)).toThrow(LivelockError)
  })

  it('catches timers that make hardly any way', () => {
    const clock = new SimulatedClock({ stepsPerMsMax: 5_000 })
    const again = () => {
      clock.schedule(again, 1e-9)
    }
    again()
    expect(() => clock.advance(1)).toThrow(LivelockError)
  })

  it('does not mistake long work for a livelock', () => {
    const clock = new SimulatedClock({ stepsPerMsMax: 50 })
    const tick = Effect.sleep(1).pipe(Effect.repeat(Schedule.recurs(10_000)))
    expect(clock.finish(tick, 20_000)).toBeDefined()
  })

  it('refuses to be moved from inside', () => {
    const clock = new SimulatedClock()
    clock.schedule(() => clock.advance(1), 1)
    expect(() => clock.advance(2)).toThrow('from inside')
    clock.advance(1)
    expect(clock.now).toBe(2)
  })

  it('hands a defect of a timer to whoever moves time', () => {
    const clock = new SimulatedClock()
    clock.schedule(() => {
      throw new Error('broken')
    }, 1)
    expect(() => clock.advance(1)).toThrow('broken')
  })
})

it('runs one order of many fibers for one seed', () => {
  const trace = (seed: number): string => {
    const clock = new SimulatedClock({ dice: makeDice(seed) })
    const seen: string[] = []
    const worker = (name: number) =>
      Effect.gen(function* () {
        for (let round = 0; round < 5; round++) {
          yield* Effect.sleep(yield* Random.nextIntBetween(0, 30))
          seen.push(`${clock.now}:${name}`)
        }
      })
    clock.fork(Effect.forEach([1, 2, 3, 4], worker, { concurrency: 'unbounded' }))
    clock.advance(1_000)
    return seen.join(' ')
  }
  expect(trace(1)).toBe(trace(1))
  expect(trace(1)).not.toBe(trace(2))
  expect(trace(1).split(' ')).toHaveLength(20)
})
