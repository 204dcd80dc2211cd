/**
 * Goal: a log that was copied is written over, in the room that it has: what makes no file longer is
 * flushed in half the time. It is copied again each time it is full, and nothing of it is lost.
 * Method: the store on disk, over a system call for flushing that the test lets come back.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import { vi } from 'vitest'
import type { Store } from '../../../src/services/store.ts'
import { acknowledged, BOB, linked, own, queued } from '../services/store-talk.ts'
import { during, filesOf, freshOptions } from './store-on-disk.ts'

type Done = (error: null) => void

const FULL_BYTES = 4 * 1024 * 1024

/** Flushes that have not come back. */
const flushes = vi.hoisted(() => [] as Done[])

vi.mock('node:fs', async (original) => ({
  ...(await original<object>()),
  fdatasync: (_: number, done: Done) => flushes.push(done)
}))

const logOf = (path: string): Buffer => filesOf(path).get('-wal') ?? Buffer.alloc(0)

/** What tells one use of the log from another: the salts of its header (sqlite.org/walformat.html). */
const useOf = (path: string): string => logOf(path).subarray(16, 24).toString('hex')

const say = Effect.fnUntraced(function* (store: Store['Service'], text: string) {
  const at = (yield* store.ledger(BOB)).last + 1
  const message = { ...own(at), body: { kind: 'text', text } } as const
  yield* store.commit(BOB, [queued(message), acknowledged(at)], 'written')
})

/** Says much until the log is longer than that. @returns how often. */
const fill = Effect.fnUntraced(function* (store: Store['Service'], path: string, bytes: number) {
  let count = 0
  for (; logOf(path).length <= bytes; count += 1) yield* say(store, 'x'.repeat(100_000))
  return count
})

/** Lets the log and the database be flushed, and goes on saying little until the log begins anew. */
const renewal = Effect.fnUntraced(function* (store: Store['Service'], path: string) {
  const before = useOf(path)
  for (let count = 0; count < 2; count += 1) {
    while (flushes.length === 0) yield* Effect.yieldNow
    flushes.shift()?.(null)
  }
  while (useOf(path) === before) {
    yield* Effect.yieldNow
    yield* say(store, 'little')
  }
})

const textsIn = (store: Store['Service']) =>
  Effect.map(store.page(BOB, { limit: 10_000 }), ({ length }) => length)

describe('a log that is full', () => {
  it.effect('is copied, and written over from its beginning, time after time', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      const { path } = options
      const said = yield* during(options, (store) =>
        Effect.gen(function* () {
          yield* store.commit(BOB, [linked], 'written')
          yield* fill(store, path, FULL_BYTES)
          yield* renewal(store, path)
          for (let time = 0; time < 3; time += 1) {
            const long = logOf(path).length
            expect(long).toBeGreaterThan(FULL_BYTES)
            expect(flushes).toEqual([])
            expect(yield* fill(store, path, long)).toBeGreaterThan(FULL_BYTES / 120_000)
            yield* renewal(store, path)
          }
          expect(logOf(path).length).toBeLessThan(2 * FULL_BYTES)
          const { last } = yield* store.ledger(BOB)
          expect(yield* textsIn(store)).toBe(last)
          return last
        })
      )
      expect(yield* during(options, textsIn)).toBe(said)
    })
  )
})
