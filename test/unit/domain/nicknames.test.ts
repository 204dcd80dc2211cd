// Goal: a nickname fits in a chat line, cannot pass for another line, and is recognised when it
// imitates another. Method: the cases of the security plan (§7, rows 48–50) and properties.
import { describe, expect, it } from '@effect/vitest'
import * as fc from 'fast-check'
import { NICKNAME_CHARS_MAX } from '../../../src/domain/limits.ts'
import {
  cleanNickname,
  confusableKey,
  displayName,
  isReservedName
} from '../../../src/domain/nicknames.ts'
import { peerIdFromPublicKey, shortPeerId } from '../../../src/domain/peer-id.ts'

const id = peerIdFromPublicKey(new Uint8Array(32).fill(7))

describe('cleanNickname', () => {
  it.each([
    ['ann', 'ann'],
    ['  Ann  Lee ', 'Ann Lee'],
    ['فارسی', 'فارسی'],
    ['a\nb\tc', 'a b c'],
    ['\u001b[31mbob', '␛[31mbob'],
    ['bob: hi', 'bob_ hi'],
    ['* Connected to peer!', '_ Connected to peer!'],
    ['│ x', '_ x'],
    ['constructor', 'constructor'],
    ['__proto__', '__proto__']
  ])('%j becomes %j', (given, expected) => {
    expect(cleanNickname(given)).toBe(expected)
  })

  it.each(['', '   ', '\n', '\u200b\u200b', '\u3164', '\u2800'])(
    '%j has nothing visible',
    (given) => {
      expect(cleanNickname(given)).toBeUndefined()
    }
  )

  it('is short, on one line, and clean the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (given) => {
        const name = cleanNickname(given)
        if (name === undefined) return
        expect(name.length).toBeLessThanOrEqual(NICKNAME_CHARS_MAX)
        expect(name).not.toMatch(/[\n\r:|│]/)
        expect(name).not.toMatch(/^[*!>\s]/)
        expect(cleanNickname(name)).toBe(name)
      }),
      { numRuns: 3000 }
    )
    expect(cleanNickname('x'.repeat(10_000))).toBe('x'.repeat(NICKNAME_CHARS_MAX))
  })
})

describe('displayName', () => {
  it('falls back to Peer, and adds the short id where a name is ambiguous', () => {
    expect(displayName({ id, nickname: 'bob' })).toBe('bob')
    expect(displayName({ id })).toBe('Peer')
    expect(displayName({ id, nickname: '\u200b' })).toBe('Peer')
    expect(displayName({ id, nickname: 'bob' }, true)).toBe(`bob (${shortPeerId(id)})`)
  })
})

describe('confusableKey', () => {
  it.each([
    ['bob', 'bоb'],
    ['alice', 'аlісе'],
    ['Alice', 'alice'],
    ['paypal', 'PAYPAI'],
    ['bill', 'bi11'],
    ['bob', 'b0b'],
    ['bob', 'b\u0308o\u200bb'],
    ['bob', 'ｂｏｂ'],
    ['vick', 'νιсκ'],
    ['mark', 'rnark'],
    ['ann lee', 'annlee']
  ])('%s and %s look alike', (one, other) => {
    expect(confusableKey(one)).toBe(confusableKey(other))
  })

  it.each([
    ['bob', 'rob'],
    ['ann', 'anna'],
    ['中', '国']
  ])('%s and %s do not', (one, other) => {
    expect(confusableKey(one)).not.toBe(confusableKey(other))
  })

  it('knows names that claim to be ours', () => {
    expect(['You', 'yоu', 'EARSHOT', 'Peer'].map(isReservedName)).toEqual([true, true, true, true])
    expect(isReservedName('Yousef')).toBe(false)
  })
})
