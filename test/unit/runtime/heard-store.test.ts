/**
 * Goal: the store keeps every message until the program has heard it, whatever the order in which it hears,
 * over logs that change, commits that fail and runs that end in between; and lets go of it then.
 * Method: the store in memory; single cases, then random runs in which each message is looked for.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import fc from 'fast-check'
import { type MemoryBook, makeMemoryStore } from '../../../src/adapters/memory-store.ts'
import { StoreError } from '../../../src/domain/failures.ts'
import type { PeerMessage } from '../../../src/domain/items.ts'
import { HeardStore } from '../../../src/runtime/heard-store.ts'
import type { StoreChange } from '../../../src/services/store.ts'
import { emptyBook } from '../../../src/services/store-model.ts'
import { BOB, linked, OTHER_EPOCH, taken, theirs } from '../services/store-talk.ts'

const FULL = new StoreError({ reason: { _tag: 'StoreFull', path: 'memory', code: 'ENOSPC' } })

const shown = (upTo: number): StoreChange => ({ type: 'shown', upTo })
const RECOVERED: StoreChange = { type: 'recovered' }

/** One run over a book: what it commits, what its program hears, and what a next run would find. */
class Run {
  fails = false
  readonly #at: MemoryBook
  readonly #late: Effect.Effect<void>[] = []
  readonly #heard: HeardStore
  commits = 0

