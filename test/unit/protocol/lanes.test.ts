/**
 * Goal: control frames wait in order and bounded, and leave in whole frames.
 * Method: frames of known sizes pushed and taken by hand, up to each limit.
 */
import { describe, expect, it } from '@effect/vitest'
import { CONTROL_QUEUE_BYTES_MAX } from '../../../src/domain/limits.ts'
import { ControlLane, joinFrames } from '../../../src/protocol/lanes.ts'

const frame = (length: number, mark: number): Uint8Array => new Uint8Array(length).fill(mark)
const marks = (frames: readonly Uint8Array[]): (number | undefined)[] =>
  frames.map((each) => each[0])

describe('the control lane', () => {
  it('gives frames in order, as many as fit', () => {
    const lane = new ControlLane()
    for (const mark of [1, 2, 3]) lane.push(frame(10, mark))
    expect(marks(lane.take(25))).toEqual([1, 2])
    expect(marks(lane.take(25))).toEqual([3])
    expect(lane.take(25)).toEqual([])
  })

  it('gives a frame that is longer than the batch alone', () => {
    const lane = new ControlLane()
    lane.push(frame(100, 1))
    lane.push(frame(1, 2))
    expect(marks(lane.take(10))).toEqual([1])
    expect(marks(lane.take(10))).toEqual([2])
  })

  it('counts its bytes', () => {
    const lane = new ControlLane()
    lane.push(frame(3, 1))
    expect(lane.bytes).toBe(3)
    lane.take(100)
    expect(lane.bytes).toBe(0)
  })

  it('tells when it overflows, and stays as it was', () => {
    const lane = new ControlLane()
    expect(lane.push(frame(CONTROL_QUEUE_BYTES_MAX, 1))).toBeUndefined()
    expect(lane.push(frame(1, 2))).toEqual({
      _tag: 'QueueOverflow',
      limit: CONTROL_QUEUE_BYTES_MAX
    })
    expect(lane.bytes).toBe(CONTROL_QUEUE_BYTES_MAX)
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
