/**
 * Goal: a line that nobody sees holds what was meant: what is no character changes nothing, the keys
 * that edit do, and however the bytes are cut the line is the same.
 * Method: keys as terminals send them, whole and byte by byte.
 */
import { describe, expect, it } from '@effect/vitest'
import { HiddenLine, type Typed } from '../../../src/adapters/hidden-line.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const typed = (...chunks: readonly string[]): Typed => {
  const line = new HiddenLine()
  let last: Typed = { _tag: 'More' }
  for (const chunk of chunks) last = line.take(bytes(chunk))
  return last
}

const entered = (text: string, rest = ''): Typed => ({ _tag: 'Entered', text, rest: bytes(rest) })

describe('a hidden line', () => {
  it.each([
    ['text', 'correct horse\r', 'correct horse'],
    ['nothing', '\r', ''],
    ['any character', 'Zwölf 🐎 中文\n', 'Zwölf 🐎 中文'],
    ['a character taken back', 'hot\x7frse\b\b\r', 'hor'],
    ['a character of two units taken back', 'a🐎\x7fb\r', 'ab'],
    ['more taken back than there is', '\x7f\x7fok\r', 'ok'],
    ['a line begun again', 'wrong\x15right\r', 'right'],
    ['a word taken back', 'correct wrong \x17horse\r', 'correct horse'],
    ['arrows, Home, F1, Delete', 'a\x1b[Db\x1b[1;5Cc\x1bOHd\x1bOPe\x1b[3~\r', 'abcde'],
    ['Tab, Escape and other controls', '\ta\x1bb\x01\x0cc\x00\r', 'abc'],
    ['a paste with its markers', '\x1b[200~pasted\x1b[201~\r', 'pasted']
  ])('holds %s', (_, keys, text) => expect(typed(keys)).toEqual(entered(text)))

  it('is the same in one piece and byte by byte', () => {
    const keys = bytes('Zwö\x1b[1;5Clf 🐎x\x7f\x1b[200~中\x1b[201~\r')
    const line = new HiddenLine()
    const seen = Array.from(keys, (byte) => line.take(Uint8Array.of(byte)))
    expect(seen.slice(0, -1).every(({ _tag }) => _tag === 'More')).toBe(true)
    expect(seen.at(-1)).toEqual(entered('Zwölf 🐎中'))
  })

  it('takes what follows Escape as text', () => {
    expect(typed('\x1b', 'Open', ' it\r')).toEqual(entered('Open it'))
    expect(typed('a\x1b', '\r')).toEqual(entered('a'))
  })

  it('keeps what was typed behind its end for whoever is next', () => {
    expect(typed('first\rsecond\r')).toEqual(entered('first', 'second\n'))
    expect(typed('fir', 'st\nsec')).toEqual(entered('first', 'sec'))
  })

  it.each([
    ['Ctrl+C', 'half\x03', 'GivenUp'],
    ['Ctrl+D', 'half\x04', 'GivenUp'],
    ['Ctrl+Z', 'half\x1a', 'Suspended'],
    ['no end', 'half', 'More']
  ])('%s: %j', (_, keys, tag) => expect(typed(keys)._tag).toBe(tag))

  it('keeps enough of a text without end to be refused for its length, and no more', () => {
    const line = new HiddenLine()
    for (let round = 0; round < 100; round++) line.take(bytes('x'.repeat(10_000)))
    const { text } = line.take(bytes('\r')) as Extract<Typed, { _tag: 'Entered' }>
    expect(text.length).toBe(2048)
  })
})
