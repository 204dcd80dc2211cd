/** The checks of `npm run check`: what is run, and how to read from its output how much it looked at. */

export interface Check {
  readonly name: string
  readonly command: readonly string[]
  /** Files that it looked at, read from its output. */
  readonly files: (output: string) => number
  /** The part of its output that is of use when it failed. */
  readonly shown: (output: string) => string
}

const whole = (output: string): string => output

const countBy =
  (pattern: RegExp) =>
  (output: string): number =>
    Number(pattern.exec(output)?.[1] ?? 0)

/** tsc lists every file that it read, one absolute path a line; ours are not below node_modules. */
const isListed = (line: string): boolean =>
  /^(\/|[A-Za-z]:[\\/]).*\.(d\.)?[cm]?ts$|\.json$/.test(line)

export const CHECKS: readonly Check[] = [
  {
    name: 'effect diagnostics',
    command: [
      ...['npm', 'exec', '--yes', '--package=@effect/tsgo@0.45.0', '--'],
      ...['effect-tsgo', 'diagnostics', '--strict', '--format', 'text'],
      ...['--project', 'tsconfig.json']
    ],
    files: countBy(/Checked (\d+) files/),
    shown: whole
  },
  {
    name: 'types',
    command: ['tsc', '--listFiles', '--pretty', 'false'],
    files: (output) =>
      output.split('\n').filter((line) => isListed(line) && !line.includes('node_modules')).length,
    shown: (output) =>
      output
        .split('\n')
        .filter((line) => !isListed(line))
        .join('\n')
  },
  {
    name: 'lint',
    command: ['oxlint', '--type-aware', '--deny-warnings'],
    files: countBy(/on (\d+) files?/),
    shown: whole
  },
  {
    name: 'format',
    command: ['biome', 'format', '.', '--colors=off'],
    files: countBy(/Checked (\d+) files?/),
    shown: whole
  },
  {
    name: 'dead code',
    command: ['knip', '--no-progress', '--no-config-hints', '--performance'],
    files: countBy(/^parseFile +(\d+) /m),
    shown: (output) => output.slice(0, output.search(/^Name +size/m))
  }
]
