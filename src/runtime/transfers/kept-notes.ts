/** Changes of notes that somebody waits for, until they are on the disk or nobody needs them any more. */
import * as Effect from 'effect/Effect'
import type { TransferId } from '../../domain/transfers.ts'
import type { TransferProgress } from '../../services/transfer-notes.ts'
import type { Transfer } from './registry.ts'

export class KeptNotes {
  readonly #isKnown: (transfer: Transfer) => boolean
  /** What waits for notes of which transfer. */
  readonly #waiting = new Map<() => void, TransferId>()
  #isStopped = false

  /** @param isKnown whether it has a note still. */
  constructor(isKnown: (transfer: Transfer) => boolean) {
    this.#isKnown = isKnown
  }

  /** Notes it. @returns whether it is on the disk; otherwise the note is gone, or the run ends. */
  keep(transfer: Transfer, change: Partial<TransferProgress>): Effect.Effect<boolean> {
    return Effect.callback<boolean>((resume) => {
      const end = (isNoted: boolean): void => {
        this.#waiting.delete(giveUp)
        resume(Effect.succeed(isNoted))
      }
      const giveUp = (): void => end(false)
      const isKnown = this.#isKnown(transfer)
      if (isKnown) this.#waiting.set(giveUp, transfer.id)
      transfer.writer.change(change, () => end(true))
      if (this.#isStopped || !isKnown) giveUp()
    })
  }

  /** Its note is gone. */
  removed(id: TransferId): void {
    for (const [giveUp, of] of this.#waiting) if (of === id) giveUp()
  }

  /** The run ends: what could not be noted so far is not waited for. */
  stop(): void {
    this.#isStopped = true
    for (const giveUp of this.#waiting.keys()) giveUp()
  }
}
