/**
 * Goal: whatever a payload holds, decoding gives a checked message or a violation.
 * Method: payloads too large or too deep for a vector file, and bounds from both sides.
 */
import { describe, expect, it } from '@effect/vitest'
import { CONTROL_PAYLOAD_BYTES_MAX, TEXT_PART_BYTES_MAX } from '../../../src/domain/limits.ts'
import { decodeMessage, encodeMessage } from '../../../src/protocol/codec.ts'
import type { Item } from '../../../src/protocol/messages.ts'

const ID = 'AAECAwQFBgcICQoLDA0ODw'

const itemOf = (text: string): Item => ({
  type: 'item',
  seq: 1,
  id: ID,
  at: 0,
  body: { kind: 'text', text, part: 1, parts: 1 }
})

const payloadOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const decodeItem = (json: string) =>
  decodeMessage({ type: 'item', stream: 0, payload: payloadOf(json) })
const withText = (text: string) =>
  decodeItem(JSON.stringify({ s: 1, id: ID, at: 0, k: 'text', t: text }))

describe('decodeMessage', () => {
  it('survives nests as deep as a frame is long', () => {
    for (const open of ['[', '{"s":']) {
      const times = Math.floor(CONTROL_PAYLOAD_BYTES_MAX / open.length)
      expect(decodeItem(open.repeat(times))).toMatchObject({ _tag: 'FrameMalformed' })
    }
    const half = CONTROL_PAYLOAD_BYTES_MAX / 2 - 100
    const nest = '['.repeat(half) + ']'.repeat(half)
    expect(decodeItem(nest)).toMatchObject({ detail: 'it is not an object' })
    expect(decodeItem(`{"x":${nest},"s":1,"id":"${ID}","at":0,"k":"text","t":"hi"}`)).toEqual(
      itemOf('hi')
    )
  })

  it('takes a part of the largest size and not a byte more, in any script', () => {
    for (const [char, size] of [
      ['a', 1],
      ['é', 2],
      ['語', 3],
      ['👋', 4]
    ] as const) {
      const times = Math.floor(TEXT_PART_BYTES_MAX / size)
      expect(withText(char.repeat(times))).toEqual(itemOf(char.repeat(times)))
      expect(withText(char.repeat(times + 1))).toMatchObject({ _tag: 'FrameMalformed' })
    }
  })

  it('does not take an inherited field for one that was sent', () => {
    const polluted = Object.prototype as { m?: string }
    polluted.m = 'ask'
    try {
      expect(decodeMessage({ type: 'auth', stream: 0, payload: payloadOf('{}') })).toMatchObject({
        _tag: 'FrameMalformed'
      })
    } finally {
      delete polluted.m
    }
  })

  it('gives a message its own fields only', () => {
    const message = decodeMessage({
      type: 'auth',
      stream: 0,
      payload: payloadOf('{"m":"ask","x":1}')
    })
    expect(Object.keys(message)).toEqual(['type', 'mode'])
  })
})

describe('encodeMessage', () => {
  it('fits the part that grows most in JSON', () => {
    const worst = itemOf('\u0001'.repeat(TEXT_PART_BYTES_MAX))
    const frame = encodeMessage(worst)
    expect(decodeMessage({ type: 'item', stream: 0, payload: frame.subarray(8) })).toEqual(worst)
  })

  it('sends Unicode only', () => {
    const frame = encodeMessage(itemOf('a\ud800b'))
    expect(decodeMessage({ type: 'item', stream: 0, payload: frame.subarray(8) })).toEqual(
      itemOf('a\ufffdb')
    )
  })

  it('cuts a nickname to its bound between characters', () => {
    const nick = (nickname: string): Item => ({ ...itemOf(''), body: { kind: 'nick', nickname } })
    const frame = encodeMessage(nick(`${'n'.repeat(31)}👋`))
    expect(decodeMessage({ type: 'item', stream: 0, payload: frame.subarray(8) })).toEqual(
      nick('n'.repeat(31))
    )
  })

  it('gives each message a buffer of its own', () => {
    const first = encodeMessage({ type: 'ping', nonce: 1 })
    encodeMessage({ type: 'ping', nonce: 2 })
    expect([...first.subarray(8)]).toEqual([0, 0, 0, 1])
  })

  it('refuses, as a defect of the caller, what fits no frame', () => {
    expect(() => encodeMessage(itemOf('a'.repeat(CONTROL_PAYLOAD_BYTES_MAX)))).toThrow(RangeError)
  })
})
