/**
 * Goal: what is synced was flushed, off the event loop, in the files where SQLite keeps it; a long log is
 * copied and emptied; after a flush that failed nothing is taken any more, and nothing that was is lost.
 * Method: the store on disk, over a system call that the test holds, fails and counts by file.
 */
import type * as fs from 'node:fs'
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Fiber from 'effect/Fiber'
import { vi } from 'vitest'
import type { Store, StoreChange } from '../../../src/services/store.ts'
import { acknowledged, BOB, linked, own, queued } from '../services/store-talk.ts'
import { during, filesOf, freshOptions, putFiles, tidingsOf } from './store-on-disk.ts'

type Done = (error: Error | null) => void

const disk = vi.hoisted(() => ({
  /** Names of the files that were flushed. */
  flushed: [] as string[],
  /** Whose flush fails. */
  failing: 'none',
  isHeld: false,
  held: [] as (() => void)[]
}))

vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>()
  const fdatasync = (descriptor: number, done: Done) => {
    const name = real.readlinkSync(`/proc/self/fd/${descriptor}`).replace(/.*messages\.db/, 'db')
    disk.flushed.push(name)
    const io = Object.assign(new Error('io'), { code: 'EIO' })
    const work = () =>
      name === disk.failing ? done(io) : real.fdatasync(descriptor, (error) => done(error))
    if (disk.isHeld) disk.held.push(work)
    else work()
  }
  return { ...real, fdatasync }
})

const reset = Effect.sync(() => {
  disk.flushed = []
  disk.failing = 'none'
  disk.isHeld = false
  disk.held = []
})

const release = (): void => {
  for (const work of disk.held.splice(0)) work()
}

/** A store in a fresh folder, on a disk that is well at first and at the end. */
const withStore = <A, E>(work: (store: Store['Service'], path: string) => Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    yield* reset
    const options = yield* freshOptions
    yield* during(options, (store) => Effect.andThen(reset, work(store, options.path)))
    return options
  })

const say = (
  store: Store['Service'],
  durability: 'synced' | 'written',
  ...changes: readonly StoreChange[]
) => store.commit(BOB, changes, durability)

const failsAt = (store: Store['Service'], at: number, durability: 'synced' | 'written') =>
  Effect.map(Effect.flip(say(store, durability, queued(own(at)))), ({ reason }) => reason)

describe('commits', () => {
  it.effect('that are only written flush nothing; synced ones flush the log', () =>
    withStore((store) =>
      Effect.gen(function* () {
        yield* say(store, 'written', linked, queued(own(1)))
        expect(disk.flushed).toEqual([])
        yield* say(store, 'synced', queued(own(2)))
        expect(disk.flushed).toEqual(['db-wal'])
      })
    )
  )

  it.effect('are there at once, and over when the flush is', () =>
    withStore((store) =>
      Effect.gen(function* () {
        disk.isHeld = true
        const commit = say(store, 'synced', linked, queued(own(1)))
        const fiber = yield* Effect.forkChild(commit, { startImmediately: true })
        expect((yield* store.ledger(BOB)).last).toBe(1)
        yield* say(store, 'written', queued(own(2)))
        expect(fiber.pollUnsafe()).toBeUndefined()
        release()
        yield* Fiber.join(fiber)
      })
    )
  )

  it.effect('are not taken after a flush failed, and those before it are there', () =>
    Effect.gen(function* () {
      const options = yield* withStore((store, path) =>
        Effect.gen(function* () {
          yield* say(store, 'synced', linked, queued(own(1)))
          disk.failing = 'db-wal'
          const failure = { _tag: 'StoreIo', path, code: 'EIO' }
          expect(yield* failsAt(store, 2, 'synced')).toEqual(failure)
          disk.failing = 'none'
          expect(yield* failsAt(store, 3, 'synced')).toEqual(failure)
          expect(yield* failsAt(store, 3, 'written')).toEqual(failure)
          expect((yield* store.ledger(BOB)).outbox).toEqual([own(1), own(2)])
        })
      )
      expect(logBytes(options.path)).toBeGreaterThan(0)
      yield* reset
      expect(yield* tidingsOf(options)).toEqual([])
      expect(disk.flushed).toContain('db-wal')
      const { outbox } = yield* during(options, (store) => store.ledger(BOB))
      expect(outbox[0]).toEqual(own(1))
    })
  )

  it.effect('of a run that was killed are flushed before anybody sees them', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      const copy = { ...options, path: options.path.replace('/data/', '/copy/') }
      yield* during(options, (store) =>
        Effect.gen(function* () {
          yield* say(store, 'written', linked, queued(own(1)))
          putFiles(copy.path, filesOf(options.path))
        })
      )
      yield* reset
      disk.failing = 'db-wal'
      const refusal = yield* Effect.flip(during(copy, (store) => store.ledger(BOB)))
      expect(refusal.reason).toEqual({ _tag: 'StoreIo', path: copy.path, code: 'EIO' })
      yield* reset
      expect((yield* during(copy, (store) => store.ledger(BOB))).last).toBe(1)
      expect(disk.flushed).toContain('db-wal')
    })
  )
})

