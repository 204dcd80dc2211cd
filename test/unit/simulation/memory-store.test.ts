/**
 * Goal: the store of a simulated host keeps what a disk keeps: what is written survives the process, what
 * is flushed the power as well; it fails when it is told to, and nothing comes back to a dead process.
 * Method: commits in virtual time, with crashes at every moment of them; 300 seeds where chance decides.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Cause from 'effect/Cause'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import type * as Fiber from 'effect/Fiber'
import { StoreError } from '../../../src/domain/failures.ts'
import type { Durability, StoreChange } from '../../../src/services/store.ts'
import { type Book, emptyBook, ledgerOf } from '../../../src/services/store-model.ts'
import { SimulatedClock } from '../../../src/simulation/clock.ts'
import { makeDice } from '../../../src/simulation/dice.ts'
import { MemoryStore } from '../../../src/simulation/memory-store.ts'
import { acknowledged, BOB, linked, own, queued, taken, theirs } from '../services/store-talk.ts'

const disk = (seed: number | string = 1) => {
  const clock = new SimulatedClock({ dice: makeDice(seed) })
  const lines: string[] = []
  const store = new MemoryStore({
    clock,
    dice: makeDice(seed).fork('store'),
    path: '/alice/messages.db',
    tell: (line) => lines.push(line)
  })
  return { clock, store, lines }
}

const seeds = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => index + 1)

type Disk = ReturnType<typeof disk>

/** A store that is open, and what starts commits on it. */
const opened = (seed?: number | string) => {
  const world = disk(seed)
  const port = world.store.open(true)
  const commit = (changes: readonly StoreChange[], durability: Durability = 'synced') =>
    world.clock.fork(port.commit(BOB, changes, durability))
  return { ...world, port, commit }
}

const lastIn = (book: Book): number => ledgerOf(book, BOB).last

const tagOf = (exit: Exit.Exit<unknown, unknown> | undefined): string => {
  if (exit === undefined) return 'waits'
  if (Exit.isSuccess(exit)) return 'done'
  if (Cause.hasInterruptsOnly(exit.cause)) return 'interrupted'
  const error = Cause.squash(exit.cause)
  if (error instanceof StoreError) return error.reason._tag
  return error instanceof Error ? error.message : 'no error'
}

const stateOf = (fiber: Fiber.Fiber<unknown, unknown>): string => tagOf(fiber.pollUnsafe())

const isWell = ({ clock }: Disk): boolean => clock.pending === 0 && clock.fibers === 0

describe('a commit', () => {
  it('is written at once, and safe after its flush', () => {
    const { clock, store, commit, ...rest } = opened()
    const written = commit([queued(own(1))], 'written')
    const synced = commit([queued(own(2))])
    expect([stateOf(written), stateOf(synced)]).toEqual(['done', 'waits'])
    expect([lastIn(store.written), lastIn(store.durable)]).toEqual([2, 0])
    clock.advance(5_000)
    expect(stateOf(synced)).toBe('done')
    expect(lastIn(store.durable)).toBe(2)
    expect(store.journal.map(({ flushedAtMs }) => flushedAtMs === undefined)).toEqual([
      false,
      false
    ])
    expect(isWell({ clock, store, ...rest })).toBe(true)
  })

  it('shares a flush with all that were written before it began, and no other', () => {
    const { clock, store, commit } = opened()
    const first = commit([queued(own(1))])
    const rest = [2, 3, 4].map((at) => commit([queued(own(at))]))
    clock.runUntil(() => stateOf(first) === 'done', 5_000)
    expect(rest.map(stateOf)).toEqual(['waits', 'waits', 'waits'])
    clock.runUntil(() => stateOf(rest[0] ?? first) === 'done', 5_000)
    expect(rest.map(stateOf)).toEqual(['done', 'done', 'done'])
    expect(new Set(store.journal.map(({ flushedAtMs }) => flushedAtMs)).size).toBe(2)
  })

  it('that contradicts the ledger is a defect, and leaves nothing', () => {
    const { store, commit } = opened()
    expect(stateOf(commit([queued(own(1)), acknowledged(7)]))).toContain('never sent')
    expect(store.written).toBe(emptyBook)
    expect(store.journal).toEqual([])
  })

  it('is seen by every way of reading', () => {
    const { clock, port, commit } = opened()
    commit([linked, queued(own(1)), taken(1, theirs(1))])
    clock.advance(5_000)
    const seen = Effect.gen(function* () {
      const progress: number[] = []
      const found = yield* port.search(BOB, {
        words: ['OUT'],
        limit: 5,
        onProgress: (done, total) => progress.push(done, total)
      })
      return {
        last: (yield* port.ledger(BOB)).last,
        ids: (yield* port.takenIds(BOB)).size,
        kept: (yield* port.conversations).map(({ kept }) => kept),
        page: (yield* port.page(BOB, { limit: 5 })).length,
        found: found.length,
        progress
      }
    })
    const expected = { last: 1, ids: 1, kept: [2], page: 2, found: 1, progress: [2, 2] }
    expect(clock.finish(seen, 0)).toEqual(Exit.succeed(expected))
  })

  it('erases what is settled', () => {
    const { clock, port, commit } = opened()
    commit([linked, queued(own(1), own(2)), acknowledged(1)])
    expect(clock.finish(port.erase(BOB), 10_000)).toEqual(Exit.succeed(1))
    expect(clock.finish(port.erase(BOB), 0)).toEqual(Exit.succeed(0))
  })
})

