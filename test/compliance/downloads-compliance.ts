/**
 * What every provider of the Downloads port must do, as one suite: adapters/downloads and simulation/ run the same.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import type { DownloadPlace } from '../../src/services/transfer-notes.ts'
import {
  bytesOf,
  type DownloadsDisk,
  type DownloadsProvider,
  during,
  EMPTY,
  FILE,
  FOLDER,
  type OpenDownloads,
  receive,
  receiveAll,
  type Sample,
  tagOf,
  textOf,
  UNREAD
} from './downloads-world.ts'

type Case = (disk: DownloadsDisk) => Effect.Effect<void, unknown>

const expectFolder = (disk: DownloadsDisk, name: string): void => {
  expect(disk.list(name)).toEqual(['deep', 'last', 'run', 'void'])
  expect(disk.list(`${name}/deep`)).toEqual(['empty', 'er'])
  expect(textOf(disk.read(`${name}/deep/er/one`))).toBe('abcdef')
  expect(textOf(disk.read(`${name}/run`))).toBe('ghij')
  for (const empty of ['deep/empty', 'last']) expect(textOf(disk.read(`${name}/${empty}`))).toBe('')
}

const whole: Case = (disk) =>
  Effect.gen(function* () {
    for (const each of [FILE, FOLDER, EMPTY])
      yield* during(disk, (downloads) =>
        Effect.gen(function* () {
          expect(yield* downloads.nameFor(each.offer)).toBe(each.offer.name)
          const path = yield* receiveAll(downloads, each)
          expect(path.endsWith(`/${each.offer.name}`)).toBe(true)
        })
      )
    expect(disk.list('')).toEqual(['a.txt', 'empty', 'f.d'])
    expect(textOf(disk.read('a.txt'))).toBe('abcdefghij')
    expect(textOf(disk.read('empty'))).toBe('')
    expectFolder(disk, 'f.d')
  })

const taken: Case = (disk) =>
  Effect.gen(function* () {
    yield* during(disk, (downloads) => downloads.nameFor(FILE.offer))
    yield* during(disk, (downloads) => receiveAll(downloads, FILE))
    for (const name of ['a.txt', 'a (1).txt', 'f.d', 'f.d (1)']) disk.put(name, bytesOf('mine'))
    yield* during(disk, (downloads) =>
      Effect.gen(function* () {
        expect(yield* downloads.nameFor(FILE.offer)).toBe('a (2).txt')
        expect(yield* downloads.nameFor(FOLDER.offer)).toBe('f.d (2)')
        yield* receiveAll(downloads, FILE)
        yield* receiveAll(downloads, FOLDER)
      })
    )
    for (const name of ['a.txt', 'a (1).txt', 'f.d', 'f.d (1)'])
      expect(textOf(disk.read(name))).toBe('mine')
    expect(textOf(disk.read('a (2).txt'))).toBe('abcdefghij')
    expectFolder(disk, 'f.d (2)')
  })

const resumed: Case = (disk) =>
  Effect.gen(function* () {
    for (const each of [FILE, FOLDER])
      for (let safe = 0; safe <= 10; safe += 1)
        for (const written of [safe, 10]) {
          const path = yield* during(disk, ({ begin }) => begin(each.offer, UNREAD)).pipe(
            Effect.tap((place) =>
              during(disk, (downloads) =>
                Effect.gen(function* () {
                  const open = yield* downloads.open(place, each.offer, each.list, 0)
                  yield* receive(open, each, 0, written)
                  yield* open.sync
                })
              )
            ),
            Effect.flatMap((place) =>
              during(disk, (downloads) =>
                Effect.gen(function* () {
                  const open = yield* downloads.open(place, each.offer, each.list, safe)
                  yield* receive(open, each, safe)
                  return yield* open.publish
                })
              )
            )
          )
          const name = path.slice(path.lastIndexOf('/') + 1)
          if (each === FOLDER) expectFolder(disk, name)
          else expect(textOf(disk.read(name))).toBe('abcdefghij')
        }
    expect(disk.list('').filter((name) => name.endsWith('.part'))).toEqual([])
  })

const lost: Case = (disk) =>
  Effect.gen(function* () {
    for (const each of [FILE, FOLDER])
      yield* during(disk, (downloads) =>
        Effect.gen(function* () {
          const { offer, list } = each
          const place = yield* downloads.begin(offer, UNREAD)
          const opened = (bytes: number, at = place) =>
            Effect.scoped(downloads.open(at, offer, list, bytes))
          yield* opened(0)
          expect(yield* tagOf(opened(1))).toBe('PlaceLost')
          expect(yield* tagOf(opened(0, { ...place, partInode: '1:1' }))).toBe('PlaceLost')
          expect(yield* tagOf(opened(0, { ...place, rootInode: '1:1' }))).toBe('PlaceLost')
          yield* downloads.discard({ ...place, partInode: '1:1' })
          expect(disk.list('')).toEqual([place.part])
          yield* downloads.discard(place)
          expect(yield* tagOf(opened(0))).toBe('PlaceLost')
          expect(disk.list('')).toEqual([])
        })
      )
  })

const discarded: Case = (disk) =>
  Effect.gen(function* () {
    for (const each of [FILE, FOLDER])
      yield* during(disk, (downloads) =>
        Effect.gen(function* () {
          const place = yield* downloads.begin(each.offer, UNREAD)
          disk.put('mine.part', bytesOf('mine'))
          const open = yield* downloads.open(place, each.offer, each.list, 0)
          yield* receive(open, each)
          yield* open.sync
          yield* downloads.discard(place)
          yield* downloads.discard(place)
          expect(disk.list('')).toEqual(['mine.part'])
        })
      )
  })

const again: Case = (disk) =>
  Effect.gen(function* () {
    for (const each of [FILE, FOLDER]) {
      const { offer, list } = each
      const place = yield* during(disk, ({ begin }) => begin(offer, UNREAD))
      const publish = () =>
        during(disk, (downloads) =>
          Effect.gen(function* () {
            const open = yield* downloads.open(place, offer, list, offer.bytes)
            return yield* open.publish
          })
        )
      yield* during(disk, (downloads) =>
        Effect.gen(function* () {
          const open = yield* downloads.open(place, offer, list, 0)
          yield* receive(open, each)
          yield* open.sync
        })
      )
      expect(yield* publish()).toBe(yield* publish())
    }
    expect(disk.list('')).toEqual(['a.txt', 'f.d'])
  })

/** Begins; what is written of the note goes to `notes`, and `at` may do something at that moment. */
const beginWith = (
  downloads: OpenDownloads,
  { offer }: Sample,
  notes: DownloadPlace[],
  at: (place: DownloadPlace) => Effect.Effect<void> = () => Effect.void
) =>
  downloads.begin(offer, {
    place: notes.at(-1),
    write: (place) =>
      Effect.andThen(
        Effect.sync(() => notes.push(place)),
        at(place)
      )
  })

