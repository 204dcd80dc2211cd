/**
 * Goal: a conversation's changes reach the store one commit at a time, in order; everybody hears of a commit
 * before the next begins; and a store that failed is left alone for a while by who can wait.
 * Method: a loop over commits and timers that the test ends by hand.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Deferred from 'effect/Deferred'
import * as Effect from 'effect/Effect'
import { StoreError, type StoreFailure } from '../../../src/domain/failures.ts'
import { type Contribution, LedgerLoop, type Source } from '../../../src/runtime/ledger-loop.ts'
import type { Durability, StoreChange } from '../../../src/services/store.ts'

const FULL: StoreFailure = { _tag: 'StoreFull', path: '/x', code: 'ENOSPC' }
const DAMAGED: StoreFailure = { _tag: 'StoreDamaged', path: '/x', detail: 'page 3' }

const read = (upTo: number): StoreChange => ({ type: 'read', upTo })

const makeLoop = (...sources: readonly Source[]) => {
  const commits: { changes: readonly StoreChange[]; durability: Durability }[] = []
  const ends: Deferred.Deferred<void, StoreError>[] = []
  const timers: (() => void)[] = []
  const broken: StoreFailure[] = []
  const loop = new LedgerLoop(
    {
      commit: (changes, durability) => {
        const end = Deferred.makeUnsafe<void, StoreError>()
        commits.push({ changes, durability })
        ends.push(end)
        return Deferred.await(end)
      },
      run: (effect) => {
        Effect.runFork(effect)
      },
      after: (_, work) => {
        timers.push(work)
      },
      onBroken: (failure) => {
        broken.push(failure)
      }
    },
    sources
  )
  const end = (outcome: Effect.Effect<void, StoreError>) => {
    const last = ends.at(-1)
    if (last !== undefined) Deferred.doneUnsafe(last, outcome)
    // The commit's fiber goes on in a task of its own.
    return Effect.runPromise(Effect.yieldNow)
  }
  return {
    loop,
    commits,
    timers,
    broken,
    stored: () => end(Effect.void),
    failed: (reason: StoreFailure) => end(Effect.fail(new StoreError({ reason })))
  }
}

/** A source of what is pushed to it, which notes what it hears. */
const makeSource = (durability: Durability = 'written') => {
  const waiting: StoreChange[] = []
  const heard: string[] = []
  const retries: boolean[] = []
  const source: Source = (isRetry): Contribution | undefined => {
    retries.push(isRetry)
    const changes = waiting.splice(0)
    if (changes.length === 0) return undefined
    return {
      changes,
      durability,
      onStored: () => heard.push('stored'),
      onFailed: ({ _tag }) => {
        heard.push(_tag)
        waiting.unshift(...changes)
      }
    }
  }
  return { source, waiting, heard, retries }
}

