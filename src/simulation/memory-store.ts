/** The Store port of a simulated host, over the model (services/store-model.ts) and a disk in memory. */
import * as Effect from 'effect/Effect'
import { StoreError, type StoreFailure } from '../domain/failures.ts'
import type { PeerId } from '../domain/peer-id.ts'
import type { Durability, Store, StoreChange } from '../services/store.ts'
import { isContradiction } from '../services/store-model/conversation.ts'
import { pageOf, searchIn, summaryOf } from '../services/store-model/pages.ts'
import { apply, type Book, conversationOf, erase, ledgerOf } from '../services/store-model.ts'
import type { SimulatedClock } from './clock.ts'
import type { Dice } from './dice.ts'
import { MemoryDisk, type Transaction } from './memory-disk.ts'

/** Where a commit is, for tests that end the process there. */
export type CommitStep = 'asked' | 'written' | 'flushed'

export interface MemoryStoreWorld {
  readonly clock: SimulatedClock
  readonly dice: Dice
  readonly path: string
  /** Takes a line for every commit and every fault. */
  readonly tell: (line: string) => void
}

/** A commit that was refused. */
export interface Refusal {
  /** Virtual milliseconds. */
  readonly atMs: number
  readonly run: number
  readonly peer: PeerId
  readonly changes: readonly StoreChange[]
  readonly failure: StoreFailure
}

type Asked = Pick<Transaction, 'peer' | 'changes' | 'book'>

const kindsOf = (changes: readonly StoreChange[]): string =>
  changes.map(({ type }) => type).join('+') || 'erasure'

export class MemoryStore {
  /** true: no commit finds room. */
  isFull = false
  /** true: no commit may write. */
  isReadOnly = false
  /** Called at each step of a commit, in the middle of whatever the program does. */
  onStep: (step: CommitStep, transaction: number) => void = () => undefined
  readonly #world: MemoryStoreWorld
  readonly #disk: MemoryDisk
  readonly #refusals: Refusal[] = []
  /** The life of the file at each run so far; it begins another one when it is replaced. */
  readonly #lives: number[] = []
  #life = 1
  #isOpen = false
  /** After a flush that failed nothing is trusted until the store is opened anew. */
  #broken: StoreFailure | undefined

  constructor(world: MemoryStoreWorld) {
    this.#world = world
    const onFlushed = (last: number) => this.onStep('flushed', last)
    this.#disk = new MemoryDisk({ ...world, onFlushed })
  }

  /** How often a flush stalls, from 0 (by default) to 1. */
  set stallChance(chance: number) {
    this.#disk.stallChance = chance
  }

  /** Every commit so far, by all runs. */
  get journal(): readonly Transaction[] {
    return this.#disk.journal
  }

  /** Every commit that failed. */
  get refusals(): readonly Refusal[] {
    return this.#refusals
  }

  /** What a process would find after the end of this one; a copy of the file. */
  get written(): Book {
    return this.#disk.written
  }

  /** What a process would find after a power cut, at least. */
  get durable(): Book {
    return this.#disk.durable
  }

  /** true: a flush failed, and this run is refused everything. */
  get isBroken(): boolean {
    return this.#broken !== undefined
  }

  /** Which file a run of the host had: 1, or more after it was replaced. */
  lifeAt(run: number): number {
    return this.#lives[run - 1] ?? this.#life
  }

