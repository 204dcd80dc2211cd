/**
 * Goal: a store that lost pages, bits or its end never loses a message silently: what is read is as it
 * was written, or the damage is told; and nothing crashes.
 * Method: one store with every kind of row in it; each page of it in turn, and many a bit, is
 * overwritten. Then everything is read, and again after a new start.
 */
import * as fs from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Logger from 'effect/Logger'
import * as Result from 'effect/Result'
import type { StoreOptions } from '../../../src/adapters/store/options.ts'
import type { PeerId } from '../../../src/domain/peer-id.ts'
import type { HistoryEntry, Ledger, Store, StoreChange } from '../../../src/services/store.ts'
import { makeDice } from '../../../src/simulation/dice.ts'
import { openStore } from '../../compliance/store-sqlite-disk.ts'
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
import { during, filesOf, freshOptions, putFiles, refusalOf } from './store-on-disk.ts'

const PAGE = 4096
const PEERS = [BOB, peerOf(2), peerOf(3)]

/** History and waiting messages in rows of every size, and keys, ids and states of three peers. */
const fill = Effect.fnUntraced(function* (store: Store['Service']) {
  const many = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at)
  for (const peer of PEERS) {
    const say = (...changes: readonly StoreChange[]) => store.commit(peer, changes, 'written')
    yield* say(linked, queued(...many(1, 120).map((at) => own(at))))
    yield* say(taken(150, ...many(1, 150).map((seq) => theirs(seq))), { type: 'recovered' })
    yield* say(acknowledged(120))
    yield* say(queued(own(121, 'long '.repeat(4_000)), own(122), own(123)), acknowledged(121))
    for (const seq of many(151, 12)) yield* say(taken(seq, theirs(seq)))
  }
  yield* store.commit(BOB, [{ type: 'shown', upTo: 160 }], 'synced')
})

interface Contents {
  readonly ledger: Ledger
  readonly ids: ReadonlySet<string>
  readonly entries: readonly HistoryEntry[]
  readonly kept: number
}

const read = Effect.fnUntraced(function* (store: Store['Service'], peer: PeerId) {
  const ledger = yield* store.ledger(peer)
  const ids = yield* store.takenIds(peer)
  const entries = yield* store.page(peer, { limit: 10_000 })
  const kept = (yield* store.conversations).find((each) => each.peer === peer)?.kept ?? 0
  return { ledger, ids, entries, kept } satisfies Contents
})

/** A store, as bytes, and what is in it. */
const wholeStore = Effect.gen(function* () {
  const options = yield* freshOptions
  const contents = new Map<PeerId, Contents>()
  yield* during(options, (store) =>
    Effect.gen(function* () {
      yield* fill(store)
      for (const peer of PEERS) contents.set(peer, yield* read(store, peer))
    })
  )
  const files = filesOf(options.path)
  return { options, contents, bytes: files.get('') ?? Buffer.alloc(0) }
})

type Outcome = 'set aside' | 'refused' | 'told' | 'whole'

/** Reads all that is there. What differs from what was written must have been told. */
const outcomeOf = Effect.fnUntraced(function* (
  options: StoreOptions,
  contents: ReadonlyMap<PeerId, Contents>
) {
  const told: unknown[] = []
  const lines: unknown[] = []
  const onOpened = (opened: unknown) => Effect.sync(() => told.push(opened))
  const logger = Logger.make(({ message }) => lines.push(message))
  const reading = Effect.gen(function* () {
    const store = yield* openStore({ ...options, onOpened })
    if (told.length > 0) return 'set aside'
    let outcome: Outcome = 'whole'
    for (const peer of PEERS) {
      const expected = contents.get(peer)
      const found = yield* Effect.result(read(store, peer))
      if (Result.isFailure(found)) {
        expect(found.failure.reason._tag).toBe('StoreDamaged')
        outcome = 'told'
        continue
      }
      const { entries, ...rest } = found.success
      const { entries: all = [], ...others } = expected ?? {}
      expect(rest).toEqual(others)
      const ids = new Map(all.map((entry) => [entry.n, entry]))
      for (const entry of entries) expect(entry).toEqual(ids.get(entry.n))
      if (entries.length === all.length) continue
      expect(lines.length).toBeGreaterThan(0)
      outcome = 'told'
    }
    return outcome
  }).pipe(Effect.scoped, Effect.provide(Logger.layer([logger])))
  const result = yield* Effect.result(reading)
  if (Result.isSuccess(result)) return result.success as Outcome
  expect(result.failure.reason._tag).toMatch(/^Store(Damaged|Newer|Unwritable)$/)
  return 'refused'
})

