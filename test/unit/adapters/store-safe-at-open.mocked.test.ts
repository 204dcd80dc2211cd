/**
 * Goal: what a killed process had written and not flushed is made safe before the next one hands it out: it
 * would tell the peer that it has it.
 * Method: the files of a store as a kill leaves them, opened anew; flushes are counted.
 */
import * as fs from 'node:fs'
import { join } from 'node:path'
import { expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import { vi } from 'vitest'
import { BOB, linked, taken, theirs } from '../services/store-talk.ts'
import { openStore, optionsIn } from '../../compliance/store-sqlite-disk.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const { flushes } = vi.hoisted(() => ({ flushes: { count: 0 } }))

vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof fs>()
  return {
    ...real,
    fdatasync: (descriptor: number, done: (error: Error | null) => void) => {
      flushes.count++
      real.fdatasync(descriptor, done)
    }
  }
})

/** What a kill leaves: the files of a store that is open. */
const copyOf = (from: string, to: string): void => {
  fs.mkdirSync(join(to, 'data'), { mode: 0o700 })
  for (const name of ['messages.db', 'messages.db-wal'])
    fs.copyFileSync(join(from, 'data', name), join(to, 'data', name))
}

it.effect('what an earlier run wrote is flushed before it is handed out', () =>
  Effect.gen(function* () {
    const [first, second] = [yield* temporaryDirectory, yield* temporaryDirectory]
    const store = yield* openStore(optionsIn(first))
    yield* store.commit(BOB, [linked, taken(1, theirs(1))], 'written')
    copyOf(first, second)
    flushes.count = 0
    const next = yield* openStore(optionsIn(second))
    expect(flushes.count).toBe(1)
    expect((yield* next.ledger(BOB)).taken.map(({ upTo }) => upTo)).toEqual([1])
  })
)

it.effect('a store that was closed in order needs no flush', () =>
  Effect.gen(function* () {
    const options = optionsIn(yield* temporaryDirectory)
    yield* Effect.scoped(
      Effect.flatMap(openStore(options), ({ commit }) => commit(BOB, [linked], 'synced'))
    )
    flushes.count = 0
    yield* openStore(options)
    expect(flushes.count).toBe(0)
  })
)
