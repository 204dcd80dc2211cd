/**
 * Goal: no two names of a folder become one at the other end, whatever system that is, and all stay short enough.
 * Method: a table of twins; random names, compared as the least exact system would.
 */
import { describe, expect, it } from '@effect/vitest'
import fc from 'fast-check'
import { TwinNames } from '../../../src/adapters/files/twin-names.ts'
import { safeEntryNameFor, safePath } from '../../../src/domain/file-names.ts'
import { FILE_NAME_BYTES_MAX } from '../../../src/domain/limits.ts'

const taken = (names: readonly string[]): readonly string[] => {
  const twins = new TwinNames()
  return names.map((name) => twins.take(name))
}

const long = 'ü'.repeat(98)

describe('twins', () => {
  it.each([
    [
      ['a.txt', 'b.txt', 'A.TXT', 'a.txt'],
      ['a.txt', 'b.txt', 'A (1).TXT', 'a (2).txt']
    ],
    [
      ['straße', 'STRASSE'],
      ['straße', 'STRASSE (1)']
    ],
    [
      ['a', 'a (1)', 'A'],
      ['a', 'a (1)', 'A (2)']
    ],
    [
      ['.git', '.Git', 'x.tar.gz', 'X.tar.gz'],
      ['.git', '.Git (1)', 'x.tar.gz', 'X.tar (1).gz']
    ],
    [
      [`${long}.txt`, `${long}.TXT`],
      [`${long}.txt`, `${'ü'.repeat(96)} (1).TXT`]
    ],
    [
      [`a.${long}`, `A.${long}`],
      [`a.${long}`, `A.${'ü'.repeat(97)} (1)`]
    ]
  ])('of %j are told apart', (names, expected) => {
    expect(taken(names)).toEqual(expected)
  })

  it('are never left, and every name is safe still', () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }),
      fc.string({ unit: fc.constantFrom('a', 'A', '.', ' ', 'ß', 's', 'é', 'É'), maxLength: 4 }),
      fc.constantFrom('ü'.repeat(99), `${'Ü'.repeat(99)}`, `a.${'x'.repeat(197)}`)
    )
    fc.assert(
      fc.property(fc.array(name, { maxLength: 12 }), (names) => {
        const all = taken(names.map(safeEntryNameFor))
        const folded = all.map((each) => each.normalize('NFC').toUpperCase().toLowerCase())
        expect(new Set(folded).size).toBe(names.length)
        for (const each of all) {
          expect(safePath(each)).toBe(each)
          expect(Buffer.byteLength(each)).toBeLessThanOrEqual(FILE_NAME_BYTES_MAX)
        }
      }),
      { numRuns: 1_000 }
    )
  })
})
