/**
 * Goal: a full disk takes nothing, loses nothing, and the talk goes on when there is room again.
 * Method: SQLite is given no page more than there are, at every size of a small store.
 */
import type { DatabaseSync, DatabaseSyncOptions } from 'node:sqlite'
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import { vi } from 'vitest'
import { acknowledged, BOB, linked, own, queued, taken, theirs } from '../services/store-talk.ts'
import { during, freshOptions } from './store-on-disk.ts'

const connections = vi.hoisted((): DatabaseSync[] => [])

vi.mock('node:sqlite', async (original) => {
  const real = await original<{ readonly DatabaseSync: typeof DatabaseSync }>()
  class Watched extends real.DatabaseSync {
    constructor(path: string | Buffer | URL, options?: DatabaseSyncOptions) {
      super(path, options)
      if (options?.readOnly !== true) connections.push(this)
    }
  }
  return { ...real, DatabaseSync: Watched }
})

/** The connection that writes. */
const writer = (): DatabaseSync | undefined => connections.findLast(({ isOpen }) => isOpen)

/** @param pages that the database may have; 0: as many as there are. */
const allow = (pages: number): void => {
  writer()?.exec(`PRAGMA max_page_count = ${pages === 0 ? 1 : pages}`)
}

const TEXT = 'x'.repeat(3_000)

describe('a full disk', () => {
  it.effect('refuses a commit whole, keeps what is there, and takes it when there is room', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      yield* during(options, (store) =>
        Effect.gen(function* () {
          yield* store.commit(BOB, [linked], 'synced')
          const full = { _tag: 'StoreFull', path: options.path, code: 'SQLITE_FULL' }
          let refusals = 0
          for (let number = 1; number <= 60; number++) {
            allow(0)
            const before = yield* store.ledger(BOB)
            const changes = [queued(own(number, TEXT)), taken(number, theirs(number, TEXT))]
            const outcome = yield* Effect.result(store.commit(BOB, changes, 'synced'))
            if (Result.isSuccess(outcome)) continue
            refusals++
            expect(outcome.failure.reason).toEqual(full)
            expect(yield* store.ledger(BOB)).toEqual(before)
            allow(1_000_000)
            yield* store.commit(BOB, changes, 'synced')
          }
          expect(refusals).toBeGreaterThan(30)
        })
      )
      yield* during(options, (store) =>
        Effect.gen(function* () {
          const { outbox, inbox } = yield* store.ledger(BOB)
          expect(outbox.map(({ first }) => first)).toEqual(inbox.map(({ seq }) => seq))
          expect(outbox).toHaveLength(60)
          expect(yield* store.page(BOB, { limit: 1_000 })).toHaveLength(120)
        })
      )
    })
  )

  it.effect('or one that is read-only at the end does not shut its own process out', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      yield* during(options, (store) =>
        Effect.gen(function* () {
          yield* store.commit(BOB, [linked, queued(own(1))], 'synced')
          writer()?.exec('PRAGMA query_only = ON')
          const { reason } = yield* Effect.flip(store.commit(BOB, [queued(own(2))], 'synced'))
          expect(reason._tag).toBe('StoreUnwritable')
        })
      )
      const { outbox } = yield* during(options, (store) => store.ledger(BOB))
      expect(outbox).toEqual([own(1)])
    })
  )

  it.effect('still takes what gives room back', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      yield* during(options, (store) =>
        Effect.gen(function* () {
          yield* store.commit(BOB, [linked, queued(own(1, TEXT), own(2, TEXT))], 'synced')
          yield* store.commit(BOB, [acknowledged(1)], 'synced')
          allow(0)
          const long = queued(own(3, TEXT.repeat(10)))
          const { reason } = yield* Effect.flip(store.commit(BOB, [long], 'synced'))
          expect(reason._tag).toBe('StoreFull')
          yield* store.commit(BOB, [acknowledged(2)], 'synced')
          expect(yield* store.erase(BOB)).toBe(2)
          yield* store.commit(BOB, [queued(own(3, TEXT))], 'synced')
          expect((yield* store.ledger(BOB)).outbox).toEqual([own(3, TEXT)])
        })
      )
    })
  )
})
