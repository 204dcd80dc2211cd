/**
 * Goal: a check that looked at nothing, and a test run in which something did not run, never look well.
 * Method: what the tools really print is given to the parts that read it.
 */
import { describe, expect, it } from '@effect/vitest'
import { CHECKS } from '../../scripts/check-list.ts'
import { summaryOf } from '../../scripts/test-summary.ts'

const filesSeen = (name: string, output: string): number | undefined =>
  CHECKS.find((check) => check.name === name)?.files(output)

const report = {
  success: true,
  numTotalTests: 2,
  numPassedTests: 2,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: []
}

describe('how many files a check looked at', () => {
  it.each([
    ['lint', 'Found 0 warnings and 0 errors.\nFinished in 9ms on 137 files with 152 rules', 137],
    ['lint', 'Finished in 9ms on 0 files with 152 rules', 0],
    ['format', 'Checked 143 files in 15ms. No fixes applied.', 143],
    ['effect diagnostics', 'Checked 111 files out of 111 files.\n0 errors', 111],
    ['dead code', 'Name  size  min\n----\nparseFile    48   0.08   25.80', 48],
    ['types', '/a/src/b.ts\n/a/node_modules/effect/c.d.ts\n/a/package.json\n', 2],
    ['types', "src/b.ts(1,2): error TS1: cannot find './c.ts'", 0],
    ['dead code', 'it has changed how it prints', 0]
  ])('%s: %j', (name, output, files) => {
    expect(filesSeen(name, output)).toBe(files)
  })
})

describe('the closing line', () => {
  it('is alone when all went well', () => {
    expect(summaryOf(report)).toEqual({ lines: ['2 passed, 0 failed'], ok: true })
  })

  it.each([
    ['none ran', { numTotalTests: 0, numPassedTests: 0 }],
    ['one was skipped', { numPendingTests: 1 }],
    ['one is only planned', { numTodoTests: 1 }],
    ['one failed', { success: false, numFailedTests: 1 }],
    ['a file could not be read', { success: false }]
  ])('comes with a failure when %s', (_, change) => {
    const { lines, ok } = summaryOf({ ...report, ...change })
    expect(ok).toBe(false)
    expect(lines.at(-1)).toMatch(/^\d+ passed, \d+ failed$/)
  })

  it('comes after what failed, and why', () => {
    const passed = { fullName: 'good', status: 'passed', failureMessages: [] }
    const failed = {
      fullName: 'bad',
      status: 'failed',
      failureMessages: ['Error: 1 > 2\n at a\n b']
    }
    const { lines, ok } = summaryOf({
      ...report,
      success: false,
      numFailedTests: 1,
      testResults: [
        { name: 'a.test.ts', status: 'failed', assertionResults: [passed, failed] },
        { name: 'b.test.ts', status: 'failed', assertionResults: [] },
        { name: 'c.test.ts', status: 'passed', assertionResults: [passed] }
      ]
    })
    expect(ok).toBe(false)
    expect(lines).toEqual([
      ...['failed: a.test.ts', '  bad', '    Error: 1 > 2', '     b'],
      ...['failed: b.test.ts', '2 passed, 1 failed']
    ])
  })
})
