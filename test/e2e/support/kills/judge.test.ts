/**
 * Goal: each promise that the kills are judged by can be seen broken.
 * Method: a talk that was all right, and one of each kind that was not.
 */
import { describe, expect, it } from 'vitest'
import type { Heard, Line } from './end.ts'
import { judge } from './judge.ts'

const line = (n: number, run = 1, again = false): Line => ({ n, id: `id ${n}`, run, again })

/** An end of which nothing is known but this. */
const end = (heard: Partial<Heard>): Heard => ({
  name: 'alice',
  queued: [],
  shown: [],
  delivered: [],
  read: [],
  faults: [],
  ...heard
})

const sender = end({
  queued: [line(1), line(2), line(4)],
  delivered: [{ run: 1, ids: ['id 1', 'id 2'] }],
  read: [{ run: 1, ids: ['id 1'] }]
})

const receiver = (shown: readonly Line[]): Heard => end({ name: 'bob', shown })

const faultsOf = (shown: readonly Line[]): readonly string[] =>
  judge(sender, receiver(shown)).faults

describe('a talk over several runs', () => {
  it('is all right with marked repetitions, and lines that were not told as queued', () => {
    const shown = [line(1), line(2), line(3), line(2, 2, true), line(3, 2, true), line(4, 2)]
    expect(judge(sender, receiver(shown))).toEqual({
      queued: 3,
      shown: 4,
      doubled: 0,
      lost: 0,
      again: 2,
      faults: []
    })
  })

  it('may show a line as a repetition that nobody saw before', () => {
    expect(faultsOf([line(1), line(2, 2, true), line(4, 2)])).toEqual([])
  })

  it.each([
    ['lost: 4', [line(1), line(2)]],
    ['doubled: 2 in run 2', [line(1), line(2), line(2, 2), line(4, 2)]],
    ['doubled: 2 in run 1', [line(1), line(2), line(2, 1, true), line(4)]],
    ['out of order: 2', [line(1), line(4), line(2)]],
    ['out of order: 2', [line(1), line(4), line(2, 2)]],
    ['out of order: 1', [line(1), line(2), line(2, 2, true), line(1, 2, true), line(4, 2)]],
    ['marked without need: 1', [line(1), line(2), line(1, 2, true), line(4, 2)]],
    ['told as delivered, and never shown: id 2', [line(1), line(4)]],
    ['told as read, and never shown: id 1', [line(2), line(4)]]
  ])('%s', (fault, shown) => {
    expect(faultsOf(shown).join('\n')).toContain(`alice to bob: ${fault}`)
  })

  it('has faults of its own, and of what was told twice', () => {
    const twice = end({ faults: ['alice#1: it ended'], delivered: [{ run: 1, ids: ['a', 'a'] }] })
    const { faults } = judge(twice, receiver([{ ...line(1), id: 'a' }]))
    expect(faults).toEqual(['alice#1: it ended', 'alice to bob: delivered twice in a run: yes'])
  })
})
