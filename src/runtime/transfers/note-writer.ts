/**
 * The note of one transfer on its way to the disk: one write at a time, in order, and what changes meanwhile
 * goes into the next. Whoever changed it hears when it is safe, and tells nobody before. A write that
 * fails is tried again until it is done or the run ends.
 */
import * as Effect from 'effect/Effect'
import { DISK_RETRY_MS } from '../../domain/limits.ts'
import type { TransferError, TransferFailure } from '../../domain/transfer-failures.ts'
import type { TransferProgress } from '../../services/transfer-notes.ts'

export interface NoteWriterWorld {
  readonly write: (progress: TransferProgress) => Effect.Effect<void, TransferError>
  /** Runs work that the end of the run waits for. */
  readonly run: (effect: Effect.Effect<void>) => void
  /** Calls back later, unless the run ends before. */
  readonly after: (ms: number, work: () => void) => void
  readonly onFailed: (failure: TransferFailure) => void
}

export class NoteWriter {
  readonly #world: NoteWriterWorld
  #progress: TransferProgress
  #then: (() => void)[] = []
  #isDue = false
  /** A write is on its way, or waits for its next try. */
  #isBusy = false
  #isOver = false

  /** @param progress as it is on the disk. */
  constructor(world: NoteWriterWorld, progress: TransferProgress) {
    this.#world = world
    this.#progress = progress
  }

  /** As it was last changed; the disk may be behind. */
  get progress(): TransferProgress {
    return this.#progress
  }

  /** @param then called when this is on the disk; never after `stop`. */
  change(change: Partial<TransferProgress>, then: () => void): void {
    if (this.#isOver) return
    this.#progress = { ...this.#progress, ...change }
    this.#then.push(then)
    this.#isDue = true
    this.#write()
  }

  /** Calls back when everything that was changed so far is on the disk; at once where it is. */
  settled(then: () => void): void {
    if (!this.#isBusy) then()
    else if (!this.#isOver) this.#then.push(then)
  }

  /**
   * The note is to be removed: nothing is written or called back any more. @param then called when nothing is
   * on its way to the disk.
   */
  stop(then: () => void): void {
    this.#isOver = true
    if (this.#isBusy) this.#then = [then]
    else then()
  }

  #write(): void {
    if (this.#isBusy || !this.#isDue) return
    this.#isBusy = true
    this.#isDue = false
    const then = this.#then
    this.#then = []
    const written = this.#world.write(this.#progress).pipe(
      Effect.match({
        onSuccess: () => this.#written(then),
        onFailure: ({ reason }) => this.#failed(then, reason)
      })
    )
    this.#world.run(written)
  }

  #written(then: readonly (() => void)[]): void {
    for (const call of then) if (!this.#isOver) call()
    this.#settle()
  }

  #failed(then: readonly (() => void)[], failure: TransferFailure): void {
    if (this.#isOver) return this.#settle()
    this.#then = [...then, ...this.#then]
    this.#isDue = true
    this.#world.onFailed(failure)
    this.#world.after(DISK_RETRY_MS, () => this.#settle())
  }

  #settle(): void {
    this.#isBusy = false
    if (this.#isDue && !this.#isOver) return this.#write()
    // Of those who only waited until it is settled.
    for (const call of this.#then.splice(0)) call()
  }
}
