/**
 * Goal: a message is noted as shown when it has left the process, and not before; the end waits a little
 * for a slow reader, and leaves the rest to the next run.
 * Method: the store in memory under an output that the test empties, or never does.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Fiber from 'effect/Fiber'
import * as Scope from 'effect/Scope'
import * as Exit from 'effect/Exit'
import { TestClock } from 'effect/testing'
import { type MemoryBook, makeMemoryStore } from '../../../src/adapters/memory-store.ts'
import { writtenMessages } from '../../../src/cli/written-messages.ts'
import type { EarshotEvent } from '../../../src/domain/events.ts'
import { LAST_LINES_TIMEOUT_MS_MAX } from '../../../src/domain/limits.ts'
import { emptyBook } from '../../../src/services/store-model.ts'
import { BOB, linked, taken, theirs } from '../services/store-talk.ts'

const received = (seq: number): EarshotEvent => {
  const { id, body, at, receivedAt } = theirs(seq)
  return {
    type: 'message.received',
    peer: { id: BOB },
    id,
    seq,
    text: body.text,
    sentAt: at,
    receivedAt
  }
}

/** A run that took and printed two messages, on an output that takes nothing by itself. */
const talk = Effect.gen(function* () {
  const at: MemoryBook = { book: emptyBook }
  const scope = yield* Scope.make()
  const waiting: (() => void)[] = []
  const { store, printed } = yield* writtenMessages(makeMemoryStore(false, at), {
    whenWritten: (work) => void waiting.push(work)
  }).pipe(Effect.provideService(Scope.Scope, scope))
  yield* store.ledger(BOB)
  yield* store.commit(BOB, [linked, taken(2, theirs(1), theirs(2))], 'synced')
  printed([received(1)])
  printed([{ type: 'listen.waiting' }, received(2)])
  yield* store.commit(BOB, [{ type: 'shown', upTo: 2 }], 'written')
  return {
    /** What the next run would show again. */
    unshown: Effect.map(makeMemoryStore(false, at).ledger(BOB), ({ inbox }) =>
      inbox.map(({ seq }) => seq)
    ),
    /** So many of the waiting writes are done. */
    write: (count: number) =>
      Effect.gen(function* () {
        for (const work of waiting.splice(0, count)) work()
        for (let turn = 0; turn < 5; turn += 1) yield* Effect.yieldNow
      }),
    close: Scope.close(scope, Exit.void)
  }
})

describe('a message that was printed', () => {
  it.effect('is shown again by the next run while it waits in the output', () =>
    Effect.gen(function* () {
      const { unshown, write } = yield* talk
      expect(yield* unshown).toEqual([1, 2])
      yield* write(1)
      expect(yield* unshown).toEqual([2])
      yield* write(1)
      expect(yield* unshown).toEqual([])
    })
  )

  it.effect('is waited for at the end', () =>
    Effect.gen(function* () {
      const { unshown, write, close } = yield* talk
      const closing = yield* Effect.forkChild(close)
      yield* Effect.yieldNow
      expect(yield* unshown).toEqual([1, 2])
      yield* write(3)
      yield* Fiber.join(closing)
      expect(yield* unshown).toEqual([])
    })
  )

  it.effect('is left to the next run by a reader that reads no more', () =>
    Effect.gen(function* () {
      const { unshown, write, close } = yield* talk
      yield* write(1)
      const closing = yield* Effect.forkChild(close)
      yield* TestClock.adjust(LAST_LINES_TIMEOUT_MS_MAX)
      yield* Fiber.join(closing)
      expect(yield* unshown).toEqual([2])
      yield* write(2)
      expect(yield* unshown).toEqual([2])
    })
  )
})
