// Goal: the mark behind a line changes where that line stands, and nothing else on the screen ever does:
// not in wrapped lines, not below a long typed line, not after a resize, not in what has scrolled away.
// Method: the screen over a terminal emulator; examples, then thousands of random sessions of which the
// whole text, scrollback included, is compared with what was printed.
import { describe, expect, it } from '@effect/vitest'
import * as fc from 'fast-check'
import type { Line } from '../../../src/services/terminal.ts'
import { emulate, type Emulated } from './emulated-screen.ts'

const QUEUED = '  ·'
const SENT = '  →'
const DELIVERED = '  ✓'
const READ = ' ✓✓'

const marked = (id: string, text: string, mark = QUEUED): Line => ({ id, text, mark })
const mark = (shown: Emulated, id: string, to: string): void =>
  shown.screen.mark(new Map([[id, to]]))
/** How much was written so far. */
const bytes = async (shown: Emulated): Promise<number> => {
  await shown.history()
  return shown.raw().length
}

describe('a mark', () => {
  it('changes on its line, while the line being typed and its cursor stay', async () => {
    const shown = emulate(40, 10, () => undefined)
    shown.screen.print([marked('a', 'You: one'), 'bob: two', marked('b', 'You: three')])
    shown.type('half a line')
    shown.type('\u001b[D'.repeat(4))
    mark(shown, 'a', READ)
    mark(shown, 'b', SENT)
    shown.screen.mark(new Map([['c', READ]]))
    shown.type('X')
    expect(await shown.history()).toEqual([
      'You: one ✓✓',
      'bob: two',
      'You: three  →',
      '> half a Xline'
    ])
  })

  it.each([34, 35, 36, 37, 38, 39, 40, 41, 77, 78, 120])(
    'of a text of %i columns stands behind its last row',
    async (length) => {
      const shown = emulate(40, 12, () => undefined)
      const text = 'x'.repeat(length)
      shown.screen.print(['above', marked('a', text), 'below'])
      mark(shown, 'a', READ)
      expect(await shown.history()).toEqual(['above', `${text}${READ}`, 'below', '>'])
    }
  )

  it('of a text in Chinese that does not fill its rows', async () => {
    const shown = emulate(21, 12, () => undefined)
    const text = `You: ${'中'.repeat(25)}`
    shown.screen.print(['above', marked('a', text), 'below'])
    mark(shown, 'a', DELIVERED)
    expect(await shown.history()).toEqual(['above', `${text}${DELIVERED}`, 'below', '>'])
  })

  it('changes above a typed line of several rows, the cursor on any of them', async () => {
    const shown = emulate(20, 12, () => undefined)
    shown.screen.print([marked('a', 'You: one'), 'bob: two'])
    const typed = 'y'.repeat(50)
    shown.type(typed)
    const marks = [SENT, DELIVERED, READ]
    for (const [round, key] of ['\u001b[H', '\u001b[F', '\u001b[D'.repeat(20)].entries()) {
      shown.type(key)
      mark(shown, 'a', marks[round] ?? '')
      expect(await shown.history()).toEqual([`You: one${marks[round]}`, 'bob: two', `> ${typed}`])
    }
  })

  it('changes on every line of its id, and on none of a line without one', async () => {
    const shown = emulate(40, 10, () => undefined)
    shown.screen.print([marked('a', 'You: one'), '12:00 You: two', marked('a', '12:00 You: one')])
    mark(shown, 'a', READ)
    expect(await shown.history()).toEqual([
      'You: one ✓✓',
      '12:00 You: two',
      '12:00 You: one ✓✓',
      '>'
    ])
  })

  it('of a command stays where the command is', async () => {
    const shown = emulate(40, 10, () => undefined)
    shown.screen.print([marked('a', 'You: one')])
    shown.type('/help\r')
    mark(shown, 'a', SENT)
    expect(await shown.history()).toEqual(['You: one  →', '> /help', '>'])
  })
})

