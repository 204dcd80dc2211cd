/**
 * Goal: pieces are counted over all files in order, and found at once however many there are.
 * Method: lists by hand; random lists against a count that goes through every piece.
 */
import { describe, expect, it } from '@effect/vitest'
import fc from 'fast-check'
import type { TransferEntry } from '../../../src/domain/transfers.ts'
import { type Piece, Pieces } from '../../../src/protocol/pieces.ts'

const file = (bytes: number): TransferEntry => ({
  path: 'file',
  kind: 'file',
  bytes,
  executable: false
})
const FOLDER: TransferEntry = { path: 'folder', kind: 'folder', bytes: 0, executable: false }

/** Every piece, the long way. */
const counted = (list: readonly TransferEntry[], pieceBytes: number): readonly Piece[] => {
  const pieces: Piece[] = []
  let before = 0
  for (const [entry, { bytes }] of list.entries()) {
    for (let offset = 0; offset < bytes; offset += pieceBytes) {
      const length = Math.min(pieceBytes, bytes - offset)
      pieces.push({ entry, offset, length, bytesBefore: before })
      before += length
    }
  }
  return pieces
}

describe('pieces', () => {
  it('are cut from each file, and none is shared', () => {
    const pieces = new Pieces([FOLDER, file(25), file(0), file(10), file(1)], 10)
    expect([pieces.count, pieces.bytes]).toEqual([5, 36])
    expect(pieces.at(2)).toEqual({ entry: 1, offset: 20, length: 5, bytesBefore: 20 })
    expect(pieces.at(3)).toEqual({ entry: 3, offset: 0, length: 10, bytesBefore: 25 })
    expect(pieces.at(4)).toEqual({ entry: 4, offset: 0, length: 1, bytesBefore: 35 })
    expect(pieces.bytesBefore(5)).toBe(36)
  })

  it('are none of nothing, nor outside', () => {
    const pieces = new Pieces([FOLDER, file(0)], 10)
    expect([pieces.count, pieces.bytes, pieces.at(0), pieces.bytesBefore(0)]).toEqual([
      0,
      0,
      undefined,
      0
    ])
    expect(new Pieces([file(1)], 10).at(-1)).toBeUndefined()
  })

  it('are the same as counted one by one', () => {
    const lists = fc.array(fc.oneof(fc.nat(40).map(file), fc.constant(FOLDER)), { maxLength: 30 })
    fc.assert(
      fc.property(lists, fc.integer({ min: 1, max: 17 }), (list, pieceBytes) => {
        const pieces = new Pieces(list, pieceBytes)
        const expected = counted(list, pieceBytes)
        expect(pieces.count).toBe(expected.length)
        expect(expected.map((_, index) => pieces.at(index))).toEqual(expected)
        expect(pieces.at(expected.length)).toBeUndefined()
      })
    )
  })
})
