/**
 * Goal: whole frames of bounded size from any fragmentation, judged before room is made for them.
 * Method: hand-made bytes at every limit, cut at every place, and limits that change between frames.
 */
import { describe, expect, it } from '@effect/vitest'
import {
  CONTROL_PAYLOAD_BYTES_MAX,
  DATA_PAYLOAD_BYTES_MAX,
  FRAME_HEADER_BYTES,
  GREETING_PAYLOAD_BYTES_MAX,
  GREETING_TOTAL_BYTES_MAX
} from '../../../src/domain/limits.ts'
import type { ProtocolViolation } from '../../../src/domain/failures.ts'
import { encodeFrame, type Frame, FrameDecoder } from '../../../src/protocol/framing.ts'
import { joinFrames } from '../../../src/protocol/lanes.ts'
import { isViolation } from '../../../src/protocol/violation.ts'

const HELLO = 0x01
const AUTH_OK = 0x03
const READY = 0x04
const ITEM = 0x07
const DATA = 0x10
const DIGEST = 0x11
const CREDIT = 0x13
const RECEIVED = 0x14
const PING = 0x7d
const LATER = 0x90

const bytes = (length: number, value = 0x61): Uint8Array => new Uint8Array(length).fill(value)

const proved = (): FrameDecoder => {
  const decoder = new FrameDecoder()
  decoder.authenticated()
  return decoder
}

const drain = (decoder: FrameDecoder): (Frame | ProtocolViolation)[] => {
  const taken: (Frame | ProtocolViolation)[] = []
  for (;;) {
    const next = decoder.next()
    if (next === undefined) return taken
    taken.push(next)
    if (isViolation(next)) return taken
  }
}

const read = (decoder: FrameDecoder, ...chunks: Uint8Array[]): (Frame | ProtocolViolation)[] =>
  chunks.flatMap((chunk) => {
    decoder.push(chunk)
    return drain(decoder)
  })

describe('frames', () => {
  it('have a header of length, type, flags and stream in network order', () => {
    expect([...encodeFrame(0x10, 0x0102, bytes(3, 9))]).toEqual([
      0, 0, 0, 3, 0x10, 0, 1, 2, 9, 9, 9
    ])
  })

  it('are the same, however their bytes are cut in two', () => {
    const wire = joinFrames([
      encodeFrame(READY, 0, bytes(5)),
      encodeFrame(AUTH_OK, 0, bytes(0)),
      encodeFrame(PING, 0, bytes(4))
    ])
    const whole = read(proved(), wire)
    expect(whole).toHaveLength(3)
    for (let cut = 0; cut <= wire.length; cut += 1)
      expect(read(proved(), wire.subarray(0, cut), wire.subarray(cut))).toEqual(whole)
  })

  it('come out of single bytes', () => {
    const wire = encodeFrame(ITEM, 0, bytes(300))
    expect(read(proved(), ...[...wire].map((byte) => Uint8Array.of(byte)))).toEqual([
      { type: 'item', stream: 0, payload: bytes(300) }
    ])
  })

  it('come out by the thousand of one read', () => {
    const wire = joinFrames(Array.from({ length: 1000 }, () => encodeFrame(ITEM, 0, bytes(10))))
    expect(read(proved(), wire)).toHaveLength(1000)
  })

  it('are found when more is pushed before all were taken', () => {
    const decoder = proved()
    decoder.push(encodeFrame(ITEM, 0, bytes(1)))
    decoder.push(encodeFrame(ITEM, 0, bytes(2)))
    expect(drain(decoder).map((frame) => 'payload' in frame && frame.payload.length)).toEqual([
      1, 2
    ])
  })

  it('of the largest size pass, and nothing is kept once they are taken', () => {
    const decoder = proved()
    const wire = encodeFrame(ITEM, 0, bytes(CONTROL_PAYLOAD_BYTES_MAX))
    expect(read(decoder, wire.subarray(0, 100), wire.subarray(100))).toHaveLength(1)
    expect(decoder.keptBytes).toBe(0)
  })

  it('that are too large are refused at the header, before any room is made', () => {
    const decoder = proved()
    expect(read(decoder, Uint8Array.of(0xff, 0xff, 0xff, 0xff, ITEM, 0, 0, 0))).toEqual([
      { _tag: 'FrameTooLarge', limit: CONTROL_PAYLOAD_BYTES_MAX, actual: 0xffff_ffff }
    ])
    expect(decoder.keptBytes).toBe(0)
  })

  it('make room for what they announce only', () => {
    const decoder = proved()
    read(decoder, encodeFrame(ITEM, 0, bytes(1000)).subarray(0, FRAME_HEADER_BYTES + 1))
    expect(decoder.keptBytes).toBe(1000)
  })
})

