// Goal: what is kept reads like a talk, by day and time, and nothing in it passes for a line of today or
// of ours. Method: blocks of the history, hits and queues as lines, in several zones and widths.
import { describe, expect, it } from '@effect/vitest'
import { excerpt, shortened } from '../../../src/cli/views/excerpts.ts'
import { makeLocalTime } from '../../../src/cli/views/local-time.ts'
import { makeStyle } from '../../../src/cli/views/style.ts'
import type { EarshotEvent, QueuedLine } from '../../../src/domain/events.ts'
import type { HistoryLine } from '../../../src/domain/items.ts'
import { bob, carol, context, linesOf } from './view-fixture.ts'

const MIDNIGHT = Date.UTC(2026, 10, 22)
const MINUTE = 60_000

const theirs = (text: string, receivedAt: number): HistoryLine => ({
  direction: 'in',
  id: `in-${receivedAt}`,
  text,
  // The clock of a peer is nothing to go by.
  sentAt: 0,
  receivedAt,
  state: 'received'
})
const ours = (
  text: string,
  sentAt: number,
  state: 'waiting' | 'delivered' | 'read'
): HistoryLine => ({
  direction: 'out',
  id: `out-${sentAt}`,
  text,
  sentAt,
  state
})
const ENTRIES = [
  theirs('hello', MIDNIGHT - 5 * MINUTE),
  ours('two\nlines', MIDNIGHT - MINUTE, 'read'),
  ours('late', MIDNIGHT + MINUTE, 'delivered'),
  ours('later', MIDNIGHT + 2 * MINUTE, 'waiting')
]
const shown = (
  entries: readonly HistoryLine[],
  why: 'asked' | 'reconnected' = 'asked',
  kept = true
): EarshotEvent => ({ type: 'history.shown', peer: bob, entries, why, kept })

describe('a history', () => {
  it('stands between headings, with days, times and states', () => {
    expect(linesOf(shown(ENTRIES), context({ marks: true }))).toEqual([
      '— earlier with bob —',
      '— 2026-11-21 —',
      '23:55 bob: hello',
      '23:59 You: two',
      '│ lines ✓✓',
      '— 2026-11-22 —',
      '00:01 You: late  ✓',
      '00:02 You: later  ·',
      '— now —'
    ])
  })

  it('says in words what waits, where there are no marks', () => {
    expect(linesOf(shown(ENTRIES)).slice(-3)).toEqual([
      '00:01 You: late',
      '00:02 You (waiting): later',
      '— now —'
    ])
  })

  it('is dim as a whole, and ASCII where the screen draws no more', () => {
    const [first, , line] = linesOf(shown(ENTRIES), context({ color: true }))
    expect(first).toBe('\u001b[2m— earlier with bob —\u001b[22m')
    expect(line).toBe('\u001b[2m23:55 \u001b[36mbob:\u001b[39m hello\u001b[22m')
    expect(linesOf(shown(ENTRIES), context({ ascii: true, marks: true })).join('')).toMatch(
      /^[ -~]*$/
    )
  })

  it('is in the time of the zone', () => {
    const berlin = context({ time: makeLocalTime('Europe/Berlin') })
    expect(linesOf(shown(ENTRIES), berlin).slice(1, 3)).toEqual([
      '— 2026-11-22 —',
      '00:55 bob: hello'
    ])
  })

  it('that is empty says so when it was asked for, and whether it is kept', () => {
    expect(linesOf(shown([], 'reconnected'))).toEqual([])
    expect(linesOf(shown([]))).toEqual(['* Nothing is kept of the talk with bob'])
    expect(linesOf(shown([], 'asked', false))[1]).toBe(
      '  It is not kept from now on: /history on changes that.'
    )
    expect(linesOf(shown(ENTRIES, 'asked', false)).slice(-2)).toEqual([
      '* The talk with bob',
      '  It is not kept from now on: /history on changes that.'
    ])
  })

  it('is whole when it was asked for, and short when it only reminds', () => {
    const long = [theirs('line\n'.repeat(400), 0)]
    expect(linesOf(shown(long))).toHaveLength(404)
    const short = linesOf(shown(long, 'reconnected'))
    expect(short).toHaveLength(8)
    expect(short.at(-2)).toBe('│ line…')
  })

  it('looks like nothing that a peer can say today', () => {
    const live = (text: string, nickname: string) =>
      linesOf({
        type: 'message.received',
        peer: { ...bob, nickname },
        id: 'x',
        seq: 1,
        text,
        sentAt: 0,
        receivedAt: 0
      })
    const isOld = (line: string) => /^(?:\d\d:\d\d |—|--)/.test(line)
    for (const line of [
      ...live('x\n12:00 You: yes\n— now —', 'bob'),
      ...live('00 You: yes', '12'),
      ...live('yes', '12:00 You')
    ])
      expect(isOld(line), line).toBe(false)
    // A name may begin with a dash, but behind a heading of ours stands no colon.
    expect(live('x', '— now —')[0]).toBe('— now —: x')
    for (const line of linesOf(shown(ENTRIES)))
      if (line.startsWith('—')) expect(line).not.toContain(':')
  })
})

