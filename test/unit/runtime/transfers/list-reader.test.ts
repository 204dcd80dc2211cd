/**
 * Goal: the list of a folder is taken in order and within its offer, an empty one too.
 * Method: lists pushed by hand.
 */
import { describe, expect, it } from '@effect/vitest'
import { TRANSFER_ENTRIES_MAX } from '../../../../src/domain/limits.ts'
import type { TransferEntry, TransferOffer } from '../../../../src/domain/transfers.ts'
import { listFrames } from '../../../../src/protocol/transfer-payloads.ts'
import { ListReader } from '../../../../src/runtime/transfers/list-reader.ts'

const ID = 'AAECAwQFBgcICQoLDA0ODw'

const offerOf = (entries: number): TransferOffer => ({
  id: ID,
  name: 'top',
  kind: 'folder',
  bytes: 0,
  files: 0,
  entries,
  pieceBytes: 1_048_576,
  executable: false
})

const entriesOf = (length: number, path = 'd'): readonly TransferEntry[] =>
  Array.from({ length }, (_, at) => ({
    path: `${path}${at}`,
    kind: 'folder',
    bytes: 0,
    executable: false
  }))

describe('a list that comes', () => {
  it.each([0, 1, 1000, TRANSFER_ENTRIES_MAX])(
    'is whole behind its last frame: %i entries',
    (length) => {
      const list = entriesOf(length, 'folder '.repeat(10))
      const reader = new ListReader(offerOf(length))
      for (const body of listFrames(ID, list))
        if (body.kind === 'list') expect(reader.push(body.at, body.entries)).toBeUndefined()
      expect(reader.whole).toEqual(list)
    }
  )

  it('is refused out of order, beyond its offer, or without news', () => {
    const reader = new ListReader(offerOf(2))
    expect(reader.push(1, entriesOf(1))).toMatchObject({ state: 'list out of order' })
    expect(reader.push(0, [])).toMatchObject({ state: 'list beyond its offer' })
    expect(reader.push(0, entriesOf(3))).toMatchObject({ state: 'list beyond its offer' })
    expect(reader.push(0, entriesOf(1))).toBeUndefined()
    expect(reader.push(0, entriesOf(1))).toMatchObject({ state: 'list out of order' })
    expect(reader.whole).toBeUndefined()
  })

  it('is refused when it is too long', () => {
    const reader = new ListReader(offerOf(TRANSFER_ENTRIES_MAX))
    const entries = entriesOf(500, 'p'.repeat(8000))
    expect(reader.push(0, entries)).toBeUndefined()
    expect(reader.push(500, entries)).toMatchObject({ _tag: 'MessageTooLarge' })
  })
})
