// Goal: nothing that a peer sends can steer a terminal, and honest text stays as it is. Method: the
// hostile inputs of the security plan (§7, rows 48–66), and properties over any string.
import { describe, expect, it } from '@effect/vitest'
import * as fc from 'fast-check'
import { safeJson, safeLine, safeText } from '../../../src/domain/safe-text.ts'
import { MARKS_MAX, scanText } from '../../../src/domain/safe-text-scan.ts'

// Made of what attacks are made of, so that properties meet them often.
const PIECES = [
  ['\u001b', '[2J', ']0;title\u0007', '\u009b', '31m', '\u0000', '\u007f', '\u0085', '\u0008'],
  ['\n', '\r', '\r\n', '\t', '\u2028', '\u2029', '\u000b'],
  ['\u202e', '\u2066', '\u200e', '\u061c', '\u200b', '\u200c', '\u200d', '\ufe0f', '\ufe0e'],
  ['\u0301', '\u094d', '\u20e3', '\u3164', '\u00ad', '\ufeff', '\ufffe', '\ufff9', '\u{e0041}'],
  ['\ud800', '\udc00', 'a', '1', ' ', 'é', '中', 'न', 'ف', 'م', '👩', '🏽', '❤', '🇨', '\u{10ffff}']
].flat()
const hostile = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 })
    .map((units) => String.fromCharCode(...units))
)

// Independent of the code: whatever else happens, these never come out.
const FORBIDDEN =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u200b\u2060-\u2064\u00ad\ufeff\u3164\ufff9-\ufffb\u{e0000}-\u{e0fff}\ufffe\uffff]/u