/** Says and settles until so much was written to the log. */
const fill = Effect.fnUntraced(function* (store: Store['Service'], bytes: number) {
  yield* say(store, 'written', linked)
  const { last } = yield* store.ledger(BOB)
  const count = Math.ceil(bytes / 100_000)
  for (let at = last + 1; at <= last + count; at++)
    yield* say(store, 'written', queued(own(at, 'x'.repeat(100_000))), acknowledged(at))
  return last + count
})

const logBytes = (path: string): number => filesOf(path).get('-wal')?.length ?? 0

const until = (condition: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() =>
    condition() ? Effect.void : Effect.andThen(Effect.yieldNow, until(condition))
  )

describe('a long log', () => {
  it.effect(
    'is emptied beside the talk where it is too long to be used again, and flushed before',
    () =>
      withStore((store, path) =>
        Effect.gen(function* () {
          const last = yield* fill(store, 9_000_000)
          expect(logBytes(path)).toBeGreaterThan(4_000_000)
          yield* until(() => logBytes(path) === 0)
          expect(disk.flushed).toEqual(['db-wal', 'db'])
          expect(yield* store.page(BOB, { limit: 1_000 })).toHaveLength(last)
        })
      )
  )

  it.effect('takes commits while it is copied, and loses none', () =>
    withStore((store, path) =>
      Effect.gen(function* () {
        disk.isHeld = true
        const first = yield* fill(store, 8_000_000)
        yield* until(() => disk.held.length === 1)
        yield* fill(store, 200_000)
        release()
        yield* until(() => disk.held.length === 1)
        expect(disk.flushed).toEqual(['db-wal', 'db'])
        const before = logBytes(path)
        const last = yield* fill(store, 300_000)
        // It goes on behind what is being copied: nothing of that is written over.
        expect(logBytes(path)).toBeGreaterThan(before)
        disk.isHeld = false
        release()
        yield* until(() => logBytes(path) === 0)
        expect(last).toBe(first + 5)
        expect(yield* store.page(BOB, { limit: 1_000 })).toHaveLength(last)
      })
    )
  )

  it.effect('that is emptied is safe as such before SQLite is trusted less', () =>
    withStore((store, path) =>
      Effect.gen(function* () {
        yield* say(store, 'written', linked, queued(own(1)), acknowledged(1))
        disk.isHeld = true
        const erasing = yield* Effect.forkChild(store.erase(BOB), { startImmediately: true })
        for (const flushed of [['db-wal'], ['db-wal', 'db'], ['db-wal', 'db', 'db-wal']]) {
          yield* until(() => disk.held.length === 1)
          expect(disk.flushed).toEqual(flushed)
          expect(logBytes(path) === 0).toBe(flushed.length === 3)
          release()
        }
        expect(yield* Fiber.join(erasing)).toBe(1)
      })
    )
  )

  it.effect('whose database cannot be flushed ends all trust', () =>
    Effect.gen(function* () {
      const options = yield* withStore((store, path) =>
        Effect.gen(function* () {
          disk.failing = 'db'
          const last = yield* fill(store, 5_000_000)
          yield* until(() => disk.flushed.includes('db'))
          yield* Effect.yieldNow
          const failure = { _tag: 'StoreIo', path, code: 'EIO' }
          expect(yield* failsAt(store, last + 1, 'synced')).toEqual(failure)
          expect(logBytes(path)).toBeGreaterThan(4_000_000)
        })
      )
      yield* reset
      yield* during(options, (store) =>
        Effect.gen(function* () {
          expect(yield* store.page(BOB, { limit: 1_000 })).toHaveLength(50)
        })
      )
    })
  )
})
