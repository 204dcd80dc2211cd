/**
 * The last line of the automatic checks, from vitest's JSON report: `N passed, N failed`.
 * `node scripts/test-summary.ts report.json`
 * Above it stands what failed, since whoever reads the end of a log sees only that.
 *
 * Exits with 1 when a test failed, a file could not be read as tests, one did not run, or none did.
 */
import { readFile } from 'node:fs/promises'

/** A file of tests. */
export interface FileReport {
  readonly name: string
  readonly status: string
  readonly assertionResults: readonly {
    readonly fullName: string
    readonly status: string
    readonly failureMessages: readonly string[]
  }[]
}

export interface TestReport {
  readonly success: boolean
  readonly numTotalTests: number
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly FileReport[]
}

export interface Summary {
  readonly lines: readonly string[]
  readonly ok: boolean
}

const LINES_OF_ONE_MAX = 16
const STACK_LINE = /^\s+at /

/** Names every test that failed, with the first lines of why, and every file that failed as a whole. */
const failuresOf = ({ testResults }: TestReport): readonly string[] =>
  testResults
    .filter(({ status }) => status === 'failed')
    .flatMap(({ name, assertionResults }) => {
      const failed = assertionResults.filter(({ status }) => status === 'failed')
      return [
        `failed: ${name}`,
        ...failed.flatMap(({ fullName, failureMessages }) => [
          `  ${fullName}`,
          ...failureMessages.flatMap((message) =>
            message
              .split('\n')
              .filter((line) => !STACK_LINE.test(line))
              .slice(0, LINES_OF_ONE_MAX)
              .map((line) => `    ${line}`)
          )
        ])
      ]
    })

export const summaryOf = (report: TestReport): Summary => {
  const idle = report.numPendingTests + report.numTodoTests
  const problems = [
    ...failuresOf(report),
    ...(report.numTotalTests === 0 ? ['No test has run.'] : []),
    ...(idle > 0 ? [`${idle} tests were skipped: every test has to run.`] : []),
    ...(report.success || report.numFailedTests > 0 ? [] : ['A test file could not be run.'])
  ]
  return {
    lines: [...problems, `${report.numPassedTests} passed, ${report.numFailedTests} failed`],
    ok: problems.length === 0 && report.numFailedTests === 0
  }
}

if (import.meta.main) {
  const report = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')) as TestReport
  const { lines, ok } = summaryOf(report)
  process.stdout.write(`${lines.join('\n')}\n`)
  process.exitCode = ok ? 0 : 1
}