/** What is not of the history cannot be left out: the next start does not take the store any more. */
const toldOrSetAside = Effect.fnUntraced(function* (
  options: StoreOptions,
  contents: ReadonlyMap<PeerId, Contents>
) {
  const first = yield* outcomeOf(options, contents)
  expect(first).toMatch(/^(told|set aside)$/)
  if (first === 'told') expect(yield* outcomeOf(options, contents)).toBe('set aside')
})

describe('a damaged store', () => {
  const damages: readonly (readonly [string, (page: Buffer) => void])[] = [
    [
      'garbage',
      (page) =>
        makeDice('garbage')
          .bytes(page.length)
          .forEach((byte, at) => (page[at] = byte))
    ],
    ['nothing', (page) => page.fill(0)],
    ['ones', (page) => page.fill(0xff)]
  ]
  it.effect.each(damages)(
    'with a page of %s loses nothing silently',
    ([, damage]) =>
      Effect.gen(function* () {
        const { options, contents, bytes } = yield* wholeStore
        const outcomes = new Map<Outcome, number>()
        for (let at = 0; at < bytes.length; at += PAGE) {
          const copy = Buffer.from(bytes)
          damage(copy.subarray(at, at + PAGE))
          putFiles(options.path, new Map([['', copy]]))
          const outcome = yield* outcomeOf(options, contents)
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
        }
        expect(outcomes.get('set aside')).toBeGreaterThan(10)
      }),
    120_000
  )

  it.effect(
    'with a bit that turned loses nothing silently',
    () =>
      Effect.gen(function* () {
        const { options, contents, bytes } = yield* wholeStore
        const dice = makeDice('bits')
        for (let count = 0; count < 120; count++) {
          const copy = Buffer.from(bytes)
          const at = dice.integer(0, bytes.length - 1)
          copy[at] = (copy[at] ?? 0) ^ (1 << dice.integer(0, 7))
          putFiles(options.path, new Map([['', copy]]))
          yield* outcomeOf(options, contents)
        }
      }),
    120_000
  )

  it.effect('that was cut short loses nothing silently', () =>
    Effect.gen(function* () {
      const { options, contents, bytes } = yield* wholeStore
      for (let end = PAGE; end < bytes.length; end += 3 * PAGE + 1_000) {
        putFiles(options.path, new Map([['', bytes.subarray(0, end)]]))
        expect(yield* outcomeOf(options, contents)).not.toBe('whole')
      }
    })
  )
})

describe('a damaged row', () => {
  const change = (path: string, sql: string): void => {
    const database = new DatabaseSync(path)
    database.exec(sql)
    database.close()
  }
  const SETTLED = 'id NOT IN (SELECT id FROM pending)'

  it.effect('of the history is left out, and logged; the rest is read', () =>
    Effect.gen(function* () {
      const { options, contents } = yield* wholeStore
      change(
        options.path,
        `UPDATE batch SET sealed = zeroblob(length(sealed)) WHERE id = (SELECT min(id) FROM batch WHERE ${SETTLED})`
      )
      expect(yield* outcomeOf(options, contents)).toBe('told')
      expect(yield* outcomeOf(options, contents)).toBe('told')
    })
  )

  it.effect('in the place of another one does not open', () =>
    Effect.gen(function* () {
      const { options, contents } = yield* wholeStore
      const swap = `UPDATE batch SET sealed = (SELECT other.sealed FROM batch AS other
        WHERE other.id != batch.id AND length(other.sealed) = length(batch.sealed) LIMIT 1)
        WHERE ${SETTLED} AND length(sealed) IN
          (SELECT length(sealed) FROM batch GROUP BY 1 HAVING count(*) > 1)`
      change(options.path, swap)
      expect(yield* outcomeOf(options, contents)).toBe('told')
    })
  )

  it.effect.each([
    'UPDATE batch SET sealed = zeroblob(length(sealed)) WHERE id IN (SELECT id FROM pending)',
    'DELETE FROM batch WHERE id IN (SELECT id FROM pending)',
    'DELETE FROM pending WHERE id = (SELECT max(id) FROM pending)',
    'DELETE FROM data_key'
  ])('that waits is told, and the next start sets the store aside: %s', (sql) =>
    Effect.gen(function* () {
      const { options, contents } = yield* wholeStore
      change(options.path, sql)
      yield* toldOrSetAside(options, contents)
    })
  )

  it.effect.each([
    'UPDATE conversation SET state = replace(state, \'"acked":121\', \'"acked":120\')',
    'UPDATE conversation SET mac = zeroblob(16)',
    "UPDATE taken_ids SET ids = replace(ids, 'in-7_', 'in-8_')",
    'DELETE FROM taken_ids WHERE id = (SELECT max(id) FROM taken_ids)'
  ])('of a state or of ids is told: %s', (sql) =>
    Effect.gen(function* () {
      const { options, contents } = yield* wholeStore
      change(options.path, sql)
      yield* toldOrSetAside(options, contents)
    })
  )

  it.effect('of the table of peers is found at the start', () =>
    Effect.gen(function* () {
      const { options, contents, bytes } = yield* wholeStore
      const other = BOB.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'))
      let at = bytes.indexOf(BOB)
      let places = 0
      for (; at >= 0; at = bytes.indexOf(BOB, at + 1), places++) {
        const copy = Buffer.from(bytes)
        copy.write(other, at, 'latin1')
        putFiles(options.path, new Map([['', copy]]))
        expect(yield* outcomeOf(options, contents)).toBe('set aside')
      }
      expect(places).toBeGreaterThan(1)
    })
  )
})

