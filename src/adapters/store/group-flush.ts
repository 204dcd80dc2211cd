/**
 * What makes written commits safe from a power cut: one flush at a time, outside the event loop, each for
 * everything that was written before it began. So commits that come together share a flush.
 */
import * as Effect from 'effect/Effect'
import * as Latch from 'effect/Latch'
import { StoreError, type StoreFailure } from '../../domain/failures.ts'
import { codeOf } from '../private-files.ts'

/** Makes safe what was written before it is called; calls back when that is done, or failed. */
export type Flush = (done: (error: Error | null) => void) => void

interface Waiter {
  readonly upTo: number
  readonly resume: (outcome: Effect.Effect<void, StoreError>) => void
}

export class GroupFlush {
  readonly #path: string
  readonly #flush: Flush
  readonly #idle = Latch.makeUnsafe(true)
  #written = 0
  #flushed = 0
  #isFlushing = false
  #waiters: Waiter[] = []
  #failure: StoreFailure | undefined

  /** @param path of the store, for the words of a failure. */
  constructor(path: string, flush: Flush) {
    this.#path = path
    this.#flush = flush
  }

  /**
   * Why nothing may be trusted any more; undefined: all is well. After a flush that failed the system
   * may have thrown away what it had, and a later one would succeed all the same.
   */
  get failure(): StoreFailure | undefined {
    return this.#failure
  }

  /** Something was written. */
  wrote(): void {
    this.#written++
  }

  /** Nothing may be trusted any more. */
  fail(failure: StoreFailure): void {
    this.#failure ??= failure
    const error = new StoreError({ reason: this.#failure })
    for (const { resume } of this.#waiters.splice(0)) resume(Effect.fail(error))
  }

  /** Completes when no flush is on its way. */
  get idle(): Effect.Effect<void> {
    return this.#idle.await
  }

  /** Completes when everything that is written now is safe. */
  readonly synced: Effect.Effect<void, StoreError> = Effect.suspend(() => {
    if (this.#failure !== undefined) return Effect.fail(new StoreError({ reason: this.#failure }))
    const upTo = this.#written
    if (upTo <= this.#flushed) return Effect.void
    return Effect.callback<void, StoreError>((resume) => {
      const waiter: Waiter = { upTo, resume }
      this.#waiters.push(waiter)
      this.#start()
      return Effect.sync(() => {
        this.#waiters = this.#waiters.filter((each) => each !== waiter)
      })
    })
  })

  #start(): void {
    if (this.#isFlushing || this.#waiters.length === 0) return
    this.#isFlushing = true
    this.#idle.closeUnsafe()
    const upTo = this.#written
    this.#flush((error) => {
      this.#isFlushing = false
      if (error === null) this.#finish(upTo)
      else this.fail({ _tag: 'StoreIo', path: this.#path, code: codeOf(error) })
      if (!this.#isFlushing) this.#idle.openUnsafe()
    })
  }

  #finish(upTo: number): void {
    this.#flushed = upTo
    const done = this.#waiters.filter((waiter) => waiter.upTo <= upTo)
    this.#waiters = this.#waiters.filter((waiter) => waiter.upTo > upTo)
    for (const { resume } of done) resume(Effect.void)
    this.#start()
  }
}
