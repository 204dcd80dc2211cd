// Goal: it is known how many rows a line takes, or known that it is not known. Method: texts on the edges
// of rows; and for any text the emulator takes a number of rows within the bounds.
import { describe, expect, it } from '@effect/vitest'
import xterm from '@xterm/headless'
import * as fc from 'fast-check'
import { rowsOf } from '../../../src/adapters/tty-rows.ts'
import { safeLine } from '../../../src/domain/safe-text.ts'

describe('rowsOf', () => {
  it.each<[string, number, number]>([
    ['', 1, 1],
    ['x'.repeat(20), 1, 1],
    ['x'.repeat(21), 2, 2],
    ['é'.repeat(41), 3, 3],
    ['中'.repeat(10), 1, 1],
    [`x${'中'.repeat(10)}`, 2, 2],
    [`\u001b[32m${'x'.repeat(20)}\u001b[39m`, 1, 1],
    ['한'.repeat(10), 1, 1],
    ['👍', 1, 1],
    ['👍'.repeat(11), 1, 2],
    ['e\u0301'.repeat(15), 1, 2],
    ['\u1112\u1161\u11ab'.repeat(6), 1, 2]
  ])('%j takes from %i to %i rows of 20 columns', (text, least, most) => {
    expect(rowsOf(text, 20, 24)).toEqual({ least, most })
  })

  it('counts no further than anybody needs', () => {
    expect(rowsOf(`é${'x'.repeat(10_000_000)}`, 80, 24).least).toBe(25)
    expect(rowsOf('x'.repeat(10_000_000), 80, 24).least).toBe(125_000)
  })

  it('is right about what a terminal draws', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 60 }),
        fc.oneof(
          fc.string({ maxLength: 120 }),
          fc.string({ unit: 'grapheme', maxLength: 120 }),
          fc.string({
            unit: fc.constantFrom('a', '中', '👍', '👩‍🚀', 'é', '한', 'ー'),
            maxLength: 90
          })
        ),
        async (columns, drawn) => {
          const text = safeLine(drawn)
          const term = new xterm.Terminal({ cols: columns, rows: 200, allowProposedApi: true })
          await new Promise<void>((resolve) => term.write(`${text}\r\n`, resolve))
          const rows = term.buffer.active.cursorY + term.buffer.active.baseY
          term.dispose()
          const { least, most } = rowsOf(text, columns, 200)
          expect(rows, JSON.stringify(text)).toBeGreaterThanOrEqual(least)
          expect(rows, JSON.stringify(text)).toBeLessThanOrEqual(most)
        }
      ),
      { numRuns: 1000 }
    )
  })
})
