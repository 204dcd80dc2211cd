/**
 * The engine of the sanitiser: one pass over the code points, each looked at exactly once.
 *
 * A joiner (ZWJ, ZWNJ) is held back until the code point behind it is known to be kept, so no code
 * point is ever read twice and the work is linear in the input whatever it holds.
 */

/** What one code point is to a terminal. */
type Kind =
  | 'plain'
  | 'complex-letter'
  | 'emoji'
  | 'emoji-base'
  | 'mark'
  | 'joiner'
  | 'non-joiner'
  | 'selector'
  | 'newline'
  | 'return'
  | 'tab'
  | 'replaced'
  | 'removed'

export interface ScanOptions {
  /** true: line breaks stay as \n; false: they become the visible ␤. */
  readonly multiline: boolean
  /** Most UTF-16 code units read, and most written. */
  readonly charsMax: number
}

export interface Scan {
  readonly text: string
  /** Code points examined: the work that was done, for the test that it is linear. */
  readonly steps: number
}

/** Most combining marks on one base: enough for every living script, too few to smear a screen. */
export const MARKS_MAX = 6

const TAB = '    '
const NEWLINE_PICTURE = '\u2424'
const DOTTED_CIRCLE = '\u25cc'
const REPLACEMENT = '\ufffd'

const IGNORABLE = /^\p{Default_Ignorable_Code_Point}$/u
const MARK = /^\p{M}$/u
const PICTOGRAPH = /^\p{Extended_Pictographic}$/u
const EMOJI = /^\p{Emoji}$/u
const LETTER = /^\p{L}$/u
// In these scripts a joiner changes nothing that is visible, so it could only hide something.
const SIMPLE_SCRIPT =
  /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]$/u

const isBidiControl = (code: number): boolean =>
  (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)

const isNonCharacter = (code: number): boolean =>
  (code & 0xfffe) === 0xfffe || (code >= 0xfdd0 && code <= 0xfdef)

/** The bulk of Latin, Greek, Cyrillic, Chinese, Japanese and Korean text: told by range, for speed. */
const isCommonLetter = (code: number): boolean =>
  (code >= 0x100 && code <= 0x24f) ||
  (code >= 0x391 && code <= 0x481) ||
  (code >= 0x3041 && code <= 0x3096) ||
  (code >= 0x30a1 && code <= 0x30fa) ||
  (code >= 0x4e00 && code <= 0x9fff) ||
  (code >= 0xac00 && code <= 0xd7a3)

const kindOfLatin1 = (code: number): Kind => {
  if (code === 0x0a || code === 0x85) return 'newline'
  if (code === 0x0d) return 'return'
  if (code === 0x09) return 'tab'
  if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return 'replaced'
  if (code === 0xad) return 'removed'
  if (code === 0xa9 || code === 0xae) return 'emoji'
  // Digits, # and * begin keycap emoji, so a variation selector may follow them.
  if ((code >= 0x30 && code <= 0x39) || code === 0x23 || code === 0x2a) return 'emoji-base'
  return 'plain'
}

const kindOf = (code: number, char: string): Kind => {
  if (code <= 0xff) return kindOfLatin1(code)
  if (isCommonLetter(code)) return 'plain'
  if (code === 0x2028 || code === 0x2029) return 'newline'
  if (isBidiControl(code) || isNonCharacter(code)) return 'replaced'
  if (code >= 0xd800 && code <= 0xdfff) return 'replaced'
  if (code === 0x200d) return 'joiner'
  if (code === 0x200c) return 'non-joiner'
  if (code === 0xfe0e || code === 0xfe0f) return 'selector'
  if (code === 0x200e || code === 0x200f || code === 0x061c) return 'removed'
  if (code >= 0xfff9 && code <= 0xfffb) return 'removed'
  if (IGNORABLE.test(char)) return 'removed'
  if (MARK.test(char)) return 'mark'
  // Skin tones stand between a person and the joiner behind it.
  if (PICTOGRAPH.test(char) || (code >= 0x1f3fb && code <= 0x1f3ff)) return 'emoji'
  if (EMOJI.test(char)) return 'emoji-base'
  return LETTER.test(char) && !SIMPLE_SCRIPT.test(char) ? 'complex-letter' : 'plain'
}

