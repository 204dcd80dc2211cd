/** Colours (S5), decided once by one flag. Meaning never hangs on colour alone. */

export type Paint = (text: string) => string

export interface Style {
  /** "You". */
  readonly own: Paint
  /** A peer's name. */
  readonly peer: Paint
  /** What happens. */
  readonly status: Paint
  /** What went wrong. */
  readonly error: Paint
  /** What matters less. */
  readonly quiet: Paint
  /** Whether characters beyond ASCII may be drawn (never applied to what people write). */
  readonly ascii: boolean
}

export interface StyleOptions {
  readonly color: boolean
  readonly ascii: boolean
}

const sgr =
  (on: number, off: number): Paint =>
  (text) =>
    `\u001b[${on}m${text}\u001b[${off}m`

const plain: Paint = (text) => text

/** The style of a screen. Without colour the text is the same, bare. */
export const makeStyle = ({ color, ascii }: StyleOptions): Style => ({
  own: color ? sgr(32, 39) : plain,
  peer: color ? sgr(36, 39) : plain,
  status: color ? sgr(33, 39) : plain,
  error: color ? sgr(31, 39) : plain,
  quiet: color ? sgr(2, 22) : plain,
  ascii
})

type Environment = Readonly<Record<string, string | undefined>>

/** NO_COLOR (any non-empty value, no-color.org), FORCE_COLOR above it, and a screen that can. */
export const wantsColor = (env: Environment, styled: boolean): boolean => {
  const forced = env['FORCE_COLOR']
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false'
  if ((env['NO_COLOR'] ?? '') !== '') return false
  return styled && env['TERM'] !== 'dumb'
}

/** true: the locale or the terminal is not known to draw more than ASCII (LANG=C, TERM=dumb). */
export const wantsAscii = (env: Environment): boolean => {
  if (env['TERM'] === 'dumb') return true
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || ''
  return locale === 'C' || locale === 'POSIX'
}
