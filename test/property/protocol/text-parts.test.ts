/**
 * Goal: splitting and joining give the text back, whatever it is, in parts that fit.
 * Method: arbitrary Unicode repeated to several parts; and utf8.ts against TextEncoder.
 */
import { describe, expect, it } from '@effect/vitest'
import fc from 'fast-check'
import { MESSAGE_BYTES_MAX, TEXT_PART_BYTES_MAX } from '../../../src/domain/limits.ts'
import type { Item } from '../../../src/protocol/messages.ts'
import { joinPart, makeJoiner, splitText } from '../../../src/protocol/text-parts.ts'
import { utf8Bytes, utf8Cut } from '../../../src/protocol/utf8.ts'
import { unicodeText } from './arbitrary-messages.ts'

const encodedBytes = (text: string): number => new TextEncoder().encode(text).length

const longText = fc
  .tuple(unicodeText(30), unicodeText(60), fc.integer({ min: 0, max: 1500 }))
  .map(([head, body, times]) => head + body.repeat(times))

describe('texts', () => {
  it('come back whole from parts that each fit and are Unicode', () => {
    fc.assert(
      fc.property(longText, (text) => {
        const bodies = splitText(text)
        const joiner = makeJoiner()
        const outcomes = bodies.map((body, index) => {
          const item: Item = { type: 'item', seq: index + 1, id: 'A', at: 0, body }
          return joinPart(joiner, item, MESSAGE_BYTES_MAX)
        })
        expect(outcomes.slice(0, -1).every((outcome) => outcome === undefined)).toBe(true)
        expect(outcomes.at(-1)).toMatchObject({ type: 'joined', body: { kind: 'text', text } })
        for (const body of bodies) {
          const part = body.kind === 'text' ? body.text : ''
          expect(part.isWellFormed()).toBe(true)
          expect(encodedBytes(part)).toBeLessThanOrEqual(TEXT_PART_BYTES_MAX)
        }
      }),
      { numRuns: 150 }
    )
  })
})

describe('utf8', () => {
  // Any UTF-16 units, so lone surrogates too; those are encoded as U+FFFD.
  const units = fc
    .array(fc.oneof(fc.nat({ max: 0xffff }), fc.integer({ min: 0xd700, max: 0xe000 })))
    .map((codes) => String.fromCharCode(...codes))

  it('counts bytes as TextEncoder does', () => {
    fc.assert(
      fc.property(units, (text) => {
        expect(utf8Bytes(text)).toBe(encodedBytes(text))
      })
    )
  })

  it('cuts the longest piece that fits', () => {
    fc.assert(
      fc.property(units, fc.nat({ max: 40 }), (text, most) => {
        const cut = utf8Cut(text, 0, most)
        expect(encodedBytes(text.slice(0, cut))).toBeLessThanOrEqual(most)
        const next = text.slice(0, cut + String.fromCodePoint(text.codePointAt(cut) ?? 0).length)
        if (cut < text.length) expect(encodedBytes(next)).toBeGreaterThan(most)
      })
    )
  })
})
