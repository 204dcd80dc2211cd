/**
 * The one writer of a link: control before bulk, in as few writes as possible. What is sent while the socket is
 * idle is written at once; while it is busy, in the next write. File data is asked for when nothing else waits, and
 * now and then in front of control frames that never end.
 */
import * as Effect from 'effect/Effect'
import * as Latch from 'effect/Latch'
import type * as Scope from 'effect/Scope'
import { MESSAGE_BYTES_MAX, WRITE_BATCH_BYTES_MAX } from '../domain/limits.ts'
import { ControlLane, joinFrames } from '../protocol/lanes.ts'
import type { ByteStream } from '../services/transport.ts'

/** Writes of control frames in a row while file data waits: a flood of messages leaves room for a file. */
const CONTROL_WRITES_IN_A_ROW = 4

/** File data that is to be written next. */
export interface BulkWrite {
  /** More than a socket buffers (64 KiB), or a copy: with the end of the write they may be changed. */
  readonly bytes: Uint8Array
  /** They are with the operating system. */
  readonly written: () => void
}

export interface Writer {
  /** Queues a control frame. false: the queue is over its bound, and the link must end. */
  readonly send: (frame: Uint8Array) => boolean
  /** Completes when all control frames sent before are with the operating system, or the stream is gone. */
  readonly flush: Effect.Effect<void>
  /** What is sent while `work` runs leaves together, in one write if it fits. Does not nest. */
  readonly together: <A>(work: () => A) => A
  readonly bytesOut: () => number
  /** Bytes of control frames that wait for the socket. */
  readonly queuedBytes: () => number
  /** Asks for more whenever nothing waits; the last caller is asked. */
  readonly onIdle: (more: () => void) => void
  /** Where file data comes from; undefined there: none, until `wake`. undefined: nowhere, from now on. */
  readonly feed: (source: (() => BulkWrite | undefined) | undefined) => void
  /** There may be file data to write. */
  readonly wake: () => void
  /** UTF-8 bytes of the longest message that the peer takes. */
  messageBytesMax: number
}

export const makeWriter = Effect.fnUntraced(function* (
  stream: ByteStream
): Effect.fn.Return<Writer, never, Scope.Scope> {
  const lane = new ControlLane()
  const work = Latch.makeUnsafe()
  const idle = Latch.makeUnsafe(true)
  let written = 0
  let gone = false
  let held = false
  let woken = false
  let refill: () => void = () => undefined
  let source: (() => BulkWrite | undefined) | undefined
  let inARow = 0
  const takeControl = (): Uint8Array | undefined => {
    // Whoever feeds this link may have more, now that there is room.
    if (lane.bytes === 0) refill()
    if (lane.bytes === 0) return undefined
    inARow += 1
    return joinFrames(lane.take(WRITE_BATCH_BYTES_MAX))
  }
  const takeBulk = (): BulkWrite | undefined => {
    inARow = 0
    return source?.()
  }
  const drain = Effect.gen(function* () {
    while (true) {
      const isBulkFirst = inARow >= CONTROL_WRITES_IN_A_ROW
      const control = isBulkFirst ? undefined : takeControl()
      const bulk = control === undefined ? takeBulk() : undefined
      const bytes = control ?? bulk?.bytes ?? (isBulkFirst ? takeControl() : undefined)
      if (bytes === undefined) {
        work.closeUnsafe()
        // Last: whoever waits for it runs at once, and may send.
        idle.openUnsafe()
        yield* work.await
        continue
      }
      if (bulk !== undefined && lane.bytes === 0) idle.openUnsafe()
      yield* stream.write(bytes)
      written += bytes.length
      bulk?.written()
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
      const fits = lane.push(frame) === undefined
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
        if (lane.bytes > 0 || woken) work.openUnsafe()
        woken = false
      }
    },
    queuedBytes: () => lane.bytes,
    onIdle: (more) => {
      refill = more
    },
    feed: (next) => {
      source = next
    },
    wake: () => {
      woken = held
      if (!held) work.openUnsafe()
    },
    messageBytesMax: MESSAGE_BYTES_MAX,
    flush: idle.await,
    bytesOut: () => written
  }
})
