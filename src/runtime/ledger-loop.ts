/**
 * What one conversation writes to the store: one commit at a time, and what comes meanwhile goes together
 * into the next. Whoever has something to write is asked for it when its turn comes, and hears what
 * became of it, so order is the same in memory and in the store.
 */
import * as Effect from 'effect/Effect'
import type { StoreError, StoreFailure } from '../domain/failures.ts'
import { STORE_RETRY_MS } from '../domain/limits.ts'
import type { Durability, StoreChange } from '../services/store.ts'

/** What one part of a conversation wants written, all of it or nothing. */
export interface Contribution {
  readonly changes: readonly StoreChange[]
  readonly durability: Durability
  readonly onStored: () => void
  /** Nothing was written. What is to be tried again is contributed again. */
  readonly onFailed: (failure: StoreFailure) => void
}

/**
 * Gives what there is to write now; undefined: nothing. `isRetry`: the store has failed, and was left alone
 * for a while since.
 */
export type Source = (isRetry: boolean) => Contribution | undefined

export interface LedgerWorld {
  readonly commit: (
    changes: readonly StoreChange[],
    durability: Durability
  ) => Effect.Effect<void, StoreError>
  /** Runs work that the end of the run waits for. */
  readonly run: (effect: Effect.Effect<void>) => void
  /** Calls back later, unless the run ends before. */
  readonly after: (ms: number, work: () => void) => void
  /** The store cannot be used any more. */
  readonly onBroken: (failure: StoreFailure) => void
}

/** Failures that pass: there may be room, or the right to write, in a while. */
const passes = ({ _tag }: StoreFailure): boolean =>
  _tag === 'StoreFull' || _tag === 'StoreUnwritable' || _tag === 'StoreBusy'

export class LedgerLoop {
  readonly #world: LedgerWorld
  readonly #sources: readonly Source[]
  #isBusy = false
  #isAsked = false
  #isAsking = false
  #broken: StoreFailure | undefined
  /** true: after a failure that passes, until the time of the next try. */
  #waits = false
  /** true: that time has come. */
  #isDue = false

  /** @param sources asked in this order; their changes are applied in this order. */
  constructor(world: LedgerWorld, sources: readonly Source[]) {
    this.#world = world
    this.#sources = sources
  }

  /** There may be something to write. */
  readonly kick = (): void => {
    this.#isAsked = true
    // Any number of commits may be over at once, so none begins inside of another.
    if (this.#isAsking) return
    this.#isAsking = true
    while (this.#isAsked && !this.#isBusy) this.#write()
    this.#isAsking = false
  }

  #write(): void {
    const isRetry = this.#isDue
    this.#isAsked = false
    this.#isDue = false
    const contributions = this.#sources.flatMap((source) => source(isRetry) ?? [])
    if (contributions.length === 0) return
    this.#isBusy = true
    if (this.#broken === undefined) this.#world.run(this.#commit(contributions))
    else this.#tellFailed(contributions, this.#broken)
  }

  #commit(contributions: readonly Contribution[]): Effect.Effect<void> {
    const changes = contributions.flatMap((each) => each.changes)
    const isSynced = contributions.some(({ durability }) => durability === 'synced')
    return this.#world.commit(changes, isSynced ? 'synced' : 'written').pipe(
      Effect.match({
        onSuccess: () => this.#stored(contributions),
        onFailure: ({ reason }) => this.#failed(contributions, reason)
      })
    )
  }

  #stored(contributions: readonly Contribution[]): void {
    // Who asks for more meanwhile waits until everybody has heard of this.
    for (const each of contributions) each.onStored()
    this.#isBusy = false
    this.kick()
  }

  #failed(contributions: readonly Contribution[], failure: StoreFailure): void {
    this.#tellFailed(contributions, failure)
    if (passes(failure)) return this.#tryLater()
    this.#broken = failure
    this.#world.onBroken(failure)
    // What came meanwhile is not kept either.
    this.kick()
  }

  #tellFailed(contributions: readonly Contribution[], failure: StoreFailure): void {
    for (const each of contributions) each.onFailed(failure)
    // Who asked meanwhile would ask for the same.
    this.#isAsked = false
    this.#isBusy = false
  }

  #tryLater(): void {
    if (this.#waits) return
    this.#waits = true
    this.#world.after(STORE_RETRY_MS, () => {
      this.#waits = false
      this.#isDue = true
      this.kick()
    })
  }
}
