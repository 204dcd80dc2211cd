/**
 * Goal: what we know of peers is durable, a pin is never lost nor moved by accident, and a damaged
 * or doctored book stops the start.
 * Method: the layer over real files, opened again after each change.
 */
import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@effect/vitest'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { layer, layerInMemory } from '../../../src/adapters/peer-book-file.ts'
import { type PeerId, peerIdFromPublicKey } from '../../../src/domain/peer-id.ts'
import { PeerBook } from '../../../src/services/peer-book.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const idOf = (seed: number): PeerId => peerIdFromPublicKey(new Uint8Array(32).fill(seed))
const alice = idOf(1)
const bob = idOf(2)
const home = { host: 'Example.ORG', port: 8080 }

const open = (directory: string) =>
  Effect.map(Layer.build(layer({ directory })), (services) => Context.get(services, PeerBook))

const sighting = (id: PeerId, at: number, target?: { host: string; port: number }) => ({
  id,
  nickname: 'al',
  target,
  at
})

describe('a peer book in memory', () => {
  it.effect('has the same rules, and is a new one each time', () =>
    Effect.gen(function* () {
      const book = yield* Effect.map(Layer.build(layerInMemory), Context.get(PeerBook))
      yield* book.saw(sighting(alice, 10, home))
      yield* book.saw(sighting(bob, 11, home))
      yield* book.setTrust(alice, 'verified')
      expect((yield* book.pinnedTo(home))?.id).toBe(alice)
      expect((yield* book.find(alice))?.trust).toBe('verified')
      expect(yield* book.forget(bob)).toBe(true)
      expect((yield* book.list).map(({ id }) => id)).toEqual([alice])
      const another = yield* Effect.map(
        Layer.build(Layer.fresh(layerInMemory)),
        Context.get(PeerBook)
      )
      expect(yield* another.list).toEqual([])
    })
  )
})

describe('the peer book', () => {
  it.effect('remembers a peer across starts', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const book = yield* open(directory)
      expect(yield* book.list).toEqual([])
      const known = yield* book.saw(sighting(alice, 10, home))
      expect(known).toEqual({
        id: alice,
        trust: 'tofu',
        claimedNickname: 'al',
        targets: ['example.org:8080'],
        firstSeen: 10,
        lastSeen: 10
      })
      const again = yield* open(directory)
      expect(yield* again.list).toEqual([known])
      expect(yield* again.find(alice)).toEqual(known)
      expect(yield* again.find(bob)).toBe(undefined)
      expect(fs.statSync(join(directory, 'peers.json')).mode & 0o777).toBe(0o600)
    })
  )

  it.effect('finds a pin however the address is written', () =>
    Effect.gen(function* () {
      const book = yield* open(yield* temporaryDirectory)
      yield* book.saw(sighting(alice, 1, home))
      yield* book.saw(sighting(alice, 2, { host: '::FFFF:10.0.0.1', port: 1 }))
      yield* book.saw(sighting(alice, 3, { host: 'FE80::1', port: 1 }))
      for (const [host, port] of [
        ['example.org', 8080],
        ['EXAMPLE.org.', 8080],
        ['10.0.0.1', 1],
        ['fe80::1', 1]
      ] as const)
        expect((yield* book.pinnedTo({ host, port }))?.id).toBe(alice)
      expect(yield* book.pinnedTo({ host: 'example.org', port: 8081 })).toBe(undefined)
    })
  )

  it.effect('keeps trust, first sight and nickname through later sightings', () =>
    Effect.gen(function* () {
      const book = yield* open(yield* temporaryDirectory)
      yield* book.saw(sighting(alice, 10, home))
      yield* book.setTrust(alice, 'verified')
      yield* book.saw({ id: alice, nickname: undefined, target: undefined, at: 20 })
      expect(yield* book.saw({ id: alice, nickname: 'ali', target: home, at: 5 })).toEqual({
        id: alice,
        trust: 'verified',
        claimedNickname: 'ali',
        targets: ['example.org:8080'],
        firstSeen: 10,
        lastSeen: 20
      })
    })
  )

  it.effect('leaves an address with the key that it is pinned to', () =>
    Effect.gen(function* () {
      const book = yield* open(yield* temporaryDirectory)
      yield* book.saw(sighting(alice, 1, home))
      expect((yield* book.saw(sighting(bob, 2, home))).targets).toEqual([])
      expect((yield* book.pinnedTo(home))?.id).toBe(alice)
    })
  )

  it.effect('moves pins to another key on demand only, and unverified', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const book = yield* open(directory)
      yield* book.saw(sighting(alice, 1, home))
      yield* book.setTrust(alice, 'verified')
      expect(yield* book.rekey(bob, alice)).toBe(false)
      expect(yield* book.rekey(alice, bob)).toBe(true)
      const again = yield* open(directory)
      expect(yield* again.find(alice)).toBe(undefined)
      expect(yield* again.pinnedTo(home)).toMatchObject({ id: bob, trust: 'tofu' })
    })
  )

  it.effect('does not lift a block by a move', () =>
    Effect.gen(function* () {
      const book = yield* open(yield* temporaryDirectory)
      yield* book.saw(sighting(alice, 1, home))
      yield* book.saw(sighting(bob, 1))
      yield* book.setTrust(bob, 'blocked')
      yield* book.rekey(alice, bob)
      expect((yield* book.find(bob))?.trust).toBe('blocked')
    })
  )

  it.effect('forgets a peer with its pins', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const book = yield* open(directory)
      yield* book.saw(sighting(alice, 1, home))
      expect(yield* book.forget(alice)).toBe(true)
      expect(yield* book.forget(alice)).toBe(false)
      expect(yield* (yield* open(directory)).pinnedTo(home)).toBe(undefined)
    })
  )

  it.effect('loses none of many changes at once', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const book = yield* open(directory)
      const ids = Array.from({ length: 20 }, (_, at) => idOf(at))
      yield* Effect.all(
        ids.map((id) => book.saw(sighting(id, 1))),
        { concurrency: 'unbounded' }
      )
      expect((yield* (yield* open(directory)).list).map(({ id }) => id)).toEqual(ids)
    })
  )

  it.effect('keeps sixteen addresses of a peer, the newest', () =>
    Effect.gen(function* () {
      const book = yield* open(yield* temporaryDirectory)
      for (let port = 1; port <= 20; port++)
        yield* book.saw(sighting(alice, port, { host: 'h', port }))
      const targets = (yield* book.find(alice))?.targets ?? []
      expect(targets.length).toBe(16)
      expect(targets.at(-1)).toBe('h:20')
    })
  )

  it.effect('knows no peer that could not be written', () =>
    Effect.gen(function* () {
      const directory = join(yield* temporaryDirectory, 'home')
      const book = yield* open(directory)
      fs.rmSync(directory, { recursive: true })
      const error = yield* Effect.flip(book.saw(sighting(alice, 1, home)))
      expect(error.reason._tag).toBe('HomeUnwritable')
      expect(yield* book.find(alice)).toBe(undefined)
    })
  )
})

