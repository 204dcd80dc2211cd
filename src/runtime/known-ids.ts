/**
 * Ids of messages that were taken under earlier epochs of a peer, which it may send once more under
 * another. The last OUTBOX_ITEMS_MAX are known at least, and twice as many at most.
 */
import { OUTBOX_ITEMS_MAX } from '../domain/limits.ts'

export class KnownIds {
  #older: ReadonlySet<string>
  #newer: Set<string>

  /** @param stored what the store knows. @param waiting what came and is on its way there. */
  constructor(stored: ReadonlySet<string>, waiting: Iterable<string>) {
    this.#older = stored
    this.#newer = new Set(waiting)
  }

  has(id: string): boolean {
    return this.#newer.has(id) || this.#older.has(id)
  }

  add(id: string): void {
    if (this.#newer.size >= OUTBOX_ITEMS_MAX) {
      this.#older = this.#newer
      this.#newer = new Set()
    }
    this.#newer.add(id)
  }
}
