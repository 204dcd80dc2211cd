/**
 * An RxJS scheduler over the actor clock. Every time operator of the streams is given this one,
 * since RxJS's own schedulers read the system's clock.
 */
import type * as Clock from 'effect/Clock'
import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs'
import type { ActorClock, ActorTimer } from './actor-clock.ts'

type Work<T> = (this: SchedulerAction<T>, state?: T) => void

/** One scheduled piece of work. It runs once each time it is scheduled, also by itself. */
class ClockAction<T> extends Subscription implements SchedulerAction<T> {
  readonly #timers: ActorClock
  readonly #work: Work<T>
  #timer: ActorTimer | undefined

  constructor(timers: ActorClock, work: Work<T>) {
    super()
    this.#timers = timers
    this.#work = work
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this
    this.#timers.clearTimeout(this.#timer)
    this.#timer = this.#timers.setTimeout(() => this.#execute(state), delay)
    return this
  }

  override unsubscribe(): void {
    if (this.closed) return
    this.#timers.clearTimeout(this.#timer)
    this.#timer = undefined
    super.unsubscribe()
  }

  #execute(state: T | undefined): void {
    this.#timer = undefined
    try {
      this.#work.call(this, state)
    } catch (error) {
      this.unsubscribe()
      throw error
    }
  }
}

/**
 * @param timers as made by `makeActorClock`.
 * @param clock the clock behind them. `now()` is its monotonic time in milliseconds: operators
 * subtract two readings (debounceTime, timeout), and a jump of the wall clock must not reach them.
 */
export const makeRxScheduler = (timers: ActorClock, clock: Clock.Clock): SchedulerLike => ({
  now: () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6,
  schedule: <T>(work: Work<T>, delay?: number, state?: T): Subscription =>
    new ClockAction<T>(timers, work).schedule(state, delay)
})