describe('a peer book that is damaged or doctored', () => {
  const entry = { id: alice, trust: 'tofu', targets: [], firstSeen: 1, lastSeen: 1 }
  const bookOf = (...peers: readonly unknown[]): string => JSON.stringify({ version: 1, peers })
  const cases: readonly (readonly [string, string])[] = [
    ['is cut', bookOf(entry).slice(0, -3)],
    ['is empty', ''],
    ['is a list', '[]'],
    ['is of a later version', JSON.stringify({ version: 2, peers: [] })],
    ['has no peers', JSON.stringify({ version: 1 })],
    ['has a peer twice', bookOf(entry, entry)],
    ['has a wrong id', bookOf({ ...entry, id: `${alice.slice(0, -1)}7` })],
    ['has an id in capitals', bookOf({ ...entry, id: alice.toUpperCase() })],
    ['has a trust of its own', bookOf({ ...entry, trust: 'constructor' })],
    ['has an unknown field', bookOf({ ...entry, admin: true })],
    ['has a prototype', `{"version":1,"peers":[{"__proto__":{},"id":"${alice}"}]}`],
    ['has a wrong time', bookOf({ ...entry, lastSeen: -1 })],
    ['has targets that are no texts', bookOf({ ...entry, targets: [1] })],
    ['has too long a nickname', bookOf({ ...entry, claimedNickname: 'x'.repeat(33) })],
    [
      'pins one address to two keys',
      bookOf({ ...entry, targets: ['h:1'] }, { ...entry, id: bob, targets: ['h:1'] })
    ]
  ]
  it.effect('is good before it is damaged', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      fs.writeFileSync(join(directory, 'peers.json'), bookOf(entry), { mode: 0o600 })
      expect((yield* (yield* open(directory)).list).length).toBe(1)
    })
  )
  for (const [what, content] of cases)
    it.effect(`stops the start and stays untouched when it ${what}`, () =>
      Effect.gen(function* () {
        const directory = yield* temporaryDirectory
        const path = join(directory, 'peers.json')
        fs.writeFileSync(path, content, { mode: 0o600 })
        const error = yield* Effect.flip(open(directory))
        expect(error.reason).toMatchObject({ _tag: 'SecretDamaged', path })
        expect(fs.readFileSync(path, 'utf8')).toBe(content)
      })
    )

  it.effect('is refused when others may write it', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const path = join(directory, 'peers.json')
      fs.writeFileSync(path, bookOf(entry))
      fs.chmodSync(path, 0o622)
      expect((yield* Effect.flip(open(directory))).reason._tag).toBe('SecretUnsafe')
    })
  )
})
