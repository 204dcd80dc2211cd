/**
 * Goal: what is typed behind a command means the words that a shell would read, and a word that is quoted means
 * itself, on every system.
 * Method: a table of typed texts; split ∘ quote = id over random words, in every style.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Result from 'effect/Result'
import fc from 'fast-check'
import {
  type OpenQuote,
  openWord,
  quoteWord,
  splitWords
} from '../../../src/domain/quoted-words.ts'

const SPLIT: readonly (readonly [string, readonly string[]])[] = [
  ['', []],
  ['  \t ', []],
  ['a', ['a']],
  ['  a  b\tc ', ['a', 'b', 'c']],
  ['"a b" c', ['a b', 'c']],
  [`'a b'"c d"e`, ['a bc de']],
  [`"" ''`, ['', '']],
  [`"it's"`, ["it's"]],
  [`'say "hi"'`, ['say "hi"']],
  ['~/a ~b', ['~/a', '~b']],
  ['$HOME *.txt a;b|c&d', ['$HOME', '*.txt', 'a;b|c&d']],
  ['ü💬 "日 本"', ['ü💬', '日 本']]
]

const POSIX: typeof SPLIT = [
  ['a\\ b', ['a b']],
  ['\\"a\\" \\\\', ['"a"', '\\']],
  ['"a\\"b\\\\c\\d"', ['a"b\\c\\d']],
  [`'a\\'`, ['a\\']],
  ['\\ ', [' ']]
]

const WINDOWS: typeof SPLIT = [
  ['C:\\a\\b', ['C:\\a\\b']],
  ['"C:\\my files\\" x', ['C:\\my files\\', 'x']],
  ['a\\ b', ['a\\', 'b']]
]

describe('words', () => {
  it.each([...SPLIT, ...POSIX])('of %j', (typed, words) => {
    expect(splitWords(typed, false)).toEqual(Result.succeed(words))
  })

  it.each([...SPLIT, ...WINDOWS])('of %j on Windows', (typed, words) => {
    expect(splitWords(typed, true)).toEqual(Result.succeed(words))
  })

  it.each([
    ['a "b', 'double quote'],
    ["it's", 'single quote'],
    [`"a\\"`, 'double quote'],
    ['a\\', 'backslash']
  ])('of %j are not to be had', (typed, fault) => {
    const split = splitWords(typed, false)
    expect(Result.isFailure(split) && split.failure).toContain(fault)
  })

  it.each([
    ['', '', '', undefined],
    ['a ', 'a ', '', undefined],
    ['a b', 'a ', 'b', undefined],
    ['a my\\ fi', 'a ', 'my fi', undefined],
    ['a "my fi', 'a ', 'my fi', '"'],
    [`'my `, '', 'my ', "'"],
    ['a "b c"d', 'a ', 'b cd', undefined],
    ['"', '', '', '"']
  ])('%j ends with a word that is being typed', (typed, before, text, quote) => {
    expect(openWord(typed, false)).toEqual({ before, text, quote })
  })
})

const anyWord = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('a', ' ', '"', "'", '\\', '\t', '\n', '~', '/', 'é', '💬') })
)
const anyStyle = fc.constantFrom<OpenQuote>('"', "'", undefined)

describe('a quoted word', () => {
  it('means itself, alone and between others', () => {
    fc.assert(
      fc.property(anyWord, fc.boolean(), anyStyle, (word, isWindows, style) => {
        const quoted = quoteWord(word, isWindows, style)
        expect(splitWords(`${quoted} x  ${quoted}`, isWindows)).toEqual(
          Result.succeed([word, 'x', word])
        )
      }),
      { numRuns: 2_000 }
    )
  })

  it('goes on as the user began', () => {
    expect(quoteWord('my file', false)).toBe('my\\ file')
    expect(quoteWord('my file', false, '"')).toBe('"my file"')
    expect(quoteWord('my file', false, "'")).toBe("'my file'")
    expect(quoteWord('my file', true)).toBe('"my file"')
    expect(quoteWord('plain.txt', false)).toBe('plain.txt')
  })

  it('any text is words or has a fault, and its last word is told', () => {
    fc.assert(
      fc.property(anyWord, fc.boolean(), (typed, isWindows) => {
        const split = splitWords(typed, isWindows)
        const { before, text } = openWord(typed, isWindows)
        expect(typed.startsWith(before)).toBe(true)
        if (Result.isSuccess(split) && before !== typed) expect(split.success.at(-1)).toBe(text)
      }),
      { numRuns: 2_000 }
    )
  })
})
