/**
 * Goal: what is put into a buffer comes out as the frames of the protocol, whatever room there is for them.
 * Method: random files and digests put in, taken in random amounts, decoded, and compared.
 */
import { describe, expect, it } from '@effect/vitest'
import fc from 'fast-check'
import { decodeMessage } from '../../../src/protocol/codec.ts'
import {
  FRAME_BUFFER_PAYLOAD_BYTES,
  FrameBuffer,
  SHARED_BYTES_MIN
} from '../../../src/protocol/frame-buffer.ts'
import { FrameDecoder } from '../../../src/protocol/framing.ts'
import { isViolation } from '../../../src/protocol/violation.ts'

const STREAM = 513

/** The k-th byte of everything that is put in. */
const byteAt = (at: number): number => (at * 31 + (at >> 9)) & 0xff

/** Puts bytes with a digest behind them. @returns false: there is no room. */
const put = (buffer: FrameBuffer, from: number, bytes: number): boolean => {
  if (buffer.room < bytes) return false
  const target = buffer.target(bytes)
  for (let at = 0; at < bytes; at += 1) target[at] = byteAt(from + at)
  buffer.framed(bytes)
  buffer.digest(new Uint8Array(32).fill(bytes))
  return true
}

/** Takes everything in runs of at most so many bytes, and gives the bytes and where digests stood. */
const drain = (buffer: FrameBuffer, room: () => number) => {
  const decoder = new FrameDecoder()
  decoder.authenticated()
  const bytes: number[] = []
  const digests: [at: number, fill: number][] = []
  while (!buffer.isEmpty) {
    const limit = room()
    const run = buffer.take(limit)
    if (run === undefined) continue
    expect(run.payloadBytes).toBeLessThanOrEqual(limit)
    expect(run.isShared).toBe(run.bytes.length >= SHARED_BYTES_MIN)
    decoder.push(run.bytes)
    for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
      const message = isViolation(frame) ? frame : decodeMessage(frame)
      if (isViolation(message)) throw new Error(message._tag)
      if (message.type === 'data') bytes.push(...message.bytes)
      if (message.type === 'digest') digests.push([bytes.length, message.digest[0] ?? -1])
      expect(message).toMatchObject({ stream: STREAM })
    }
  }
  return { bytes, digests }
}

describe('a buffer of frames', () => {
  it('holds a full load with its digest', () => {
    const buffer = new FrameBuffer(STREAM)
    expect(buffer.room).toBe(FRAME_BUFFER_PAYLOAD_BYTES)
    expect(put(buffer, 0, FRAME_BUFFER_PAYLOAD_BYTES)).toBe(true)
    expect(buffer.room).toBe(0)
    const run = buffer.take(FRAME_BUFFER_PAYLOAD_BYTES)
    expect(run).toMatchObject({ payloadBytes: FRAME_BUFFER_PAYLOAD_BYTES, isShared: true })
    expect(buffer.isEmpty).toBe(true)
  })

  it('gives a digest without any room, and no byte of data', () => {
    const buffer = new FrameBuffer(STREAM)
    put(buffer, 0, 100)
    expect(buffer.take(0)).toBeUndefined()
    expect(buffer.take(100)?.payloadBytes).toBe(100)
    put(buffer, 0, 100)
    expect([buffer.take(99)?.payloadBytes, buffer.take(99)?.payloadBytes]).toEqual([99, 1])
  })

  it('gives what was put in, however it is cut', () => {
    const sizes = fc.array(
      fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 90_000 })),
      {
        minLength: 1,
        maxLength: 12
      }
    )
    const rooms = fc.array(fc.oneof(fc.nat(200), fc.nat(200_000)), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(sizes, rooms, (files, limits) => {
        const buffer = new FrameBuffer(STREAM)
        let from = 0
        const expected: [number, number][] = []
        for (const bytes of files) {
          if (!put(buffer, from, bytes)) break
          from += bytes
          expected.push([from, bytes & 0xff])
        }
        let turn = 0
        const room = (): number =>
          Math.max(turn % 5 === 4 ? 1_000 : 0, limits[turn++ % limits.length] ?? 1)
        const got = drain(buffer, room)
        expect(got.digests).toEqual(expected)
        expect(got.bytes.length).toBe(from)
        expect(got.bytes.findIndex((byte, at) => byte !== byteAt(at))).toBe(-1)
      }),
      { numRuns: 60 }
    )
  })
})