describe('safeText', () => {
  it('lets nothing out that steers a terminal or hides', () => {
    fc.assert(
      fc.property(hostile, fc.boolean(), (text, multiline) => {
        const safe = safeText(text, { multiline })
        expect(multiline ? safe.replaceAll('\n', '') : safe).not.toMatch(FORBIDDEN)
        expect(safe).not.toMatch(/\p{M}{7}/u)
        expect(safe).not.toMatch(/(?:^|\n)\p{M}/u)
      }),
      { numRuns: 5000 }
    )
  })

  it('changes nothing the second time, also where it cuts', () => {
    fc.assert(
      fc.property(
        hostile,
        fc.integer({ min: 0, max: 30 }),
        fc.boolean(),
        (text, cut, multiline) => {
          const options = { multiline, charsMax: cut }
          const once = safeText(text, options)
          expect(once.length).toBeLessThanOrEqual(cut)
          expect(safeText(once, options)).toBe(once)
          const whole = safeText(text)
          expect(safeText(whole)).toBe(whole)
        }
      ),
      { numRuns: 5000 }
    )
  })

  it.each([
    ['👩‍👩‍👧‍👦 👨🏽‍🚀 🏳️‍🌈 🏴‍☠️ ❤️ 1️⃣ 🇨🇭 ©️'],
    ['می‌خواهم به خانه‌ام بروم'],
    ['हिन्दी क्‍ष र्‍य'],
    ['ภาษาไทย ที่นี่, Tiếng Việt, שָׁלוֹם, e\u0301'],
    ['中文 日本語 한국어 \u3000 — “quotes” \u00a0 ⏎ │'],
    ['two\nlines']
  ])('leaves honest text alone: %s', (text) => {
    expect(safeText(text)).toBe(text)
  })

  it.each([
    ['clear screen', '\u001b[2J\u001b[H', '␛[2J␛[H'],
    ['C1 CSI', '\u009b31m', '⟨9b⟩31m'],
    ['link', '\u001b]8;;http://x\u001b\\y', '␛]8;;http://x␛\\y'],
    ['clipboard', '\u001b]52;c;AAAA\u0007', '␛]52;c;AAAA␇'],
    ['title', '\u001b]0;t\u0007', '␛]0;t␇'],
    ['report', '\u001b[6n\u001bP$q\u001b\\', '␛[6n␛P$q␛\\'],
    ['nested', '\u001b[3\u001b[31m1m', '␛[3␛[31m1m'],
    ['carriage return', 'safe\rEVIL', 'safe\nEVIL'],
    ['backspaces', 'ab\u0008\u0008', 'ab␈␈'],
    ['CRLF, NEL, LS, PS', 'a\r\nb\u0085c\u2028d\u2029e', 'a\nb\nc\nd\ne'],
    ['NUL and DEL', 'a\u0000b\u007f', 'a␀b␡'],
    ['tab', 'a\tb', 'a    b'],
    ['right-to-left override', 'abc\u202efdp.exe', 'abc⟨U+202E⟩fdp.exe'],
    ['isolate', '\u2066x\u2069', '⟨U+2066⟩x⟨U+2069⟩'],
    ['direction marks', 'a\u200eb\u200fc\u061cd', 'abcd'],
    ['zero width', 'a\u200bb\u2060c\ufeffd\u00ade', 'abcde'],
    ['joiner in Latin', 'pay\u200dpal \u200cx', 'paypal x'],
    ['joiner at the end', 'ف\u200c', 'ف'],
    ['joiner between emoji and letter', '👩\u200da', '👩a'],
    ['selector behind a letter', 'a\ufe0f', 'a'],
    ['two selectors', '❤\ufe0f\ufe0f', '❤\ufe0f'],
    ['lone surrogates', '\ud800a\udc00', '\ufffda\ufffd'],
    ['noncharacters', '\ufffe\u{1fffe}', '\ufffd\ufffd'],
    ['tag flag', '🏴\u{e0067}\u{e0062}\u{e007f}', '🏴'],
    ['hangul filler', '\u3164', ''],
    ['mark without base', '\u0301a', '◌\u0301a']
  ])('%s', (_, text, expected) => {
    expect(safeText(text)).toBe(expected)
  })

  it('keeps six marks of a flood', () => {
    expect(safeText(`a${'\u0301'.repeat(65_536)}b`)).toBe(`a${'\u0301'.repeat(MARKS_MAX)}b`)
  })

  it('puts everything on one line when asked', () => {
    expect(safeLine('a\r\nb\nc\td')).toBe('a␤b␤c    d')
    expect(safeLine('x'.repeat(50), 10)).toBe('x'.repeat(10))
  })

  it('cuts between characters, never through one', () => {
    expect(safeText('aa👩', { charsMax: 3 })).toBe('aa')
    expect(safeText('aaa\u009b', { charsMax: 5 })).toBe('aaa')
    expect(safeText('👩\u200d👩', { charsMax: 4 })).toBe('👩')
  })

  it.each([
    ['OSC openers', '\u001b]'],
    ['joiners', '\u200d'],
    ['marks', '\u0301'],
    ['emoji and joiners', '👩\u200d'],
    ['overrides', '\u202e'],
    ['letters and joiners', 'ف\u200c'],
    ['returns', '\r']
  ])('looks once at each code point of 64 Ki of %s', (_, piece) => {
    const text = piece.repeat(65_536 / piece.length)
    const scan = scanText(text, { multiline: true, charsMax: 1_000_000 })
    expect(scan.steps).toBe([...text].length)
  })

  it('stops looking where it cuts', () => {
    const scan = scanText('\u001b'.repeat(1_000_000), { multiline: false, charsMax: 32 })
    expect(scan.steps).toBeLessThanOrEqual(33)
  })
})

describe('safeJson', () => {
  it('is one printable line, and parses to the same value', () => {
    fc.assert(
      fc.property(hostile, hostile, (key, text) => {
        // A key of this name would set the prototype of the literal.
        fc.pre(key !== '__proto__')
        const value = { [key]: text, list: [text, 1, null, true] }
        const line = safeJson(value)
        expect(line).not.toMatch(FORBIDDEN)
        expect(line).not.toMatch(/[\u200c\u200d\ufe0f]/u)
        expect(JSON.parse(line)).toEqual(value)
      }),
      { numRuns: 3000 }
    )
  })

  it('escapes what JSON.stringify leaves raw', () => {
    expect(safeJson('\u007f\u009b\u2028\u202e\u{e0041}é中')).toBe(
      '"\\u007f\\u009b\\u2028\\u202e\\udb40\\udc41é中"'
    )
  })
})
