/**
 * Goal: a history of any length is handed on whole, in order, once, and never in memory all at once.
 * Method: pages of the model of the store, of every length around the size of a page; deleted from
 * and added to while they are read.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import { eachPage, PAGE_ENTRIES } from '../../../src/cli/history/pages.ts'
import type { HistoryEntry } from '../../../src/services/store.ts'

const entry = (n: number): HistoryEntry => ({
  n,
  direction: 'out',
  id: `${n}`,
  text: `${n}`,
  sentAt: n,
  state: 'delivered'
})

/** Places with gaps, as an erased history has them. */
const history = (length: number) => Array.from({ length }, (_, index) => entry(index * 3 + 1))

const pagesOver = (entries: () => readonly HistoryEntry[], limits: number[] = []) => {
  return ({ limit, before = Number.POSITIVE_INFINITY }: { limit: number; before?: number }) =>
    Effect.sync(() => {
      limits.push(limit)
      return entries()
        .filter(({ n }) => n < before)
        .slice(-limit)
    })
}

describe('each page', () => {
  it.effect.each(
    [0, 1, 2, PAGE_ENTRIES - 1, PAGE_ENTRIES, PAGE_ENTRIES + 1, 3 * PAGE_ENTRIES, 1000].flatMap(
      (length) =>
        [undefined, 1, 2, PAGE_ENTRIES, PAGE_ENTRIES + 1, 999].map((limit) => [length, limit])
    )
  )('of %i entries, %s wanted', ([length = 0, limit]) =>
    Effect.gen(function* () {
      const all = history(length)
      const seen: HistoryEntry[] = []
      let most = 0
      const count = yield* eachPage(
        pagesOver(() => all),
        limit,
        (entries) => {
          most = Math.max(most, entries.length)
          seen.push(...entries)
          return Effect.succeed(true)
        }
      )
      expect(seen).toEqual(limit === undefined ? all : all.slice(-limit))
      expect(count).toBe(seen.length)
      expect(most).toBeLessThanOrEqual(PAGE_ENTRIES)
    })
  )

  it.effect('asks once for what fits in one page', () =>
    Effect.gen(function* () {
      const limits: number[] = []
      yield* eachPage(
        pagesOver(() => history(100), limits),
        20,
        () => Effect.succeed(true)
      )
      expect(limits).toEqual([20])
    })
  )

  it.effect('stops when nobody reads any more', () =>
    Effect.gen(function* () {
      const seen: number[] = []
      yield* eachPage(
        pagesOver(() => history(1000)),
        undefined,
        (entries) => Effect.succeed(seen.push(entries.length) < 2)
      )
      expect(seen).toEqual([1000 % PAGE_ENTRIES, PAGE_ENTRIES])
    })
  )

  it.effect(
    'repeats nothing and leaves nothing out while older ones are deleted and new ones come',
    () =>
      Effect.gen(function* () {
        let all = history(1000)
        const places: number[] = []
        yield* eachPage(
          pagesOver(() => all),
          undefined,
          (entries) => {
            places.push(...entries.map(({ n }) => n))
            // As retention does, and a conversation that goes on.
            all = [...all.slice(100), entry(100_000 + places.length)]
            return Effect.succeed(true)
          }
        )
        const until = history(1000).map(({ n }) => n)
        expect(places).toEqual(until)
      })
  )
})
