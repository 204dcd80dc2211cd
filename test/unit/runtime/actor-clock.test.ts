/**
 * Goal: XState's delays follow Effect's clock, and nothing of a stopped actor is left in it.
 * Method: real machines under the virtual clock; one test under the live clock, which waits for the
 * timer itself.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import { createActor, createMachine } from 'xstate'
import { makeActorClock } from '../../../src/runtime/actor-clock.ts'
import { SimulatedClock } from '../../../src/simulation/clock.ts'

const chain = createMachine({
  initial: 'a',
  states: {
    a: { after: { 50: 'b' }, on: { skip: 'd' } },
    b: { after: { 50: 'c' } },
    c: { after: { 50: 'd' } },
    d: { type: 'final' }
  }
})

const started = () => {
  const clock = new SimulatedClock()
  const timers = makeActorClock((effect) => clock.fork(effect))
  return { clock, actor: createActor(chain, { clock: timers }).start(), timers }
}

describe('actor clock', () => {
  it('fires chained delays within one advance', () => {
    const { clock, actor } = started()
    clock.advance(49)
    expect(actor.getSnapshot().value).toBe('a')
    clock.advance(51)
    expect(actor.getSnapshot().value).toBe('c')
    clock.advance(50)
    expect(actor.getSnapshot().value).toBe('d')
    expect(clock.pending).toBe(0)
  })

  it('cancels the delay of a state that is left', () => {
    const { clock, actor } = started()
    actor.send({ type: 'skip' })
    expect(actor.getSnapshot().value).toBe('d')
    expect(clock.pending).toBe(0)
  })

  it('leaves no timer of a stopped actor', () => {
    const { clock, actor } = started()
    actor.stop()
    expect(clock.pending).toBe(0)
    clock.advance(1_000)
    expect(actor.getSnapshot().value).toBe('a')
  })

  it('hands what a callback throws to whoever drives the clock', () => {
    const { clock, timers } = started()
    timers.setTimeout(() => {
      throw new Error('broken')
    }, 5)
    expect(() => clock.advance(5)).toThrow('broken')
  })

  it('does nothing for a timer that has fired, or none', () => {
    const { clock, timers } = started()
    let calls = 0
    const timer = timers.setTimeout(() => {
      calls++
      timers.clearTimeout(timer)
    }, 5)
    clock.advance(5)
    timers.clearTimeout(timer)
    timers.clearTimeout(undefined)
    expect(calls).toBe(1)
  })

  it('never calls back before it returns, also without a delay', () => {
    const { clock, timers } = started()
    let calls = 0
    timers.setTimeout(() => {
      calls++
    }, 0)
    expect(calls).toBe(0)
    clock.drain()
    expect(calls).toBe(1)
  })

  it('runs over the live clock as well', async () => {
    const timers = makeActorClock(Effect.runFork)
    const seen: string[] = []
    timers.clearTimeout(timers.setTimeout(() => seen.push('cancelled'), 0))
    await new Promise<void>((resolve) => {
      timers.setTimeout(() => seen.push('first'), 0)
      timers.setTimeout(resolve, 1)
    })
    expect(seen).toEqual(['first'])
  })
})
