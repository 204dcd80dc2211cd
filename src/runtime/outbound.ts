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

interface NextWrite {
  readonly bytes: Uint8Array
  readonly written?: () => void
  readonly isControl: boolean
}

/** What is to be written, and whose turn it is. */
class WriteQueue {
  readonly lane = new ControlLane()
  refill: () => void = () => undefined
  source: (() => BulkWrite | undefined) | undefined
  #inARow = 0

  /** undefined: nothing waits. */
  next(): NextWrite | undefined {
    if (this.#inARow < CONTROL_WRITES_IN_A_ROW) return this.#control() ?? this.#bulk()
    return this.#bulk() ?? this.#control()
  }

  #control(): NextWrite | undefined {
    // Whoever feeds this link may have more, now that there is room.
    if (this.lane.bytes === 0) this.refill()
    if (this.lane.bytes === 0) return undefined
    this.#inARow += 1
    return { bytes: joinFrames(this.lane.take(WRITE_BATCH_BYTES_MAX)), isControl: true }
  }

  #bulk(): NextWrite | undefined {
    this.#inARow = 0
    const write = this.source?.()
    return write && { ...write, isControl: false }
  }
}

export const makeWriter = Effect.fnUntraced(function* (
  stream: ByteStream
): Effect.fn.Return<Writer, never, Scope.Scope> {
  const queue = new WriteQueue()
  const { lane } = queue
  const work = Latch.makeUnsafe()
  const idle = Latch.makeUnsafe(true)
  let written = 0
  let gone = false
  let held = false
  let woken = false
  const drain = Effect.gen(function* () {
    while (true) {
      const next = queue.next()
      if (next === undefined) work.closeUnsafe()
      // Behind that: whoever waits for it runs at once, and may send.
      if (lane.bytes === 0 && next?.isControl !== true) idle.openUnsafe()
      if (next === undefined) yield* work.await
      else {
        yield* stream.write(next.bytes)
        written += next.bytes.length
        next.written?.()
      }
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
      queue.refill = more
    },
    feed: (next) => {
      queue.source = next
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