const notedFirst: Case = (disk) =>
  Effect.gen(function* () {
    for (const each of [FILE, FOLDER]) {
      const notes: DownloadPlace[] = []
      // Stopped once the name is noted, and once it is made.
      for (const stop of [1, 2])
        yield* during(disk, (downloads) =>
          Effect.exit(
            beginWith(downloads, each, notes, () =>
              notes.length === stop ? Effect.interrupt : Effect.void
            )
          )
        )
      const [chosen, made] = notes
      if (chosen === undefined || made === undefined) throw new Error('it was not noted twice')
      expect(chosen.partInode).toBeUndefined()
      const again = [chosen]
      const place = yield* during(disk, (downloads) => beginWith(downloads, each, again))
      expect([place, again]).toEqual([made, [chosen, made]])
      expect(disk.list('')).toEqual([chosen.part])
      const opened = (at: DownloadPlace) =>
        during(disk, (downloads) => downloads.open(at, each.offer, each.list, 0))
      expect(yield* tagOf(Effect.asVoid(opened(chosen)))).toBe('PlaceLost')
      yield* opened(made)
      yield* during(disk, (downloads) => downloads.discard(chosen))
      expect(disk.list('')).toEqual([])
      yield* during(disk, (downloads) => downloads.discard(chosen))
    }
  })

const strangers: Case = (disk) =>
  Effect.gen(function* () {
    for (const each of [FILE, FOLDER]) {
      const notes: DownloadPlace[] = []
      const place = yield* during(disk, (downloads) =>
        beginWith(downloads, each, notes, ({ part }) =>
          Effect.sync(() => {
            if (notes.length === 1) disk.put(part, bytesOf('mine'))
          })
        )
      )
      const [taken] = notes
      if (taken === undefined) throw new Error('nothing was noted')
      expect(place.part).not.toBe(taken.part)
      // After a crash, nobody knows whether it was made.
      const next = yield* during(disk, (downloads) => beginWith(downloads, each, [taken]))
      expect(next.part).not.toBe(taken.part)
      yield* during(disk, (downloads) =>
        Effect.all([taken, place, next].map((at) => downloads.discard(at)))
      )
      expect(textOf(disk.read(taken.part))).toBe('mine')
      expect(disk.list('')).toContain(taken.part)
    }
    expect(disk.list('')).toHaveLength(2)
  })

const CASES: readonly (readonly [string, Case])[] = [
  ['files and folders get their names when they are whole, and nothing is left besides', whole],
  ['a free name is taken, and what had the name stays as it is', taken],
  ['it goes on behind what is safe, whatever was written behind that', resumed],
  ['it is lost where it is another one, or shorter than was noted', lost],
  ['what is discarded is gone, and nothing else; twice is once', discarded],
  [
    'its name is noted before it is made; what was made and not noted is taken, or removed',
    notedFirst
  ],
  ['what somebody put under the noted name is neither taken, written nor removed', strangers],
  ['an end that was not noted is told again, and nothing is there twice', again]
]

export const downloadsCompliance = (provider: DownloadsProvider): void => {
  describe(`${provider.name}: downloads`, () => {
    it.each(CASES)('%s', (_name, scenario) => provider.run((disk) => Effect.orDie(scenario(disk))))
  })
}
