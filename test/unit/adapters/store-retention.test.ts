/**
 * Goal: messages that are too old, or too many, go by themselves, the oldest first; what waits never
 * goes, and what is to stay stays.
 * Method: a store over the test clock, opened anew and left open for hours.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as TestClock from 'effect/testing/TestClock'
import type { StoreOptions } from '../../../src/adapters/store/options.ts'
import type { PeerId } from '../../../src/domain/peer-id.ts'
import type { Store } from '../../../src/services/store.ts'
import {
  acknowledged,
  BOB,
  linked,
  own,
  peerOf,
  queued,
  taken,
  theirs
} from '../services/store-talk.ts'
import { during, freshOptions } from './store-on-disk.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const EVE = peerOf(2)

/** Says something at a time, which is delivered at once. */
const say = (
  store: Store['Service'],
  number: number,
  time: number,
  peer: PeerId = BOB,
  text = ''
) =>
  store.commit(
    peer,
    [
      linked,
      queued({ ...own(number), at: time, body: { kind: 'text', text: `${number}${text}` } }),
      taken(number, { ...theirs(number), receivedAt: time }),
      acknowledged(number),
      { type: 'shown', upTo: number }
    ],
    'written'
  )

const numbersOf = (store: Store['Service'], peer: PeerId = BOB) =>
  Effect.map(store.page(peer, { limit: 10_000 }), (entries) =>
    entries.filter(({ direction }) => direction === 'out').map(({ id }) => id.replaceAll(/\D/g, ''))
  )

/** Until what is done beside the talk is done, as the page says. */
const until = (
  store: Store['Service'],
  expected: readonly string[],
  peer: PeerId = BOB
): Effect.Effect<void, unknown> =>
  Effect.flatMap(numbersOf(store, peer), (numbers) =>
    numbers.join() === expected.join()
      ? Effect.void
      : Effect.andThen(Effect.yieldNow, until(store, expected, peer))
  )

const keeping = (options: StoreOptions, days: number, bytes = 0): StoreOptions => ({
  ...options,
  retention: { days, bytes }
})

describe('messages of a time', () => {
  it.effect('go when they are too old: at the start, and as the hours go', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      yield* TestClock.setTime(10 * DAY)
      yield* during(options, (store) =>
        Effect.gen(function* () {
          yield* say(store, 1, 1 * DAY)
          yield* say(store, 2, 8 * DAY)
          yield* say(store, 3, 8 * DAY + 2 * HOUR)
          yield* say(store, 1, 2 * DAY, EVE)
          yield* store.commit(BOB, [queued({ ...own(4), at: 0 })], 'written')
        })
      )
      yield* during(keeping(options, 2), (store) =>
        Effect.gen(function* () {
          yield* until(store, ['2', '3', '4'])
          yield* until(store, [], EVE)
          yield* TestClock.adjust(HOUR - 1)
          expect(yield* numbersOf(store)).toEqual(['2', '3', '4'])
          yield* TestClock.adjust(HOUR)
          yield* until(store, ['3', '4'])
          yield* TestClock.adjust(HOUR)
          yield* TestClock.adjust(HOUR)
          yield* until(store, ['4'])
          const [bob] = yield* store.conversations
          expect(bob).toMatchObject({ waiting: 1, kept: 1 })
          expect((yield* store.ledger(BOB)).outbox).toEqual([{ ...own(4), at: 0 }])
        })
      )
    })
  )

  it.effect('go at the next start also behind those of a clock that ran ahead', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      yield* TestClock.setTime(10 * DAY)
      yield* during(options, (store) =>
        Effect.gen(function* () {
          yield* say(store, 1, 400 * DAY)
          yield* say(store, 2, 1 * DAY)
          yield* say(store, 3, 9 * DAY)
        })
      )
      yield* during(keeping(options, 2), (store) => until(store, ['1', '3']))
    })
  )

  it.effect('go in many portions where there are many', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      yield* TestClock.setTime(10 * DAY)
      yield* during(options, (store) =>
        Effect.gen(function* () {
          for (let number = 1; number <= 700; number++)
            yield* say(store, number, (number <= 650 ? 1 : 9) * DAY)
        })
      )
      yield* during(keeping(options, 5), (store) =>
        Effect.gen(function* () {
          const left = Array.from({ length: 50 }, (_, at) => String(651 + at))
          yield* until(store, left)
          const [bob] = yield* store.conversations
          expect(bob).toMatchObject({ kept: 100, firstAt: 9 * DAY })
        })
      )
    })
  )

  it.effect('stay without a bound', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      yield* TestClock.setTime(10_000 * DAY)
      yield* during(options, (store) =>
        Effect.gen(function* () {
          yield* say(store, 1, 0)
          yield* TestClock.adjust(2 * HOUR)
          expect(yield* numbersOf(store)).toEqual(['1'])
        })
      )
    })
  )
})

describe('messages above a size', () => {
  it.effect('go, the oldest of all conversations first, and no more than needed', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      const long = 'x'.repeat(20_000)
      yield* during(options, (store) =>
        Effect.gen(function* () {
          for (let number = 1; number <= 40; number++) {
            yield* say(store, number, number * 10, BOB, long)
            yield* say(store, number, number * 10 + 5, EVE, long)
          }
          const waiting = { ...own(41), at: 1 }
          yield* store.commit(BOB, [queued(waiting)], 'written')
        })
      )
      // 40 × 2 × 20 KB and some pages around them: half of it goes.
      yield* during(keeping(options, 0, 1_000_000), (store) =>
        Effect.gen(function* () {
          let before = Number.POSITIVE_INFINITY
          for (;;) {
            const bob = yield* numbersOf(store)
            const eve = yield* numbersOf(store, EVE)
            const now = bob.length + eve.length
            if (now === before && now < 60) {
              expect(Math.abs(bob.length - 1 - eve.length)).toBeLessThanOrEqual(1)
              expect(bob.at(-2)).toBe('40')
              expect(eve.at(-1)).toBe('40')
              expect(now).toBeGreaterThan(35)
              break
            }
            before = now
            for (let count = 0; count < 20; count++) yield* Effect.yieldNow
          }
          expect((yield* store.ledger(BOB)).outbox).toHaveLength(1)
        })
      )
    })
  )

  it.effect('end the search for more when only what waits is left', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      yield* during(keeping(options, 0, 1), (store) =>
        Effect.gen(function* () {
          yield* say(store, 1, 0)
          yield* store.commit(BOB, [queued(own(2))], 'written')
          yield* TestClock.adjust(HOUR)
          yield* until(store, ['2'])
          yield* TestClock.adjust(HOUR)
          expect(yield* numbersOf(store)).toEqual(['2'])
        })
      )
    })
  )
})
