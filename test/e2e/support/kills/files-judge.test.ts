/**
 * Goal: each promise that the kills while files move are judged by can be seen broken.
 * Method: a file that came, and one of each kind that did not come as it should.
 */
import { describe, expect, it } from 'vitest'
import { judgeFiles } from './files-judge.ts'
import type { Item, Outcome } from './files-sent.ts'

const done = (run: number): Outcome => ({ run, how: 'done' })
const cancelled = (run: number): Outcome => ({ run, how: 'cancelled' })

/** One that came, but for this. */
const item = (change: Partial<Item> = {}): Item => ({
  name: 'f1.bin',
  kind: 'file',
  source: '/sent/f1.bin',
  bytes: 10,
  run: 1,
  isOffered: true,
  mayEnd: false,
  over: { alice: [done(1)], bob: [done(2)] },
  path: '/downloads/f1.bin',
  isEqual: true,
  ...change
})

const faultsOf = (change: Partial<Item>): string =>
  judgeFiles([item(), item(change)]).faults.join('\n')

describe('files over several runs', () => {
  it('are all right where they came, and where that was told once more after a kill', () => {
    const twice = item({ over: { alice: [done(1), done(2)], bob: [done(1)] } })
    expect(judgeFiles([item(), twice])).toEqual({
      sent: 2,
      bytes: 20,
      whole: 2,
      wrong: 0,
      lost: 0,
      doubled: 1,
      faults: []
    })
  })

  it('may end where they were cancelled, or come all the same, which the sender hears', () => {
    const mayEnd = true
    expect(faultsOf({ mayEnd, over: { alice: [cancelled(1)], bob: [cancelled(1)] } })).toBe('')
    expect(faultsOf({ mayEnd, over: { alice: [cancelled(1), done(1)], bob: [done(1)] } })).toBe('')
  })

  it.each<readonly [string, Partial<Item>]>([
    ['f1.bin: other bytes than were sent', { isEqual: false }],
    ['f1.bin: lost', { over: { alice: [], bob: [done(1)] } }],
    ['f1.bin: lost', { over: { alice: [done(1)], bob: [] } }],
    [
      'f1.bin: over twice in a run of alice',
      { over: { alice: [done(1), done(1)], bob: [done(1)] } }
    ],
    [
      'f1.bin: at bob it is damaged',
      { over: { alice: [done(1)], bob: [{ run: 1, how: 'damaged' }] } }
    ],
    ['f1.bin: at bob it is cancelled', { over: { alice: [cancelled(1)], bob: [cancelled(1)] } }],
    ['f1.bin: lost', { mayEnd: true, over: { alice: [cancelled(1)], bob: [done(1)] } }],
    [
      'f1.bin: at bob it is cancelled, done',
      { mayEnd: true, over: { alice: [done(1)], bob: [cancelled(1), done(2)] } }
    ]
  ])('%s', (fault, change) => {
    expect(faultsOf(change)).toContain(fault)
  })
})
