/**
 * What a simulated store lies on: a log of transactions that outlives the processes, and loses at a power
 * cut what was written and not flushed.
 *
 * A transaction is written at once. A flush takes a time that the dice say; one is in flight at a time,
 * and makes safe what was written before it began.
 */
import * as Effect from 'effect/Effect'
import type { PeerId } from '../domain/peer-id.ts'
import type { StoreChange } from '../services/store.ts'
import { type Book, emptyBook } from '../services/store-model.ts'
import type { SimulatedClock } from './clock.ts'
import type { Dice } from './dice.ts'
import type { Timer } from './timer-heap.ts'

/** Milliseconds that a flush takes: least and most. */
const FLUSH_MS = [0.1, 20] as const
/** The same of one that stalls, as behind somebody else's large copy. */
const STALL_MS = [200, 5_000] as const

/** A commit, and what became of it. */
export interface Transaction {
  /** Virtual milliseconds. */
  readonly atMs: number
  /** The run of the host that wrote it, from 1. */
  readonly run: number
  readonly peer: PeerId
  /** Empty: an erasure. */
  readonly changes: readonly StoreChange[]
  /** What the store held after it. */
  readonly book: Book
  /** When no power cut could take it any more; undefined: not yet. */
  flushedAtMs: number | undefined
  isLost: boolean
}

export interface MemoryDiskWorld {
  readonly clock: SimulatedClock
  readonly dice: Dice
  /** Takes a line for every fault. */
  readonly tell: (line: string) => void
  /** A flush is done, and nobody has heard of it. @param last the number of the last safe commit. */
  readonly onFlushed: (last: number) => void
}

interface Waiter {
  readonly transaction: Transaction
  readonly resume: (outcome: Effect.Effect<void, 'flush-failed'>) => void
}

export class MemoryDisk {
  readonly journal: Transaction[] = []
  /** true: the next flush fails, or the one in flight. */
  failsFlush = false
  /** Of each flush, from 0 to 1. */
  stallChance = 0
  readonly #world: MemoryDiskWorld
  #written: Book = emptyBook
  #durable: Book = emptyBook
  #unflushed: Transaction[] = []
  #waiters: Waiter[] = []
  #flush: Timer | undefined

  constructor(world: MemoryDiskWorld) {
    this.#world = world
  }

  /** What a process finds after the end of another. */
  get written(): Book {
    return this.#written
  }

  /** What one finds after a power cut, at least. */
  get durable(): Book {
    return this.#durable
  }

  write(transaction: Transaction): void {
    this.#written = transaction.book
    this.journal.push(transaction)
    this.#unflushed.push(transaction)
  }

  /** Ends once this is safe, or cannot be made so. */
  flushed(transaction: Transaction): Effect.Effect<void, 'flush-failed'> {
    return Effect.callback((resume) => {
      const waiter: Waiter = { transaction, resume }
      this.#waiters.push(waiter)
      this.#startFlush()
      return Effect.sync(() => {
        this.#waiters = this.#waiters.filter((each) => each !== waiter)
      })
    })
  }

  /** All that is written is safe from now on. */
  settle(): void {
    this.#settle(this.#unflushed.splice(0))
  }

  /** The process that waits for flushes is gone. */
  abandon(): void {
    if (this.#flush !== undefined) this.#world.clock.cancel(this.#flush)
    this.#flush = undefined
    this.failsFlush = false
    this.#resume(this.#waiters.splice(0), Effect.interrupt)
  }

  /** Of what was not flushed the dice leave the first ones. */
  cutPower(): void {
    if (this.#unflushed.length === 0) return
    const kept = this.#world.dice.integer(0, this.#unflushed.length)
    const lost = this.#unflushed.splice(kept)
    for (const transaction of lost) transaction.isLost = true
    this.settle()
    this.#written = this.#durable
    this.#world.tell(`power cut: ${lost.length} commits lost, ${kept} unflushed ones kept`)
  }

  /** Another file lies in the place of this one, and all of it is safe. */
  replace(book: Book): void {
    const last = this.#unflushed.findIndex((transaction) => transaction.book === book)
    this.#settle(this.#unflushed.splice(0, last + 1))
    for (const transaction of this.#unflushed.splice(0)) transaction.isLost = true
    this.#written = book
    this.#durable = book
  }

  #startFlush(): void {
    if (this.#flush !== undefined || this.#waiters.length === 0) return
    const { clock, dice } = this.#world
    const [least, most] = dice.chance(this.stallChance) ? STALL_MS : FLUSH_MS
    const covered = this.#unflushed.length
    const finish = () => {
      this.#flush = undefined
      if (this.failsFlush) this.#breakDown()
      else this.#finishFlush(covered)
    }
    this.#flush = clock.schedule(finish, least + dice.float() * (most - least))
  }

  #finishFlush(covered: number): void {
    this.#settle(this.#unflushed.splice(0, covered))
    this.#world.onFlushed(
      this.journal.findLastIndex(({ flushedAtMs }) => flushedAtMs !== undefined) + 1
    )
    const isSafe = ({ transaction }: Waiter) => transaction.flushedAtMs !== undefined
    this.#resume(this.#waiters.filter(isSafe), Effect.void)
    this.#waiters = this.#waiters.filter((waiter) => !isSafe(waiter))
    this.#startFlush()
  }

  #breakDown(): void {
    this.failsFlush = false
    this.#world.tell('flush failed')
    this.#resume(this.#waiters.splice(0), Effect.fail('flush-failed'))
  }

  /** Later in this instant, so that nobody looks while this is in the middle of a change. */
  #resume(waiters: readonly Waiter[], outcome: Effect.Effect<void, 'flush-failed'>): void {
    for (const { resume } of waiters) this.#world.clock.soon(() => resume(outcome))
  }

  #settle(transactions: readonly Transaction[]): void {
    for (const transaction of transactions) transaction.flushedAtMs = this.#world.clock.now
    this.#durable = transactions.at(-1)?.book ?? this.#durable
  }
}
