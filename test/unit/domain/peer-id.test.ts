/**
 * Goal: an id survives being typed by a person, and a mistyped one is told apart from all others.
 * Method: a golden vector, round trips over random keys, and one fault of each kind.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Result from 'effect/Result'
import fc from 'fast-check'
import {
  PEER_ID_CHARS,
  formatPeerId,
  parsePeerId,
  peerIdFromPublicKey,
  publicKeyOf,
  shortPeerId
} from '../../../src/domain/peer-id.ts'

const key = Uint8Array.from({ length: 32 }, (_, at) => at)
const id = peerIdFromPublicKey(key)
const keys = fc.uint8Array({ minLength: 32, maxLength: 32 })
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

describe('a peer id', () => {
  it('is the golden one for a known key', () => {
    expect(id).toBe('aeaacaqdaqcqmbyibefawdanbyhraeiscmkbkfqxdamrugy4dupb6sir')
    expect(id.length).toBe(PEER_ID_CHARS)
  })

  it('gives its key back, for any key', () => {
    fc.assert(
      fc.property(keys, (some) => {
        expect(publicKeyOf(peerIdFromPublicKey(some))).toEqual(some)
      })
    )
  })

  it('is read as it is shown: in groups, in any case, with hyphens', () => {
    fc.assert(
      fc.property(keys, (some) => {
        const own = peerIdFromPublicKey(some)
        const shown = formatPeerId(own)
        expect(shown).toMatch(/^[a-z2-7]{7}( [a-z2-7]{7}){7}$/)
        for (const typed of [shown, shown.toUpperCase(), shown.replaceAll(' ', '-'), ` ${own}\n`])
          expect(parsePeerId(typed)).toEqual(Result.succeed(own))
      })
    )
  })

  it('with one wrong letter is refused', () => {
    fc.assert(
      fc.property(fc.nat(55), fc.nat(31), (at, letter) => {
        const wrong = id.slice(0, at) + ALPHABET[letter] + id.slice(at + 1)
        fc.pre(wrong !== id)
        expect(Result.isFailure(parsePeerId(wrong))).toBe(true)
      })
    )
  })

  it('says what is wrong with a text', () => {
    expect(parsePeerId('')).toEqual(Result.fail('length'))
    expect(parsePeerId(`${id}a`)).toEqual(Result.fail('length'))
    expect(parsePeerId(`1${id.slice(1)}`)).toEqual(Result.fail('alphabet'))
    expect(parsePeerId(`b${id.slice(1)}`)).toEqual(Result.fail('version'))
    expect(parsePeerId(`${id.slice(0, 55)}${id.endsWith('a') ? 'b' : 'a'}`)).toEqual(
      Result.fail('checksum')
    )
  })

  it('is shortened past the constant version', () => {
    expect(shortPeerId(id)).toBe(id.slice(2, 8))
  })

  it('is not made of a key of another length', () => {
    expect(() => peerIdFromPublicKey(new Uint8Array(31))).toThrow(RangeError)
  })
})
