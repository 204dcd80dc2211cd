/** A binary heap of timers: the earliest first, and of one instant the one set first. */

/** A callback that waits for its time. */
export interface Timer {
  /** Virtual milliseconds. */
  readonly at: number
  /** Order of setting, which breaks ties. */
  readonly order: number
  readonly callback: () => void
  /** Place in the heap; -1 when it is not in it (fired or cancelled). */
  index: number
}

const isBefore = (one: Timer, other: Timer): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order)

/** Adding and removing cost O(log n); a removed timer is let go of at once. */
export class TimerHeap {
  readonly #timers: Timer[] = []
  #order = 0

  get size(): number {
    return this.#timers.length
  }

  get earliest(): Timer | undefined {
    return this.#timers[0]
  }

  add(at: number, callback: () => void): Timer {
    const timer: Timer = { at, order: this.#order++, callback, index: this.#timers.length }
    this.#timers.push(timer)
    this.#rise(timer)
    return timer
  }

  /** Nothing happens for a timer that is not in the heap. */
  remove(timer: Timer): void {
    const index = timer.index
    if (index < 0) return
    timer.index = -1
    const last = this.#timers.pop()
    if (last === undefined || last === timer) return
    this.#place(last, index)
    this.#rise(last)
    this.#sink(last)
  }

  #place(timer: Timer, index: number): void {
    this.#timers[index] = timer
    timer.index = index
  }

  #rise(timer: Timer): void {
    while (timer.index > 0) {
      const above = this.#timers[(timer.index - 1) >> 1]
      if (above === undefined || !isBefore(timer, above)) return
      this.#swap(timer, above)
    }
  }

  #sink(timer: Timer): void {
    for (;;) {
      const left = this.#timers[2 * timer.index + 1]
      const right = this.#timers[2 * timer.index + 2]
      const least =
        left !== undefined && right !== undefined && isBefore(right, left) ? right : left
      if (least === undefined || !isBefore(least, timer)) return
      this.#swap(timer, least)
    }
  }

  #swap(one: Timer, other: Timer): void {
    const index = one.index
    this.#place(one, other.index)
    this.#place(other, index)
  }
}
