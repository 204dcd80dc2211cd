/**
 * Goal: on the disk no text is ever to be read without the key, and of a conversation that is not kept
 * nothing is left after delivery, not even what is sealed.
 * Method: the raw bytes of all files of a store are searched for the text and for the sealed bytes of
 * a message, while the store is open, once it was quiet, after its end and after kill -9.
 */
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as TestClock from 'effect/testing/TestClock'
import type { StoreOptions } from '../../../src/adapters/store/options.ts'
import type { Store, StoreChange } from '../../../src/services/store.ts'
import {
  acknowledged,
  BOB,
  linked,
  own,
  queued,
  taken,
  theirs,
  unlinked
} from '../services/store-talk.ts'
import { during, filesOf, freshOptions, putFiles } from './store-on-disk.ts'

const SECRET = 'the treasure is under the old oak'
const WHISPER = 'the key is behind the third brick'

const say = (store: Store['Service'], ...changes: readonly StoreChange[]) =>
  store.commit(BOB, changes, 'synced')

/** Everything that the files of a store hold. */
const bytesOf = (path: string): Buffer => Buffer.concat([...filesOf(path).values()])

/** What is sealed in each batch now. */
const sealedIn = (path: string): readonly Buffer[] => {
  const database = new DatabaseSync(path, { readOnly: true })
  const rows = database.prepare('SELECT sealed FROM batch').all()
  database.close()
  return rows.flatMap(({ sealed }) => (sealed instanceof Uint8Array ? Buffer.from(sealed) : []))
}

/** Which of these are in the files. */
const left = (path: string, sealed: readonly Buffer[]): number => {
  const all = bytesOf(path)
  // The middle of it: a page may end anywhere.
  return sealed.filter((each) => all.includes(each.subarray(12, 40))).length
}

const unkept = Effect.map(freshOptions, (options) => ({ ...options, saveHistory: false }))

/** A message each way, queued and taken, with what was sealed of them. */
const talk = Effect.fnUntraced(function* (store: Store['Service'], { path }: StoreOptions) {
  // Ids are no text: they are drawn by dice in real life.
  const heard = { ...theirs(1, WHISPER), id: theirs(1).id }
  yield* say(store, linked, queued(own(1, SECRET)), taken(1, heard))
  const sealed = sealedIn(path)
  expect(sealed).toHaveLength(2)
  expect(left(path, sealed)).toBe(2)
  return sealed
})

/** The moment of quiet after which deleted text is rid of; the disk takes its own time. */
const quiet = (isDone: () => boolean): Effect.Effect<void> =>
  Effect.gen(function* () {
    while (!isDone()) {
      yield* TestClock.adjust('1 second')
      yield* Effect.promise(() => new Promise((resume) => setImmediate(resume)))
    }
  })

describe('text on the disk', () => {
  it.effect('is nowhere to be read, in the database, its log and its index', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      const check = () => {
        const all = bytesOf(options.path)
        for (const words of [SECRET, WHISPER, 'treasure', 'brick'])
          expect(all.includes(words)).toBe(false)
      }
      yield* during(options, (store) =>
        Effect.gen(function* () {
          yield* talk(store, options)
          check()
          yield* say(store, acknowledged(1), { type: 'shown', upTo: 1 })
          check()
          const texts = (yield* store.page(BOB, { limit: 9 })).map(({ text }) => text)
          expect(texts).toEqual([SECRET, WHISPER])
        })
      )
      check()
    })
  )
})

