/**
 * Goal: a line of any rate and length is kept busy, with no more of a queue than a message may wait for, and
 * one that changes is followed.
 * Method: simulated lines from 1 Mbit/s to 10 Gbit/s and 0.05 to 600 ms, with jitter, on virtual time.
 */
import { describe, expect, it } from '@effect/vitest'
import fc from 'fast-check'
import {
  DATA_PAYLOAD_BYTES_MAX,
  LINK_QUEUE_MS,
  LINK_WINDOW_BYTES_MAX,
  LINK_WINDOW_BYTES_MIN,
  RECEIVED_DELAY_MS_MAX
} from '../../../src/domain/limits.ts'
import { Pacing } from '../../../src/protocol/pacing.ts'
import { type LineShape, sendOver } from './simulated-line.ts'

const MBIT = 125

const shapeOf = (mbit: number, roundTripMs: number, jitterMs: number): LineShape => ({
  bytesPerMs: mbit * MBIT,
  roundTripMs,
  jitterMs
})

/** Start-up doubles each round trip; the least window takes long on a slow line. */
const warmMsOf = ({ roundTripMs }: LineShape): number => 4_000 + 20 * roundTripMs

/** What no window within its bounds can do better. */
const expectGood = (shape: LineShape, forMs: number, seed: string): void => {
  const { bytesPerMs, roundTripMs, jitterMs } = shape
  const warmMs = warmMsOf(shape)
  const result = sendOver({ shapes: [{ fromMs: 0, shape }], warmMs, forMs, seed })
  const told = roundTripMs + RECEIVED_DELAY_MS_MAX + 2 * jitterMs
  const possible = Math.min(1, LINK_WINDOW_BYTES_MAX / (bytesPerMs * told))
  const leastMs = LINK_WINDOW_BYTES_MIN / bytesPerMs - roundTripMs
  const frameMs = DATA_PAYLOAD_BYTES_MAX / bytesPerMs
  expect(result.utilisation).toBeGreaterThanOrEqual(0.9 * possible)
  expect(result.queueMs).toBeLessThanOrEqual(
    Math.max(LINK_QUEUE_MS, leastMs) + frameMs + 2 * jitterMs + RECEIVED_DELAY_MS_MAX
  )
  expect(result.windowMin).toBeGreaterThanOrEqual(LINK_WINDOW_BYTES_MIN)
  expect(result.windowMax).toBeLessThanOrEqual(LINK_WINDOW_BYTES_MAX)
}

describe('pacing', () => {
  const rates = [1, 10, 100, 1_000, 10_000]
  const roundTrips = [0.05, 1, 20, 40, 100, 300, 600]
  const lines = rates.flatMap((mbit) =>
    roundTrips.flatMap((roundTripMs) => [0, 3].map((jitterMs) => ({ mbit, roundTripMs, jitterMs })))
  )

  it.each(lines)(
    'keeps $mbit Mbit/s and $roundTripMs ms (± $jitterMs) busy, with a short queue',
    ({ mbit, roundTripMs, jitterMs }) => {
      expectGood(shapeOf(mbit, roundTripMs, jitterMs), mbit > 100 ? 3_000 : 15_000, 'line')
    }
  )

  // There the whole window is confirmed at once, also while the queue is let run empty, which comes after ten seconds.
  it.each([300, 500, 577, 1_000])('keeps %d Mbit/s and at most 1 ms busy for long', (mbit) => {
    for (const roundTripMs of [0.05, 0.2, 1])
      expectGood(shapeOf(mbit, roundTripMs, 0), 25_000, 'long')
  })

  it('does so on any line between', () => {
    const line = fc.record({
      mbit: fc.double({ min: 0, max: 3, noNaN: true }).map((power) => 10 ** power),
      roundTripMs: fc.double({ min: -1, max: 2.7, noNaN: true }).map((power) => 10 ** power),
      jitterMs: fc.double({ min: 0, max: 3, noNaN: true }),
      seed: fc.string()
    })
    fc.assert(
      fc.property(line, ({ mbit, roundTripMs, jitterMs, seed }) => {
        expectGood(shapeOf(mbit, roundTripMs, jitterMs), 15_000, seed)
      }),
      { numRuns: 20 }
    )
  })

  it.each([
    { from: shapeOf(100, 40, 1), to: shapeOf(10, 40, 1), what: 'becomes slow' },
    { from: shapeOf(10, 40, 1), to: shapeOf(100, 40, 1), what: 'becomes fast' },
    { from: shapeOf(10, 40, 1), to: shapeOf(100, 160, 1), what: 'becomes long and fast' },
    { from: shapeOf(100, 160, 1), to: shapeOf(10, 10, 1), what: 'becomes short and slow' }
  ])('follows a line that $what', ({ from, to }) => {
    const shapes = [
      { fromMs: 0, shape: from },
      { fromMs: 15_000, shape: to }
    ]
    const result = sendOver({ shapes, warmMs: 30_000, forMs: 30_000, seed: 'change' })
    const frameMs = DATA_PAYLOAD_BYTES_MAX / to.bytesPerMs
    expect(result.utilisation).toBeGreaterThanOrEqual(0.9)
    expect(result.queueMs).toBeLessThanOrEqual(LINK_QUEUE_MS + frameMs + 4)
  })
})

describe('a sender that has little to send', () => {
  /** Rounds of 40 ms with so many bytes in each. */
  const rounds = (
    pacing: Pacing,
    count: number,
    bytes: number,
    isStarved: boolean,
    from: number
  ) => {
    for (let round = 0; round < count; round += 1) {
      const now = from + round * 40
      pacing.onSent(bytes, now)
      if (isStarved) pacing.onStarved()
      pacing.onReceived(pacing.sent, now + 40)
    }
    return from + count * 40
  }

  it('does not make the line look slow', () => {
    const pacing = new Pacing()
    let now = 0
    for (let round = 0; round < 8; round += 1) now = rounds(pacing, 1, pacing.room, false, now)
    const before = pacing.window
    expect(before).toBeGreaterThan(10 * LINK_WINDOW_BYTES_MIN)
    rounds(pacing, 100, 1_000, true, now)
    expect(pacing.window).toBe(before)
  })

  it('may always send what the least window allows', () => {
    const pacing = new Pacing()
    expect(pacing.room).toBe(LINK_WINDOW_BYTES_MIN)
    pacing.onSent(LINK_WINDOW_BYTES_MIN, 0)
    expect([pacing.room, pacing.inFlight]).toEqual([0, LINK_WINDOW_BYTES_MIN])
  })
})
