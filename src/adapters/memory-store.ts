/**
 * The Store port in memory, for a peer of which nothing is to be left: durable for as long as the process,
 * so every commit is over as soon as it is applied. Its rules are those of services/store-model.ts.
 */
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { Store } from '../services/store.ts'
import { isContradiction } from '../services/store-model/conversation.ts'
import { pageOf, searchIn, summaryOf } from '../services/store-model/pages.ts'
import {
  apply,
  type Book,
  conversationOf,
  emptyBook,
  erase,
  ledgerOf
} from '../services/store-model.ts'

/** Where a store in memory has its contents. */
export interface MemoryBook {
  book: Book
}

/** A store over contents, which may be those of another one before it. */
export const makeMemoryStore = (saveHistory: boolean, at: MemoryBook): Store['Service'] => {
  const view = <A>(look: (now: Book) => A): Effect.Effect<A> => Effect.sync(() => look(at.book))
  return {
    ledger: (peer) => view((now) => ledgerOf(now, peer)),
    commit: (peer, changes) =>
      Effect.suspend(() => {
        const next = apply(at.book, peer, changes, saveHistory)
        // A bug of the program.
        if (isContradiction(next)) return Effect.die(new Error(next.detail))
        at.book = next
        return Effect.void
      }),
    takenIds: (peer) => view((now) => new Set(conversationOf(now, peer).takenIds.toArray())),
    conversations: view((now) => [...now.keys()].map((peer) => summaryOf(now, peer))),
    page: (peer, query) => view((now) => pageOf(now, peer, query)),
    search: (peer, query) =>
      view((now) => {
        const { kept } = summaryOf(now, peer)
        query.onProgress?.(kept, kept)
        return searchIn(now, peer, query)
      }),
    erase: (peer) =>
      Effect.sync(() => {
        const { book, count } = erase(at.book, peer)
        at.book = book
        return count
      })
  }
}

/** A new, empty store that is gone with the scope. */
export const layer = (saveHistory: boolean): Layer.Layer<Store> =>
  Layer.sync(Store, () => makeMemoryStore(saveHistory, { book: emptyBook }))
