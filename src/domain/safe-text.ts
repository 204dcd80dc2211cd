/**
 * The one sanitiser: whatever a peer (or a file, or the operating system) chose passes through here
 * before it reaches a screen, a log or a prompt (security plan §6).
 *
 * Controls are made visible instead of removed, so nothing re-assembles into a live escape sequence
 * and nobody is fooled by what is missing. In order: cut to `charsMax`; lone surrogates and
 * noncharacters → U+FFFD; CR, CRLF, U+0085, U+2028, U+2029 → line break; tab → four spaces;
 * C0 → U+2400 pictures, DEL → ␡, C1 → ⟨9b⟩; bidi embeddings, overrides and isolates → ⟨U+202E⟩;
 * LRM, RLM, ALM removed; every other default-ignorable code point removed but ZWJ and variation
 * selectors inside emoji, and ZWJ and ZWNJ between letters of scripts that shape with them; at most
 * six combining marks on a base, and none without one.
 */
import { MESSAGE_BYTES_MAX } from './limits.ts'
import { scanText } from './safe-text-scan.ts'

export interface SafeTextOptions {
  /** true (the default): line breaks stay as \n; false: each becomes the visible ␤. */
  readonly multiline?: boolean
  /** Most UTF-16 code units read and written; the rest is cut. The default is a whole message. */
  readonly charsMax?: number
}

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/
const PRINTABLE_ASCII_LINES = /^[\x20-\x7e\n]*$/

/** `text` made harmless to show. Idempotent and linear; never longer than `charsMax`. */
export const safeText = (text: string, options?: SafeTextOptions): string => {
  const charsMax = options?.charsMax ?? MESSAGE_BYTES_MAX
  const multiline = options?.multiline ?? true
  // Most of what is said: nothing to change, told at the speed of one search.
  const harmless = multiline ? PRINTABLE_ASCII_LINES : PRINTABLE_ASCII
  if (text.length <= charsMax && harmless.test(text)) return text
  return scanText(text, { multiline, charsMax }).text
}

/** `safeText` on one line: for names, addresses and details inside a sentence. */
export const safeLine = (text: string, charsMax?: number): string =>
  safeText(text, { multiline: false, ...(charsMax === undefined ? {} : { charsMax }) })

const UNPRINTABLE =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}]/gu

const escapeUnits = (char: string): string => {
  let escaped = ''
  for (let at = 0; at < char.length; at += 1)
    escaped += `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`
  return escaped
}

/**
 * A plain JSON value on one line of printable characters, for `--json` and logs. JSON.stringify
 * leaves DEL, C1, U+2028/9, bidi and zero-width characters raw; here they are \u escapes, so that
 * the parsed value is exactly the one given. `value` must be plain JSON (no cycles, no bigint).
 */
export const safeJson = (value: unknown): string => {
  const json = JSON.stringify(value) ?? 'null'
  return PRINTABLE_ASCII.test(json) ? json : json.replace(UNPRINTABLE, escapeUnits)
}
