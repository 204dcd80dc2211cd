/**
 * Goal: the rate is that of the last seconds, the time that is left follows from it, and a stall says its cause.
 * Method: a clock that the test moves tick by tick.
 */
import { describe, expect, it } from '@effect/vitest'
import type { StallCause } from '../../../../src/domain/transfer-events.ts'
import { PROGRESS_INTERVAL_MS, STALL_AFTER_MS } from '../../../../src/domain/limits.ts'
import { Meter, type Progress } from '../../../../src/runtime/transfers/meter.ts'

const meter = (total: number, from = 0) => {
  const told: Progress[] = []
  const timers: (() => void)[] = []
  const state = { now: 0, cause: undefined as StallCause | undefined }
  const it = new Meter(
    {
      now: () => state.now,
      after: (_, work) => timers.push(work),
      tell: (progress) => told.push(progress),
      waitsFor: () => state.cause
    },
    total,
    from
  )
  /** So many ticks, with as many bytes in each. */
  const run = (ticks: number, bytesEach: number): void => {
    for (let tick = 0; tick < ticks; tick += 1) {
      state.now += PROGRESS_INTERVAL_MS
      if (bytesEach > 0) it.note(it.latest.doneBytes + bytesEach)
      for (const timer of timers.splice(0)) timer()
    }
  }
  return { it, told, timers, state, run }
}

const PER_SECOND = 1000 / PROGRESS_INTERVAL_MS

describe('a meter', () => {
  it('tells rate and time left', () => {
    const { told, run } = meter(10_000, 1_000)
    run(PER_SECOND, 100)
    expect(told.at(-1)).toEqual({ doneBytes: 2_000, bytesPerSecond: 1_000, leftMs: 8_000 })
  })

  it('follows a change of the rate within three seconds', () => {
    const { told, run } = meter(1_000_000)
    run(10 * PER_SECOND, 1_000)
    run(4 * PER_SECOND, 10)
    expect(told.at(-1)?.bytesPerSecond).toBe(100)
  })

  it('tells nothing twice, and the cause of a stall once', () => {
    const { told, state, run } = meter(1_000_000)
    run(1, 1_000)
    state.cause = 'peer-disk'
    run(STALL_AFTER_MS / PROGRESS_INTERVAL_MS, 0)
    expect(told).toHaveLength(2)
    expect(told.at(-1)).toMatchObject({ doneBytes: 1_000, stalled: 'peer-disk' })
    run(PER_SECOND, 0)
    expect(told).toHaveLength(2)
    run(1, 10)
    expect(told.at(-1)).not.toHaveProperty('stalled')
  })

  it('is silent when all is there, and when it was stopped', () => {
    const { it: stopped, told, timers, run } = meter(100)
    run(1, 100)
    run(10 * PER_SECOND, 0)
    expect(told).toHaveLength(1)
    stopped.stop()
    run(1, 0)
    expect(timers).toEqual([])
  })
})
