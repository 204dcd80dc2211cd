/**
 * Goal: the app machine knows how much waits whenever that can end a run, and is not told otherwise.
 * Method: counts are noted before and after the end of the input, for both kinds of input.
 */
import { describe, expect, it } from '@effect/vitest'
import type { PeerId } from '../../../src/domain/peer-id.ts'
import { WaitingCounts } from '../../../src/runtime/waiting-counts.ts'

const ALICE = 'a'.repeat(52) as PeerId
const BOB = 'b'.repeat(52) as PeerId

const started = (matters: boolean) => {
  const told: [PeerId, number][] = []
  const counts = new WaitingCounts(matters, (peerId, waiting) => told.push([peerId, waiting]))
  return { counts, told }
}

describe('what waits', () => {
  it('is told at every change of a piped run, and not again at its end', () => {
    const { counts, told } = started(true)
    counts.note(ALICE, 2)
    counts.note(ALICE, 0)
    counts.inputEnded()
    expect(told).toEqual([
      [ALICE, 2],
      [ALICE, 0]
    ])
  })

  it('is told of an attended run as it is when the input ends, and from then on', () => {
    const { counts, told } = started(false)
    counts.note(ALICE, 1)
    counts.note(BOB, 3)
    counts.note(ALICE, 0)
    expect(told).toEqual([])
    counts.inputEnded()
    expect(told).toEqual([
      [ALICE, 0],
      [BOB, 3]
    ])
    counts.note(BOB, 0)
    expect(told.at(-1)).toEqual([BOB, 0])
  })
})
