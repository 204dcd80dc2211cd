/** The forms of lines in the chat, so that nothing a peer sends can look like a line of ours. */
import type { Explanation } from '../../domain/explanation.ts'
import { safeText } from '../../domain/safe-text.ts'
import type { Paint, Style } from './style.ts'

/** What happens: `* text`. */
export const statusLine = (style: Style, text: string): string => style.status(`* ${text}`)

/** What went wrong: `! text`. */
export const errorLine = (style: Style, text: string): string => style.error(`! ${text}`)

/** What happens, and what follows from it, a line each. */
export const statusLines = (
  style: Style,
  text: string,
  ...further: readonly string[]
): readonly string[] => [
  statusLine(style, text),
  ...further.map((line) => style.status(`  ${line}`))
]

/** What went wrong, and what follows from it, a line each. */
export const errorLines = (
  style: Style,
  text: string,
  ...further: readonly string[]
): readonly string[] => [errorLine(style, text), ...further.map((line) => style.error(`  ${line}`))]

/** `1 message`, `2 messages`. */
export const showMessages = (count: number): string =>
  count === 1 ? '1 message' : `${count} messages`

/** A failure: what happened and, on a line of its own, what to do. */
export const failureLines = (style: Style, explanation: Explanation): readonly string[] =>
  errorLines(style, explanation.text, ...(explanation.next === undefined ? [] : [explanation.next]))

/** A failure as lines to follow what it led to. */
export const reasonsOf = ({ text, next }: Explanation): readonly string[] =>
  next === undefined ? [text] : [text, next]

/** What happens, with its reason and the next step, where it is no error of ours. */
export const reasonLines = (
  style: Style,
  text: string,
  explanation: Explanation
): readonly string[] =>
  statusLines(
    style,
    `${text}: ${explanation.text}`,
    ...(explanation.next === undefined ? [] : [explanation.next])
  )

/**
 * Something that was written: `label: text`. The further lines of the text begin with a bar, so a
 * text cannot imitate another line.
 */
export const spokenLines = (
  style: Style,
  paint: Paint,
  label: string,
  text: string
): readonly string[] => {
  const [first = '', ...rest] = safeText(text).split('\n')
  const bar = style.quiet(style.ascii ? '|' : '│')
  return [`${paint(`${label}:`)} ${first}`, ...rest.map((line) => `${bar} ${line}`)]
}

/** `name  value` rows, with the names in one column. Values are safe already. */
export const tableLines = (
  style: Style,
  rows: readonly (readonly [name: string, value: string])[]
): readonly string[] => {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `  ${style.quiet(name.padEnd(width))}  ${value}`)
}
