/** The rows of a run as one table of Markdown, so that it can be pasted into docs/BENCH.md. */
import { median, type Row, ratios } from './samples.ts'

const number = (value: number): string => {
  if (value >= 1000) return Math.round(value).toLocaleString('en')
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2)
}

/** `median [least..most]`, or the one sample that there is. */
const spread = (samples: readonly number[]): string =>
  samples.length === 1
    ? number(median(samples))
    : `${number(median(samples))} [${number(Math.min(...samples))}..${number(Math.max(...samples))}]`

/** A cell of a row without a yardstick. */
const NONE = '–'

const HEAD = ['what', 'unit', 'earshot', 'yardstick', 'ratio', 'goal', 'met']

const cells = (row: Row): readonly string[] => [
  row.name,
  row.unit,
  spread(row.ours),
  row.against === '' ? NONE : `${row.against}: ${spread(row.yardstick)}`,
  row.against === '' ? NONE : spread(ratios(row)),
  row.goal.text,
  row.goal.met(row) ? 'yes' : 'NO'
]

/** Medians over the rounds, with the least and the most in brackets. */
export const table = (rows: readonly Row[]): string => {
  const lines = [HEAD, ...rows.map(cells)]
  const widths = HEAD.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0))
  )
  const render = (line: readonly string[]): string =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`
  return [render(HEAD), rule, ...lines.slice(1).map(render)].join('\n')
}