  constructor(at: MemoryBook) {
    this.#at = at
    const store = makeMemoryStore(false, at)
    const commit: typeof store.commit = (...asked) =>
      Effect.suspend(() => {
        if (this.fails) return Effect.fail(FULL)
        this.commits += 1
        return store.commit(...asked)
      })
    this.#heard = new HeardStore({ ...store, commit }, (effect) => this.#late.push(effect))
    Effect.runSync(this.#heard.service.ledger(BOB))
  }

  commit(...changes: readonly StoreChange[]): boolean {
    const result = this.#heard.service.commit(BOB, changes, 'synced')
    return Effect.runSync(Effect.match(result, { onSuccess: () => true, onFailure: () => false }))
  }

  hear(...messages: readonly PeerMessage[]): void {
    for (const message of messages) this.#heard.heard(BOB, message)
  }

  /** The turn of the loop ends. */
  settle(): void {
    for (const effect of this.#late.splice(0)) Effect.runSync(effect)
  }

  finish(): void {
    Effect.runSync(this.#heard.finish)
  }

  unshown(): readonly PeerMessage[] {
    return Effect.runSync(makeMemoryStore(false, this.#at).ledger(BOB)).inbox
  }
}

const start = () => {
  const at: MemoryBook = { book: emptyBook }
  const run = new Run(at)
  run.commit(linked)
  return { at, run }
}

const seqs = (run: Run): readonly number[] => run.unshown().map(({ seq }) => seq)

describe('what the program heard at once', () => {
  it('is noted when the run notes it, in the same commit', () => {
    const { run } = start()
    run.commit(taken(2, theirs(1), theirs(2)))
    run.hear(theirs(1), theirs(2))
    const before = run.commits
    run.commit(shown(2))
    run.settle()
    expect(seqs(run)).toEqual([])
    expect(run.commits).toBe(before + 1)
  })
})

describe('what the program has not heard', () => {
  it('stays, with all behind it, until it is heard', () => {
    const { run } = start()
    run.commit(taken(4, theirs(1), theirs(2), theirs(4)))
    run.commit(shown(4))
    expect(seqs(run)).toEqual([1, 2, 4])
    run.hear(theirs(1), theirs(4))
    run.settle()
    expect(seqs(run)).toEqual([2, 4])
    run.hear(theirs(2))
    run.settle()
    expect(seqs(run)).toEqual([])
  })

  it('stays over the end of the run, and is noted when it is heard in the next', () => {
    const { at, run } = start()
    run.commit(taken(2, theirs(1), theirs(2)))
    run.commit(shown(2))
    run.hear(theirs(1))
    run.finish()
    run.hear(theirs(2))
    run.settle()
    expect(seqs(run)).toEqual([2])
    const next = new Run(at)
    next.commit(RECOVERED)
    next.commit(taken(3, theirs(3)), shown(3))
    next.hear(theirs(3))
    next.settle()
    expect(seqs(next)).toEqual([2, 3])
    next.hear(theirs(2))
    next.settle()
    expect(seqs(next)).toEqual([])
  })

  it('of a log that has changed is noted once nothing is unheard', () => {
    const { run } = start()
    run.commit(taken(1, theirs(1)))
    run.commit(shown(1), { ...taken(1, theirs(1, 'new')), epoch: OTHER_EPOCH })
    run.commit(shown(1))
    run.hear(theirs(1, 'new'))
    run.settle()
    expect(seqs(run)).toEqual([1])
    run.hear(theirs(1))
    run.settle()
    expect(seqs(run)).toEqual([])
  })
})

describe('a commit that fails', () => {
  it('is made again with what was to be noted', () => {
    const { run } = start()
    run.commit(taken(2, theirs(1), theirs(2)))
    run.hear(theirs(1), theirs(2))
    run.fails = true
    expect(run.commit(shown(2))).toBe(false)
    run.settle()
    run.fails = false
    expect(run.commit(shown(2))).toBe(true)
    expect(seqs(run)).toEqual([])
  })
})

/** A step of a random run. */
const STEP = fc.oneof(
  fc.record({ do: fc.constant('take' as const), count: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ do: fc.constant('switch' as const), log: fc.integer({ min: 0, max: 2 }) }),
  fc.record({ do: fc.constant('hear' as const), which: fc.nat() }),
  fc.record({ do: fc.constant('hear-all' as const) }),
  fc.record({ do: fc.constant('note' as const) }),
  fc.record({ do: fc.constant('settle' as const) }),
  fc.record({ do: fc.constant('fail' as const), fails: fc.boolean() }),
  fc.record({ do: fc.constant('restart' as const), inOrder: fc.boolean() })
)

const LOGS = ['1', '2', '3'].map((digit) => digit.repeat(16))

/** A run as runtime/ has it: what is shown is noted before another log is taken. */
class RandomRuns {
  readonly #at: MemoryBook = { book: emptyBook }
  #run = new Run(this.#at)
  readonly #last = LOGS.map(() => 0)
  #log = 0
  #notes: StoreChange[] = []
  #told: PeerMessage[] = []
  unheard: PeerMessage[] = []

  constructor() {
    this.#run.commit(linked)
  }

  step(step: typeof STEP extends fc.Arbitrary<infer S> ? S : never): void {
    switch (step.do) {
      case 'take':
        return this.#take(step.count)
      case 'switch':
        this.#log = step.log
        return
      case 'hear': {
        const message = this.#told[step.which % Math.max(1, this.#told.length)]
        return message === undefined ? undefined : this.#hear(message)
      }
      case 'hear-all':
        return this.hearAll()
      case 'note':
        if (this.#run.commit(...this.#notes)) this.#notes = []
        return
      case 'settle':
        return this.#run.settle()
      case 'fail':
        this.#run.fails = step.fails
        return
      case 'restart':
        return this.#restart(step.inOrder)
    }
  }

  hearAll(): void {
    for (const message of [...this.#told]) this.#hear(message)
  }

  heal(): void {
    this.#run.fails = false
  }

  lost(): readonly PeerMessage[] {
    const there = new Set(this.#run.unshown().map(({ id }) => id))
    return this.unheard.filter(({ id }) => !there.has(id))
  }

  left(): number {
    return this.#run.unshown().length
  }

  #take(count: number): void {
    const first = (this.#last[this.#log] ?? 0) + 1
    const seq = first + count
    const messages = Array.from({ length: count }, (_, index) =>
      theirs(first + index, `${this.#log} ${first + index}`)
    )
    const epoch = LOGS[this.#log] ?? ''
    // A changed nickname, which is no message, is the last one.
    if (!this.#run.commit(...this.#notes, { ...taken(seq, ...messages), epoch })) return
    this.#last[this.#log] = seq
    this.#notes = [{ type: 'shown', upTo: seq }]
    this.#told.push(...messages)
    this.unheard.push(...messages)
  }

  #hear(message: PeerMessage): void {
    this.#run.hear(message)
    this.#told = this.#told.filter((one) => one !== message)
    this.unheard = this.unheard.filter((one) => one.id !== message.id)
  }

  #restart(inOrder: boolean): void {
    if (inOrder) this.#run.finish()
    const fails = this.#run.fails
    this.#run = new Run(this.#at)
    this.#run.fails = fails
    // What was heard and could not be noted is told again, too.
    this.#told = [...this.#run.unshown()]
    this.unheard = [...this.#told]
    this.#notes = this.#told.length === 0 ? [] : [RECOVERED]
  }
}

describe('random runs', () => {
  it('never lose what was not heard, and let go of what was', () => {
    fc.assert(
      fc.property(fc.array(STEP, { maxLength: 60 }), (steps) => {
        const runs = new RandomRuns()
        for (const step of steps) {
          runs.step(step)
          expect(runs.lost()).toEqual([])
        }
        runs.heal()
        runs.step({ do: 'take', count: 1 })
        runs.hearAll()
        runs.step({ do: 'note' })
        runs.step({ do: 'settle' })
        expect(runs.left()).toBe(0)
      }),
      { numRuns: 2_000 }
    )
  })
})