describe('a conversation that is not kept', () => {
  it.effect('leaves nothing of what was delivered, a moment later', () =>
    Effect.gen(function* () {
      const options = yield* unkept
      yield* during(options, (store) =>
        Effect.gen(function* () {
          const sealed = yield* talk(store, options)
          yield* say(store, acknowledged(1), { type: 'shown', upTo: 1 })
          yield* quiet(() => left(options.path, sealed) === 0)
          expect(yield* store.page(BOB, { limit: 9 })).toEqual([])
        })
      )
    })
  )

  it.effect('leaves nothing of it at the end of the run', () =>
    Effect.gen(function* () {
      const options = yield* unkept
      const sealed = yield* during(options, (store) =>
        Effect.gen(function* () {
          const both = yield* talk(store, options)
          yield* say(store, acknowledged(1))
          return both
        })
      )
      // The peer's message was not shown yet: it waits.
      expect(sealed.map((each) => left(options.path, [each]))).toEqual([0, 1])
    })
  )

  it.effect.each<readonly [string, readonly StoreChange[]]>([
    ['when the link is lost', [unlinked(3)]],
    ['when it is quiet', []],
    ['when the talk goes on', [acknowledged(3), { type: 'shown', upTo: 3 }]]
  ])('leaves nothing of what was delivered together with what waits: %s', ([, changes]) =>
    Effect.gen(function* () {
      const options = yield* unkept
      yield* during(options, (store) =>
        Effect.gen(function* () {
          yield* say(
            store,
            linked,
            queued(own(1, SECRET), own(2), own(3)),
            taken(3, theirs(1, WHISPER), theirs(2), theirs(3))
          )
          const sealed = sealedIn(options.path)
          yield* say(store, acknowledged(1), { type: 'shown', upTo: 2 })
          for (const change of changes) yield* say(store, change)
          yield* quiet(() => left(options.path, sealed) === 0)
          const { outbox, inbox } = yield* store.ledger(BOB)
          expect(outbox).toEqual(changes.length > 1 ? [] : [own(2), own(3)])
          expect(inbox).toEqual(changes.length > 1 ? [] : [theirs(3)])
        })
      )
    })
  )

  it.effect('leaves nothing of it after kill -9 and a new start', () =>
    Effect.gen(function* () {
      const options = yield* unkept
      const copy = { ...options, path: options.path.replace('/data/', '/copy/') }
      let sealed: readonly Buffer[] = []
      yield* during(options, (store) =>
        Effect.gen(function* () {
          sealed = yield* talk(store, options)
          yield* say(store, queued(own(2), own(3)))
          sealed = sealedIn(options.path)
          yield* say(store, acknowledged(2), { type: 'shown', upTo: 1 })
          putFiles(copy.path, filesOf(options.path))
        })
      )
      expect(left(copy.path, sealed)).toBe(3)
      yield* during(copy, (store) =>
        Effect.gen(function* () {
          yield* quiet(() => left(copy.path, sealed) === 0)
          expect((yield* store.ledger(BOB)).outbox).toEqual([own(3)])
        })
      )
    })
  )

  it.effect('may be another one than those that are', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      yield* during(options, (store) =>
        Effect.gen(function* () {
          yield* say(store, { type: 'keep', keep: false })
          const sealed = yield* talk(store, options)
          yield* say(store, acknowledged(1), { type: 'recovered' })
          yield* quiet(() => left(options.path, sealed) === 0)
        })
      )
    })
  )
})

describe('erasing', () => {
  it.effect('is over when nothing is left, nor the key of it', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      yield* during(options, (store) =>
        Effect.gen(function* () {
          const sealed = yield* talk(store, options)
          yield* say(store, acknowledged(1), { type: 'shown', upTo: 1 })
          const database = new DatabaseSync(options.path, { readOnly: true })
          const keys = database.prepare('SELECT wrapped FROM data_key').all()
          database.close()
          const wrapped = keys.map((row) => Buffer.from(row['wrapped'] as Uint8Array))
          expect(wrapped).toHaveLength(1)
          expect(left(options.path, [...sealed, ...wrapped])).toBe(3)
          expect(yield* store.erase(BOB)).toBe(2)
          expect(left(options.path, [...sealed, ...wrapped])).toBe(0)
          yield* say(store, queued(own(2)))
          expect((yield* store.page(BOB, { limit: 9 })).map(({ text }) => text)).toEqual(['out 2'])
        })
      )
      yield* during(options, (store) =>
        Effect.gen(function* () {
          expect((yield* store.ledger(BOB)).outbox).toEqual([own(2)])
        })
      )
    })
  )

  it.effect('gives its room back to the disk', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      const size = (): number => filesOf(options.path).get('')?.length ?? 0
      yield* during(options, (store) =>
        Effect.gen(function* () {
          yield* say(store, linked)
          for (let at = 1; at <= 60; at++)
            yield* store.commit(
              BOB,
              [queued(own(at, `${at} `.repeat(60_000))), acknowledged(at)],
              'written'
            )
          yield* store.erase(BOB)
          expect(size()).toBeGreaterThan(8_000_000)
          yield* quiet(() => size() < 5_000_000)
        })
      )
      expect(size()).toBeLessThan(5_000_000)
    })
  )
})
