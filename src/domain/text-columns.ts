/**
 * How many columns a text takes on a screen. Terminals agree about letters and Chinese; about emoji,
 * combining characters and rare signs each goes by its own version of Unicode.
 */

const MARK_OR_FORMAT = /^[\p{M}\p{Cf}]$/u
const PICTURE = /^[\p{Extended_Pictographic}\p{Emoji_Presentation}\p{Emoji_Modifier}]$/u
const LETTER_OR_SIGN = /^[\p{L}\p{N}\p{P}\p{Z}]$/u
/** Arrows, lines of boxes, blocks and ticks: with these the chat itself is drawn. */
const OUR_SIGN = /^[\u2190-\u2193\u2500-\u257f\u2588\u2591\u2713\u2717]$/u

/** Ranges of characters that take two columns everywhere (UAX #11, W and F, without emoji). */
const WIDE: readonly (readonly [from: number, upTo: number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x20000, 0x3fffd]
]

/** Vowels and finals of Korean syllables, which are drawn into the letter before them. */
const isJoiningHangul = (code: number): boolean =>
  (code >= 0x1160 && code <= 0x11ff) || (code >= 0xd7b0 && code <= 0xd7ff)

/** The columns of a code point: [least, most]. */
export const columnsOf = (code: number): readonly [number, number] => {
  if (code < 0x300) return [1, 1]
  const char = String.fromCodePoint(code)
  if (MARK_OR_FORMAT.test(char) || isJoiningHangul(code)) return [0, 1]
  if (PICTURE.test(char)) return [0, 2]
  const isKnown = LETTER_OR_SIGN.test(char)
  if (isKnown && WIDE.some(([from, upTo]) => code >= from && code <= upTo)) return [2, 2]
  return (isKnown && code < 0x10000) || OUR_SIGN.test(char) ? [1, 1] : [0, 2]
}

/** The columns that a text takes at most, without our own colours. */
export const columnsMost = (text: string): number => {
  let columns = 0
  for (const char of text) columns += columnsOf(char.codePointAt(0) ?? 0)[1]
  return columns
}

/** Made when it is first needed: it takes 13 ms, and no start should wait for it. */
let segmenter: Intl.Segmenter | undefined

/** As people see them. */
const charactersOf = (text: string): readonly string[] => {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

/** As many of the characters as surely fit, in their order. */
const whatFits = (characters: readonly string[], columnsMax: number): readonly string[] => {
  let columns = 0
  const end = characters.findIndex((each) => (columns += columnsMost(each)) > columnsMax)
  return end < 0 ? characters : characters.slice(0, end)
}

/**
 * A text of at most `columnsMax` columns: of a longer one its begin and, no shorter, its end, since the
 * end of a name says what it is. @param ellipsis stands for what is left out.
 */
export const cutMiddle = (text: string, columnsMax: number, ellipsis: string): string => {
  if (columnsMost(text) <= columnsMax) return text
  const room = Math.max(0, columnsMax - columnsMost(ellipsis))
  const characters = charactersOf(text)
  const end = whatFits(characters.toReversed(), Math.ceil(room / 2)).toReversed()
  const begin = whatFits(characters, room - columnsMost(end.join('')))
  return `${begin.join('')}${ellipsis}${end.join('')}`
}