  /** The store for one run of a process. What earlier ones wrote is safe before it is seen. */
  open(saveHistory: boolean): Store['Service'] {
    const run = this.#lives.push(this.#life)
    this.#isOpen = true
    this.#broken = undefined
    this.#disk.settle()
    const whileAlive = <A, E = never>(effect: () => Effect.Effect<A, E>): Effect.Effect<A, E> =>
      Effect.suspend(() => (this.#isAlive(run) ? effect() : Effect.interrupt))
    const view = <A>(look: (book: Book) => A) =>
      whileAlive(() => Effect.sync(() => look(this.written)))
    return {
      ledger: (peer) => view((book) => ledgerOf(book, peer)),
      commit: (peer, changes, durability) =>
        whileAlive(() => {
          const book = apply(this.written, peer, changes, saveHistory)
          // A bug of the program, whatever the state of the disk.
          if (isContradiction(book)) return Effect.die(new Error(book.detail))
          return this.#write(run, { peer, changes, book }, durability)
        }),
      takenIds: (peer) => view((book) => new Set(conversationOf(book, peer).takenIds.toArray())),
      conversations: view((book) => [...book.keys()].map((peer) => summaryOf(book, peer))),
      page: (peer, query) => view((book) => pageOf(book, peer, query)),
      search: (peer, query) =>
        view((book) => {
          const total = summaryOf(book, peer).kept
          query.onProgress?.(total, total)
          return searchIn(book, peer, query)
        }),
      erase: (peer) =>
        whileAlive(() => {
          const { book, count } = erase(this.written, peer)
          if (count === 0) return Effect.succeed(0)
          return Effect.as(this.#write(run, { peer, changes: [], book }, 'synced'), count)
        })
    }
  }

  /** The process ended in order: all that it wrote is safe. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#disk.abandon()
    this.#disk.settle()
  }

  /**
   * The process ends in mid-sentence, and nothing that it still asks for comes back. `process`: what was
   * written stays. `power`: of what was not flushed the dice leave the first ones.
   */
  crash(how: 'process' | 'power'): void {
    this.#isOpen = false
    this.#disk.abandon()
    if (how === 'power') this.#disk.cutPower()
  }

  /** true: the next flush fails, or the one in flight; what it was to make safe may be lost. */
  get failsNextFlush(): boolean {
    return this.#disk.failsFlush
  }

  set failsNextFlush(fails: boolean) {
    this.#disk.failsFlush = fails
  }

  /** Puts a copy in the place of the file, or `emptyBook` for its deletion. No process has it open. */
  restore(copy: Book): void {
    if (this.#isOpen) throw new Error(`${this.#world.path} is in use`)
    this.#world.tell(copy.size === 0 ? 'wiped' : 'set back to a copy')
    this.#life++
    this.#disk.replace(copy)
  }

  #isAlive(run: number): boolean {
    return this.#isOpen && run === this.#lives.length
  }

  #write(run: number, asked: Asked, durability: Durability): Effect.Effect<void, StoreError> {
    const { clock, tell } = this.#world
    const number = this.journal.length + 1
    this.onStep('asked', number)
    if (!this.#isAlive(run)) return Effect.interrupt
    const failure = this.#failure()
    if (failure !== undefined) return this.#refuse(run, asked, failure)
    const transaction: Transaction = {
      ...asked,
      atMs: clock.now,
      run,
      flushedAtMs: undefined,
      isLost: false
    }
    this.#disk.write(transaction)
    tell(`#${number} ${kindsOf(asked.changes)} ${durability}`)
    this.onStep('written', number)
    if (!this.#isAlive(run)) return Effect.interrupt
    if (durability === 'written') return Effect.void
    const broken = Effect.suspend(() => {
      this.#broken = { _tag: 'StoreIo', path: this.#world.path, code: 'EIO' }
      return this.#refuse(run, asked, this.#broken)
    })
    return this.#disk.flushed(transaction).pipe(Effect.catch(() => broken))
  }

  #refuse(
    run: number,
    { peer, changes }: Asked,
    failure: StoreFailure
  ): Effect.Effect<never, StoreError> {
    const atMs = this.#world.clock.now
    this.#refusals.push({ atMs, run, peer, changes, failure })
    this.#world.tell(`${kindsOf(changes)} failed: ${failure._tag}`)
    return Effect.fail(new StoreError({ reason: failure }))
  }

  #failure(): StoreFailure | undefined {
    const { path } = this.#world
    if (this.#broken !== undefined) return this.#broken
    if (this.isFull) return { _tag: 'StoreFull', path, code: 'SQLITE_FULL' }
    return this.isReadOnly ? { _tag: 'StoreUnwritable', path, code: 'SQLITE_READONLY' } : undefined
  }
}
