/**
 * Frames: `u32be payload length | u8 type | u8 flags (0) | u16be stream | payload`, and the decoder
 * that finds them in any fragmentation of the bytes (docs/PROTOCOL.md §2).
 *
 * The decoder judges a header before it makes room for the payload, under the limits in force when
 * the frame is taken: of two frames in one read, the first may lift the limits for the second.
 */
import type { ProtocolViolation } from '../domain/failures.ts'
import {
  CONTROL_PAYLOAD_BYTES_MAX,
  FRAME_HEADER_BYTES,
  GREETING_PAYLOAD_BYTES_MAX,
  GREETING_TOTAL_BYTES_MAX
} from '../domain/limits.ts'
import { frameKindOf, SKIPPABLE_TYPE_MIN } from './frame-types.ts'
import type { MessageType } from './messages.ts'
import { isViolation } from './violation.ts'

/** One whole frame of a known type; of DATA, any part of one, since its parts mean the same. */
export interface Frame {
  readonly type: MessageType
  /** 0: the link itself. */
  readonly stream: number
  /** May be a view of the bytes that were pushed: to be read before those are reused. */
  readonly payload: Uint8Array
}

/** Writes the 8 bytes of a header into `target` from `at` on. */
export const writeFrameHeader = (
  target: Uint8Array,
  at: number,
  type: number,
  stream: number,
  payloadBytes: number
): void => {
  target[at] = payloadBytes >>> 24
  target[at + 1] = payloadBytes >>> 16
  target[at + 2] = payloadBytes >>> 8
  target[at + 3] = payloadBytes
  target[at + 4] = type
  target[at + 5] = 0
  target[at + 6] = stream >>> 8
  target[at + 7] = stream
}

/** One frame in its own buffer. `stream` is 0 for the link itself. */
export const encodeFrame = (type: number, stream: number, payload: Uint8Array): Uint8Array => {
  const frame = new Uint8Array(FRAME_HEADER_BYTES + payload.length)
  writeFrameHeader(frame, 0, type, stream, payload.length)
  frame.set(payload, FRAME_HEADER_BYTES)
  return frame
}

const NOTHING = new Uint8Array(0)

/** A header that was judged and accepted; `name` undefined: a frame to skip. */
interface Header {
  readonly name: MessageType | undefined
  readonly stream: number
  readonly payloadBytes: number
}

/**
 * Push bytes as they are read, then take frames until `next` gives undefined, before the next push.
 * What it keeps between reads is one header and one payload within its limit, at most. After a
 * violation it stays failed and keeps nothing.
 */
export class FrameDecoder {
  #chunk: Uint8Array = NOTHING
  #at = 0
  readonly #header = new Uint8Array(FRAME_HEADER_BYTES)
  #headerBytes = 0
  #current: Header | undefined
  /** The payload under assembly; undefined while a frame is skipped, or arrives in one piece. */
  #payload: Uint8Array | undefined
  #payloadBytes = 0
  #greetingBytes = 0
  #greeting = true
  #failed: ProtocolViolation | undefined
  #skipped = 0

  /** Frames of unknown, skippable types so far. */
  get skipped(): number {
    return this.#skipped
  }

  /** Bytes of unfinished frames that it keeps itself, without the chunk that was pushed last. */
  get keptBytes(): number {
    return this.#headerBytes + (this.#payload?.length ?? 0)
  }

  /** The peer has proved who it is: the limits of the greeting no longer apply. */
  authenticated(): void {
    this.#greeting = false
  }

