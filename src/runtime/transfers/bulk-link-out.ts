/** What a link sends of files: streams that take turns, each within its credit, together within the window. */
import * as Effect from 'effect/Effect'
import type { StallCause } from '../../domain/transfer-events.ts'
import type { ProtocolViolation } from '../../domain/failures.ts'
import { BULK_AHEAD_BYTES_MAX, LINK_STREAMS_MAX } from '../../domain/limits.ts'
import { SendCredit } from '../../protocol/credit.ts'
import { Deque } from '../../protocol/deque.ts'
import { FrameBuffer, type FrameRun } from '../../protocol/frame-buffer.ts'
import { Pacing } from '../../protocol/pacing.ts'
import type { BulkWrite } from '../outbound.ts'
import type { OutboundStream } from './ports.ts'

/** One is filled, one waits, one is being written. */
const BUFFERS_MAX = 3

/** What a stream needs of its link. */
interface Line {
  /** There may be something to write. */
  readonly wake: () => void
  readonly isFull: () => boolean
}

class OutStream implements OutboundStream {
  readonly credit: SendCredit
  readonly #number: number
  readonly #line: Line
  readonly #onSent: (bytes: number) => void
  #sentBytes = 0
  /** Of the run that is being written. */
  #runBytes = 0
  readonly #queue = new Deque<FrameBuffer>()
  readonly #free: FrameBuffer[] = []
  #made = 0
  #isWriting = false
  #onFree: ((buffer: FrameBuffer) => void) | undefined
  #onFlushed: (() => void) | undefined

  constructor(number: number, credit: SendCredit, line: Line, onSent: (bytes: number) => void) {
    this.#number = number
    this.credit = credit
    this.#line = line
    this.#onSent = onSent
  }

  readonly buffer: Effect.Effect<FrameBuffer> = Effect.suspend(() => {
    const free = this.#free.pop()
    if (free !== undefined) return Effect.succeed(free)
    if (this.#made < BUFFERS_MAX) {
      this.#made += 1
      return Effect.succeed(new FrameBuffer(this.#number))
    }
    return Effect.callback<FrameBuffer>((resume) => {
      this.#onFree = (buffer) => resume(Effect.succeed(buffer))
    })
  })

  readonly send = (buffer: FrameBuffer): void => {
    if (buffer.isEmpty) return this.#recycle(buffer)
    this.#queue.push(buffer)
    this.#line.wake()
  }

  readonly flush: Effect.Effect<void> = Effect.suspend(() => {
    if (this.#isFlushed) return Effect.void
    return Effect.callback<void>((resume) => {
      this.#onFlushed = () => resume(Effect.void)
    })
  })

  readonly waitsFor = (): StallCause | undefined => {
    if (this.#isFlushed) return undefined
    if (this.#isWriting || this.#line.isFull()) return 'network'
    return this.credit.room === 0 ? 'peer-disk' : undefined
  }

  /** The next frames, with at most `roomBytes` of DATA. `written` is to be called when they are. */
  take(roomBytes: number): FrameRun | undefined {
    const head = this.#queue.at(0)
    const run = head?.take(Math.min(roomBytes, this.credit.room))
    if (head === undefined || run === undefined) return undefined
    this.credit.spend(run.payloadBytes)
    this.#isWriting = true
    this.#runBytes = run.payloadBytes
    return run
  }

  /** What was taken last is with the operating system: its buffer may be used again, if it is empty. */
  written(): void {
    this.#isWriting = false
    this.#sentBytes += this.#runBytes
    this.#onSent(this.#sentBytes)
    const head = this.#queue.at(0)
    if (head?.isEmpty === true) {
      this.#queue.shift()
      this.#recycle(head)
    }
    if (this.#isFlushed) this.#onFlushed?.()
  }

  get #isFlushed(): boolean {
    return this.#queue.length === 0 && !this.#isWriting
  }

  #recycle(buffer: FrameBuffer): void {
    buffer.clear()
    const waiting = this.#onFree
    this.#onFree = undefined
    if (waiting === undefined) this.#free.push(buffer)
    else waiting(buffer)
  }
}

/** A stream that the peer fetched: once, and by one pump. */
interface Fetched {
  readonly credit: SendCredit
  isTaken: boolean
}

export class BulkOut {
  readonly #pacing = new Pacing()
  readonly #fetched = new Map<number, Fetched>()
  /** Those that send; the first is next. */
  #turns: readonly OutStream[] = []
  readonly #wake: () => void
  readonly #now: () => number

  /** @param now monotonic milliseconds. */
  constructor(wake: () => void, now: () => number) {
    this.#wake = wake
    this.#now = now
  }

  onFetch(stream: number, credit: number): ProtocolViolation | undefined {
    if (stream < 1 || stream > LINK_STREAMS_MAX || this.#fetched.has(stream))
      return { _tag: 'FrameIllegal', type: 'transfer', state: 'a stream that was used before' }
    this.#fetched.set(stream, { credit: new SendCredit(credit), isTaken: false })
    return undefined
  }

  onCredit(stream: number, upTo: number): ProtocolViolation | undefined {
    const fetched = this.#fetched.get(stream)
    if (fetched === undefined)
      return { _tag: 'FrameIllegal', type: 'credit', state: 'a stream that was not fetched' }
    const violation = fetched.credit.raise(upTo)
    if (violation === undefined) this.#wake()
    return violation
  }

  onReceived(upTo: number): ProtocolViolation | undefined {
    const pacing = this.#pacing
    if (upTo < pacing.received || upTo > pacing.sent)
      return { _tag: 'FrameIllegal', type: 'received', state: 'not what was sent' }
    if (upTo > pacing.received) pacing.onReceived(upTo, this.#now())
    this.#wake()
    return undefined
  }

  /** @param onSent hears how many bytes of DATA are with the operating system. */
  open(number: number, onSent: (bytes: number) => void): OutStream | undefined {
    const fetched = this.#fetched.get(number)
    if (fetched === undefined || fetched.isTaken) return undefined
    fetched.isTaken = true
    const line: Line = { wake: this.#wake, isFull: () => this.#pacing.room === 0 }
    const stream = new OutStream(number, fetched.credit, line, onSent)
    this.#turns = [...this.#turns, stream]
    return stream
  }

  /** What it has not sent is dropped. */
  close(stream: OutStream): void {
    this.#turns = this.#turns.filter((other) => other !== stream)
  }

  /** What is to be written next: of the stream whose turn it is, among those that may send. */
  readonly take = (): BulkWrite | undefined => {
    const { room, window } = this.#pacing
    // Half of the window: the other half is on its way while this one is written.
    const roomBytes = Math.min(room, Math.floor(window / 2), BULK_AHEAD_BYTES_MAX)
    for (const [index, stream] of this.#turns.entries()) {
      const run = stream.take(roomBytes)
      if (run === undefined) continue
      this.#turns = [...this.#turns.slice(index + 1), ...this.#turns.slice(0, index + 1)]
      if (run.payloadBytes > 0) this.#pacing.onSent(run.payloadBytes, this.#now())
      return { bytes: run.bytes, written: () => stream.written() }
    }
    if (room > 0) this.#pacing.onStarved()
    return undefined
  }
}
