/**
 * Goal: a store can be looked at while another process has it, without being changed or disturbed.
 * Method: a reader beside a store that goes on, beside one that was killed, and where nothing may be
 * written.
 */
import * as fs from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import { VERSION } from '../../../src/adapters/store/migrations.ts'
import type { StoreOptions } from '../../../src/adapters/store/options.ts'
import { openReadOnly } from '../../../src/adapters/store/read-only.ts'
import { acknowledged, BOB, own, peerOf, queued } from '../services/store-talk.ts'
import {
  commit,
  digestsOf,
  during,
  filesOf,
  freshOptions,
  putFiles,
  smallTalk,
  tidingsOf
} from './store-on-disk.ts'

const textsIn = (options: StoreOptions) =>
  Effect.scoped(
    Effect.gen(function* () {
      const store = yield* openReadOnly(options)
      const entries = yield* store.page(BOB, { limit: 100 })
      return entries.map(({ text, state }) => `${text} ${state}`)
    })
  )

const refusalOf = (options: StoreOptions) =>
  Effect.map(Effect.flip(textsIn(options)), (error) => error.reason)

const SMALL_TALK = ['out 1 waiting', 'in 1 received']

describe('a reader', () => {
  it.effect('sees what is committed while it looks, and is in nobody’s way', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      yield* during(options, (store) =>
        Effect.gen(function* () {
          const reader = yield* openReadOnly(options)
          expect(yield* reader.conversations).toEqual([])
          yield* commit(store, ...smallTalk)
          expect(yield* textsIn(options)).toEqual(SMALL_TALK)
          yield* commit(store, acknowledged(1), { type: 'shown', upTo: 1 }, queued(own(2)))
          const query = { limit: 10, words: ['out'] }
          expect(yield* reader.search(BOB, query)).toEqual(yield* store.search(BOB, query))
          expect(yield* reader.page(BOB, query)).toEqual(yield* store.page(BOB, query))
          expect(yield* reader.conversations).toEqual(yield* store.conversations)
          expect(yield* store.erase(BOB)).toBe(2)
          expect(yield* reader.page(BOB, query)).toHaveLength(1)
        }).pipe(Effect.scoped)
      )
      expect([...filesOf(options.path).keys()]).toEqual([''])
    })
  )

  it.effect('changes nothing of a store that was closed, or killed', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      let killed: ReadonlyMap<string, Buffer> = new Map()
      yield* during(options, (store) =>
        Effect.gen(function* () {
          yield* commit(store, ...smallTalk)
          killed = filesOf(options.path)
        })
      )
      const closed = digestsOf(options.path).get('')
      expect(yield* textsIn(options)).toEqual(SMALL_TALK)
      expect(digestsOf(options.path).get('')).toBe(closed)
      const copy = { ...options, path: options.path.replace('/data/', '/copy/') }
      putFiles(copy.path, killed)
      const before = digestsOf(copy.path)
      expect(yield* textsIn(copy)).toEqual(SMALL_TALK)
      for (const part of ['', '-wal']) expect(digestsOf(copy.path).get(part)).toBe(before.get(part))
      expect(yield* tidingsOf(copy)).toEqual([])
    })
  )

  it.effect('finds nothing where there is no store, and makes none', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      expect(yield* textsIn(options)).toEqual([])
      expect(fs.existsSync(dirname(options.path))).toBe(false)
      putFiles(options.path, new Map([['', new Uint8Array()]]))
      expect(yield* textsIn(options)).toEqual([])
      const reader = yield* Effect.scoped(openReadOnly(options))
      expect(yield* reader.conversations).toEqual([])
      expect(yield* reader.search(BOB, { limit: 1, words: ['x'] })).toEqual([])
    })
  )

  it.effect('is told why it may not look, as who opens it for writing', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      const { path, owner, keyPath } = options
      yield* during(options, (store) => commit(store, ...smallTalk))
      const other = peerOf(5)
      expect(yield* refusalOf({ ...options, owner: other })).toEqual({
        _tag: 'StoreForeign',
        path,
        owner
      })
      const masterKey = new Uint8Array(32)
      expect(yield* refusalOf({ ...options, masterKey })).toEqual({
        _tag: 'StoreSealed',
        path,
        keyPath
      })
      fs.chmodSync(path, 0o644)
      expect(yield* refusalOf(options)).toMatchObject({ _tag: 'SecretUnsafe', path })
      fs.chmodSync(path, 0o600)
      const database = new DatabaseSync(path)
      database.exec(`PRAGMA user_version = ${VERSION + 1}`)
      database.close()
      expect(yield* refusalOf(options)).toEqual({
        _tag: 'StoreNewer',
        path,
        version: VERSION + 1,
        supported: VERSION
      })
      fs.writeFileSync(path, Buffer.alloc(9_000, 7))
      expect(yield* refusalOf(options)).toMatchObject({ _tag: 'StoreDamaged', path })
      fs.rmSync(path)
      fs.writeFileSync(`${path}-wal`, 'a log', { mode: 0o600 })
      expect(yield* refusalOf(options)).toMatchObject({ _tag: 'StoreDamaged', path })
      // Nothing was set aside.
      for (const part of filesOf(path).keys()) expect(part).not.toContain('damaged')
    })
  )
})
