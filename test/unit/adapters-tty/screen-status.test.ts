// Goal: standing lines are between the talk and the line being typed and nowhere else, and leave no trace:
// not above a long typed line, not after a command, a list of completions, a resize or a paste, not in
// what has scrolled away. Method: the screen over a terminal emulator; examples, then random sessions of
// which the whole text, scrollback included, is compared with what was printed.
import { describe, expect, it } from '@effect/vitest'
import * as fc from 'fast-check'
import type { Line } from '../../../src/services/terminal.ts'
import { emulate, type Emulated } from './emulated-screen.ts'

const SENT = '  →'
const READ = ' ✓✓'
const marked = (id: string, text: string): Line => ({ id, text, mark: SENT })
const bytes = async (shown: Emulated): Promise<number> => {
  await shown.history()
  return shown.raw().length
}

const T1 = '↓ t1 a.jpg  ███░░░  50%'
const T2 = '↑ t2 b.jpg  ░░░░░░   0%'

describe('standing lines', () => {
  it('stand above the line being typed, whose cursor stays', async () => {
    const shown = emulate(40, 10, () => undefined)
    shown.screen.print(['bob: one'])
    shown.type('half a line')
    shown.type('\u001b[D'.repeat(4))
    shown.screen.setStatus([T1, T2])
    shown.type('X')
    shown.screen.print(['bob: two'])
    expect(await shown.history()).toEqual(['bob: one', 'bob: two', T1, T2, '> half a Xline'])
    shown.screen.setStatus([T2])
    expect(await shown.history()).toEqual(['bob: one', 'bob: two', T2, '> half a Xline'])
    shown.screen.setStatus([])
    shown.type('Y')
    expect(await shown.history()).toEqual(['bob: one', 'bob: two', '> half a XYline'])
  })

  it('change where they stand, and cost only what changed', async () => {
    const shown = emulate(40, 10, () => undefined)
    shown.screen.setStatus([T1, T2])
    shown.type('typed')
    const before = await bytes(shown)
    shown.screen.setStatus([T1, T2])
    expect(await bytes(shown)).toBe(before)
    shown.screen.setStatus([T1, '↑ t2 b.jpg 100%'])
    expect(await shown.history()).toEqual([T1, '↑ t2 b.jpg 100%', '> typed'])
    expect((await bytes(shown)) - before).toBeLessThan(40)
  })

  it.each([
    ['a command, which stays', '/help', ['> /help']],
    ['a command that fills its row', `/${'x'.repeat(37)}`, [`> /${'x'.repeat(37)} `]],
    ['a text, which the view prints', 'hello', []]
  ])('go with the next prompt after %s', async (_, typed, left) => {
    const shown = emulate(40, 10, () => undefined)
    shown.screen.print(['bob: one'])
    shown.screen.setStatus([T1, T2])
    shown.type(`${typed}\r`)
    expect(await shown.history()).toEqual(['bob: one', ...left, T1, T2, '>'])
  })

  it('leave marks of older lines where they belong', async () => {
    const shown = emulate(40, 10, () => undefined)
    shown.screen.print([marked('a', 'You: one'), 'bob: two'])
    shown.screen.setStatus([T1, T2])
    shown.screen.mark(new Map([['a', READ]]))
    expect(await shown.history()).toEqual(['You: one ✓✓', 'bob: two', T1, T2, '>'])
  })

  it('are away while readline lists what may follow, and come again below', async () => {
    const shown = emulate(40, 12, () => undefined)
    shown.screen.setStatus([T1, T2])
    shown.type('/pe')
    shown.type('/h\u0015/h\t\t')
    const history = await shown.history()
    expect(history.filter((line) => line === T1)).toHaveLength(1)
    expect(history.join(' ')).toMatch(/\/help +\/history/)
    expect(history.slice(-3)).toEqual([T1, T2, '> /h'])
  })

  it('give way to a typed line, and come back when it is gone', async () => {
    const shown = emulate(20, 6, () => undefined)
    shown.screen.print(['a', 'b', 'c'])
    shown.screen.setStatus(['s1', 's2', 's3'])
    shown.type('y'.repeat(50))
    expect(await shown.history()).toEqual(['a', 'b', 'c', 's1', 's2', `> ${'y'.repeat(50)}`])
    shown.type('y'.repeat(40))
    expect(await shown.history()).toEqual(['a', 'b', 'c', `> ${'y'.repeat(90)}`])
    shown.type('\u0015')
    expect(await shown.history()).toEqual(['a', 'b', 'c', 's1', 's2', 's3', '>'])
  })

  it('give way before the history brings back a long line', async () => {
    const shown = emulate(20, 6, (text) => `You: ${text}`)
    const long = 'y'.repeat(90)
    shown.type(`${long}\r`)
    shown.screen.setStatus(['s1', 's2', 's3'])
    shown.type('\u001b[A')
    expect(await shown.history()).toEqual([`You: ${long}`, `> ${long}`])
    shown.type('\u001b[B')
    expect(await shown.history()).toEqual([`You: ${long}`, 's1', 's2', 's3', '>'])
  })

  it('are not drawn where the screen is too narrow for one of them', async () => {
    const shown = emulate(30, 8, () => undefined)
    shown.screen.setStatus(['x'.repeat(31), 'short'])
    expect(await shown.history()).toEqual(['short', '>'])
  })

  it.each([20, 29, 30, 41, 60])('are redrawn on a screen of %i columns', async (columns) => {
    const shown = emulate(40, 10, () => undefined)
    shown.screen.print(['bob: one'])
    shown.screen.setStatus([T1, T2, 'a standing line of 32 columns in all'])
    shown.type('typed')
    await shown.history()
    shown.resize(columns, 10)
    const fits = [T1, T2, 'a standing line of 32 columns in all'].filter(
      (line) => line.length <= columns
    )
    expect(await shown.history()).toEqual(['bob: one', ...fits, '> typed'])
  })

  it('go when the screen is given back', async () => {
    const shown = emulate(40, 10, () => undefined)
    shown.screen.print(['bob: one'])
    shown.screen.setStatus([T1])
    shown.screen.close()
    shown.screen.setStatus([T2])
    shown.screen.print(['after'])
    expect(await shown.history()).toEqual(['bob: one', 'after'])
  })

  it('are away while a question is asked', async () => {
    const shown = emulate(40, 10, () => undefined)
    shown.screen.setStatus([T1])
    shown.screen.show('Sure? ', true)
    expect(await shown.history()).toEqual(['Sure? '])
    shown.screen.show('> ', false)
    expect(await shown.history()).toEqual([T1, '>'])
  })
})

