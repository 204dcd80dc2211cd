/** A queue that takes at the back and gives at the front in constant time, and can be indexed. */

const CAPACITY_MIN = 16

/** A ring in an array whose length is a power of two; it doubles when full. */
export class Deque<A> {
  #slots: (A | undefined)[] = Array.from({ length: CAPACITY_MIN })
  #head = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  push(value: A): void {
    if (this.#length === this.#slots.length) this.#grow()
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = value
    this.#length += 1
  }

  /** Removes the first; undefined when empty. */
  shift(): A | undefined {
    if (this.#length === 0) return undefined
    const value = this.#slots[this.#head]
    // The slot lets go of what it held.
    this.#slots[this.#head] = undefined
    this.#head = (this.#head + 1) & (this.#slots.length - 1)
    this.#length -= 1
    if (this.#length === 0 && this.#slots.length > CAPACITY_MIN) this.#reset()
    return value
  }

  /** Removes the last; undefined when empty. */
  pop(): A | undefined {
    if (this.#length === 0) return undefined
    const at = (this.#head + this.#length - 1) & (this.#slots.length - 1)
    const value = this.#slots[at]
    this.#slots[at] = undefined
    this.#length -= 1
    if (this.#length === 0 && this.#slots.length > CAPACITY_MIN) this.#reset()
    return value
  }

  /** The one at `index` from the front; undefined outside. */
  at(index: number): A | undefined {
    return index >= 0 && index < this.#length
      ? this.#slots[(this.#head + index) & (this.#slots.length - 1)]
      : undefined
  }

  /** A burst must not leave its large array behind for good. */
  #reset(): void {
    if (this.#slots.length > CAPACITY_MIN * 256) this.#slots = Array.from({ length: CAPACITY_MIN })
    this.#head = 0
  }

  #grow(): void {
    const next = Array.from({ length: this.#slots.length * 2 }, (_, index) => this.at(index))
    this.#slots = next
    this.#head = 0
  }
}
