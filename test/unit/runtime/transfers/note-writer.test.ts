/**
 * Goal: what changes of a note is told only once it is on the disk, in order, however often the disk refuses.
 * Method: writes that the test finishes or fails by hand.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Deferred from 'effect/Deferred'
import * as Effect from 'effect/Effect'
import { TransferError, type TransferFailure } from '../../../../src/domain/transfer-failures.ts'
import { NoteWriter } from '../../../../src/runtime/transfers/note-writer.ts'
import type { TransferProgress } from '../../../../src/services/transfer-notes.ts'
import { SimulatedClock } from '../../../../src/simulation/clock.ts'

const FULL: TransferFailure = { _tag: 'NotesUnusable', path: '/notes', code: 'ENOSPC' }
const START: TransferProgress = { state: 'offered', paused: false, pieces: 0, told: false }

const writer = () => {
  const clock = new SimulatedClock()
  const writes: {
    readonly pieces: number
    readonly end: Deferred.Deferred<void, TransferError>
  }[] = []
  const timers: (() => void)[] = []
  const failures: TransferFailure[] = []
  const called: string[] = []
  const notes = new NoteWriter(
    {
      write: ({ pieces }) => {
        const end = Deferred.makeUnsafe<void, TransferError>()
        writes.push({ pieces, end })
        return Deferred.await(end)
      },
      run: (effect) => {
        clock.fork(effect)
      },
      after: (_, work) => timers.push(work),
      onFailed: (failure) => failures.push(failure)
    },
    START
  )
  const change = (pieces: number): void =>
    notes.change({ pieces }, () => called.push(`${pieces} noted`))
  const finish = (failure?: TransferFailure): void => {
    const { end } = writes.at(-1) ?? {}
    const exit =
      failure === undefined
        ? Effect.void
        : Effect.suspend(() => new TransferError({ reason: failure }))
    if (end !== undefined) Deferred.doneUnsafe(end, exit)
    clock.drain()
  }
  const written = () => writes.map(({ pieces }) => pieces)
  return { notes, change, finish, written, called, failures, timers, clock }
}

describe('a note', () => {
  it('is written once at a time; what changes meanwhile goes together into the next', () => {
    const { notes, change, finish, written, called, clock } = writer()
    change(1)
    change(2)
    change(3)
    clock.drain()
    expect([written(), called, notes.progress.pieces]).toEqual([[1], [], 3])
    finish()
    expect([written(), called]).toEqual([[1, 3], ['1 noted']])
    finish()
    expect(called).toEqual(['1 noted', '2 noted', '3 noted'])
  })

  it('that cannot be written is tried again, and nobody hears of it before', () => {
    const { change, finish, written, called, failures, timers, clock } = writer()
    change(1)
    clock.drain()
    finish(FULL)
    change(2)
    expect([called, failures, written()]).toEqual([[], [FULL], [1]])
    timers.splice(0)[0]?.()
    clock.drain()
    finish()
    expect([written(), called]).toEqual([
      [1, 2],
      ['1 noted', '2 noted']
    ])
  })

  it('that is to be removed is written no more, and removed behind what is on its way', () => {
    const { notes, change, finish, written, called, clock } = writer()
    change(1)
    change(2)
    clock.drain()
    notes.stop(() => called.push('removed'))
    change(3)
    expect(called).toEqual([])
    finish()
    expect([written(), called]).toEqual([[1], ['removed']])
  })

  it('is settled at once where nothing waits, else behind what does', () => {
    const { notes, change, finish, called, clock } = writer()
    notes.settled(() => called.push('settled'))
    change(1)
    clock.drain()
    notes.settled(() => called.push('settled again'))
    finish()
    expect(called).toEqual(['settled', '1 noted', 'settled again'])
  })
})
