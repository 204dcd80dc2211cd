/** What a person reads of a failure. */
import { formatEndpoint } from './endpoint.ts'
import type { Endpoint } from './failures.ts'
import { safeLine } from './safe-text.ts'

/** `text` says what happened in one sentence, `next` what to do about it. */
export interface Explanation {
  readonly text: string
  readonly next?: string
}

/** Both sentences on one line. */
export const explanationLine = (explanation: Explanation): string =>
  explanation.next === undefined ? explanation.text : `${explanation.text} ${explanation.next}`

/** An address inside a sentence, sanitised: a resolver or a user may have chosen the host. */
export const showEndpoint = (endpoint: Endpoint): string => safeLine(formatEndpoint(endpoint), 300)

/** A system error code or another short word inside a sentence. */
export const showCode = (code: string): string => safeLine(code, 40)

/** Milliseconds as seconds with at most one decimal. */
export const showSeconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`

/** `text` with its full stop, where it has no end of its own. */
export const sentence = (text: string): string => (/[.!?:]$/.test(text) ? text : `${text}.`)

const BYTE_UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** The size of a file in decimal units, as file managers show it: `1.2 GB`. */
export const showBytes = (bytes: number): string => {
  let unit = 0
  let value = bytes
  // 999.95 and more would be drawn as 1000.0.
  while (value >= 999.95 && unit < BYTE_UNITS.length - 1) {
    value /= 1000
    unit += 1
  }
  if (unit === 0) return bytes === 1 ? '1 byte' : `${bytes} bytes`
  return `${value.toFixed(value >= 99.95 ? 0 : 1)} ${BYTE_UNITS[unit] ?? ''}`
}