describe('data', () => {
  const wire = encodeFrame(
    DATA,
    513,
    Uint8Array.from({ length: 40 }, (_, at) => at)
  )

  it('comes out in parts as it arrives, views of what was read, and is never kept', () => {
    for (let cut = FRAME_HEADER_BYTES + 1; cut < wire.length; cut += 1) {
      const decoder = proved()
      const head = wire.slice(0, cut)
      const [first, ...more] = read(decoder, head)
      expect(more).toEqual([])
      expect(first).toEqual({ type: 'data', stream: 513, payload: wire.subarray(8, cut) })
      expect(first !== undefined && 'payload' in first && first.payload.buffer).toBe(head.buffer)
      expect(decoder.keptBytes).toBe(0)
      const rest = joinFrames([wire.subarray(cut), encodeFrame(PING, 0, bytes(4))])
      expect(read(decoder, rest)).toEqual([
        { type: 'data', stream: 513, payload: wire.subarray(cut) },
        { type: 'ping', stream: 0, payload: bytes(4) }
      ])
    }
  })

  it('gives nothing while only its header is there, and one empty part for an empty frame', () => {
    const decoder = proved()
    expect(read(decoder, wire.subarray(0, 3), wire.subarray(3, 8))).toEqual([])
    expect(read(decoder, wire.subarray(8))).toHaveLength(1)
    expect(read(proved(), encodeFrame(DATA, 1, bytes(0)))).toEqual([
      { type: 'data', stream: 1, payload: bytes(0) }
    ])
  })

  it('has frames of at most so many bytes', () => {
    expect(read(proved(), encodeFrame(DATA, 1, bytes(DATA_PAYLOAD_BYTES_MAX)))).toHaveLength(1)
    const actual = DATA_PAYLOAD_BYTES_MAX + 1
    expect(read(proved(), encodeFrame(DATA, 1, bytes(actual)))).toEqual([
      { _tag: 'FrameTooLarge', limit: DATA_PAYLOAD_BYTES_MAX, actual }
    ])
  })

  it('leaves the frames behind it whole, however their bytes are cut', () => {
    const digest = encodeFrame(DIGEST, 513, bytes(32))
    const all = joinFrames([wire, digest, wire])
    for (let cut = 0; cut <= all.length; cut += 1) {
      const taken = read(proved(), all.slice(0, cut), all.slice(cut))
      const payloads = taken.flatMap((one) => ('payload' in one ? [...one.payload] : []))
      expect(payloads).toEqual([...wire.subarray(8), ...bytes(32), ...wire.subarray(8)])
    }
  })
})

describe('streams', () => {
  it.each([DATA, DIGEST, CREDIT])('of frame type %i are any but 0', (type) => {
    const payload = bytes(type === DIGEST ? 32 : 8)
    expect(read(proved(), encodeFrame(type, 0xffff, payload))).toMatchObject([{ stream: 0xffff }])
    expect(read(proved(), encodeFrame(type, 0, payload))).toMatchObject([
      { _tag: 'FrameMalformed', detail: 'its stream must not be 0' }
    ])
  })

  it('of all others are 0', () => {
    for (const type of [ITEM, PING, RECEIVED])
      expect(read(proved(), encodeFrame(type, 1, bytes(4)))).toMatchObject([
        { _tag: 'FrameMalformed', detail: 'its stream must be 0' }
      ])
  })
})

