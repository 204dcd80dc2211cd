/**
 * Goal: a list of any size goes out in frames that fit, and an offer of any size in pieces that are taken.
 * Method: lists at the limits, with the names that grow most in JSON; sizes around the limits of pieces.
 */
import { describe, expect, it } from '@effect/vitest'
import {
  CONTROL_PAYLOAD_BYTES_MAX,
  FRAME_HEADER_BYTES,
  TRANSFER_ENTRIES_MAX
} from '../../../src/domain/limits.ts'
import { pieceBytesFor, type TransferEntry } from '../../../src/domain/transfers.ts'
import { decodeMessage, encodeMessage } from '../../../src/protocol/codec.ts'
import { listFrames } from '../../../src/protocol/transfer-payloads.ts'
import { isViolation } from '../../../src/protocol/violation.ts'

const ID = 'AAECAwQFBgcICQoLDA0ODw'

const file = (path: string): TransferEntry => ({ path, kind: 'file', bytes: 1, executable: true })

/** What comes out of the frames of a list; each fits, or the encoder would throw. */
const throughFrames = (list: readonly TransferEntry[]): readonly TransferEntry[] =>
  listFrames(ID, list).flatMap((body) => {
    const frame = encodeMessage({ type: 'transfer', body })
    expect(frame.length).toBeLessThanOrEqual(FRAME_HEADER_BYTES + CONTROL_PAYLOAD_BYTES_MAX)
    const payload = frame.subarray(FRAME_HEADER_BYTES)
    const message = decodeMessage({ type: 'transfer', stream: 0, payload })
    expect(message).toEqual({ type: 'transfer', body })
    return !isViolation(message) && message.type === 'transfer' && message.body.kind === 'list'
      ? message.body.entries
      : []
  })

describe('the frames of a list', () => {
  it('of nothing are one, without an entry', () => {
    expect(listFrames(ID, [])).toEqual([{ kind: 'list', id: ID, at: 0, entries: [] }])
  })

  it('hold as many entries as fit', () => {
    const list = Array.from({ length: TRANSFER_ENTRIES_MAX }, (_, at) => file(`folder/${at}.txt`))
    expect(throughFrames(list)).toEqual(list)
    const bytes = new TextEncoder().encode(JSON.stringify(list)).length
    expect(listFrames(ID, list).length).toBeLessThan(Math.ceil(bytes / CONTROL_PAYLOAD_BYTES_MAX))
  })

  it('hold the longest paths that grow most, one each', () => {
    const list = ['\u0001', '"', '語', 'é'].map((char) => file(char.repeat(8192)))
    expect(throughFrames(list)).toEqual(list)
    expect(listFrames(ID, [list[0] ?? file(''), list[0] ?? file('')])).toHaveLength(2)
  })
})

describe('an offer', () => {
  it('of any size has pieces that the other end takes', () => {
    for (const bytes of [
      0,
      1,
      2 ** 20,
      2 ** 35,
      2 ** 35 + 1,
      10 ** 12 + 7,
      Number.MAX_SAFE_INTEGER
    ]) {
      const offer = { id: ID, name: 'x', bytes, files: 1, entries: 1, executable: false }
      const body = {
        kind: 'offer' as const,
        offer: { ...offer, kind: 'file' as const, pieceBytes: pieceBytesFor(bytes) }
      }
      const payload = encodeMessage({ type: 'transfer', body }).subarray(FRAME_HEADER_BYTES)
      expect(decodeMessage({ type: 'transfer', stream: 0, payload })).toEqual({
        type: 'transfer',
        body
      })
    }
  })
})
