/** A wait that others end: fibers wait, whoever changed what they wait for notifies them. */
import * as Effect from 'effect/Effect'
import type { SimulatedClock } from './clock.ts'

/**
 * Waiters are resumed as tasks of their own, after the notifier is done, so that the one is never in
 * the middle of a change when the others look. They look again themselves: a wake-up is no promise.
 */
export class Wakeup {
  readonly #clock: SimulatedClock
  readonly #waiting = new Set<() => void>()
  /** Ends with the next `notify`. */
  readonly wait: Effect.Effect<void>

  constructor(clock: SimulatedClock) {
    this.#clock = clock
    this.wait = Effect.callback<void>((resume) => {
      const wake = () => resume(Effect.void)
      this.#waiting.add(wake)
      return Effect.sync(() => {
        this.#waiting.delete(wake)
      })
    })
  }

  notify(): void {
    for (const wake of this.#waiting) this.#clock.soon(wake)
    this.#waiting.clear()
  }
}