/** What is shown in place of a control or an impossible code point. */
const pictureOf = (code: number): string => {
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  if (code === 0x7f) return '\u2421'
  if (code <= 0x9f) return `\u27e8${code.toString(16)}\u27e9`
  if (isBidiControl(code)) return `\u27e8U+${code.toString(16).toUpperCase()}\u27e9`
  return REPLACEMENT
}

/** What stands before the next code point, of what was written. */
interface Before {
  /** The last base character; marks and joiners do not change it. */
  base: 'none' | 'plain' | 'complex-letter' | 'emoji' | 'emoji-base'
  marks: number
  /** true: a variation selector was written for this base already. */
  selected: boolean
}

class Scanner {
  readonly #options: ScanOptions
  readonly #before: Before = { base: 'none', marks: 0, selected: false }
  #held = ''
  #out = ''
  #full = false

  constructor(options: ScanOptions) {
    this.#options = options
  }

  get text(): string {
    return this.#out
  }

  get full(): boolean {
    return this.#full
  }

  #append(piece: string): boolean {
    if (this.#out.length + piece.length > this.#options.charsMax) {
      this.#full = true
      return false
    }
    this.#out += piece
    return true
  }

  #base(piece: string, base: Before['base']): void {
    if (!this.#append(piece)) return
    this.#before.base = base
    this.#before.marks = 0
    this.#before.selected = false
  }

  #mark(char: string, held: string): void {
    const { base, marks } = this.#before
    if (marks >= MARKS_MAX) return
    // A mark without a base would settle on our own prefix in front of it.
    const piece = base === 'none' ? DOTTED_CIRCLE + char : held + char
    if (!this.#append(piece)) return
    if (base === 'none') this.#before.base = 'plain'
    this.#before.marks = marks + 1
  }

  #selector(char: string): void {
    const { base, marks, selected } = this.#before
    const fits = (base === 'emoji' || base === 'emoji-base') && marks === 0 && !selected
    if (fits && this.#append(char)) this.#before.selected = true
  }

  #hold(char: string, kind: 'joiner' | 'non-joiner'): void {
    const { base } = this.#before
    const joins = base === 'complex-letter' || (kind === 'joiner' && base === 'emoji')
    this.#held = joins ? char : ''
  }

  /** Writes what stands for one code point. */
  take(kind: Kind, code: number, char: string): void {
    const held = this.#held
    this.#held = ''
    switch (kind) {
      case 'joiner':
      case 'non-joiner':
        return this.#hold(char, kind)
      case 'removed':
        return
      case 'selector':
        return this.#selector(char)
      case 'mark':
        return this.#mark(char, this.#before.base === 'complex-letter' ? held : '')
      case 'newline':
      case 'return':
        return this.#options.multiline
          ? this.#base('\n', 'none')
          : this.#base(NEWLINE_PICTURE, 'plain')
      case 'tab':
        return this.#base(TAB, 'plain')
      case 'replaced':
        return this.#base(pictureOf(code), 'plain')
      case 'complex-letter':
        return this.#base((this.#before.base === 'complex-letter' ? held : '') + char, kind)
      case 'emoji':
        return this.#base((this.#before.base === 'emoji' ? held : '') + char, kind)
      case 'emoji-base':
      case 'plain':
        return this.#base(char, kind)
    }
  }
}

/** Sanitises `text`; see safe-text.ts for the rules. Total: any string is fine. */
export const scanText = (text: string, options: ScanOptions): Scan => {
  const end = Math.min(text.length, options.charsMax)
  const scanner = new Scanner(options)
  let steps = 0
  let afterReturn = false
  for (let at = 0; at < end && !scanner.full; ) {
    const code = text.codePointAt(at) ?? 0
    const size = code > 0xffff ? 2 : 1
    if (at + size > end) break
    const char = size === 1 ? text.charAt(at) : text.slice(at, at + 2)
    at += size
    steps += 1
    const kind = kindOf(code, char)
    // CRLF is one line break.
    if (!(afterReturn && code === 0x0a)) scanner.take(kind, code, char)
    afterReturn = kind === 'return'
  }
  return { text: scanner.text, steps }
}
