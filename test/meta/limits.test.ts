/**
 * Goal: every bound of the program is documented, in docs/LIMITS.md, as it is in the code.
 * Method: what the module exports is compared with what its comments say and with the page.
 */
import { describe, expect, it } from '@effect/vitest'
import { limitsOf, limitsPage } from '../../scripts/limits-table.ts'
import * as limits from '../../src/domain/limits.ts'
import { textOf } from './project.ts'

const documented = limitsOf(textOf('src/domain/limits.ts'), limits)

describe('limits', () => {
  it('are all found', () => {
    expect(documented.map(({ name }) => name).toSorted()).toEqual(Object.keys(limits).toSorted())
  })

  it('each have a comment and a positive whole value', () => {
    expect(documented.filter(({ comment }) => comment.length < 15)).toEqual([])
    expect(documented.filter(({ value }) => !(Number.isSafeInteger(value) && value > 0))).toEqual(
      []
    )
  })

  it('are on the page as they are in the code (if not: npm run docs)', () => {
    expect(textOf('docs/LIMITS.md')).toBe(limitsPage(documented))
  })

  it('show their value with its unit, and one without a comment shows none of its neighbour', () => {
    const source =
      '/** Most\n * bytes. */\nexport const A_BYTES_MAX = 2048\nexport const B_MS = 1500\n'
    const page = limitsPage(limitsOf(source, { A_BYTES_MAX: 2048, B_MS: 1500 }))
    expect(page).toContain('| `A_BYTES_MAX` | 2 KiB | Most bytes. |')
    expect(page).toContain('| `B_MS` | 1 500 ms |  |')
  })
})
