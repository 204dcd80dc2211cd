/**
 * How many rows a line takes on a screen: between the least and the most that terminals make of it.
 * They agree about letters and Chinese; about emoji, combining characters and rare signs each goes by
 * its own version of Unicode.
 */

export interface Rows {
  readonly least: number
  readonly most: number
}

// oxlint-disable-next-line no-control-regex -- our own colours
const COLOUR = /\x1b\[[0-9;]*m/y
const ESCAPE = 0x1b
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/

const MARK_OR_FORMAT = /^[\p{M}\p{Cf}]$/u
const PICTURE = /^[\p{Extended_Pictographic}\p{Emoji_Presentation}\p{Emoji_Modifier}]$/u
const LETTER_OR_SIGN = /^[\p{L}\p{N}\p{P}\p{Z}]$/u
/** Arrows, lines of boxes and ticks: with these the chat itself is drawn. */
const OUR_SIGN = /^[\u2190-\u2193\u2500-\u257f\u2713\u2717]$/u

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
const columnsOf = (code: number): readonly [number, number] => {
  if (code < 0x300) return [1, 1]
  const char = String.fromCodePoint(code)
  if (MARK_OR_FORMAT.test(char) || isJoiningHangul(code)) return [0, 1]
  if (PICTURE.test(char)) return [0, 2]
  const isKnown = LETTER_OR_SIGN.test(char)
  if (isKnown && WIDE.some(([from, upTo]) => code >= from && code <= upTo)) return [2, 2]
  return (isKnown && code < 0x10000) || OUR_SIGN.test(char) ? [1, 1] : [0, 2]
}

/** Where the next character goes: a terminal wraps what does not fit whole. */
class Pen {
  readonly #columns: number
  #column = 0
  rows = 1

  constructor(columns: number) {
    this.#columns = columns
  }

  move(width: number): void {
    if (this.#column + width <= this.#columns) this.#column += width
    else {
      this.rows += 1
      this.#column = width
    }
  }
}

/**
 * The rows of one line without line breaks, our own colours aside. A line that fills its last row
 * exactly begins no further one. @param rowsMax nobody needs to know more: counting ends beyond it.
 */
export const rowsOf = (text: string, columns: number, rowsMax: number): Rows => {
  if (PRINTABLE_ASCII.test(text)) {
    const rows = Math.max(1, Math.ceil(text.length / columns))
    return { least: rows, most: rows }
  }
  const least = new Pen(columns)
  const most = new Pen(columns)
  for (let at = 0; at < text.length && least.rows <= rowsMax; ) {
    const code = text.codePointAt(at) ?? 0
    COLOUR.lastIndex = at
    if (code === ESCAPE && COLOUR.test(text)) {
      at = COLOUR.lastIndex
      continue
    }
    const [few, many] = columnsOf(code)
    least.move(few)
    most.move(many)
    at += code > 0xffff ? 2 : 1
  }
  return { least: least.rows, most: most.rows }
}