describe('a search', () => {
  const found = (entries: readonly HistoryLine[], more = false): EarshotEvent => ({
    type: 'history.found',
    peer: bob,
    words: ['red', 'wine'],
    entries,
    more
  })

  it('shows hits with their days, one line each', () => {
    const entries = [theirs('wine:\nred', MIDNIGHT - MINUTE), ours('Red wine', MIDNIGHT, 'read')]
    expect(linesOf(found(entries, true))).toEqual([
      '* Found in 2 messages with bob: red wine',
      '— 2026-11-21 —',
      '23:59 bob: wine:␤red',
      '— 2026-11-22 —',
      '00:00 You: Red wine',
      '* There may be earlier ones: add a word, or use earshot history --search.'
    ])
  })

  it('shows the part of a long message that was found', () => {
    const text = `${'x '.repeat(5000)}Red wine${' y'.repeat(5000)}`
    const hit = linesOf(found([theirs(text, 0)])).at(-1) ?? ''
    expect(hit).toMatch(/^00:00 bob: …(?:x )+Red wine(?: y)+…$/)
    expect(hit.length).toBeLessThan(220)
  })

  it('that found nothing repeats the words, harmless', () => {
    expect(linesOf({ ...found([]), words: ['a\u001b[2J'] } as EarshotEvent)).toEqual([
      '* Nothing found in the talk with bob: a␛[2J'
    ])
  })
})

describe('parts of a text', () => {
  const style = makeStyle({ color: false, ascii: false })

  it('say what is left out', () => {
    expect(shortened('one\ntwo', style)).toBe('one\ntwo')
    expect(shortened('x'.repeat(400), style)).toBe('x'.repeat(400))
    expect(shortened('x'.repeat(401), style)).toBe(`${'x'.repeat(400)}…`)
    for (const char of ['\t', '\u202e', '👍', '\u009b'])
      expect(shortened(`${'x'.repeat(399)}${char}`, style), char).toMatch(/^x{399}[^x]+$/)
    expect(shortened('1\r\n2\u20283\n4\n5\n6', style)).toBe('1\n2\n3\n4\n5…')
    expect(shortened('x'.repeat(500), makeStyle({ color: false, ascii: true }))).toMatch(/x\.\.\.$/)
    expect(excerpt('short', ['none'], style)).toBe('short')
    expect(excerpt(`word${'x'.repeat(300)}`, ['WORD'], style)).toBe(`word${'x'.repeat(196)}…`)
  })

  it('are harmless where a character is cut in two', () => {
    const text = `${'x'.repeat(79)}${'👍'.repeat(300)}word`
    for (const words of [['word'], ['👍'], ['none']])
      expect(excerpt(text, words, style).isWellFormed()).toBe(true)
    expect(shortened('x'.repeat(399) + '👍', style).isWellFormed()).toBe(true)
  })
})

describe('the queue', () => {
  const queued = (number: number, more: Partial<QueuedLine> = {}): QueuedLine => ({
    peer: bob,
    number,
    id: `${number}`,
    text: 'hello',
    at: MIDNIGHT,
    state: 'queued',
    ...more
  })
  const queue = (...entries: readonly QueuedLine[]): EarshotEvent => ({
    type: 'queue.shown',
    entries
  })

  it('is numbered, by day, and says what cannot be taken back', () => {
    expect(
      linesOf(
        queue(
          queued(1, { at: MIDNIGHT - MINUTE, state: 'sent' }),
          queued(2, { text: 'two\nlines' }),
          queued(10, { peer: carol, text: 'x'.repeat(100) })
        )
      )
    ).toEqual([
      '* Waiting to be delivered: 3 messages',
      '— 2026-11-21 —',
      '   1  23:59  on its way to bob: hello',
      '— 2026-11-22 —',
      '   2  00:00  to bob: two␤lines',
      `  10  00:00  to carol: ${'x'.repeat(55)}…`,
      '  Take back: /cancel N, or /cancel all'
    ])
    expect(linesOf(queue())).toEqual(['* Nothing waits to be delivered.'])
  })

  it('fits 40 columns, and shows the beginning of a long one', () => {
    const many = Array.from({ length: 60 }, (_, n) => queued(n + 1, { text: 'word '.repeat(99) }))
    const lines = linesOf(queue(...many), context({ columns: 40 }))
    expect(lines).toHaveLength(1 + 1 + 50 + 1 + 1)
    expect(lines.at(-2)).toBe('  and 10 more')
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(40)
  })
})

describe('what is kept', () => {
  it.each<[EarshotEvent, readonly string[]]>([
    [
      { type: 'history.changed', peer: bob, kept: true, earlier: 3 },
      ['* From now on kept: the talk with bob']
    ],
    [
      { type: 'history.changed', peer: bob, kept: false, earlier: 0 },
      ['* From now on not kept: the talk with bob']
    ],
    [
      { type: 'history.changed', peer: bob, kept: false, earlier: 1 },
      [
        '* From now on not kept: the talk with bob',
        '  1 message from before is still kept; /history erase deletes it.'
      ]
    ],
    [
      { type: 'history.counted', peer: bob, count: 1 },
      [
        '* This would delete 1 message of the talk with bob',
        '  Nobody can bring that back. If you are sure: /history erase yes'
      ]
    ],
    [
      { type: 'history.counted', peer: bob, count: 0 },
      ['* Nothing is kept that could be deleted: bob']
    ],
    [
      { type: 'history.erased', peer: bob, count: 2 },
      ['* Deleted here: 2 messages of the talk with bob', '  What your peer keeps stays there.']
    ]
  ])('%j', (event, expected) => {
    expect(linesOf(event)).toEqual(expected)
  })
})
