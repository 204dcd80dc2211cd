/**
 * Virtual time for a whole world of hosts, fully synchronous: effects that run in its context, and
 * everything over its timers, move only while `advance`, `runUntil`, `finish` or `drain` is called,
 * in an order that the seed alone decides. No promise is involved, and none is waited for.
 */
import * as Clock from 'effect/Clock'
import * as Context from 'effect/Context'
import * as Duration from 'effect/Duration'
import * as Effect from 'effect/Effect'
import type * as Exit from 'effect/Exit'
import type * as Fiber from 'effect/Fiber'
import * as Metric from 'effect/Metric'
import * as Random from 'effect/Random'
import * as Scheduler from 'effect/Scheduler'
import { type Dice, makeDice } from './dice.ts'
import { type Timer, TimerHeap } from './timer-heap.ts'

/** Steps that one millisecond of virtual time may take. 100 000 waking fibers need about as many. */
const STEPS_PER_MS_MAX = 1_000_000
/** Where wall clocks of simulated hosts start: 2026-01-01T00:00:00Z. */
export const EPOCH_MS = 1_767_225_600_000

/** Virtual time stands still while work goes on and on: some effects keep waking each other. */
export class LivelockError extends Error {
  override readonly name = 'LivelockError'
  readonly atMs: number
  readonly steps: number

  constructor(atMs: number, steps: number) {
    super(`${steps} steps at ${atMs} ms of virtual time without an end`)
    this.atMs = atMs
    this.steps = steps
  }
}

export interface SimulatedClockOptions {
  /** Seeds Effect's Random; the seed 0 when left out. */
  readonly dice?: Dice
  readonly stepsPerMsMax?: number
}

export class SimulatedClock {
  readonly #timers = new TimerHeap()
  readonly #stepsPerMsMax: number
  /** Work for this instant, in order; `#next` is the first that has not run. */
  #ready: ((() => void) | undefined)[] = []
  #next = 0
  #now = 0
  #wallOffset = 0
  #steps = 0
  #stepsSince = 0
  #running = false
  #fibers = 0

  /** The clock, the scheduler and the dice: run effects with these, and they are deterministic. */
  readonly context: Context.Context<never>

  constructor(options: SimulatedClockOptions = {}) {
    this.#stepsPerMsMax = options.stepsPerMsMax ?? STEPS_PER_MS_MAX
    const dice = options.dice ?? makeDice(0)
    this.context = Context.empty().pipe(
      Context.add(
        Clock.Clock,
        this.service(() => 0)
      ),
      Context.add(Random.Random, dice.random),
      Context.add(
        Scheduler.Scheduler,
        new Scheduler.MixedScheduler('async', (task) => this.soon(task))
      ),
      Context.add(Metric.FiberRuntimeMetrics, {
        recordFiberStart: () => {
          this.#fibers++
        },
        recordFiberEnd: () => {
          this.#fibers--
        }
      })
    ) as Context.Context<never>
  }

  /** Virtual milliseconds since the world began; never goes back. */
  get now(): number {
    return this.#now
  }

  /** true: something that this clock runs is asking. */
  get isRunning(): boolean {
    return this.#running
  }

  /** Timers that wait: a world at rest has none. */
  get pending(): number {
    return this.#timers.size
  }

  /** Fibers that have begun and not ended: a world at rest has none. */
  get fibers(): number {
    return this.#fibers
  }

  /** Milliseconds since the epoch, as the wall clocks of this world show them. */
  get wall(): number {
    return EPOCH_MS + this.#wallOffset + this.#now
  }

  /** Moves the wall clocks, forth or back, while timers and monotonic time go on as before. */
  jumpWall(ms: number): void {
    this.#wallOffset += ms
  }

  /** Calls back once after so many virtual milliseconds. */
  schedule(callback: () => void, ms: number): Timer {
    return this.#timers.add(this.#now + Math.max(0, ms), callback)
  }

  cancel(timer: Timer): void {
    this.#timers.remove(timer)
  }

