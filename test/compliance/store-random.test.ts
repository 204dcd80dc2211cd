/**
 * Goal: whatever sequence of commits, erasures and runs there is, the store on disk holds what the model
 * of the port says.
 * Method: random plans, drawn along the model; after every act ledger, history, ids and numbers of
 * both are compared, in the same run and after a new start with another setting.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Scope from 'effect/Scope'
import fc from 'fast-check'
import type { StoreError } from '../../src/domain/failures.ts'
import type { PeerId } from '../../src/domain/peer-id.ts'
import type { StoreChange } from '../../src/services/store.ts'
import { isContradiction } from '../../src/services/store-model/conversation.ts'
import { pageOf, summaryOf } from '../../src/services/store-model/pages.ts'
import {
  apply,
  type Book,
  conversationOf,
  emptyBook,
  erase,
  ledgerOf
} from '../../src/services/store-model.ts'
import { peerOf } from '../unit/services/store-talk.ts'
import { type Act, changeOf, Names, plans, type Step } from './store-plans.ts'
import { sqliteDisk } from './store-sqlite-disk.ts'
import { contradictionOf, type OpenStore, type StoreDisk } from './store-world.ts'

const ALL = { limit: 100_000 }

/** Draws the changes of a commit one after the other, each along what the ones before come to. */
const draw = (
  book: Book,
  peer: PeerId,
  steps: readonly Step[],
  names: Names,
  saveHistory: boolean
): readonly StoreChange[] => {
  const changes: StoreChange[] = []
  let now = book
  for (const step of steps) {
    const change = changeOf(conversationOf(now, peer), names, step)
    changes.push(change)
    const next = apply(now, peer, [change], saveHistory)
    if (isContradiction(next)) break
    now = next
  }
  return changes
}

const compare = Effect.fnUntraced(function* (store: OpenStore, book: Book) {
  for (const peer of [peerOf(1), peerOf(2)]) {
    expect(yield* store.ledger(peer)).toEqual(ledgerOf(book, peer))
    expect(yield* store.page(peer, ALL)).toEqual(pageOf(book, peer, ALL))
    const ids = conversationOf(book, peer).takenIds.toArray()
    expect(yield* store.takenIds(peer)).toEqual(new Set(ids))
  }
  const summaries = [...book.keys()].map((peer) => summaryOf(book, peer))
  expect(yield* store.conversations).toEqual(summaries)
})

/** A run that may be followed by another. */
class Runs {
  readonly #disk: StoreDisk
  #scope: Scope.Closeable | undefined

  constructor(disk: StoreDisk) {
    this.#disk = disk
  }

  readonly start = (saveHistory: boolean): Effect.Effect<OpenStore> =>
    Effect.gen({ self: this }, function* () {
      yield* this.end
      this.#scope = yield* Scope.make()
      return yield* Scope.provide(this.#disk.open(saveHistory), this.#scope)
    })

  readonly end: Effect.Effect<void> = Effect.suspend(() =>
    this.#scope === undefined ? Effect.void : Scope.close(this.#scope, Exit.void)
  )
}

const follow = Effect.fnUntraced(function* (
  acts: readonly Act[],
  runs: Runs
): Effect.fn.Return<void, StoreError> {
  const names = new Names()
  let saveHistory = true
  let book = emptyBook
  let store = yield* runs.start(saveHistory)
  for (const act of acts) {
    switch (act.type) {
      case 'reopen':
        saveHistory = act.saveHistory
        store = yield* runs.start(saveHistory)
        break
      case 'erase': {
        const erased = erase(book, peerOf(act.peer))
        expect(yield* store.erase(peerOf(act.peer))).toBe(erased.count)
        book = erased.book
        break
      }
      case 'commit': {
        const peer = peerOf(act.peer)
        const changes = draw(book, peer, act.steps, names, saveHistory)
        const next = apply(book, peer, changes, saveHistory)
        if (isContradiction(next)) {
          expect(yield* contradictionOf(store, changes, peer)).toContain(next.detail)
        } else {
          yield* store.commit(peer, changes, 'written')
          book = next
        }
        break
      }
    }
    yield* compare(store, book)
  }
  yield* compare(yield* runs.start(saveHistory), book)
  yield* runs.end
})

describe('the store on disk and the model', () => {
  it('hold the same after any plan', { timeout: 300_000 }, () =>
    fc.assert(
      fc.asyncProperty(plans, (acts) =>
        Effect.runPromise(
          Effect.scoped(Effect.flatMap(sqliteDisk, (disk) => follow(acts, new Runs(disk))))
        )
      ),
      { numRuns: 100 }
    )
  )
})