describe('a ledger loop', () => {
  it('writes what there is at once, and what comes meanwhile together after it', async () => {
    const one = makeSource()
    const two = makeSource('synced')
    const { loop, commits, stored } = makeLoop(one.source, two.source)
    one.waiting.push(read(1))
    loop.kick()
    two.waiting.push(read(3))
    one.waiting.push(read(2))
    loop.kick()
    expect(commits).toEqual([{ changes: [read(1)], durability: 'written' }])
    await stored()
    expect(commits.slice(1)).toEqual([{ changes: [read(2), read(3)], durability: 'synced' }])
  })

  it('begins no commit before everybody has heard of the last', async () => {
    const late = makeSource()
    const order: string[] = []
    const early: Source = () =>
      order.length > 0
        ? undefined
        : {
            changes: [read(1)],
            durability: 'written',
            onStored: () => {
              late.waiting.push(read(3))
              loop.kick()
              order.push(`${late.heard.length} heard, ${commits.length} commits`)
            },
            onFailed: () => undefined
          }
    const { loop, commits, stored } = makeLoop(early, late.source)
    late.waiting.push(read(2))
    loop.kick()
    await stored()
    expect(order).toEqual(['0 heard, 1 commits'])
    expect(late.heard).toEqual(['stored'])
    expect(commits.map(({ changes }) => changes)).toEqual([[read(1), read(2)], [read(3)]])
  })

  it('tries again by itself after a failure that may pass, and tells that it is a retry', async () => {
    const one = makeSource()
    const { loop, commits, timers, broken, stored, failed } = makeLoop(one.source)
    one.waiting.push(read(1))
    loop.kick()
    await failed(FULL)
    expect(one.heard).toEqual(['StoreFull'])
    expect([commits.length, timers.length]).toEqual([1, 1])
    timers[0]?.()
    expect(one.retries).toEqual([false, true])
    expect(commits[1]).toEqual(commits[0])
    await stored()
    expect(one.heard).toEqual(['StoreFull', 'stored'])
    expect(broken).toEqual([])
  })

  it('waits once, however often it is asked and fails meanwhile', async () => {
    const one = makeSource()
    const { loop, timers, failed } = makeLoop(one.source)
    for (const upTo of [1, 2, 3]) {
      one.waiting.push(read(upTo))
      loop.kick()
      await failed(FULL)
    }
    expect(timers).toHaveLength(1)
  })

  it('writes nothing more after a failure that stays, and everybody hears of it', async () => {
    const one = makeSource()
    const { loop, commits, timers, broken, failed } = makeLoop(one.source)
    one.waiting.push(read(1))
    loop.kick()
    await failed(DAMAGED)
    const before = one.heard.length
    one.waiting.push(read(2))
    loop.kick()
    expect(broken).toEqual([DAMAGED])
    expect([commits.length, timers.length]).toEqual([1, 0])
    expect(one.heard.slice(before)).toEqual(['StoreDamaged'])
  })

  it('tells of such a failure also who came while the commit was in flight', async () => {
    const one = makeSource()
    const two = makeSource()
    const { loop, failed } = makeLoop(one.source, two.source)
    one.waiting.push(read(1))
    loop.kick()
    two.waiting.push(read(2))
    loop.kick()
    await failed(DAMAGED)
    expect(two.heard).toEqual(['StoreDamaged'])
  })

  it('tries again as a retry also where another commit was in flight when the time came', async () => {
    const one = makeSource()
    const { loop, timers, stored, failed } = makeLoop(one.source)
    one.waiting.push(read(1))
    loop.kick()
    await failed(FULL)
    loop.kick()
    timers[0]?.()
    expect(one.retries).toEqual([false, false])
    await stored()
    expect(one.retries).toEqual([false, false, true])
  })

  it('leaves a store alone that fails at once, whoever asks meanwhile', () => {
    let asked = 0
    const timers: (() => void)[] = []
    const loop: LedgerLoop = new LedgerLoop(
      {
        commit: () => Effect.fail(new StoreError({ reason: FULL })),
        run: (effect) => {
          Effect.runSync(effect)
        },
        after: (_, work) => {
          timers.push(work)
        },
        onBroken: () => undefined
      },
      [
        () => {
          asked += 1
          return {
            changes: [read(1)],
            durability: 'written',
            onStored: () => undefined,
            onFailed: () => loop.kick()
          }
        }
      ]
    )
    loop.kick()
    expect([asked, timers.length]).toEqual([1, 1])
    timers[0]?.()
    expect([asked, timers.length]).toEqual([2, 2])
  })

  it('goes through any number of commits that are over at once', () => {
    let left = 100_000
    const source: Source = () =>
      left === 0
        ? undefined
        : {
            changes: [read(left)],
            durability: 'written',
            onStored: () => {
              left -= 1
            },
            onFailed: () => undefined
          }
    const loop = new LedgerLoop(
      {
        commit: () => Effect.void,
        run: (effect) => {
          Effect.runSync(effect)
        },
        after: () => undefined,
        onBroken: () => undefined
      },
      [source]
    )
    loop.kick()
    expect(left).toBe(0)
  })
})