describe('a log that lost its end', () => {
  /** Where the commits of a log end (sqlite.org/fileformat2.html 4.1): frames that say how many pages there are. */
  const commitsIn = (log: Buffer): readonly number[] => {
    const ends: number[] = []
    const frame = 24 + log.readUInt32BE(8)
    for (let at = 32; at + frame <= log.length; at += frame)
      if (log.readUInt32BE(at + 4) > 0) ends.push(at + frame)
    return ends
  }

  it.effect('leaves the commits before it, wherever it ends', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      let killed: ReadonlyMap<string, Buffer> = new Map()
      yield* during(options, (store) =>
        Effect.gen(function* () {
          for (let at = 1; at <= 12; at++)
            yield* store.commit(BOB, [queued(own(at)), linked, taken(at, theirs(at))], 'synced')
          killed = filesOf(options.path)
        })
      )
      const log = killed.get('-wal') ?? Buffer.alloc(0)
      const database = killed.get('') ?? Buffer.alloc(0)
      const ends = commitsIn(log)
      expect(ends.length).toBeGreaterThanOrEqual(12)
      let most = 0
      for (const [index, end] of ends.entries())
        for (const cut of [end - 1, end, end + 100]) {
          putFiles(
            options.path,
            new Map([
              ['', database],
              ['-wal', log.subarray(0, cut)]
            ])
          )
          const { last, outbox, inbox } = yield* during(options, (store) => store.ledger(BOB))
          expect(outbox).toEqual(Array.from({ length: last }, (_, at) => own(at + 1)))
          expect(inbox).toEqual(Array.from({ length: last }, (_, at) => theirs(at + 1)))
          expect(last).toBeGreaterThanOrEqual(most)
          if (cut >= end) expect(last).toBe(Math.max(0, 12 - (ends.length - 1 - index)))
          most = last
        }
      expect(most).toBe(12)
    })
  )

  it.effect('may have been copied in part, with the database half new', () =>
    Effect.gen(function* () {
      const { options, contents, bytes } = yield* wholeStore
      putFiles(options.path, new Map([['', bytes]]))
      let killed: ReadonlyMap<string, Buffer> = new Map()
      let after: ReadonlyMap<PeerId, Contents> = contents
      yield* during(options, (store) =>
        Effect.gen(function* () {
          yield* store.commit(BOB, [acknowledged(123)], 'synced')
          killed = filesOf(options.path)
          after = new Map(contents).set(BOB, yield* read(store, BOB))
        })
      )
      const log = killed.get('-wal') ?? Buffer.alloc(0)
      const database = Buffer.from(killed.get('') ?? Buffer.alloc(0))
      const frame = 24 + PAGE
      for (let at = 32; at + frame <= log.length; at += 2 * frame) {
        const page = log.readUInt32BE(at)
        const end = page * PAGE
        if (end <= database.length) log.copy(database, end - PAGE, at + 24, at + frame)
        // Not where the other was: that one is held by a living process.
        const path = join(dirname(options.path), `copy ${at}`, 'messages.db')
        putFiles(
          path,
          new Map([
            ['', database],
            ['-wal', log]
          ])
        )
        expect(yield* outcomeOf({ ...options, path }, after)).toBe('whole')
      }
    })
  )
})

describe('a store that SQLite cannot read while it is in use', () => {
  it.effect('fails with what is damaged, and is looked at whole at the next start', () =>
    Effect.gen(function* () {
      const { options, bytes } = yield* wholeStore
      putFiles(options.path, new Map([['', bytes]]))
      yield* during(options, (store) =>
        Effect.gen(function* () {
          const file = fs.openSync(options.path, 'r+')
          fs.writeSync(file, Buffer.alloc(bytes.length - PAGE, 0x5a), 0, bytes.length - PAGE, PAGE)
          fs.closeSync(file)
          const failure = yield* Effect.flip(store.page(peerOf(2), { limit: 10_000 }))
          expect(failure.reason._tag).toBe('StoreDamaged')
        })
      )
      const told = yield* outcomeOf(options, new Map())
      expect(told).toBe('set aside')
      expect(yield* refusalOf({ ...options, owner: peerOf(4) })).toMatchObject({
        _tag: 'StoreForeign'
      })
    })
  )
})