/** What happens in a random session. */
type Step =
  | { readonly do: 'type'; readonly text: string }
  | { readonly do: 'say' }
  | { readonly do: 'command' }
  | { readonly do: 'print'; readonly texts: readonly string[] }
  | { readonly do: 'status'; readonly lines: readonly string[] }

const KEYS = [
  '\u001b[D',
  '\u001b[H',
  '\u001b[F',
  '\u007f',
  '\u0015',
  '\u000b',
  '\u0019',
  '\u001b[A'
]
const letters = fc.constantFrom('a', 'b', ' ', 'é', '中', '日')
const words = (maxLength: number) =>
  fc.string({ unit: letters, minLength: 1, maxLength }).map((text) => `w${text}w`)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: words(60).map((text): Step => ({ do: 'type', text })) },
  { weight: 3, arbitrary: fc.constantFrom(...KEYS).map((text): Step => ({ do: 'type', text })) },
  { weight: 2, arbitrary: fc.constant<Step>({ do: 'say' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ do: 'command' }) },
  {
    weight: 3,
    arbitrary: fc
      .array(words(90), { minLength: 1, maxLength: 4 })
      .map((texts): Step => ({ do: 'print', texts }))
  },
  {
    weight: 6,
    arbitrary: fc
      .array(fc.nat({ max: 99 }), { maxLength: 5 })
      .map((all): Step => ({ do: 'status', lines: all.map((n, at) => `s${at} ${n}%`) }))
  }
)

describe('any session', () => {
  it('loses and repeats nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 20, max: 60 }),
        fc.integer({ min: 4, max: 16 }),
        fc.array(step, { maxLength: 40 }),
        async (columns, rows, steps) => {
          const printed: string[] = []
          let wanted: readonly string[] = []
          const shown = emulate(columns, rows, (typed) => {
            const line = typed.startsWith('/') ? undefined : `You: ${typed}`
            printed.push(line ?? `> ${typed}`.trimEnd())
            return line
          })
          for (const each of steps) {
            if (each.do === 'type') shown.type(each.text)
            else if (each.do === 'say') shown.type('w\r')
            else if (each.do === 'command') shown.type('\u0015/w\r')
            else if (each.do === 'print') {
              printed.push(...each.texts)
              shown.screen.print(each.texts)
            } else {
              wanted = each.lines
              shown.screen.setStatus(wanted)
            }
          }
          const history = (await shown.history()).map((line) => line.trimEnd())
          expect(history.slice(0, printed.length)).toEqual(printed.map((text) => text.trimEnd()))
          const below = history.slice(printed.length)
          expect(below.at(-1)).toMatch(/^>/)
          expect(below.slice(0, -1)).toEqual(wanted.slice(0, below.length - 1))
        }
      ),
      { numRuns: 1000 }
    )
  })
})