  /** Hands over bytes that were read. Not copied: unchanged until the frames in it were used. */
  push(chunk: Uint8Array): void {
    if (this.#failed !== undefined) return
    const unread = this.#chunk.length - this.#at
    if (unread === 0) {
      this.#chunk = chunk
    } else {
      // Only a caller that pushes before it has taken every frame comes here.
      const both = new Uint8Array(unread + chunk.length)
      both.set(this.#chunk.subarray(this.#at))
      both.set(chunk, unread)
      this.#chunk = both
    }
    this.#at = 0
  }

  /** The next whole frame; undefined: more bytes are needed. */
  next(): Frame | ProtocolViolation | undefined {
    if (this.#failed !== undefined) return this.#failed
    for (;;) {
      if (this.#current === undefined) {
        const header = this.#takeHeader()
        if (header === undefined) return this.#drained()
        if (isViolation(header)) return this.#fail(header)
        this.#current = header
        this.#payloadBytes = 0
      }
      const { name, stream, payloadBytes } = this.#current
      if (name === undefined) {
        if (!this.#skip(payloadBytes)) return this.#drained()
        continue
      }
      if (name === 'data') {
        const part = this.#takePart(payloadBytes)
        if (part === undefined) return this.#drained()
        return { type: name, stream, payload: part }
      }
      const payload = this.#takePayload(payloadBytes)
      if (payload === undefined) return this.#drained()
      this.#current = undefined
      return { type: name, stream, payload }
    }
  }

  /** Every byte is used: the chunk, which may be a view of something large, is let go. */
  #drained(): undefined {
    this.#chunk = NOTHING
    this.#at = 0
  }

  #fail(violation: ProtocolViolation): ProtocolViolation {
    this.#failed = violation
    this.#chunk = NOTHING
    this.#at = 0
    this.#headerBytes = 0
    return violation
  }

  #takeHeader(): Header | ProtocolViolation | undefined {
    const unread = this.#chunk.length - this.#at
    if (this.#headerBytes === 0 && unread >= FRAME_HEADER_BYTES) {
      this.#at += FRAME_HEADER_BYTES
      return this.#judge(this.#chunk, this.#at - FRAME_HEADER_BYTES)
    }
    const taken = Math.min(FRAME_HEADER_BYTES - this.#headerBytes, unread)
    this.#header.set(this.#chunk.subarray(this.#at, this.#at + taken), this.#headerBytes)
    this.#at += taken
    this.#headerBytes += taken
    if (this.#headerBytes < FRAME_HEADER_BYTES) return undefined
    this.#headerBytes = 0
    return this.#judge(this.#header, 0)
  }

  #judge(bytes: Uint8Array, at: number): Header | ProtocolViolation {
    const byte = (index: number): number => bytes[at + index] ?? 0
    const length = byte(0) * 0x100_0000 + ((byte(1) << 16) | (byte(2) << 8) | byte(3))
    const type = byte(4)
    const kind = frameKindOf(type)
    if (byte(5) !== 0) return { _tag: 'FrameFlags', flags: byte(5) }
    if (kind === undefined && type < SKIPPABLE_TYPE_MIN) return { _tag: 'FrameUnknown', type }
    const whole = kind?.payloadBytesMax ?? CONTROL_PAYLOAD_BYTES_MAX
    const limit = this.#greeting ? Math.min(whole, GREETING_PAYLOAD_BYTES_MAX) : whole
    if (length > limit) return { _tag: 'FrameTooLarge', limit, actual: length }
    const stream = (byte(6) << 8) | byte(7)
    if (kind !== undefined && (stream !== 0) !== kind.hasStream) {
      const detail = kind.hasStream ? 'its stream must not be 0' : 'its stream must be 0'
      return { _tag: 'FrameMalformed', type: kind.name, detail }
    }
    if (this.#greeting) {
      this.#greetingBytes += FRAME_HEADER_BYTES + length
      if (this.#greetingBytes > GREETING_TOTAL_BYTES_MAX)
        return { _tag: 'GreetingTooLarge', limit: GREETING_TOTAL_BYTES_MAX }
    }
    return { name: kind?.name, stream, payloadBytes: length }
  }

  /** true: the frame is behind us. */
  #skip(payloadBytes: number): boolean {
    const taken = Math.min(payloadBytes - this.#payloadBytes, this.#chunk.length - this.#at)
    this.#at += taken
    this.#payloadBytes += taken
    if (this.#payloadBytes < payloadBytes) return false
    this.#current = undefined
    this.#skipped += 1
    return true
  }

  /** What is there of a frame of DATA, as a view; at its end the frame is behind us. An empty frame is one part. */
  #takePart(payloadBytes: number): Uint8Array | undefined {
    const left = payloadBytes - this.#payloadBytes
    const taken = Math.min(left, this.#chunk.length - this.#at)
    if (taken === 0 && left > 0) return undefined
    this.#at += taken
    this.#payloadBytes += taken
    if (taken === left) this.#current = undefined
    return this.#chunk.subarray(this.#at - taken, this.#at)
  }

  #takePayload(payloadBytes: number): Uint8Array | undefined {
    const unread = this.#chunk.length - this.#at
    if (this.#payload === undefined && unread >= payloadBytes) {
      this.#at += payloadBytes
      return this.#chunk.subarray(this.#at - payloadBytes, this.#at)
    }
    this.#payload ??= new Uint8Array(payloadBytes)
    const taken = Math.min(payloadBytes - this.#payloadBytes, unread)
    this.#payload.set(this.#chunk.subarray(this.#at, this.#at + taken), this.#payloadBytes)
    this.#at += taken
    this.#payloadBytes += taken
    if (this.#payloadBytes < payloadBytes) return undefined
    const payload = this.#payload
    this.#payload = undefined
    return payload
  }
}