describe('unknown frames', () => {
  it('from 0x80 up are skipped, counted, and not kept', () => {
    const decoder = proved()
    const wire = encodeFrame(LATER, 513, bytes(5000))
    expect(read(decoder, wire.subarray(0, 40))).toEqual([])
    expect(decoder.keptBytes).toBe(0)
    expect(read(decoder, wire.subarray(40), encodeFrame(AUTH_OK, 0, bytes(0)))).toHaveLength(1)
    expect(decoder.skipped).toBe(1)
  })

  it('are bounded like the others', () => {
    const header = encodeFrame(LATER, 0, bytes(CONTROL_PAYLOAD_BYTES_MAX + 1)).subarray(0, 8)
    expect(read(proved(), header)).toMatchObject([{ _tag: 'FrameTooLarge' }])
  })

  it('below 0x80 end the link', () => {
    expect(read(proved(), encodeFrame(0x20, 0, bytes(0)))).toEqual([
      { _tag: 'FrameUnknown', type: 0x20 }
    ])
  })
})

describe('a violation', () => {
  it('stays, whatever follows', () => {
    const decoder = proved()
    const [first] = read(decoder, Uint8Array.of(0, 0, 0, 0, AUTH_OK, 1, 0, 0))
    expect(first).toEqual({ _tag: 'FrameFlags', flags: 1 })
    decoder.push(encodeFrame(AUTH_OK, 0, bytes(0)))
    expect(decoder.next()).toEqual(first)
  })

  it('comes after the good frames in front of it', () => {
    const wire = joinFrames([encodeFrame(PING, 0, bytes(4)), encodeFrame(0, 0, bytes(0))])
    expect(read(proved(), wire)).toEqual([
      { type: 'ping', stream: 0, payload: bytes(4) },
      { _tag: 'FrameUnknown', type: 0 }
    ])
  })
})

describe('the greeting', () => {
  it('takes frames up to its own limit', () => {
    expect(
      read(new FrameDecoder(), encodeFrame(HELLO, 0, bytes(GREETING_PAYLOAD_BYTES_MAX)))
    ).toEqual([{ type: 'hello', stream: 0, payload: bytes(GREETING_PAYLOAD_BYTES_MAX) }])
    const over = encodeFrame(HELLO, 0, bytes(GREETING_PAYLOAD_BYTES_MAX + 1))
    expect(read(new FrameDecoder(), over)).toEqual([
      {
        _tag: 'FrameTooLarge',
        limit: GREETING_PAYLOAD_BYTES_MAX,
        actual: GREETING_PAYLOAD_BYTES_MAX + 1
      }
    ])
  })

  it('takes so many bytes in all, headers and skipped frames included', () => {
    const decoder = new FrameDecoder()
    const frame = encodeFrame(LATER, 0, bytes(1024 - FRAME_HEADER_BYTES))
    for (let sent = 0; sent < GREETING_TOTAL_BYTES_MAX; sent += 1024)
      expect(read(decoder, frame)).toEqual([])
    expect(read(decoder, encodeFrame(AUTH_OK, 0, bytes(0)))).toEqual([
      { _tag: 'GreetingTooLarge', limit: GREETING_TOTAL_BYTES_MAX }
    ])
  })

  it('ends between two frames of one read', () => {
    const decoder = new FrameDecoder()
    const large = encodeFrame(READY, 0, bytes(GREETING_TOTAL_BYTES_MAX))
    decoder.push(joinFrames([encodeFrame(AUTH_OK, 0, bytes(0)), large]))
    expect(decoder.next()).toMatchObject({ type: 'auth-ok' })
    decoder.authenticated()
    expect(decoder.next()).toMatchObject({ type: 'ready' })
    expect(decoder.next()).toBeUndefined()
  })
})
