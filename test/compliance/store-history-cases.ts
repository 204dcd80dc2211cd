/** Pages, searches, erasing and numbers of what is kept, and what is kept at all. */
import { expect } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import type { StoreError } from '../../src/domain/failures.ts'
import type { StoreChange } from '../../src/services/store.ts'
import {
  acknowledged,
  BOB,
  linked,
  own,
  peerOf,
  queued,
  taken,
  theirs
} from '../unit/services/store-talk.ts'
import {
  casesOf,
  commitAll,
  during,
  type OpenStore,
  shown,
  shownOf,
  type StoreDisk,
  type StoreProvider,
  textsOf
} from './store-world.ts'

/** Five messages each way, ours and the peer's in turns; ours settled up to 3, the peer's up to 4. */
const longTalk: readonly (readonly StoreChange[])[] = [
  [linked],
  ...[1, 2, 3, 4, 5].map((at) => [queued(own(at)), taken(at, theirs(at))]),
  [acknowledged(3), { type: 'read', upTo: 2 }, shown(4)]
]

export const historyCases = (provider: StoreProvider): void => {
  const test = casesOf(provider)
  const talking = (
    disk: StoreDisk,
    work: (store: OpenStore) => Effect.Effect<void, StoreError>
  ): Effect.Effect<void, StoreError> =>
    during(disk, (store) => Effect.andThen(commitAll(store, longTalk), work(store)))

  test('pages go from the newest back, and lose and repeat nothing', (disk) =>
    talking(disk, (store) =>
      Effect.gen(function* () {
        const whole = yield* store.page(BOB, { limit: 100 })
        expect(textsOf(whole)).toEqual([
          'out 1 read',
          'in 1 received',
          'out 2 read',
          'in 2 received',
          'out 3 delivered',
          'in 3 received',
          'out 4 waiting',
          'in 4 received',
          'out 5 waiting',
          'in 5 received'
        ])
        expect(whole[2]).toEqual({
          n: 3,
          direction: 'out',
          id: own(2).id,
          text: 'out 2',
          sentAt: 1_002,
          state: 'read'
        })
        expect(whole[3]).toMatchObject({ direction: 'in', sentAt: 2_002, receivedAt: 3_002 })
        for (const limit of [1, 3, 4]) {
          const pages = []
          let before: number | undefined
          for (;;) {
            const page = yield* store.page(BOB, { limit, ...(before && { before }) })
            if (page.length === 0) break
            expect(page.length).toBeLessThanOrEqual(limit)
            pages.unshift(...page)
            before = page[0]?.n
          }
          expect(pages).toEqual(whole)
        }
        expect(yield* store.page(BOB, { limit: 0 })).toEqual([])
        expect(yield* store.page(peerOf(2), { limit: 9 })).toEqual([])
      })
    ))

  test('pages since a time are by our own clock, also where it was set back a year', (disk) =>
    during(disk, (store) =>
      Effect.gen(function* () {
        const year = 365 * 24 * 3_600_000
        const at = (message: ReturnType<typeof own>, time: number) => ({ ...message, at: time })
        yield* commitAll(store, [
          [linked],
          [queued(at(own(1), year + 1)), taken(1, { ...theirs(1), at: 5, receivedAt: year + 2 })],
          [queued(at(own(2), 10)), taken(2, { ...theirs(2), at: 9 * year, receivedAt: 11 })],
          [queued(at(own(3), year + 3))],
          [acknowledged(3), shown(2)]
        ])
        expect(yield* shownOf(store)).toEqual([
          'out 1 delivered',
          'in 1 received',
          'out 2 delivered',
          'in 2 received',
          'out 3 delivered'
        ])
        const since = (time: number, limit = 9) =>
          Effect.map(store.page(BOB, { limit, since: time }), textsOf)
        expect(yield* since(year + 2)).toEqual(['in 1 received', 'out 3 delivered'])
        expect(yield* since(year + 2, 1)).toEqual(['out 3 delivered'])
        expect(yield* since(11)).toHaveLength(4)
        expect(yield* since(year + 4)).toEqual([])
        expect(yield* since(10.5)).toHaveLength(4)
        expect(yield* since(-5)).toHaveLength(5)
        const [summary] = yield* store.conversations
        expect(summary).toMatchObject({ firstAt: year + 1, lastAt: year + 3 })
      })
    ))

  test('a search finds all words in any order, case and form, and tells how far it is', (disk) =>
    during(disk, (store) =>
      Effect.gen(function* () {
        const nick = { ...own(4), body: { kind: 'nick', nickname: 'opens' } } as const
        yield* commitAll(store, [
          [
            linked,
            queued(own(1, 'The Cafe\u0301 opens'), own(2, 'open cafés'), own(3, 'closed'), nick)
          ],
          [taken(1, theirs(1, 'OPEN ﬁle')), acknowledged(1)]
        ])
        const steps: (readonly [number, number])[] = []
        const find = (words: readonly string[], limit = 9) =>
          Effect.map(
            store.search(BOB, {
              words,
              limit,
              onProgress: (done, total) => steps.push([done, total])
            }),
            textsOf
          )
        expect(yield* find(['CAFÉ', 'open'])).toEqual([
          'The Cafe\u0301 opens delivered',
          'open cafés waiting'
        ])
        expect(yield* find(['file'])).toEqual(['OPEN ﬁle received'])
        expect(yield* find(['open'], 2)).toEqual(['open cafés waiting', 'OPEN ﬁle received'])
        expect(yield* find(['open', 'closed'])).toEqual([])
        expect(steps.length).toBeGreaterThan(0)
        for (const [done, total] of steps) {
          expect(total).toBe(4)
          expect(done).toBeLessThanOrEqual(total)
        }
        const before = yield* store.search(BOB, { words: ['open'], limit: 9, before: 2 })
        expect(textsOf(before)).toEqual(['The Cafe\u0301 opens delivered'])
        const since = yield* store.search(BOB, { words: ['open'], limit: 9, since: 3_000 })
        expect(textsOf(since)).toEqual(['OPEN ﬁle received'])
      })
    ))

  test('what is erased is gone for good, and nothing else', (disk) =>
    Effect.gen(function* () {
      const left = ['out 4 waiting', 'out 5 waiting', 'in 5 received']
      const ledger = yield* during(disk, (store) =>
        Effect.gen(function* () {
          yield* commitAll(store, longTalk)
          yield* commitAll(store, [[linked, queued(own(1)), acknowledged(1)]], peerOf(2))
          const before = yield* store.ledger(BOB)
          expect(yield* store.erase(BOB)).toBe(7)
          expect(yield* store.erase(BOB)).toBe(0)
          expect(yield* store.erase(peerOf(3))).toBe(0)
          expect(yield* store.ledger(BOB)).toEqual(before)
          expect(yield* shownOf(store)).toEqual(left)
          return before
        })
      )
      yield* during(disk, (store) =>
        Effect.gen(function* () {
          expect(yield* shownOf(store)).toEqual(left)
          expect(yield* shownOf(store, peerOf(2))).toEqual(['out 1 delivered'])
          expect(yield* store.ledger(BOB)).toEqual(ledger)
          yield* commitAll(store, [[acknowledged(5)], [{ type: 'recovered' }]])
          expect(yield* shownOf(store)).toEqual([
            'out 4 delivered',
            'out 5 delivered',
            'in 5 received'
          ])
          expect(yield* store.erase(BOB)).toBe(3)
          yield* commitAll(store, [[queued(own(6))], [acknowledged(6)]])
          expect(yield* shownOf(store)).toEqual(['out 6 delivered'])
        })
      )
    }))

  test('a part of what was said at once may be settled when the rest is erased', (disk) =>
    during(disk, (store) =>
      Effect.gen(function* () {
        yield* commitAll(store, [
          [linked, queued(own(1), own(2), own(3)), taken(3, theirs(1), theirs(2), theirs(3))],
          [acknowledged(2), shown(1)]
        ])
        expect(yield* store.erase(BOB)).toBe(3)
        const left = ['out 3 waiting', 'in 2 received', 'in 3 received']
        expect(yield* shownOf(store)).toEqual(left)
        const [summary] = yield* store.conversations
        expect(summary).toMatchObject({ waiting: 1, unshown: 2, kept: 3 })
      })
    ))

  test('conversations are counted, with the times of their ends', (disk) =>
    Effect.gen(function* () {
      const nick = { ...own(6), body: { kind: 'nick', nickname: 'Bo' } } as const
      yield* during(disk, (store) =>
        Effect.gen(function* () {
          yield* commitAll(store, [...longTalk, [queued(nick)]])
          yield* commitAll(store, [[{ type: 'keep', keep: false }]], peerOf(2))
        })
      )
      expect(yield* during(disk, (store) => store.conversations)).toEqual([
        {
          peer: BOB,
          waiting: 3,
          unshown: 1,
          kept: 10,
          firstAt: 1_001,
          lastAt: 3_005,
          keep: undefined
        },
        { peer: peerOf(2), waiting: 0, unshown: 0, kept: 0, firstAt: 0, lastAt: 0, keep: false }
      ])
    }))
}

