/** docs/LIMITS.md from src/domain/limits.ts: each constant with its value and the comment before it. */

export interface Limit {
  readonly name: string
  readonly value: number
  /** The comment as one line; empty when there is none. */
  readonly comment: string
}

const CONSTANT = /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?export const ([A-Z][A-Z0-9_]*)\b/g

const oneLine = (comment: string): string =>
  comment
    .replaceAll(/^\s*\* ?/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim()

/**
 * @param source the text of limits.ts
 * @param values what the module exports
 */
export const limitsOf = (
  source: string,
  values: Readonly<Record<string, unknown>>
): readonly Limit[] =>
  [...source.matchAll(CONSTANT)].map(([, comment = '', name = '']) => ({
    name,
    value: Number(values[name]),
    comment: oneLine(comment)
  }))

/** The value as a person reads it: bytes as KiB or MiB and times as seconds where that is exact. */
const readable = ({ name, value }: Limit): string => {
  const plain = value.toLocaleString('en').replaceAll(',', ' ')
  if (name.includes('_BYTES')) {
    if (value >= 1024 ** 2 && value % 1024 ** 2 === 0) return `${value / 1024 ** 2} MiB`
    if (value >= 1024 && value % 1024 === 0) return `${value / 1024} KiB`
    return `${plain} B`
  }
  if (/_MS(_|$)/.test(name)) return value % 1000 === 0 ? `${value / 1000} s` : `${plain} ms`
  return plain
}

export const limitsPage = (limits: readonly Limit[]): string =>
  [
    '# Limits',
    '',
    'Every bound of the program, from `src/domain/limits.ts` by `npm run docs`; do not edit by hand. A test',
    'fails when this page does not match the code. Units are in the names.',
    '',
    '| limit | value | what it bounds, and why this much |',
    '|---|---|---|',
    ...limits.map(
      (limit) =>
        `| \`${limit.name}\` | ${readable(limit)} | ${limit.comment.replaceAll('|', '\\|')} |`
    ),
    ''
  ].join('\n')
