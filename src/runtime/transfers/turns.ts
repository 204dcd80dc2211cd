/** Who may move now: a few at once, the others in the order in which they asked (LIMITS). */
import { TRANSFERS_MOVING_MAX } from '../../domain/limits.ts'
import type { TransferId } from '../../domain/transfers.ts'

export class Turns {
  readonly #onGranted: (id: TransferId) => void
  readonly #granted = new Set<TransferId>()
  readonly #waiting = new Set<TransferId>()

  /** @param onGranted told of those that had to wait, when their turn comes. */
  constructor(onGranted: (id: TransferId) => void) {
    this.#onGranted = onGranted
  }

  has(id: TransferId): boolean {
    return this.#granted.has(id)
  }

  /** true: it has a turn now. false: it waits for one, and is told. */
  take(id: TransferId): boolean {
    if (this.#granted.has(id)) return true
    if (this.#granted.size >= TRANSFERS_MOVING_MAX) {
      this.#waiting.add(id)
      return false
    }
    this.#waiting.delete(id)
    this.#granted.add(id)
    return true
  }

  /** It does not move, and does not want to for now. */
  leave(id: TransferId): void {
    this.#waiting.delete(id)
    if (!this.#granted.delete(id)) return
    const [next] = this.#waiting
    if (next !== undefined && this.take(next)) this.#onGranted(next)
  }
}
