/**
 * Goal: a process that is killed while the log is copied into the database loses nothing: the log has
 * it all, whatever of the database was overwritten until then.
 * Method: the files of a store with a long log, its database as it was and as it is after the copy; pages
 * of the second are put over the first, in their order, up to every place at which the copy can end.
 */
import * as fs from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from '@effect/vitest'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { layer } from '../../../src/adapters/store/layer.ts'
import type { StoreOpened } from '../../../src/adapters/store/options.ts'
import { openReadOnly } from '../../../src/adapters/store/read-only.ts'
import { Store } from '../../../src/services/store.ts'
import { BOB, linked, peerOf, taken, theirs } from '../services/store-talk.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const PAGE = 4096
const MESSAGES = 30

const fileIn = (folder: string) => ({
  path: join(folder, 'messages.db'),
  owner: peerOf(9),
  masterKey: new Uint8Array(32).fill(7),
  keyPath: join(folder, 'store.key')
})

const open = (folder: string, told: StoreOpened[] = []) =>
  Effect.map(
    Layer.build(
      Layer.fresh(
        layer({
          ...fileIn(folder),
          saveHistory: true,
          retention: { days: 0, bytes: 0 },
          onOpened: (opened) => Effect.sync(() => told.push(opened))
        })
      )
    ),
    (built) => Context.get(built, Store)
  )

const take = (from: number, to: number) =>
  Effect.gen(function* () {
    const store = yield* Store
    for (let seq = from; seq <= to; seq += 1) {
      const text = `${seq} ${'x'.repeat(8000)}`
      yield* store.commit(BOB, [linked, taken(seq, theirs(seq, text))], 'written')
    }
  })

interface Files {
  readonly before: Buffer
  readonly after: Buffer
  readonly log: Buffer
}

/** What there is on the disk while a store with a long log is open. */
const filesOf = Effect.fnUntraced(function* (hasPast: boolean) {
  const folder = yield* temporaryDirectory
  const { path } = fileIn(folder)
  if (hasPast)
    yield* Effect.scoped(Effect.flatMap(open(folder), (store) => takeIn(store, 1, MESSAGES / 2)))
  const store = yield* open(folder)
  yield* takeIn(store, hasPast ? MESSAGES / 2 + 1 : 1, MESSAGES)
  const before = fs.readFileSync(path)
  const log = fs.readFileSync(`${path}-wal`)
  const copy = join(yield* temporaryDirectory, 'messages.db')
  fs.writeFileSync(copy, before)
  fs.writeFileSync(`${copy}-wal`, log)
  const database = new DatabaseSync(copy)
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
  return { before, after: fs.readFileSync(copy), log } satisfies Files
})

const takeIn = (store: Store['Service'], from: number, to: number) =>
  Effect.provideService(take(from, to), Store, store)

/** The folder of a process that was killed when so many pages had been copied. */
const killedAfter = Effect.fnUntraced(function* ({ before, after, log }: Files, pages: number) {
  const folder = yield* temporaryDirectory
  const { path } = fileIn(folder)
  const database = Buffer.concat([
    after.subarray(0, pages * PAGE),
    before.subarray(Math.min(pages * PAGE, before.length))
  ])
  fs.writeFileSync(path, database, { mode: 0o600 })
  fs.writeFileSync(`${path}-wal`, log, { mode: 0o600 })
  return folder
})

describe.each([
  ['of a new store', false],
  ['of one that has a past', true]
])('a log that was copied in part %s', (_, hasPast) => {
  it.effect('is copied again, and nothing is set aside', () =>
    Effect.gen(function* () {
      const files = yield* filesOf(hasPast)
      const pages = files.after.length / PAGE
      expect(files.before.length).toBeLessThan(files.after.length)
      for (let copied = 0; copied <= pages; copied += 1) {
        const folder = yield* killedAfter(files, copied)
        const told: StoreOpened[] = []
        const texts = yield* Effect.scoped(
          Effect.gen(function* () {
            const store = yield* open(folder, told)
            return yield* store.page(BOB, { limit: 1000 })
          })
        )
        expect(told, `${copied} pages`).toEqual([])
        expect(texts.map(({ text }) => Number.parseInt(text, 10))).toEqual(
          Array.from({ length: MESSAGES }, (__, index) => index + 1)
        )
      }
    })
  )

  it.effect('is read in whole by who only looks', () =>
    Effect.gen(function* () {
      const files = yield* filesOf(hasPast)
      const pages = files.after.length / PAGE
      for (let copied = 0; copied <= pages; copied += 7) {
        const folder = yield* killedAfter(files, copied)
        const texts = yield* Effect.scoped(
          Effect.flatMap(openReadOnly(fileIn(folder)), ({ page }) => page(BOB, { limit: 1000 }))
        )
        expect(texts, `${copied} pages`).toHaveLength(MESSAGES)
      }
    })
  )
})
