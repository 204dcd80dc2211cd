/** Parts of long messages, for where the whole would be too much. What is left out is said. */
import { safeLine, safeText } from '../../domain/safe-text.ts'
import type { Style } from './style.ts'

/** Of a message that is shown only to remember by. */
const SHORT_CHARS_MAX = 400
const SHORT_LINES_MAX = 5
/** What stands for one character that must not be live, at most. */
const PICTURE_CHARS_MAX = 16
/** Of a message that was found: before the word, and in all. */
const LEAD_CHARS_MAX = 60
const EXCERPT_CHARS_MAX = 200

const ellipsis = (style: Style): string => (style.ascii ? '...' : '…')

/** The beginning of a text: its first lines. */
export const shortened = (text: string, style: Style): string => {
  const safe = safeText(text, { charsMax: SHORT_CHARS_MAX })
  const lines = safe.split('\n', SHORT_LINES_MAX + 1)
  // Of what is left out, at least the picture of one character comes within so many more.
  const isWhole = safeText(text, { charsMax: SHORT_CHARS_MAX + PICTURE_CHARS_MAX }) === safe
  if (isWhole && lines.length <= SHORT_LINES_MAX) return safe
  return `${lines.slice(0, SHORT_LINES_MAX).join('\n').trimEnd()}${ellipsis(style)}`
}

/** One line around the first of the words that occurs as it is written, in any case. */
export const excerpt = (text: string, words: readonly string[], style: Style): string => {
  const lower = text.toLowerCase()
  const places = words.map((word) => lower.indexOf(word.toLowerCase())).filter((at) => at >= 0)
  const found = places.length === 0 ? 0 : Math.min(...places)
  const from = found <= LEAD_CHARS_MAX ? 0 : found - LEAD_CHARS_MAX
  const part = text.slice(from, from + EXCERPT_CHARS_MAX)
  const before = from > 0 ? ellipsis(style) : ''
  const after = from + part.length < text.length ? ellipsis(style) : ''
  return `${before}${safeLine(part)}${after}`
}