describe('a crash', () => {
  it('of the process keeps all that was written, and nothing comes back', () => {
    const { clock, store, port, commit } = opened()
    const fiber = commit([queued(own(1))])
    store.crash('process')
    clock.advance(0)
    expect(stateOf(fiber)).toBe('interrupted')
    expect([clock.pending, clock.fibers]).toEqual([0, 0])
    expect(stateOf(commit([queued(own(2))]))).toBe('interrupted')
    expect(stateOf(clock.fork(port.ledger(BOB)))).toBe('interrupted')
    store.open(true)
    expect(lastIn(store.written)).toBe(1)
  })

  it('makes what it left safe before the next process sees it', () => {
    const { store, commit } = opened()
    commit([queued(own(1))])
    store.crash('process')
    store.open(true)
    store.crash('power')
    expect(lastIn(store.written)).toBe(1)
  })

  it('of the power leaves the first ones of what was not flushed, as the dice say', () => {
    const kept = seeds(300).map((seed) => {
      const { clock, store, commit } = opened(seed)
      commit([queued(own(1))])
      clock.advance(5_000)
      for (const at of [2, 3, 4]) commit([queued(own(at))], 'written')
      store.crash('power')
      expect(store.durable).toBe(store.written)
      const last = lastIn(store.written)
      expect(store.journal.map(({ isLost }) => isLost)).toEqual([1, 2, 3, 4].map((at) => at > last))
      return last
    })
    expect([...new Set(kept)].sort()).toEqual([1, 2, 3, 4])
  })

  it('after an end in order loses nothing', () => {
    const { store, commit } = opened()
    commit([queued(own(1))], 'written')
    store.close()
    store.crash('power')
    expect(lastIn(store.written)).toBe(1)
  })

  it.each(['asked', 'written', 'flushed'] as const)('in the middle of a commit: %s', (when) => {
    const { clock, store, commit } = opened()
    store.onStep = (step, transaction) => {
      if (step === when && transaction === 2) store.crash('process')
    }
    commit([queued(own(1))])
    clock.advance(5_000)
    const fiber = commit([queued(own(2))])
    clock.advance(5_000)
    expect(stateOf(fiber)).toBe('interrupted')
    expect(lastIn(store.written)).toBe(when === 'asked' ? 1 : 2)
    expect(lastIn(store.durable)).toBe(when === 'flushed' ? 2 : 1)
    expect([clock.pending, clock.fibers]).toEqual([0, 0])
  })

  it('happens alike in every repetition of a seed', () => {
    const run = (seed: number) => {
      const { clock, store, commit, lines } = opened(seed)
      for (let at = 1; at <= 20; at++) {
        commit([queued(own(at))], at % 3 === 0 ? 'written' : 'synced')
        clock.advance(at)
      }
      store.crash('power')
      return [lines, store.journal.map(({ flushedAtMs }) => flushedAtMs)]
    }
    const first = seeds(20).map(run)
    expect(seeds(20).map(run)).toEqual(first)
    expect(new Set(first.map((each) => JSON.stringify(each))).size).toBe(20)
  })
})

describe('a fault', () => {
  it('of a full or read-only disk refuses commits, and passes', () => {
    const { clock, store, commit } = opened()
    store.isFull = true
    expect(stateOf(commit([queued(own(1))]))).toBe('StoreFull')
    store.isFull = false
    store.isReadOnly = true
    expect(stateOf(commit([queued(own(1))], 'written'))).toBe('StoreUnwritable')
    expect(store.written).toBe(emptyBook)
    store.isReadOnly = false
    const fiber = commit([queued(own(1))])
    clock.advance(5_000)
    expect(stateOf(fiber)).toBe('done')
  })

  it('of a flush ends all commits until the store is opened anew', () => {
    const { clock, store, commit } = opened()
    const first = commit([queued(own(1))])
    const second = commit([queued(own(2))])
    store.failsNextFlush = true
    clock.advance(5_000)
    expect([stateOf(first), stateOf(second)]).toEqual(['StoreIo', 'StoreIo'])
    expect(stateOf(commit([queued(own(3))], 'written'))).toBe('StoreIo')
    store.crash('process')
    const port = store.open(true)
    const exit = clock.finish(port.commit(BOB, [queued(own(3))], 'synced'), 5_000)
    expect(tagOf(exit)).toBe('done')
  })

  it('sets it back to a copy, or to nothing, while no process has it', () => {
    const { clock, store, commit } = opened()
    commit([queued(own(1))])
    clock.advance(5_000)
    const copy = store.written
    commit([queued(own(2))])
    clock.advance(5_000)
    expect(() => store.restore(copy)).toThrow('in use')
    store.close()
    store.restore(copy)
    expect([lastIn(store.written), lastIn(store.durable)]).toEqual([1, 1])
    store.restore(emptyBook)
    expect([store.written.size, store.durable.size]).toEqual([0, 0])
  })

  it('sets it back to what was not flushed, and that is safe then', () => {
    const { clock, store, commit } = opened()
    commit([queued(own(1))])
    const copy = store.written
    commit([queued(own(2))])
    store.crash('process')
    store.restore(copy)
    expect(store.journal.map(({ isLost }) => isLost)).toEqual([false, true])
    expect(store.journal.map(({ flushedAtMs }) => flushedAtMs)).toEqual([clock.now, undefined])
  })

  it('is told in the trace, as commits are', () => {
    const { clock, store, commit, lines } = opened()
    commit([queued(own(1)), linked])
    store.isFull = true
    commit([queued(own(2))])
    store.failsNextFlush = true
    clock.advance(5_000)
    store.crash('power')
    store.restore(emptyBook)
    expect(lines).toEqual([
      '#1 queued+sending synced',
      'queued failed: StoreFull',
      'flush failed',
      'queued+sending failed: StoreIo',
      expect.stringMatching(/^power cut: [01] commits lost, [01] unflushed ones kept$/),
      'wiped'
    ])
  })
})
