/** Commits as wholes, and the ids of what was taken. */
import { expect } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import { OUTBOX_ITEMS_MAX } from '../../src/domain/limits.ts'
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
  contradictionOf,
  during,
  NOTHING,
  shown,
  shownOf,
  type StoreProvider
} from './store-world.ts'

export const commitCases = (provider: StoreProvider): void => {
  const test = casesOf(provider)

  test('a commit is applied when it starts, whatever is awaited', (disk) =>
    during(disk, (store) =>
      Effect.gen(function* () {
        yield* Effect.all(
          [1, 2, 3, 4, 5].map((first) =>
            store.commit(BOB, [queued(own(first))], first % 2 === 0 ? 'synced' : 'written')
          ),
          { concurrency: 'unbounded' }
        )
        expect((yield* store.ledger(BOB)).outbox).toEqual([1, 2, 3, 4, 5].map((at) => own(at)))
      })
    ))

  test('all changes of a commit count, or none', (disk) =>
    during(disk, (store) =>
      Effect.gen(function* () {
        yield* store.commit(BOB, [linked, queued(own(1))], 'synced')
        const before = yield* store.ledger(BOB)
        const bad = [queued(own(2)), taken(1, theirs(1)), acknowledged(9)]
        expect(yield* contradictionOf(store, bad)).toContain('acknowledged: 9')
        expect(yield* store.ledger(BOB)).toEqual(before)
        expect(yield* store.takenIds(BOB)).toEqual(new Set())
        expect(yield* shownOf(store)).toEqual(['out 1 waiting'])
        yield* store.commit(BOB, [queued(own(2))], 'synced')
        expect((yield* store.ledger(BOB)).last).toBe(2)
      })
    ))

  test('the first commit of a peer, if it is a bad one, leaves no peer', (disk) =>
    during(disk, (store) =>
      Effect.gen(function* () {
        expect(yield* contradictionOf(store, [linked, acknowledged(1)])).toContain('never sent')
        expect(yield* store.conversations).toEqual([])
      })
    ))

  test('what changes nothing is no commit', (disk) =>
    during(disk, (store) =>
      Effect.gen(function* () {
        yield* store.commit(BOB, [], 'synced')
        yield* store.commit(BOB, [{ type: 'recovered' }], 'synced')
        expect(yield* store.conversations).toEqual([])
        yield* store.commit(BOB, [linked, queued(own(1)), acknowledged(1)], 'written')
        yield* store.commit(BOB, [acknowledged(0)], 'synced')
        expect((yield* store.ledger(BOB)).acked).toBe(1)
      })
    ))

  test('peers do not know of each other', (disk) =>
    Effect.gen(function* () {
      const eve = peerOf(2)
      yield* during(disk, (store) =>
        Effect.gen(function* () {
          yield* commitAll(store, [[linked, queued(own(1)), taken(1, theirs(1))]])
          yield* commitAll(store, [[linked, queued(own(1, 'to eve'))]], eve)
          yield* commitAll(store, [[acknowledged(1)], [shown(1)]])
        })
      )
      yield* during(disk, (store) =>
        Effect.gen(function* () {
          expect(yield* shownOf(store)).toEqual(['out 1 delivered', 'in 1 received'])
          expect(yield* shownOf(store, eve)).toEqual(['to eve waiting'])
          expect(yield* store.takenIds(eve)).toEqual(new Set())
          expect((yield* store.conversations).map(({ peer }) => peer)).toEqual([BOB, eve])
          expect(yield* store.ledger(peerOf(3))).toEqual(NOTHING)
        })
      )
    }))

  test('messages of every size and sign come back as they were', (disk) => {
    const texts = ['', '\u0000\u001b[2J\n\r', 'é\u0301😀\u{10ffff}', '\ud800 alone', '"\\/\u2028']
    const long = 'ab😀'.repeat(256 * 1024).slice(0, 1024 * 1024)
    const ours = [...texts, long].map((text, at) => ({
      ...own(at + 1, text),
      id: `${at}`.padEnd(22, 'o')
    }))
    const mine = [...texts, long].map((text, at) => ({
      ...theirs(at + 1, text),
      id: `${at}`.padEnd(22, 'i')
    }))
    const nick = { ...own(7), body: { kind: 'nick', nickname: 'Zoë' } } as const
    return Effect.gen(function* () {
      yield* during(disk, (store) =>
        commitAll(store, [[linked, queued(...ours, nick), taken(6, ...mine)]])
      )
      yield* during(disk, (store) =>
        Effect.gen(function* () {
          const { outbox, inbox } = yield* store.ledger(BOB)
          expect(outbox).toEqual([...ours, nick])
          expect(inbox).toEqual(mine)
          const shownTexts = (yield* store.page(BOB, { limit: 100 })).map(({ text }) => text)
          expect(shownTexts).toEqual([...texts, long, ...texts, long])
        })
      )
    })
  })

  test('a full outbox is settled, a piece at a time', (disk) =>
    Effect.gen(function* () {
      const messages = Array.from({ length: 3_000 }, (_, at) => own(at + 1))
      yield* during(disk, (store) => commitAll(store, [[queued(...messages)]]))
      yield* during(disk, (store) =>
        Effect.gen(function* () {
          yield* store.commit(BOB, [linked], 'written')
          for (let upTo = 7; upTo < 3_000; upTo += 701)
            yield* store.commit(BOB, [acknowledged(upTo)], 'written')
        })
      )
      yield* during(disk, (store) =>
        Effect.gen(function* () {
          const { acked, outbox } = yield* store.ledger(BOB)
          expect(acked).toBe(2_811)
          expect(outbox).toEqual(messages.slice(2_811))
          const [summary] = yield* store.conversations
          expect(summary).toMatchObject({ waiting: 189, kept: 3_000 })
        })
      )
    }))
}

export const idCases = (provider: StoreProvider): void => {
  const test = casesOf(provider)

  test('ids of what was taken are known in every later run', (disk) =>
    Effect.gen(function* () {
      const ids = [1, 2, 3].map((seq) => theirs(seq).id)
      yield* during(
        disk,
        (store) =>
          commitAll(store, [
            [linked, taken(2, theirs(1), theirs(2)), shown(2)],
            [taken(3, theirs(3))]
          ]),
        false
      )
      yield* during(disk, (store) =>
        Effect.gen(function* () {
          yield* store.erase(BOB)
          expect(yield* store.takenIds(BOB)).toEqual(new Set(ids))
          expect(yield* store.takenIds(peerOf(2))).toEqual(new Set())
        })
      )
    }))

  test('at least as many ids are known as a peer may send again', (disk) =>
    during(
      disk,
      (store) =>
        Effect.gen(function* () {
          yield* store.commit(BOB, [linked], 'written')
          const total = OUTBOX_ITEMS_MAX + 20_000
          for (let seq = 0; seq < total; seq += 5_000) {
            const messages = Array.from({ length: 5_000 }, (_, at) => theirs(seq + at + 1))
            const changes: readonly StoreChange[] = [taken(seq + 5_000, ...messages)]
            yield* store.commit(BOB, [...changes, { type: 'recovered' }], 'written')
          }
          const ids = yield* store.takenIds(BOB)
          for (let seq = total - OUTBOX_ITEMS_MAX + 1; seq <= total; seq += 997)
            expect(ids.has(theirs(seq).id)).toBe(true)
          expect(ids.size).toBeLessThan(total)
        }),
      false
    ))
}
