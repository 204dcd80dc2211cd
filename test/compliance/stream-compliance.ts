/** The promises of a byte stream; they hold for a bare one and for a secured link alike. */
import { expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Fiber from 'effect/Fiber'
import type * as Scope from 'effect/Scope'
import {
  type ComplianceProvider,
  type ComplianceWorld,
  type Pair,
  pattern,
  readAll,
  readOut
} from './compliance-world.ts'

const CHUNK_BYTES = 64 * 1024
const LARGE_BYTES = 8 * 1024 * 1024
/** More than any chain of socket buffers holds. */
const FLOOD_BYTES = 48 * 1024 * 1024
/** Reads before which a slow reader pauses, and for how long. */
const SLOW_READS = 50
const SLOW_READ_PAUSE_MS = 5
/** What may be under way between a writer and a reader: our queues and the system's buffers. */
const UNDER_WAY_BYTES_MAX = 24 * 1024 * 1024

type MakePair = (world: ComplianceWorld) => Effect.Effect<Pair, unknown, Scope.Scope>

/** Registers the cases for one way of making a pair of streams. */
export const streamCases = (provider: ComplianceProvider, kind: string, make: MakePair): void => {
  const over = (
    title: string,
    scenario: (pair: Pair, world: ComplianceWorld) => Effect.Effect<void, unknown, Scope.Scope>
  ): void => {
    it(`${kind}: ${title}`, () =>
      provider.run((world) => Effect.flatMap(make(world), (pair) => scenario(pair, world))))
  }

  over('a large write arrives whole', ({ dialed, accepted }) =>
    Effect.gen(function* () {
      const sent = pattern(0, LARGE_BYTES)
      const reading = yield* Effect.forkChild(readAll(accepted))
      yield* dialed.write(sent)
      yield* dialed.end
      const got = yield* Fiber.join(reading)
      expect(got.equals(sent)).toBe(true)
    })
  )

  over('many small writes arrive in order', ({ dialed, accepted }) =>
    Effect.gen(function* () {
      const reading = yield* Effect.forkChild(readAll(dialed))
      for (let at = 0; at < 3000; at += 3) yield* accepted.write(pattern(at, 3))
      yield* accepted.end
      expect((yield* Fiber.join(reading)).equals(pattern(0, 3000))).toBe(true)
    })
  )

  over('bytes written before the half close and read late are all there', (pair) =>
    Effect.gen(function* () {
      yield* Effect.forkChild(
        Effect.andThen(pair.dialed.write(pattern(0, 300_000)), pair.dialed.end)
      )
      yield* pair.accepted.end
      expect(yield* pair.dialed.read).toBe(undefined)
      expect((yield* readAll(pair.accepted)).equals(pattern(0, 300_000))).toBe(true)
    })
  )

  over('after a half close data still flows the other way', ({ dialed, accepted }) =>
    Effect.gen(function* () {
      yield* dialed.write(pattern(0, 10))
      yield* dialed.end
      expect((yield* readAll(accepted)).length).toBe(10)
      // Beside the reader, since no transport has to hold so much.
      yield* Effect.forkChild(Effect.andThen(accepted.write(pattern(0, 500_000)), accepted.end))
      expect((yield* readAll(dialed)).equals(pattern(0, 500_000))).toBe(true)
    })
  )

  over('the end is read again and again', ({ dialed, accepted }) =>
    Effect.gen(function* () {
      yield* dialed.end
      expect(yield* accepted.read).toBe(undefined)
      expect(yield* accepted.read).toBe(undefined)
      yield* accepted.write(pattern(0, 5))
      expect(yield* accepted.read).toBe(undefined)
    })
  )

  over('a half close twice is one', ({ dialed, accepted }) =>
    Effect.gen(function* () {
      yield* dialed.end
      yield* dialed.end
      expect(yield* accepted.read).toBe(undefined)
      expect((yield* Effect.exit(dialed.write(pattern(0, 1))))._tag).toBe('Failure')
    })
  )

  over('a peer that vanishes ends the reader and the writer', ({ dialed, accepted }) =>
    Effect.gen(function* () {
      yield* dialed.write(pattern(0, 100))
      expect((yield* accepted.read)?.length).toBeGreaterThan(0)
      const reading = yield* Effect.forkChild(readOut(accepted))
      yield* dialed.close
      expect(['end', 'error']).toContain(yield* Fiber.join(reading))
      const writing = Effect.forever(accepted.write(pattern(0, CHUNK_BYTES)))
      expect((yield* Effect.exit(writing))._tag).toBe('Failure')
    })
  )

  over('close is idempotent and frees our own reader and writer', ({ dialed }) =>
    Effect.gen(function* () {
      const reading = yield* Effect.forkChild(Effect.exit(dialed.read))
      yield* Effect.yieldNow
      yield* dialed.close
      yield* dialed.close
      expect((yield* Fiber.join(reading))._tag).toBe('Failure')
      expect((yield* Effect.exit(dialed.read))._tag).toBe('Failure')
      expect((yield* Effect.exit(dialed.write(pattern(0, 1))))._tag).toBe('Failure')
      expect((yield* Effect.exit(dialed.end))._tag).toBe('Failure')
    })
  )

  over('an interrupted read loses nothing', ({ dialed, accepted }) =>
    Effect.gen(function* () {
      const abandoned = yield* Effect.forkChild(accepted.read)
      yield* Effect.yieldNow
      yield* Fiber.interrupt(abandoned)
      yield* dialed.write(pattern(0, 1000))
      yield* dialed.end
      expect((yield* readAll(accepted)).equals(pattern(0, 1000))).toBe(true)
    })
  )

  over('a slow reader stops the writer', ({ dialed, accepted }) =>
    Effect.gen(function* () {
      let written = 0
      const chunk = pattern(0, CHUNK_BYTES)
      yield* Effect.forkChild(
        Effect.gen(function* () {
          while (written < FLOOD_BYTES) {
            yield* dialed.write(chunk)
            written += CHUNK_BYTES
          }
          yield* dialed.end
        })
      )
      let read = 0
      let reads = 0
      for (let got = yield* accepted.read; got !== undefined; got = yield* accepted.read) {
        read += got.length
        // A reader is slow by the clock: a writer that nobody stops is through in these pauses.
        if (reads++ < SLOW_READS) yield* Effect.sleep(SLOW_READ_PAUSE_MS)
        expect(written - read).toBeLessThan(UNDER_WAY_BYTES_MAX)
      }
      expect(read).toBe(FLOOD_BYTES)
    })
  )
}
