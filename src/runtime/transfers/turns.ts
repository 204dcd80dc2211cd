/** Who may move now: a few at once, the others in the order in which they asked (LIMITS). */
import { TRANSFERS_MOVING_MAX } from '../../domain/limits.ts'
import type { TransferId } from '../../domain/transfers.ts'

export class Turns {
  readonly #grant: (id: TransferId) => void
  readonly #granted = new Set<TransferId>()
  readonly #waiting = new Set<TransferId>()

  /** @param grant told each time that a turn is given. */
  constructor(grant: (id: TransferId) => void) {
    this.#grant = grant
  }

  has(id: TransferId): boolean {
    return this.#granted.has(id)
  }

  /** Gives it a turn, now or when one is free. Who has one is told again. */
  ask(id: TransferId): void {
    if (!this.#granted.has(id)) {
      this.#waiting.add(id)
      return this.#next()
    }
    this.#grant(id)
  }

  /** It does not move, and does not want to for now. */
  release(id: TransferId): void {
    this.#waiting.delete(id)
    if (this.#granted.delete(id)) this.#next()
  }

  #next(): void {
    for (const id of this.#waiting) {
      if (this.#granted.size >= TRANSFERS_MOVING_MAX) return
      this.#waiting.delete(id)
      this.#granted.add(id)
      this.#grant(id)
    }
  }
}
