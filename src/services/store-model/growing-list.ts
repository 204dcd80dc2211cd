/**
 * A list that is never changed and cheap to append to: the versions of it share one array, of which each
 * sees its own stretch. Only the newest version appends in place; an older one copies first.
 */

/** Elements at the front that nobody sees, from which on they are let go of. */
const UNSEEN_MIN = 16

export class GrowingList<A> {
  readonly #shared: A[]
  readonly #from: number
  readonly #to: number

  constructor(shared: A[] = [], from = 0, to: number = shared.length) {
    this.#shared = shared
    this.#from = from
    this.#to = to
  }

  get length(): number {
    return this.#to - this.#from
  }

  /** The one at `index` from the front; undefined outside. */
  at(index: number): A | undefined {
    return index >= 0 && index < this.length ? this.#shared[this.#from + index] : undefined
  }

  /** The list with these behind it. */
  append(items: readonly A[]): GrowingList<A> {
    if (items.length === 0) return this
    const isNewest = this.#shared.length === this.#to
    const shared = isNewest ? this.#shared : this.toArray()
    for (const item of items) shared.push(item)
    return new GrowingList(shared, isNewest ? this.#from : 0)
  }

  /** The list without its first ones. */
  drop(count: number): GrowingList<A> {
    if (count <= 0) return this
    const from = Math.min(this.#from + count, this.#to)
    const isSparse = from > UNSEEN_MIN && from * 2 > this.#to
    return isSparse
      ? new GrowingList(this.#shared.slice(from, this.#to))
      : new GrowingList(this.#shared, from, this.#to)
  }

  /** How many at the front the predicate holds for. */
  countWhile(holds: (item: A) => boolean): number {
    let count = 0
    for (let item = this.at(0); item !== undefined && holds(item); item = this.at(count)) count++
    return count
  }

  toArray(): A[] {
    return this.#shared.slice(this.#from, this.#to)
  }
}
