/**
 * The one writer of a link: drains its two lanes, control before bulk, into as few writes as possible.
 * What is sent while the socket is idle is written at once; while it is busy, in the next write.
 */
import * as Effect from 'effect/Effect'
import * as Latch from 'effect/Latch'
import type * as Scope from 'effect/Scope'
import { MESSAGE_BYTES_MAX, WRITE_BATCH_BYTES_MAX } from '../domain/limits.ts'
import { joinFrames, Lanes } from '../protocol/lanes.ts'
import type { ByteStream } from '../services/transport.ts'

export interface Writer {
  /** Queues a control frame. false: the queue is over its bound, and the link must end. */
  readonly send: (frame: Uint8Array) => boolean
  /** Completes when everything sent before is with the operating system, or the stream is gone. */
  readonly flush: Effect.Effect<void>
  /** What is sent while `work` runs leaves together, in one write if it fits. Does not nest. */
  readonly together: <A>(work: () => A) => A
  readonly bytesOut: () => number
  /** Bytes that wait for the socket. */
  readonly queuedBytes: () => number
  /** Asks for more whenever nothing waits; the last caller is asked. */
  readonly onIdle: (more: () => void) => void
  /** UTF-8 bytes of the longest message that the peer takes. */
  messageBytesMax: number
}

export const makeWriter = Effect.fnUntraced(function* (
  stream: ByteStream
): Effect.fn.Return<Writer, never, Scope.Scope> {
  const lanes = new Lanes()
  const work = Latch.makeUnsafe()
  const idle = Latch.makeUnsafe(true)
  let written = 0
  let gone = false
  let held = false
  let refill: () => void = () => undefined
  /** Whoever feeds this link may have more, now that there is room. */
  const refilled = (): boolean => {
    refill()
    return lanes.bytes > 0
  }
  const drain = Effect.gen(function* () {
    while (true) {
      const batch = lanes.take(WRITE_BATCH_BYTES_MAX)
      if (batch.length === 0 && !refilled()) {
        work.closeUnsafe()
        // Last: whoever waits for it runs at once, and may send.
        idle.openUnsafe()
        yield* work.await
        continue
      }
      if (batch.length === 0) continue
      const bytes = joinFrames(batch)
      yield* stream.write(bytes)
      written += bytes.length
    }
  })
  yield* drain.pipe(
    Effect.ignore,
    Effect.ensuring(
      Effect.sync(() => {
        gone = true
        idle.openUnsafe()
      })
    ),
    Effect.forkScoped
  )
  return {
    send: (frame) => {
      if (gone) return true
      const fits = lanes.pushControl(frame) === undefined
      idle.closeUnsafe()
      // Last: this may run the writer at once.
      if (!held) work.openUnsafe()
      return fits
    },
    together: (send) => {
      held = true
      try {
        return send()
      } finally {
        held = false
        if (lanes.bytes > 0) work.openUnsafe()
      }
    },
    queuedBytes: () => lanes.bytes,
    onIdle: (more) => {
      refill = more
    },
    messageBytesMax: MESSAGE_BYTES_MAX,
    flush: idle.await,
    bytesOut: () => written
  }
})
