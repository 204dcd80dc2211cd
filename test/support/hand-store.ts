/**
 * The store of one peer's conversation, over the model of the port, whose commits and look-ups are over
 * when the test says so: they are finished, or fail, or are cut off by the end of the process.
 */
import * as Effect from 'effect/Effect'
import { StoreError, type StoreFailure } from '../../src/domain/failures.ts'
import type { PeerId } from '../../src/domain/peer-id.ts'
import { isContradiction } from '../../src/services/store-model/conversation.ts'
import type { Durability, Ledger, StoreChange } from '../../src/services/store.ts'
import {
  apply,
  type Book,
  conversationOf,
  emptyBook,
  ledgerOf
} from '../../src/services/store-model.ts'
import type { SimulatedClock } from '../../src/simulation/clock.ts'

/** A commit that was begun and is not over. */
interface Open {
  readonly changes: readonly StoreChange[]
  readonly durability: Durability
  readonly before: Book
  readonly end: (outcome: Effect.Effect<void, StoreError>) => void
}

export class HandStore {
  /** true: commits and look-ups are over at once. */
  isPrompt = false
  /** Every commit that was begun: what it changes, in short. */
  readonly journal: string[] = []
  readonly #clock: SimulatedClock
  readonly #peer: PeerId
  #open: Open | undefined
  #lookUps: (() => void)[] = []
  /** Every state since the last that a power cut cannot undo, which is the first. */
  #states: Book[] = [emptyBook]

  constructor(clock: SimulatedClock, peer: PeerId) {
    this.#clock = clock
    this.#peer = peer
  }

  /** What another process would find now. */
  get written(): Book {
    return this.#states.at(-1) ?? emptyBook
  }

  /** What is left after a power cut, at least. */
  get durable(): Book {
    return this.#states[0] ?? emptyBook
  }

  get ledger(): Ledger {
    return ledgerOf(this.written, this.#peer)
  }

  /** The changes of the commit that is not over. */
  get busyWith(): readonly StoreChange[] | undefined {
    return this.#open?.changes
  }

  get lookUps(): number {
    return this.#lookUps.length
  }

  readonly commit = (
    changes: readonly StoreChange[],
    durability: Durability
  ): Effect.Effect<void, StoreError> =>
    Effect.suspend(() => {
      if (this.#open !== undefined) return Effect.die(new Error('two commits at a time'))
      const before = this.written
      const book = apply(before, this.#peer, changes, true)
      if (isContradiction(book)) return Effect.die(new Error(book.detail))
      this.journal.push(`${changes.map(({ type }) => type).join(' ')}: ${durability}`)
      this.#states.push(book)
      if (this.isPrompt) {
        if (durability === 'synced') this.#flushed()
        return Effect.void
      }
      return Effect.callback<void, StoreError>((end) => {
        this.#open = { changes, durability, before, end }
      })
    })

  readonly takenIds: Effect.Effect<ReadonlySet<string>, StoreError> = Effect.suspend(() => {
    const found = Effect.sync(
      () => new Set(conversationOf(this.written, this.#peer).takenIds.toArray())
    )
    if (this.isPrompt) return found
    return Effect.callback<ReadonlySet<string>>((end) => {
      this.#lookUps.push(() => end(found))
    })
  })

  /** The commit is over. */
  finish(): void {
    const open = this.#take()
    if (open.durability === 'synced') this.#flushed()
    open.end(Effect.void)
    this.#clock.drain()
  }

  /** The commit failed and left nothing. */
  fail(reason: StoreFailure): void {
    const { before, end } = this.#take()
    this.#states.pop()
    if (this.written !== before) throw new Error('something was written meanwhile')
    end(Effect.fail(new StoreError({ reason })))
    this.#clock.drain()
  }

  /** The ids that were asked for are there. */
  lookUp(): void {
    for (const found of this.#lookUps.splice(0)) found()
    this.#clock.drain()
  }

  /** Everything that is asked for, and what follows from it, is over. */
  finishAll(): void {
    while (this.#open !== undefined || this.#lookUps.length > 0) {
      this.lookUp()
      if (this.#open !== undefined) this.finish()
    }
  }

  /** The process is gone, and with it what it waited for. @param left commits that a power cut spares. */
  crash(left = Number.POSITIVE_INFINITY): void {
    this.#open = undefined
    this.#lookUps = []
    this.#states = [this.#states[Math.min(left, this.#states.length - 1)] ?? emptyBook]
  }

  /** Another file is in the place of this one. No process is there. */
  replace(book: Book): void {
    this.#states = [book]
  }

  #take(): Open {
    const open = this.#open
    if (open === undefined) throw new Error('no commit is open')
    this.#open = undefined
    return open
  }

  #flushed(): void {
    this.#states = [this.written]
  }
}