  /** Calls back in this instant, after all that was asked for before. @returns takes it back. */
  soon(task: () => void): () => void {
    const ready = this.#ready
    const index = ready.push(task) - 1
    return () => {
      if (ready[index] === task) ready[index] = undefined
    }
  }

  /** Effect's clock over this one. @param skewMs how far this wall clock is off the others. */
  service(skewMs: () => number): Clock.Clock {
    const millis = () => Math.floor(this.wall + skewMs())
    const wallNanos = () => BigInt(millis()) * 1_000_000n
    const nanos = () => BigInt(Math.round(this.#now * 1e6))
    return {
      currentTimeMillisUnsafe: millis,
      currentTimeMillis: Effect.sync(millis),
      currentTimeNanosUnsafe: wallNanos,
      currentTimeNanos: Effect.sync(wallNanos),
      monotonicTimeNanosUnsafe: nanos,
      monotonicTimeNanos: Effect.sync(nanos),
      sleep: (duration) => this.#sleep(Duration.toMillis(duration))
    }
  }

  /** Starts an effect. It runs up to its first wait at once, the rest as time moves. */
  fork<A, E>(effect: Effect.Effect<A, E>): Fiber.Fiber<A, E> {
    return Effect.runForkWith(this.context)(effect)
  }

  /** Runs an effect to its end. @returns undefined when it is not done after `maxMs`. */
  finish<A, E>(effect: Effect.Effect<A, E>, maxMs: number): Exit.Exit<A, E> | undefined {
    const fiber = this.fork(effect)
    this.runUntil(() => fiber.pollUnsafe() !== undefined, maxMs)
    return fiber.pollUnsafe()
  }

  /** Runs what this instant holds; time does not move. */
  drain(): void {
    this.#run(() => this.#drain())
  }

  /** Lets so much time pass, and all that falls into it happen. */
  advance(ms: number): void {
    const end = this.#now + ms
    this.#run(() => {
      this.#drain()
      while (this.#fire(end)) this.#drain()
      this.#now = end
    })
  }

  /** Lets time pass until the predicate holds. @returns false when it did not within `maxMs`. */
  runUntil(predicate: () => boolean, maxMs: number): boolean {
    const end = this.#now + maxMs
    return this.#run(() => {
      this.#drain()
      while (!predicate()) {
        if (!this.#fire(end)) {
          this.#now = end
          return predicate()
        }
        this.#drain()
      }
      return true
    })
  }

  #sleep(ms: number): Effect.Effect<void> {
    if (ms <= 0) return Effect.yieldNow
    if (!Number.isFinite(ms)) return Effect.never
    return Effect.callback<void>((resume) => {
      const timer = this.schedule(() => resume(Effect.void), ms)
      return Effect.sync(() => this.cancel(timer))
    })
  }

  /** Time is moved from outside only: a task that moved it would run others in its middle. */
  #run<A>(body: () => A): A {
    if (this.#running) throw new Error('virtual time is moved from inside the simulation')
    this.#running = true
    try {
      return body()
    } finally {
      this.#running = false
    }
  }

  #drain(): void {
    while (this.#next < this.#ready.length) {
      const task = this.#ready[this.#next++]
      if (this.#next === this.#ready.length) {
        this.#ready = []
        this.#next = 0
      }
      this.#countStep()
      task?.()
    }
  }

  /** Moves to the earliest timer that is due by `end`, and fires it. */
  #fire(end: number): boolean {
    const timer = this.#timers.earliest
    if (timer === undefined || timer.at > end) return false
    this.#timers.remove(timer)
    this.#now = timer.at
    this.#countStep()
    timer.callback()
    return true
  }

  #countStep(): void {
    if (this.#now - this.#stepsSince >= 1) {
      this.#stepsSince = this.#now
      this.#steps = 0
    }
    this.#steps++
    if (this.#steps > this.#stepsPerMsMax) {
      const steps = this.#steps
      this.#steps = 0
      throw new LivelockError(this.#now, steps)
    }
  }
}