describe('what has scrolled away', () => {
  it('is never touched', async () => {
    const shown = emulate(40, 10, () => undefined)
    shown.screen.print([marked('a', 'You: one'), marked('b', 'You: two')])
    shown.screen.print(Array.from({ length: 8 }, (_, n) => `bob: ${n}`))
    const before = await bytes(shown)
    mark(shown, 'a', READ)
    expect(await bytes(shown)).toBe(before)
    mark(shown, 'b', READ)
    expect((await shown.history()).slice(0, 3)).toEqual(['You: one  ·', 'You: two ✓✓', 'bob: 0'])
  })

  it.each([
    ['taken back', '\u0015'],
    ['sent, and nothing comes of it', '\r']
  ])('stays away when the typed line that pushed it out is %s', async (_, key) => {
    const shown = emulate(20, 6, () => undefined)
    shown.screen.print(['a', 'b', 'c', 'd'].map((id) => marked(id, `You: ${id}`)))
    // Four rows of it, of six, and then a fifth.
    shown.type('z'.repeat(70))
    shown.type(key)
    for (const id of ['d', 'c', 'b', 'a']) mark(shown, id, READ)
    const last = key === '\r' ? ['You: c  ·', 'You: d ✓✓'] : ['You: c ✓✓', 'You: d ✓✓']
    expect(await shown.history()).toEqual(['You: a  ·', 'You: b  ·', ...last, '>'])
  })

  it('costs nothing in a burst: what is written is bounded by the window', async () => {
    const shown = emulate(80, 24, () => undefined)
    const lines = Array.from({ length: 10_000 }, (_, n) => marked(`${n}`, `You: ${n}`))
    shown.screen.print(lines)
    const before = await bytes(shown)
    for (let from = 0; from < lines.length; from += 100)
      shown.screen.mark(
        new Map(Array.from({ length: 100 }, (_, n) => [`${from + n}`, DELIVERED] as const))
      )
    expect((await bytes(shown)) - before).toBeLessThan(24 * 80)
    const history = await shown.history()
    expect(history.at(-2)).toBe('You: 9999  ✓')
    expect(history.slice(0, 9977)).toEqual(Array.from({ length: 9977 }, (_, n) => `You: ${n}  ·`))
  })
})

describe('a line whose place is not sure', () => {
  /** What moves the screen in a way that is not known. */
  const MOVES: readonly (readonly [string, (shown: Emulated) => void])[] = [
    ['a new width', (shown) => shown.resize(30, 10)],
    ['the list of completions', (shown) => shown.type('/h\t\t')],
    ['a screen that was cleared', (shown) => shown.type('\f')],
    ['a line of emoji', (shown) => shown.screen.print([`bob: ${'👩‍🚀'.repeat(12)}`])],
    ['another program', (shown) => shown.screen.redraw()]
  ]

  it.each(MOVES)('is left alone after %s', async (_, move) => {
    const shown = emulate(40, 10, () => undefined)
    shown.screen.print([marked('a', 'You: one')])
    move(shown)
    const before = await bytes(shown)
    mark(shown, 'a', READ)
    expect(await bytes(shown)).toBe(before)
    shown.screen.print([marked('b', 'You: two')])
    mark(shown, 'b', READ)
    expect(await shown.history()).toContain('You: two ✓✓')
  })

  it('is left alone above a typed line of emoji', async () => {
    const shown = emulate(40, 10, () => undefined)
    shown.screen.print([marked('a', 'You: one')])
    shown.type('👩‍🚀'.repeat(12))
    const before = await bytes(shown)
    mark(shown, 'a', READ)
    expect(await bytes(shown)).toBe(before)
  })

  it('is left alone once the screen was given back', async () => {
    const shown = emulate(40, 10, () => undefined)
    shown.screen.print([marked('a', 'You: one')])
    shown.screen.close()
    const before = await bytes(shown)
    mark(shown, 'a', READ)
    expect(await bytes(shown)).toBe(before)
  })

  it('changes after a new height, which moves nothing sideways', async () => {
    const shown = emulate(40, 10, () => undefined)
    shown.screen.print([marked('a', 'You: one'), '2', '3', '4', '5', marked('f', 'You: six')])
    shown.resize(40, 4)
    mark(shown, 'a', READ)
    mark(shown, 'f', SENT)
    shown.resize(40, 12)
    mark(shown, 'f', DELIVERED)
    expect(await shown.history()).toEqual(['You: one  ·', '2', '3', '4', '5', 'You: six  ✓', '>'])
  })
})

/** What happens in a random session. */
type Step =
  | { readonly do: 'type'; readonly text: string }
  | { readonly do: 'say' }
  | { readonly do: 'print'; readonly texts: readonly string[] }
  | { readonly do: 'mark'; readonly of: readonly number[]; readonly to: string }
  | { readonly do: 'resize'; readonly columns: number; readonly rows: number }

