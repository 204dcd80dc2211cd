/** Transfers that ended in this run, for /transfers and /retry: the last ones only. */
import type { TransferDetails } from '../../domain/transfer-events.ts'

const FINISHED_MAX = 100

export interface Finished {
  readonly details: TransferDetails
  /** Where an outgoing one came from, as far as that is known. */
  readonly source?: string
}

export class FinishedTransfers {
  readonly #all = new Map<number, Finished>()

  add(finished: Finished): void {
    this.#all.set(finished.details.number, finished)
    for (const number of this.#all.keys()) {
      if (this.#all.size <= FINISHED_MAX) return
      this.#all.delete(number)
    }
  }

  get(number: number): Finished | undefined {
    return this.#all.get(number)
  }

  all(): readonly Finished[] {
    return [...this.#all.values()]
  }

  forget(number: number): void {
    this.#all.delete(number)
  }
}
