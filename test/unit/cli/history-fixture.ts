/** A history to look at: the model of the store, filled with messages of two people. */
import * as Effect from 'effect/Effect'
import type { HistoryReader, HistoryWorld } from '../../../src/cli/history/world.ts'
import { makeStyle } from '../../../src/cli/views/style.ts'
import type { PeerRef } from '../../../src/domain/peer-ref.ts'
import { peerIdFromPublicKey } from '../../../src/domain/peer-id.ts'
import type { StoreChange } from '../../../src/services/store.ts'
import { isContradiction } from '../../../src/services/store-model/conversation.ts'
import { pageOf, searchIn, summaryOf } from '../../../src/services/store-model/pages.ts'
import { apply, type Book, emptyBook } from '../../../src/services/store-model.ts'

export const BOB: PeerRef = { id: peerIdFromPublicKey(new Uint8Array(32).fill(7)), nickname: 'bob' }
export const EVE: PeerRef = { id: peerIdFromPublicKey(new Uint8Array(32).fill(9)), nickname: 'eve' }

/** 2026-11-22 14:30:00 UTC. */
export const NOON = 1_795_357_800_000
export const MINUTE = 60_000

/** What one of the two says; own texts may still wait. */
export interface Said {
  readonly by: 'us' | 'peer'
  readonly text: string
  readonly at: number
  readonly waits?: true
}

const idOf = (number: number): string => `${number}`.padStart(22, 'A')

const changesOf = (said: readonly Said[]): readonly StoreChange[] => {
  let own = 0
  let theirs = 0
  const changes: StoreChange[] = [
    { type: 'sending', epoch: 'ours', upTo: Number.MAX_SAFE_INTEGER },
    { type: 'keep', keep: true }
  ]
  for (const [number, { by, text, at, waits }] of said.entries()) {
    const id = idOf(number)
    const body = { kind: 'text', text } as const
    if (by === 'us') {
      own += 1
      const messages = [{ id, at, body, first: own, items: 1 }]
      changes.push({ type: 'queued', epoch: 'ours', messages })
      if (waits !== true) changes.push({ type: 'acknowledged', upTo: own, instance: 'i' })
      continue
    }
    theirs += 1
    const messages = [{ id, at: at - 1, body, seq: theirs, receivedAt: at }]
    changes.push({ type: 'taken', epoch: 'theirs', upTo: theirs, messages })
    changes.push({ type: 'shown', upTo: theirs })
  }
  return changes
}

/** What a store holds after both have talked. */
export const bookOf = (said: readonly Said[], peer = BOB, before: Book = emptyBook): Book => {
  const book = apply(before, peer.id, changesOf(said), true)
  if (isContradiction(book)) throw new Error(book.detail)
  return book
}

/** Reads what the book is at the time. `asked` is told of every page that is read. */
export const readerOf = (
  book: () => Book,
  asked: (limit: number) => void = () => undefined
): HistoryReader => ({
  conversations: Effect.sync(() => [...book().keys()].map((peer) => summaryOf(book(), peer))),
  page: (peer, query) =>
    Effect.sync(() => {
      asked(query.limit)
      return pageOf(book(), peer, query)
    }),
  search: (peer, query) =>
    Effect.sync(() => {
      asked(query.limit)
      query.onProgress?.(1, 2)
      return searchIn(book(), peer, query)
    })
})

/** Somebody at a screen or behind a pipe, and what reached them. */
export const makeWorld = (given: Partial<HistoryWorld> & { readonly isScreen?: boolean } = {}) => {
  const heard = { out: '', notes: [] as string[], drawn: '' }
  const world: HistoryWorld = {
    peers: [BOB, EVE],
    saveHistory: false,
    json: false,
    output: {
      write: (text) =>
        Effect.sync(() => {
          heard.out += text
          return true
        }),
      isScreen: given.isScreen ?? false,
      style: makeStyle({ color: false, ascii: false })
    },
    note: (text) => heard.notes.push(text),
    progress: (text) => {
      heard.drawn += text
    },
    timeZone: 'UTC',
    ...given
  }
  return { world, heard }
}
