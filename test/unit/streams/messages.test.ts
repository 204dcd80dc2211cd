/**
 * Goal: what a peer said comes out the same however its bytes were cut, in one batch for each read.
 * Method: frames of a whole conversation, cut by fast-check; a planted violation.
 */
import { describe, expect, it } from '@effect/vitest'
import * as fc from 'fast-check'
import { from, toArray } from 'rxjs'
import { encodeFrame } from '../../../src/protocol/framing.ts'
import type { Message } from '../../../src/protocol/messages.ts'
import { type Batch, decodeBatches } from '../../../src/streams/messages.ts'
import { bytesOf, dialersReader, GREETING, item, ping } from './frames-of-a-link.ts'

const batchesOf = (chunks: readonly Uint8Array[], reader = dialersReader()): readonly Batch[] => {
  let batches: readonly Batch[] = []
  from(chunks)
    .pipe(decodeBatches(reader), toArray())
    .subscribe((all) => {
      batches = all
    })
  return batches
}

const pings = (count: number): readonly Message[] =>
  Array.from({ length: count }, (_, at) => ping(at))

describe('batches of messages', () => {
  it('are the same messages for every cut of the bytes', () => {
    const texts = fc.array(fc.string({ minLength: 1, maxLength: 40 }), { maxLength: 12 })
    fc.assert(
      fc.property(texts, fc.array(fc.nat(), { maxLength: 30 }), (said, cuts) => {
        const talk = said.map((text, at) => item(at + 1, text.toWellFormed()))
        const messages = [...GREETING, ...talk, ping(7)]
        const bytes = bytesOf(...messages)
        const edges = [0, ...cuts.map((cut) => cut % bytes.length), bytes.length]
        const sorted = [...new Set(edges)].toSorted((one, other) => one - other)
        const chunks = sorted.slice(1).map((end, at) => bytes.slice(sorted[at], end))
        const batches = batchesOf(chunks)
        expect(batches.flatMap((batch) => batch.messages)).toEqual(messages)
        expect(batches.map((batch) => batch.violation)).toEqual(batches.map(() => undefined))
        expect(batches.reduce((sum, batch) => sum + batch.bytes, 0)).toBe(bytes.length)
      }),
      { numRuns: 300, seed: 2 }
    )
  })

  it('are one for each read, also where a read completes nothing', () => {
    const bytes = bytesOf(...GREETING)
    const batches = batchesOf([bytes.slice(0, 3), bytes.slice(3)])
    expect(batches.map(({ messages, bytes: count }) => [messages.length, count])).toEqual([
      [0, 3],
      [4, bytes.length - 3]
    ])
  })

  it('hold all that a read completes', () => {
    const bytes = bytesOf(...GREETING, ...pings(3000))
    const batches = batchesOf([bytes])
    expect(batches.map(({ messages, bytes: count }) => [messages.length, count])).toEqual([
      [GREETING.length + 3000, bytes.length]
    ])
  })

  it('end with what the peer did wrong, and give nothing after it', () => {
    const unknown = encodeFrame(0x60, 0, new Uint8Array())
    const rest = bytesOf(item(1, 'never read'))
    const [first, second, ...others] = batchesOf([
      new Uint8Array(Buffer.concat([bytesOf(...GREETING, ping(1)), unknown, rest])),
      rest
    ])
    const violation = { _tag: 'FrameUnknown', type: 0x60 }
    expect(first).toMatchObject({ messages: [...GREETING, ping(1)], violation })
    expect(second).toMatchObject({ messages: [], violation })
    expect(others).toEqual([])
  })
})
