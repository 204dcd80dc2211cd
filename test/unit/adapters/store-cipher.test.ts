/**
 * Goal: what is sealed opens with its own key in its own place only, and one key seals no more than is
 * safe.
 * Method: every byte of a sealed value is changed in turn; a conversation whose key is nearly used up.
 */
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import {
  SEAL_BYTES,
  SEALS_PER_KEY_MAX,
  seal,
  StoreKeys,
  unseal
} from '../../../src/adapters/store/cipher.ts'
import { readState, writeState } from '../../../src/adapters/store/state-format.ts'
import { BOB, linked, own, queued } from '../services/store-talk.ts'
import { commit, during, freshOptions } from './store-on-disk.ts'

const MASTER = new Uint8Array(32).fill(1)
const keys = new StoreKeys(MASTER)
const { key, wrapped } = keys.newDataKey('here')
const plain = Buffer.from('hello, Bob')

describe('a sealed value', () => {
  it('opens, and is longer by what it says', () => {
    const sealed = seal(key, plain, 'place')
    expect(sealed.length).toBe(plain.length + SEAL_BYTES)
    expect(unseal(key, sealed, 'place')).toEqual(plain)
    expect(sealed.includes(plain)).toBe(false)
    expect(seal(key, plain, 'place').equals(sealed)).toBe(false)
  })

  it('of nothing is a value as well', () => {
    expect(unseal(key, seal(key, Buffer.alloc(0), 'place'), 'place')).toEqual(Buffer.alloc(0))
  })

  it('does not open changed, cut, in another place or with another key', () => {
    const sealed = seal(key, plain, 'place')
    for (let at = 0; at < sealed.length; at++) {
      const other = Buffer.from(sealed)
      other[at] = (other[at] ?? 0) ^ 1
      expect(unseal(key, other, 'place')).toBeUndefined()
      expect(unseal(key, sealed.subarray(0, at), 'place')).toBeUndefined()
    }
    expect(unseal(key, sealed, 'elsewhere')).toBeUndefined()
    expect(unseal(keys.newDataKey('here').key, sealed, 'place')).toBeUndefined()
  })
})

describe('the keys of a store', () => {
  it('come from the master key alone', () => {
    const same = new StoreKeys(MASTER)
    const other = new StoreKeys(new Uint8Array(32).fill(2))
    expect(same.dataKey(wrapped, 'here')?.export()).toEqual(key.export())
    expect(same.dataKey(wrapped, 'there')).toBeUndefined()
    expect(other.dataKey(wrapped, 'here')).toBeUndefined()
    const check = keys.newCheck('owner')
    expect(same.opens(check, 'owner')).toBe(true)
    expect(same.opens(check, 'another')).toBe(false)
    expect(other.opens(check, 'owner')).toBe(false)
    const mac = keys.mac('state', 'place')
    expect(same.isMac(mac, 'state', 'place')).toBe(true)
    expect(same.isMac(mac, 'state.', 'place')).toBe(false)
    expect(same.isMac(mac, 'state', 'elsewhere')).toBe(false)
    expect(same.isMac(mac.subarray(1), 'state', 'place')).toBe(false)
    expect(other.isMac(mac, 'state', 'place')).toBe(false)
  })

  it.effect('are changed for a conversation before one has sealed too much', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      yield* during(options, (store) => commit(store, linked, queued(own(1))))
      const database = new DatabaseSync(options.path)
      const row = database.prepare('SELECT id, state FROM conversation').get()
      const used = { ...readState(String(row?.['state'])), seals: SEALS_PER_KEY_MAX - 1 }
      const state = writeState(used)
      const mac = new StoreKeys(options.masterKey).mac(state, `state ${Number(row?.['id'])} ${BOB}`)
      database.prepare('UPDATE conversation SET state = ?, mac = ?').run(state, mac)
      yield* during(options, (store) =>
        Effect.gen(function* () {
          for (const number of [2, 3, 4]) yield* commit(store, queued(own(number)))
        })
      )
      const generations = database.prepare('SELECT generation FROM batch ORDER BY id').all()
      expect(generations.map(({ generation }) => generation)).toEqual([1, 1, 2, 2])
      database.close()
      const { outbox } = yield* during(options, (store) => store.ledger(BOB))
      expect(outbox).toEqual([1, 2, 3, 4].map((number) => own(number)))
    })
  )
})
