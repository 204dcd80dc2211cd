/**
 * Whole DATA and DIGEST frames of one stream, back to back in one buffer that is filled from a file and handed to
 * the socket as it is: between disk and socket no byte moves further than a few headers' length.
 */
import { DATA_PAYLOAD_BYTES_MAX, FRAME_HEADER_BYTES } from '../domain/limits.ts'
import { DIGEST_BYTES, FRAME_TYPES } from './frame-types.ts'
import { writeFrameHeader } from './framing.ts'

/** Full frames that a buffer holds: read from the disk, and written to the socket, in one go. */
const FULL_FRAMES = 4
const FULL_FRAME_BYTES = FRAME_HEADER_BYTES + DATA_PAYLOAD_BYTES_MAX
const DIGEST_FRAME_BYTES = FRAME_HEADER_BYTES + DIGEST_BYTES

/** Bytes of a file that a buffer holds, at most. */
export const FRAME_BUFFER_PAYLOAD_BYTES = FULL_FRAMES * DATA_PAYLOAD_BYTES_MAX

/** Shorter ones are copied, so that only long writes need to be waited for before a buffer is used again. */
export const SHARED_BYTES_MIN = 64 * 1024

/** What is to be written next. */
export interface FrameRun {
  readonly bytes: Uint8Array
  /** Bytes of DATA in it. */
  readonly payloadBytes: number
  /** true: a view of the buffer, which must not be filled again before it is written. */
  readonly isShared: boolean
}

export class FrameBuffer {
  readonly stream: number
  readonly #bytes = new Uint8Array(FULL_FRAMES * FULL_FRAME_BYTES + DIGEST_FRAME_BYTES)
  #from = 0
  #to = 0

  constructor(stream: number) {
    this.stream = stream
  }

  /** Nothing is in it any more. */
  get isEmpty(): boolean {
    return this.#from === this.#to
  }

  /** Forgets what was in it. */
  clear(): void {
    this.#from = 0
    this.#to = 0
  }

  /** Bytes of DATA that fit, with a digest behind them. */
  get room(): number {
    const free = Math.max(0, this.#bytes.length - DIGEST_FRAME_BYTES - this.#to)
    const whole = Math.floor(free / FULL_FRAME_BYTES)
    return (
      whole * DATA_PAYLOAD_BYTES_MAX + Math.max(0, (free % FULL_FRAME_BYTES) - FRAME_HEADER_BYTES)
    )
  }

  /** Where so many bytes of DATA, within `room`, are to be put; then `framed` makes them frames. */
  target(payloadBytes: number): Uint8Array {
    const at = this.#to + headersOf(payloadBytes)
    return this.#bytes.subarray(at, at + payloadBytes)
  }

  /** The bytes of `target` are there. All but the last frame's move by a few headers. */
  framed(payloadBytes: number): void {
    let source = this.#to + headersOf(payloadBytes)
    for (let left = payloadBytes; left > 0; ) {
      const length = Math.min(left, DATA_PAYLOAD_BYTES_MAX)
      const at = this.#header(FRAME_TYPES.data, length)
      if (at !== source) this.#bytes.copyWithin(at, source, source + length)
      this.#to = at + length
      source += length
      left -= length
    }
  }

  /** Puts a digest behind what is there. */
  digest(digest: Uint8Array): void {
    const at = this.#header(FRAME_TYPES.digest, DIGEST_BYTES)
    this.#bytes.set(digest, at)
    this.#to = at + DIGEST_BYTES
  }

  /**
   * The next frames with at most `roomBytes` of DATA; a frame that is longer is cut in two. undefined: not even
   * one byte may go, and no digest is due.
   */
  take(roomBytes: number): FrameRun | undefined {
    let to = this.#from
    let payloadBytes = 0
    while (to < this.#to) {
      const length = this.#lengthAt(to)
      const data = this.#isData(to) ? length : 0
      if (payloadBytes + data > roomBytes) break
      payloadBytes += data
      to += FRAME_HEADER_BYTES + length
    }
    if (to === this.#from) return roomBytes > 0 && !this.isEmpty ? this.#cut(roomBytes) : undefined
    const view = this.#bytes.subarray(this.#from, to)
    this.#from = to
    const isShared = view.length >= SHARED_BYTES_MIN
    return { bytes: isShared ? view : view.slice(), payloadBytes, isShared }
  }

  /** A copy of the first part as a frame of its own; the header of the rest takes the place of its end. */
  #cut(payloadBytes: number): FrameRun {
    const left = this.#lengthAt(this.#from) - payloadBytes
    writeFrameHeader(this.#bytes, this.#from, FRAME_TYPES.data, this.stream, payloadBytes)
    const cutAt = this.#from + FRAME_HEADER_BYTES + payloadBytes
    const bytes = this.#bytes.slice(this.#from, cutAt)
    this.#from = cutAt - FRAME_HEADER_BYTES
    writeFrameHeader(this.#bytes, this.#from, FRAME_TYPES.data, this.stream, left)
    return { bytes, payloadBytes, isShared: false }
  }

  /** @returns where its payload begins. */
  #header(type: number, payloadBytes: number): number {
    writeFrameHeader(this.#bytes, this.#to, type, this.stream, payloadBytes)
    return this.#to + FRAME_HEADER_BYTES
  }

  #isData(at: number): boolean {
    return this.#bytes[at + 4] === FRAME_TYPES.data
  }

  #lengthAt(at: number): number {
    const byte = (index: number): number => this.#bytes[at + index] ?? 0
    return (byte(1) << 16) | (byte(2) << 8) | byte(3)
  }
}

function headersOf(payloadBytes: number): number {
  return Math.ceil(payloadBytes / DATA_PAYLOAD_BYTES_MAX) * FRAME_HEADER_BYTES
}
