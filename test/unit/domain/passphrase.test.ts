/**
 * Goal: what can be a passphrase can be typed again on any keyboard, and what cannot is refused with
 * a reason.
 * Method: examples of both.
 */
import { describe, expect, it } from '@effect/vitest'
import { PASSPHRASE_BYTES_MAX } from '../../../src/domain/limits.ts'
import { normalPassphrase, passphraseFault } from '../../../src/domain/passphrase.ts'

describe('a passphrase', () => {
  it.each([
    ['eight characters', '12345678'],
    ['words', 'correct horse battery staple'],
    ['spaces at its ends', ' in between '],
    ['eight characters outside the basic plane', '🐎'.repeat(8)],
    ['the longest', 'x'.repeat(PASSPHRASE_BYTES_MAX)]
  ])('can be %s', (_, text) => expect(passphraseFault(text)).toBe(undefined))

  it.each([
    ['nothing', '', 'is empty'],
    ['seven characters', '1234567', 'has only 7 of the 8 characters that it needs'],
    ['four pairs of surrogates', '🐎'.repeat(4), 'has only 4 of the 8 characters that it needs'],
    [
      'seven letters that were eight',
      `abcdefe\u0301`,
      'has only 7 of the 8 characters that it needs'
    ],
    ['a tab', 'correct\thorse', 'holds a control character, which cannot be typed'],
    [
      'too much',
      'x'.repeat(PASSPHRASE_BYTES_MAX + 1),
      `is longer than ${PASSPHRASE_BYTES_MAX} bytes`
    ],
    ['too many bytes', '🐎'.repeat(257), `is longer than ${PASSPHRASE_BYTES_MAX} bytes`]
  ])('cannot be %s', (_, text, fault) => expect(passphraseFault(text)).toBe(fault))

  it('is the same from keyboards that compose their letters differently', () => {
    expect(normalPassphrase('Zwo\u0308lf')).toBe(normalPassphrase('Zw\u00f6lf'))
    expect(normalPassphrase('ﬁnal')).toBe('final')
    expect(normalPassphrase('Case')).not.toBe(normalPassphrase('case'))
  })
})
