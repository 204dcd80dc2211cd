/**
 * The Store port of a simulated host, over the model (services/store-model.ts): a disk that outlives the
 * processes, and loses at a power cut what was written and not flushed.
 *
 * A commit is written at once. A flush takes a time that the dice say; one is in flight at a time, and
 * makes safe what was written before it began.
 */
import * as Effect from 'effect/Effect'
import { StoreError, type StoreFailure } from '../domain/failures.ts'
import type { PeerId } from '../domain/peer-id.ts'
import type { Durability, Store, StoreChange } from '../services/store.ts'
import { isContradiction } from '../services/store-model/conversation.ts'
import { pageOf, searchIn, summaryOf } from '../services/store-model/pages.ts'
import {
  apply,
  type Book,
  conversationOf,
  emptyBook,
  erase,
  ledgerOf
} from '../services/store-model.ts'
import type { SimulatedClock } from './clock.ts'
import type { Dice } from './dice.ts'
import type { Timer } from './timer-heap.ts'

/** Milliseconds that a flush takes: least and most. */
const FLUSH_MS = [0.1, 20] as const
/** The same of one that stalls, as behind somebody else's large copy, and how often one does. */
const STALL_MS = [200, 5_000] as const
const STALL_CHANCE = 0.02

/** A commit, and what became of it. */
export interface Transaction {
  /** Virtual milliseconds. */
  readonly atMs: number
  readonly peer: PeerId
  /** Empty: an erasure. */
  readonly changes: readonly StoreChange[]
  /** What the store held after it. */
  readonly book: Book
  /** When no power cut could take it any more; undefined: not yet. */
  flushedAtMs: number | undefined
  isLost: boolean
}

/** Where a commit is, for tests that end the process there. */
export type CommitStep = 'asked' | 'written' | 'flushed'

export interface MemoryStoreWorld {
  readonly clock: SimulatedClock
  readonly dice: Dice
  readonly path: string
  /** Takes a line for every commit, flush and fault. */
  readonly tell: (line: string) => void
}

