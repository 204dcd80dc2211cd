/**
 * Goal: a commit is safe only after a flush that began behind it; flushes are shared, one at a time; and
 * after one that failed nothing is trusted any more.
 * Method: a flush that the test completes by hand.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Fiber from 'effect/Fiber'
import { GroupFlush } from '../../../src/adapters/store/group-flush.ts'

/** Flushes that have begun, and the way to end the oldest. */
const byHand = () => {
  const waiting: ((error: Error | null) => void)[] = []
  const flush = new GroupFlush('store', (done) => waiting.push(done))
  const finish = (error: Error | null = null) => waiting.shift()?.(error)
  return { flush, finish, waiting }
}

/** Runs until it waits. */
const started = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.forkChild(effect, { startImmediately: true })

const isOver = (fiber: Fiber.Fiber<unknown, unknown>): boolean => fiber.pollUnsafe() !== undefined

describe('a flush', () => {
  it.effect('is not needed where nothing was written since', () =>
    Effect.gen(function* () {
      const { flush, finish, waiting } = byHand()
      yield* flush.synced
      flush.wrote()
      const first = yield* started(flush.synced)
      finish()
      yield* Fiber.join(first)
      yield* flush.synced
      expect(waiting).toEqual([])
    })
  )

  it.effect('that had begun before does not count, and the next is shared', () =>
    Effect.gen(function* () {
      const { flush, finish, waiting } = byHand()
      flush.wrote()
      const first = yield* started(flush.synced)
      flush.wrote()
      const second = yield* started(flush.synced)
      flush.wrote()
      const third = yield* started(flush.synced)
      expect(waiting).toHaveLength(1)
      finish()
      yield* Fiber.join(first)
      expect([isOver(second), isOver(third)]).toEqual([false, false])
      expect(waiting).toHaveLength(1)
      finish()
      yield* Fiber.join(second)
      yield* Fiber.join(third)
      expect(waiting).toEqual([])
    })
  )

  it.effect('that nobody waits for any more ends all the same', () =>
    Effect.gen(function* () {
      const { flush, finish } = byHand()
      flush.wrote()
      const given = yield* started(flush.synced)
      yield* Fiber.interrupt(given)
      const idle = yield* started(flush.idle)
      expect(isOver(idle)).toBe(false)
      finish()
      yield* Fiber.join(idle)
    })
  )

  it.effect('that failed fails everybody who waits and who comes', () =>
    Effect.gen(function* () {
      const { flush, finish } = byHand()
      flush.wrote()
      const first = yield* started(Effect.flip(flush.synced))
      flush.wrote()
      const second = yield* started(Effect.flip(flush.synced))
      finish(Object.assign(new Error('io'), { code: 'EIO' }))
      const reason = { _tag: 'StoreIo', path: 'store', code: 'EIO' }
      expect((yield* Fiber.join(first)).reason).toEqual(reason)
      expect((yield* Fiber.join(second)).reason).toEqual(reason)
      expect((yield* Effect.flip(flush.synced)).reason).toEqual(reason)
      expect(flush.failure).toEqual(reason)
      flush.fail({ _tag: 'StoreIo', path: 'store', code: 'later' })
      expect(flush.failure).toEqual(reason)
      yield* flush.idle
    })
  )
})
