/**
 * Goal: control frames never wait behind bulk that is still ours, and both lanes are bounded.
 * Method: frames of known sizes pushed and taken by hand, up to each limit.
 */
import { describe, expect, it } from '@effect/vitest'
import { BULK_AHEAD_BYTES_MAX, CONTROL_QUEUE_BYTES_MAX } from '../../../src/domain/limits.ts'
import { joinFrames, Lanes } from '../../../src/protocol/lanes.ts'

const frame = (length: number, mark: number): Uint8Array => new Uint8Array(length).fill(mark)
const marks = (frames: readonly Uint8Array[]): (number | undefined)[] =>
  frames.map((each) => each[0])

describe('lanes', () => {
  it('give control before bulk, each in its order', () => {
    const lanes = new Lanes()
    lanes.pushBulk(frame(10, 8))
    lanes.pushBulk(frame(10, 9))
    lanes.pushControl(frame(10, 1))
    lanes.pushControl(frame(10, 2))
    expect(marks(lanes.take(35))).toEqual([1, 2, 8])
    lanes.pushControl(frame(10, 3))
    expect(marks(lanes.take(35))).toEqual([3, 9])
    expect(lanes.take(35)).toEqual([])
  })

  it('give no bulk while control waits for the next batch', () => {
    const lanes = new Lanes()
    lanes.pushControl(frame(10, 1))
    lanes.pushControl(frame(10, 2))
    lanes.pushBulk(frame(1, 8))
    expect(marks(lanes.take(15))).toEqual([1])
  })

  it('give a frame that is longer than the batch alone', () => {
    const lanes = new Lanes()
    lanes.pushControl(frame(100, 1))
    lanes.pushControl(frame(1, 2))
    expect(marks(lanes.take(10))).toEqual([1])
    expect(marks(lanes.take(10))).toEqual([2])
  })

  it('count their bytes', () => {
    const lanes = new Lanes()
    lanes.pushControl(frame(3, 1))
    lanes.pushBulk(frame(4, 8))
    expect([lanes.controlBytes, lanes.bulkBytes, lanes.bytes]).toEqual([3, 4, 7])
    lanes.take(100)
    expect(lanes.bytes).toBe(0)
  })

  it('tell when control overflows, and stay as they were', () => {
    const lanes = new Lanes()
    expect(lanes.pushControl(frame(CONTROL_QUEUE_BYTES_MAX, 1))).toBeUndefined()
    expect(lanes.pushControl(frame(1, 2))).toEqual({
      _tag: 'QueueOverflow',
      limit: CONTROL_QUEUE_BYTES_MAX
    })
    expect(lanes.bytes).toBe(CONTROL_QUEUE_BYTES_MAX)
  })

  it('make bulk wait when enough of it is ahead', () => {
    const lanes = new Lanes()
    expect(lanes.pushBulk(frame(BULK_AHEAD_BYTES_MAX, 8))).toBe(true)
    expect(lanes.pushBulk(frame(1, 9))).toBe(false)
    lanes.take(BULK_AHEAD_BYTES_MAX)
    expect(lanes.pushBulk(frame(1, 9))).toBe(true)
  })
})

describe('joinFrames', () => {
  it('gives one buffer with all of them', () => {
    expect([...joinFrames([frame(2, 1), frame(0, 2), frame(1, 3)])]).toEqual([1, 1, 3])
    expect(joinFrames([])).toHaveLength(0)
  })

  it('does not copy a single frame', () => {
    const only = frame(2, 1)
    expect(joinFrames([only])).toBe(only)
  })
})
