/**
 * Notices that the machine slept or that somebody set its clock: the wall clock moved otherwise than
 * the timers did. Timers do not care, but a peer may be long gone, so the links are probed at once.
 */
import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import { CLOCK_JUMP_MS_MIN } from '../domain/limits.ts'
import type { AppEvent } from '../machines/app.types.ts'

const WATCH_INTERVAL_MS = 1_000

export const clockWatcher = (_: null, send: (event: AppEvent) => void) =>
  Effect.gen(function* () {
    let before = yield* Clock.currentTimeMillis
    while (true) {
      yield* Effect.sleep(WATCH_INTERVAL_MS)
      const now = yield* Clock.currentTimeMillis
      if (Math.abs(now - before - WATCH_INTERVAL_MS) > CLOCK_JUMP_MS_MIN)
        send({ type: 'clock.jumped' })
      before = now
    }
  })
