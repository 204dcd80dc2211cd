/**
 * Goal: RxJS's time operators follow Effect's clock and take their timers with them when unsubscribed.
 * Method: the operators that the streams use under the virtual clock, values with their times; then
 * the contract of a scheduler's action by hand.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Clock from 'effect/Clock'
import * as Context from 'effect/Context'
import {
  asyncScheduler,
  bufferTime,
  concat,
  debounceTime,
  delay,
  EMPTY,
  interval,
  map,
  NEVER,
  of,
  type SchedulerAction,
  Subject,
  take,
  timeout,
  timer
} from 'rxjs'
import { makeActorClock } from '../../../src/runtime/actor-clock.ts'
import { makeRxScheduler } from '../../../src/runtime/rx-scheduler.ts'
import { SimulatedClock } from '../../../src/simulation/clock.ts'

const setUp = () => {
  const clock = new SimulatedClock()
  const timers = makeActorClock((effect) => clock.fork(effect))
  const rx = makeRxScheduler(timers, Context.get(clock.context, Clock.Clock))
  return { clock, rx }
}

describe('operators', () => {
  it('interval ticks in virtual time and ends its timers', () => {
    const { clock, rx } = setUp()
    const seen: number[] = []
    interval(20, rx)
      .pipe(take(3))
      .subscribe(() => seen.push(clock.now))
    clock.advance(1_000)
    expect(seen).toEqual([20, 40, 60])
    expect(clock.pending).toBe(0)
  })

  it('unsubscribing takes the pending timer away', () => {
    const { clock, rx } = setUp()
    const subscription = interval(20, rx).subscribe()
    clock.advance(30)
    expect(clock.pending).toBe(1)
    subscription.unsubscribe()
    expect(clock.pending).toBe(0)
  })

  it('debounceTime measures from the last value, whatever the wall clock does', () => {
    const { clock, rx } = setUp()
    const source = new Subject<string>()
    const seen: string[] = []
    source.pipe(debounceTime(50, rx)).subscribe((value) => seen.push(`${clock.now} ${value}`))
    source.next('a')
    clock.advance(40)
    source.next('b')
    clock.jumpWall(-60_000)
    clock.advance(49)
    expect(seen).toEqual([])
    clock.advance(1)
    expect(seen).toEqual(['90 b'])
  })

  it('timeout, delay and bufferTime agree on the time', () => {
    const { clock, rx } = setUp()
    const seen: string[] = []
    const note = (value: string) => seen.push(`${clock.now} ${value}`)
    NEVER.pipe(timeout({ first: 30, with: () => of('late'), scheduler: rx })).subscribe(note)
    of('slow').pipe(delay(45, rx)).subscribe(note)
    concat(timer(5, rx), timer(20, rx), EMPTY)
      .pipe(
        bufferTime(10, rx),
        map((batch) => `batch of ${batch.length}`)
      )
      .subscribe(note)
    clock.advance(100)
    expect(seen).toEqual(['10 batch of 1', '20 batch of 0', '25 batch of 1', '30 late', '45 slow'])
    expect(clock.pending).toBe(0)
  })
})

describe('actions', () => {
  it('run again when they schedule themselves, with the new state', () => {
    const { clock, rx } = setUp()
    const seen: string[] = []
    rx.schedule<number>(
      function (this: SchedulerAction<number>, count = 0) {
        seen.push(`${clock.now}:${count}`)
        if (count < 3) this.schedule(count + 1, 10 * count)
      },
      5,
      1
    )
    clock.advance(100)
    expect(seen).toEqual(['5:1', '15:2', '35:3'])
  })

  it('keep only the last of two schedules', () => {
    const { clock, rx } = setUp()
    const seen: string[] = []
    const action = rx.schedule<string>((state) => seen.push(`${clock.now} ${state}`), 10, 'first')
    ;(action as SchedulerAction<string>).schedule('second', 20)
    clock.advance(100)
    expect(seen).toEqual(['20 second'])
  })

  it('do not run once unsubscribed, nor can they be scheduled again', () => {
    const { clock, rx } = setUp()
    let runs = 0
    const action = rx.schedule(() => runs++, 10)
    action.unsubscribe()
    ;(action as SchedulerAction<unknown>).schedule(undefined, 1)
    clock.advance(100)
    expect(runs).toBe(0)
    expect(action.closed).toBe(true)
  })

  it('end and pass on what they throw', () => {
    const { clock, rx } = setUp()
    const action = rx.schedule(() => {
      throw new Error('broken')
    }, 10)
    expect(() => clock.advance(10)).toThrow('broken')
    expect(action.closed).toBe(true)
  })

  it("read a clock that starts where the world does, unlike RxJS's own", () => {
    const { clock, rx } = setUp()
    clock.advance(12.5)
    expect(rx.now()).toBe(12.5)
    expect(asyncScheduler.now()).toBeGreaterThan(rx.now())
  })
})