export const keepCases = (provider: StoreProvider): void => {
  const test = casesOf(provider)
  const keep = (value: boolean | undefined): StoreChange => ({ type: 'keep', keep: value })

  test('a conversation that is not kept holds what waits, and nothing else', (disk) =>
    Effect.gen(function* () {
      const left = ['out 4 waiting', 'out 5 waiting', 'in 5 received']
      yield* during(
        disk,
        (store) =>
          Effect.gen(function* () {
            yield* commitAll(store, longTalk)
            expect(yield* shownOf(store)).toEqual(left)
          }),
        false
      )
      expect(yield* during(disk, (store) => shownOf(store))).toEqual(left)
    }))

  test('the choice for one conversation is above the settings', (disk) =>
    Effect.gen(function* () {
      yield* during(
        disk,
        (store) =>
          Effect.gen(function* () {
            yield* commitAll(store, [[keep(true)], ...longTalk])
            yield* commitAll(store, longTalk, peerOf(2))
          }),
        false
      )
      yield* during(disk, (store) =>
        Effect.gen(function* () {
          expect(yield* shownOf(store)).toHaveLength(10)
          expect(yield* shownOf(store, peerOf(2))).toHaveLength(3)
          yield* commitAll(store, [[keep(false)], [acknowledged(5)]])
          yield* commitAll(store, [[acknowledged(5)]], peerOf(2))
          expect(yield* shownOf(store)).toHaveLength(8)
          expect(yield* shownOf(store, peerOf(2))).toHaveLength(3)
        })
      )
    }))

  test('what counts is the moment when a message is settled, in whatever run', (disk) =>
    Effect.gen(function* () {
      const messages = [1, 2, 3, 4, 5, 6].map((at) => own(at))
      const arrivals = [1, 2, 3, 4, 5, 6].map((seq) => theirs(seq))
      const settle = (upTo: number) => [acknowledged(upTo), shown(upTo)]
      yield* during(disk, (store) =>
        commitAll(store, [[linked, queued(...messages), taken(6, ...arrivals)], settle(1)])
      )
      yield* during(disk, (store) => commitAll(store, [settle(2)]), false)
      yield* during(
        disk,
        (store) => commitAll(store, [[keep(true), ...settle(3)], [keep(false)], settle(4)]),
        false
      )
      yield* during(disk, (store) =>
        Effect.gen(function* () {
          yield* commitAll(store, [[keep(undefined)], settle(5)])
          expect(yield* shownOf(store)).toEqual([
            'out 1 delivered',
            'out 3 delivered',
            'out 5 delivered',
            'out 6 waiting',
            'in 1 received',
            'in 3 received',
            'in 5 received',
            'in 6 received'
          ])
          const [summary] = yield* store.conversations
          expect(summary).toMatchObject({ waiting: 1, unshown: 1, kept: 8 })
        })
      )
    }))
}
