/**
 * What every provider of the TransferNotes port must do, as one suite: adapters/transfers and simulation/ run
 * the same. Each case ends runs of the program where it wants to see what was kept.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import {
  ACCEPTED,
  DONE,
  during,
  ENDED,
  idOf,
  incoming,
  LIST,
  type NotesDisk,
  type NotesProvider,
  OFFERED,
  type OpenNotes,
  outgoing
} from './transfer-notes-world.ts'

const notesOf = (disk: NotesDisk) =>
  during(disk, ({ all }) =>
    Effect.map(all, ({ notes, damaged }) => {
      expect(damaged).toEqual([])
      return notes.toSorted((one, other) => (one.offer.id < other.offer.id ? -1 : 1))
    })
  )

const listOf = (disk: NotesDisk, n: number | string) => during(disk, ({ list }) => list(idOf(n)))

const creation = (disk: NotesDisk) =>
  Effect.gen(function* () {
    expect(yield* notesOf(disk)).toEqual([])
    yield* during(disk, (notes) =>
      Effect.gen(function* () {
        yield* notes.create(outgoing(1), LIST)
        yield* notes.create(incoming(2), undefined)
        expect((yield* notes.all).notes).toHaveLength(2)
      })
    )
    expect(yield* notesOf(disk)).toEqual([outgoing(1), incoming(2)])
    expect(yield* listOf(disk, 1)).toEqual(LIST)
    expect(yield* listOf(disk, 2)).toBe(undefined)
    expect(yield* listOf(disk, 3)).toBe(undefined)
  })

const lists = (disk: NotesDisk) =>
  Effect.gen(function* () {
    yield* during(disk, (notes) =>
      Effect.gen(function* () {
        yield* notes.create(incoming(1), undefined)
        yield* notes.putList(idOf(1), [])
        expect(yield* notes.list(idOf(1))).toEqual([])
        yield* notes.putList(idOf(1), LIST)
      })
    )
    expect(yield* listOf(disk, 1)).toEqual(LIST)
    expect(yield* notesOf(disk)).toEqual([incoming(1)])
  })

const steps = (disk: NotesDisk) =>
  Effect.gen(function* () {
    yield* during(disk, (notes) => notes.create(incoming(1), LIST))
    for (const progress of [ACCEPTED, DONE, ENDED, OFFERED]) {
      yield* during(disk, (notes) => notes.progress(idOf(1), progress))
      expect(yield* notesOf(disk)).toEqual([{ ...incoming(1), progress }])
    }
    expect(yield* listOf(disk, 1)).toEqual(LIST)
  })

const order = (disk: NotesDisk) =>
  Effect.gen(function* () {
    const write = (notes: OpenNotes, pieces: number) =>
      notes.progress(idOf(1 + (pieces % 2)), { ...ACCEPTED, pieces })
    yield* during(disk, (notes) =>
      Effect.gen(function* () {
        yield* notes.create(incoming(1), undefined)
        yield* notes.create(incoming(2), undefined)
        const numbers = Array.from({ length: 40 }, (_, at) => at)
        yield* Effect.forEach(numbers, (pieces) => write(notes, pieces), {
          concurrency: 'unbounded'
        })
      })
    )
    const pieces = (yield* notesOf(disk)).map(({ progress }) => progress.pieces)
    expect(pieces).toEqual([38, 39])
  })

const removal = (disk: NotesDisk) =>
  Effect.gen(function* () {
    yield* during(disk, (notes) =>
      Effect.gen(function* () {
        yield* notes.create(incoming(1), LIST)
        yield* notes.create(incoming(2), LIST)
        yield* notes.remove(idOf(1))
        yield* notes.remove(idOf(3))
        expect(yield* notes.list(idOf(1))).toBe(undefined)
        const refused = yield* Effect.flip(notes.progress(idOf(1), DONE))
        expect(refused.reason._tag).toBe('NotesUnusable')
        expect((yield* Effect.flip(notes.putList(idOf(1), LIST))).reason._tag).toBe('NotesUnusable')
      })
    )
    expect(yield* notesOf(disk)).toEqual([incoming(2)])
    expect(yield* listOf(disk, 1)).toBe(undefined)
    yield* during(disk, (notes) => notes.create(outgoing(1), undefined))
    expect(yield* notesOf(disk)).toEqual([outgoing(1), incoming(2)])
    expect(yield* listOf(disk, 1)).toBe(undefined)
  })

const likeIds = (disk: NotesDisk) =>
  Effect.gen(function* () {
    yield* during(disk, (notes) =>
      Effect.forEach(['x', 'X', '-', '_'], (each) => notes.create(incoming(each), undefined))
    )
    expect((yield* notesOf(disk)).map(({ offer }) => offer.id)).toEqual(
      ['-', 'X', '_', 'x'].map(idOf)
    )
  })

const CASES: readonly (readonly [string, (disk: NotesDisk) => Effect.Effect<void, unknown>])[] = [
  ['a note is there in the next run as it was made, with its list where that was known', creation],
  ['a list is added, and replaced', lists],
  ['each step of the progress replaces the one before', steps],
  ['steps of one transfer are written in order, whatever others do', order],
  ['what is removed is gone for good, and nothing else', removal],
  ['ids that differ by case only are two notes', likeIds]
]

export const transferNotesCompliance = (provider: NotesProvider): void => {
  describe(`${provider.name}: notes of transfers`, () => {
    it.each(CASES)('%s', (_name, scenario) => provider.run((disk) => Effect.orDie(scenario(disk))))
  })
}