const KEYS = [
  '\u001b[D',
  '\u001b[C',
  '\u001b[H',
  '\u001b[F',
  '\u007f',
  '\u0015',
  '\u000b',
  '\u001b[A'
]
const letters = fc.constantFrom('a', 'b', ' ', 'é', '中', '日')
const words = (maxLength: number) =>
  fc.string({ unit: letters, minLength: 1, maxLength }).map((text) => `w${text}w`)
const stepOf = (resizes: boolean): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 3, arbitrary: words(60).map((text): Step => ({ do: 'type', text })) },
    { weight: 3, arbitrary: fc.constantFrom(...KEYS).map((text): Step => ({ do: 'type', text })) },
    { weight: 4, arbitrary: fc.constant<Step>({ do: 'say' }) },
    {
      weight: 3,
      arbitrary: fc
        .array(words(90), { minLength: 1, maxLength: 4 })
        .map((texts): Step => ({ do: 'print', texts }))
    },
    {
      weight: 6,
      arbitrary: fc
        .tuple(
          fc.array(fc.nat({ max: 12 }), { maxLength: 6 }),
          fc.constantFrom(SENT, DELIVERED, READ)
        )
        .map(([of, to]): Step => ({ do: 'mark', of, to }))
    },
    ...(resizes
      ? [
          {
            weight: 1,
            arbitrary: fc
              .tuple(fc.integer({ min: 20, max: 60 }), fc.integer({ min: 4, max: 16 }))
              .map(([columns, rows]): Step => ({ do: 'resize', columns, rows }))
          }
        ]
      : [])
  )

interface Said {
  readonly text: string
  /** Every mark that it ever had, oldest first; empty: it has none. */
  readonly marks: string[]
}

/** Plays a session; gives what was printed, and what the screen shows. */
const play = async (columns: number, rows: number, steps: readonly Step[]) => {
  const printed: Said[] = []
  const said: Said[] = []
  const shown = emulate(columns, rows, (typed) => {
    const line: Said = { text: `You: ${typed}`, marks: [QUEUED] }
    printed.push(line)
    said.push(line)
    return marked(`${said.length}`, line.text)
  })
  for (const step of steps) {
    if (step.do === 'type') shown.type(step.text)
    else if (step.do === 'say') shown.type('w\r')
    else if (step.do === 'print') {
      for (const text of step.texts) printed.push({ text, marks: [] })
      shown.screen.print(step.texts)
    } else if (step.do === 'resize') {
      await shown.history()
      shown.resize(step.columns, step.rows)
    } else {
      const chosen = step.of.map((back) => said.length - back).filter((at) => at > 0)
      for (const at of chosen) said[at - 1]?.marks.push(step.to)
      shown.screen.mark(new Map(chosen.map((at) => [`${at}`, step.to])))
    }
  }
  return { printed, history: await shown.history(), hidden: await shown.hidden() }
}

describe('any session', () => {
  it('changes nothing but marks, and the marks of all that is in the window', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 20, max: 60 }),
        fc.integer({ min: 4, max: 16 }),
        fc.array(stepOf(false), { maxLength: 40 }),
        async (columns, rows, steps) => {
          const { printed, history, hidden } = await play(columns, rows, steps)
          for (const [at, { text, marks }] of printed.entries()) {
            const shown = history[at] ?? ''
            if (at >= hidden) expect(shown).toBe(`${text}${marks.at(-1) ?? ''}`.trimEnd())
            else if (marks.length === 0) expect(shown).toBe(text)
            else expect(marks.map((each) => `${text}${each}`)).toContain(shown)
          }
          expect(history).toHaveLength(printed.length + 1)
        }
      ),
      { numRuns: 1000 }
    )
  })

  it('loses or changes no line of a window that changes its size, too', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(stepOf(true), { maxLength: 40 }), async (steps) => {
        const { printed, history } = await play(40, 12, steps)
        // A new size may leave a part of the typed line between the lines of the chat.
        let from = 0
        for (const { text, marks } of printed) {
          const may = marks.length === 0 ? [text] : marks.map((each) => `${text}${each}`)
          const at = history.findIndex((line, place) => place >= from && may.includes(line))
          expect(at, text).toBeGreaterThanOrEqual(from)
          from = at + 1
        }
      }),
      { numRuns: 500 }
    )
  })
})