interface Waiter {
  readonly transaction: Transaction
  readonly resume: (outcome: Effect.Effect<void, StoreError>) => void
}

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
  readonly #journal: Transaction[] = []
  #book: Book = emptyBook
  #durable: Book = emptyBook
  #unflushed: Transaction[] = []
  #waiters: Waiter[] = []
  #flush: Timer | undefined
  #flushFails = false
  /** Of a process that runs; another one with every start. */
  #session: object | undefined
  /** After a flush that failed nothing is trusted until the store is opened anew. */
  #broken: StoreFailure | undefined

  constructor(world: MemoryStoreWorld) {
    this.#world = world
  }

  /** Every commit so far, by all runs. */
  get journal(): readonly Transaction[] {
    return this.#journal
  }

  /** What a process would find after the end of this one. */
  get written(): Book {
    return this.#book
  }

  /** What a process would find after a power cut, at least. */
  get durable(): Book {
    return this.#durable
  }

  /** The store for one run of a process. What earlier ones wrote is safe before it is seen. */
  open(saveHistory: boolean): Store['Service'] {
    const session = {}
    this.#session = session
    this.#broken = undefined
    this.#settle(this.#unflushed.splice(0))
    const whileAlive = <A>(read: () => A): Effect.Effect<A, StoreError> =>
      Effect.suspend(() => (this.#session === session ? Effect.sync(read) : Effect.interrupt))
    const view = <A>(look: (book: Book) => A) => whileAlive(() => look(this.#book))
    return {
      ledger: (peer) => view((book) => ledgerOf(book, peer)),
      commit: (peer, changes, durability) =>
        Effect.flatten(
          whileAlive(() => this.#commit(session, peer, changes, saveHistory, durability))
        ),
      takenIds: (peer) => view((book) => new Set(conversationOf(book, peer).takenIds.toArray())),
      conversations: view((book) => [...book.keys()].map((peer) => summaryOf(book, peer))),
      page: (peer, query) => view((book) => pageOf(book, peer, query)),
      search: (peer, query) =>
        view((book) => {
          const total = summaryOf(book, peer).kept
          query.onProgress?.(total, total)
          return searchIn(book, peer, query)
        }),
      erase: (peer) => Effect.flatten(whileAlive(() => this.#erase(session, peer)))
    }
  }

  /** The process ended in order: all that it wrote is safe. */
  close(): void {
    if (this.#session === undefined) return
    this.#end()
    this.#settle(this.#unflushed.splice(0))
  }

  /**
   * The process ends in mid-sentence, and nothing that it still asks for comes back. `process`: what was
   * written stays. `power`: of what was not flushed the dice leave the first ones.
   */
  crash(how: 'process' | 'power'): void {
    this.#end()
    if (how === 'process' || this.#unflushed.length === 0) return
    const survivors = this.#world.dice.integer(0, this.#unflushed.length)
    const lost = this.#unflushed.slice(survivors)
    for (const transaction of lost) transaction.isLost = true
    this.#settle(this.#unflushed.slice(0, survivors))
    this.#unflushed = []
    this.#book = this.#durable
    this.#world.tell(`power cut: ${lost.length} commits lost, ${survivors} unflushed ones kept`)
  }

  /** The next flush fails, or the one in flight: what it was to make safe may be lost. */
  failNextFlush(): void {
    this.#flushFails = true
  }

  /** What is written, as a copy of the file would hold it. */
  copy(): Book {
    return this.#book
  }

  /** Puts a copy in the place of the file, or `emptyBook` for its deletion. No process has it open. */
  restore(copy: Book): void {
    if (this.#session !== undefined) throw new Error(`${this.#world.path} is in use`)
    this.#world.tell(copy.size === 0 ? 'wiped' : 'set back to a copy')
    this.#unflushed = []
    this.#book = copy
    this.#durable = copy
  }

  #commit(
    session: object,
    peer: PeerId,
    changes: readonly StoreChange[],
    saveHistory: boolean,
    durability: Durability
  ): Effect.Effect<void, StoreError> {
    const next = apply(this.#book, peer, changes, saveHistory)
    // A bug of the program, whatever the state of the disk.
    if (isContradiction(next)) return Effect.die(new Error(next.detail))
    return this.#write(session, { peer, changes, book: next }, durability)
  }

  #erase(session: object, peer: PeerId): Effect.Effect<number, StoreError> {
    const { book, count } = erase(this.#book, peer)
    if (count === 0) return Effect.succeed(0)
    return Effect.as(this.#write(session, { peer, changes: [], book }, 'synced'), count)
  }

  #write(
    session: object,
    { peer, changes, book }: Pick<Transaction, 'peer' | 'changes' | 'book'>,
    durability: Durability
  ): Effect.Effect<void, StoreError> {
    const number = this.#journal.length + 1
    this.onStep('asked', number)
    if (this.#session !== session) return Effect.interrupt
    const failure = this.#failure()
    if (failure !== undefined) {
      this.#world.tell(`${kindsOf(changes)} failed: ${failure._tag}`)
      return Effect.fail(new StoreError({ reason: failure }))
    }
    const atMs = this.#world.clock.now
    const transaction: Transaction = {
      atMs,
      peer,
      changes,
      book,
      flushedAtMs: undefined,
      isLost: false
    }
    this.#book = book
    this.#journal.push(transaction)
    this.#unflushed.push(transaction)
    this.#world.tell(`#${number} ${kindsOf(changes)} ${durability}`)
    this.onStep('written', number)
    if (this.#session !== session) return Effect.interrupt
    return durability === 'synced' ? this.#flushed(transaction) : Effect.void
  }

  /** Ends once this is safe. */
  #flushed(transaction: Transaction): Effect.Effect<void, StoreError> {
    return Effect.callback((resume) => {
      const waiter: Waiter = { transaction, resume }
      this.#waiters.push(waiter)
      this.#startFlush()
      return Effect.sync(() => {
        this.#waiters = this.#waiters.filter((each) => each !== waiter)
      })
    })
  }

  #startFlush(): void {
    if (this.#flush !== undefined || this.#waiters.length === 0) return
    const { clock, dice } = this.#world
    const [least, most] = dice.chance(STALL_CHANCE) ? STALL_MS : FLUSH_MS
    const covered = this.#unflushed.length
    this.#flush = clock.schedule(
      () => {
        this.#flush = undefined
        if (this.#flushFails) this.#breakDown()
        else this.#finishFlush(covered)
      },
      least + dice.float() * (most - least)
    )
  }

  #finishFlush(covered: number): void {
    const session = this.#session
    const number = this.#settle(this.#unflushed.splice(0, covered))
    this.onStep('flushed', number)
    if (this.#session !== session) return
    const isSafe = ({ transaction }: Waiter) => transaction.flushedAtMs !== undefined
    this.#resume(this.#waiters.filter(isSafe), Effect.void)
    this.#waiters = this.#waiters.filter((waiter) => !isSafe(waiter))
    this.#startFlush()
  }

  #breakDown(): void {
    this.#flushFails = false
    this.#broken = { _tag: 'StoreIo', path: this.#world.path, code: 'EIO' }
    this.#world.tell('flush failed')
    this.#resume(this.#waiters.splice(0), Effect.fail(new StoreError({ reason: this.#broken })))
  }

  /** Later in this instant, so that nobody looks while this is in the middle of a change. */
  #resume(waiters: readonly Waiter[], outcome: Effect.Effect<void, StoreError>): void {
    for (const { resume } of waiters) this.#world.clock.soon(() => resume(outcome))
  }

  #failure(): StoreFailure | undefined {
    const { path } = this.#world
    if (this.#broken !== undefined) return this.#broken
    if (this.isFull) return { _tag: 'StoreFull', path, code: 'SQLITE_FULL' }
    return this.isReadOnly ? { _tag: 'StoreUnwritable', path, code: 'SQLITE_READONLY' } : undefined
  }

  /** These are safe from now on. @returns the number of the last commit that is. */
  #settle(transactions: readonly Transaction[]): number {
    for (const transaction of transactions) transaction.flushedAtMs = this.#world.clock.now
    this.#durable = transactions.at(-1)?.book ?? this.#durable
    return this.#journal.findLastIndex(({ flushedAtMs }) => flushedAtMs !== undefined) + 1
  }

  #end(): void {
    this.#session = undefined
    if (this.#flush !== undefined) this.#world.clock.cancel(this.#flush)
    this.#flush = undefined
    this.#flushFails = false
    this.#resume(this.#waiters.splice(0), Effect.interrupt)
  }
}
