// Goal: what moves is seen at a glance on any screen, and costs a screen, a pipe or a program no more than
// it can take. Method: the lines at every width, and the taps over a clock of the test.
import { describe, expect, it } from '@effect/vitest'
import { textOf } from '../../../src/adapters/tty-lines.ts'
import { makeStyle } from '../../../src/cli/views/style.ts'
import { makeChatTap, makeJsonTap } from '../../../src/cli/views/tap.ts'
import { makeProgress } from '../../../src/cli/views/transfer-progress.ts'
import type { EarshotEvent } from '../../../src/domain/events.ts'
import type { TransferRef } from '../../../src/domain/transfer-events.ts'
import { columnsMost } from '../../../src/domain/text-columns.ts'
import type { Line } from '../../../src/services/terminal.ts'
import { bob } from './view-fixture.ts'

const refOf = (number: number, given: Partial<TransferRef> = {}): TransferRef => ({
  id: `transfer-${number}`,
  number,
  peer: bob,
  direction: 'in',
  name: 'photo.jpg',
  kind: 'file',
  bytes: 200_000_000,
  files: 1,
  ...given
})
const progressOf = (
  transfer: TransferRef,
  percent: number,
  given: Partial<Extract<EarshotEvent, { readonly type: 'transfer.progress' }>> = {}
): EarshotEvent => ({
  type: 'transfer.progress',
  transfer,
  doneBytes: (transfer.bytes * percent) / 100,
  bytesPerSecond: 11_400_000,
  leftMs: 12_000,
  ...given
})
const doneOf = (transfer: TransferRef): EarshotEvent => ({ type: 'transfer.done', transfer })

const linesOf = (events: readonly EarshotEvent[], columns: number, ascii = false) => {
  const progress = makeProgress(makeStyle({ color: false, ascii }))
  for (const event of events) progress.note(event)
  return progress.lines(columns)
}

describe('a transfer that moves', () => {
  it.each([
    [79, '↓ t2 photo.jpg  ████████████░░░░░░░░  62%  11.4 MB/s  0:12 left'],
    [59, '↓ t2 photo.jpg  █████████░░░░░░░  62%  11.4 MB/s  0:12 left'],
    [49, '↓ t2 photo.jpg  ███░░░  62%  11.4 MB/s  0:12 left'],
    [39, '↓ t2 photo.jpg  ████░░░  62%  11.4 MB/s'],
    [29, '↓ t2 pho….jpg  62%  11.4 MB/s'],
    [19, '↓ t2 photo.jpg  62%']
  ])('fits %i columns', (columns, line) => {
    expect(linesOf([progressOf(refOf(2), 62)], columns)).toEqual([line])
  })

  it('needs nothing beyond ASCII where the screen has no more', () => {
    const [line = ''] = linesOf([progressOf(refOf(2, { direction: 'out' }), 62)], 79, true)
    expect(line).toBe('> t2 photo.jpg  ############--------  62%  11.4 MB/s  0:12 left')
  })

  it('never takes more columns than there are, whatever its name', () => {
    const names = [
      'a',
      'x'.repeat(200),
      '中'.repeat(60),
      '👩‍🚀'.repeat(20),
      'שלום.exe',
      'e\u0301'.repeat(50)
    ]
    for (let columns = 19; columns < 200; columns += 1)
      for (const name of names) {
        const transfer = refOf(123_456, { name, bytes: 5e15 })
        for (const stalled of [undefined, 'peer-disk'] as const) {
          const given = { leftMs: 9e9, ...(stalled === undefined ? {} : { stalled }) }
          for (const line of linesOf([progressOf(transfer, 50, given)], columns))
            expect(columnsMost(line), line).toBeLessThanOrEqual(Math.max(columns, 19))
        }
      }
  })

  it('keeps the ending of a long name in sight', () => {
    const transfer = refOf(2, { name: `${'holiday'.repeat(20)}.jpg.exe` })
    for (const columns of [25, 39, 79])
      expect(linesOf([progressOf(transfer, 1)], columns)[0]).toMatch(/\.exe /)
  })

  it('stands behind its numbers where its name runs from right to left', () => {
    const [line = ''] = linesOf([progressOf(refOf(2, { name: 'שלום.jpg' }), 62)], 79)
    expect(line).toMatch(/^↓ t2 .*62% {2}11.4 MB\/s {2}0:12 left {2}שלום\.jpg$/)
  })

  it.each([
    ['network', 'the network is slow'],
    ['peer-disk', "waits for the peer's disk"],
    ['our-disk', 'waits for our disk']
  ] as const)('says why it stalls: %s', (stalled, words) => {
    const [line = ''] = linesOf([progressOf(refOf(2), 62, { stalled, bytesPerSecond: 0 })], 79)
    expect(line).toContain(words)
    expect(line).not.toMatch(/left|\/s/)
  })

  it('is whole only where nothing is missing', () => {
    const transfer = refOf(1, { bytes: 1000 })
    expect(linesOf([progressOf(transfer, 99.9)], 79)[0]).toContain(' 99%')
    expect(linesOf([progressOf(transfer, 100)], 79)[0]).toContain('100%')
    expect(linesOf([progressOf(refOf(1, { bytes: 0 }), 0)], 79)[0]).toContain('100%')
  })

  it('goes when it is paused, done or over, and says how many more there are', () => {
    const all = [1, 2, 3, 4, 5, 6, 7].map((number) => refOf(number))
    const moving = all.map((transfer) => progressOf(transfer, 10))
    expect(linesOf(moving, 79)).toHaveLength(5)
    expect(linesOf(moving, 79).at(-1)).toBe('+3 more')
    const [first, second, third, fourth] = all
    if (!first || !second || !third || !fourth) throw new Error('seven were made')
    const over: readonly EarshotEvent[] = [
      doneOf(first),
      { type: 'transfer.ended', transfer: second, by: 'us', why: 'cancelled' },
      { type: 'transfer.paused', transfer: third, by: 'us', why: 'lost', doneBytes: 1 },
      { type: 'transfer.started', transfer: third, fromBytes: 1 },
      doneOf(fourth)
    ]
    const left = linesOf([...moving, ...over], 79)
    expect(left.map((line) => line.slice(0, 5))).toEqual(['↓ t5 ', '↓ t6 ', '↓ t7 ', '↓ t3 '])
  })
})

/** A tap with a clock and a record of what it did. */
const chat = (styled: boolean) => {
  const clock = { ms: 1_000_000 }
  const printed: string[] = []
  const drawn: (readonly string[])[] = []
  const tap = makeChatTap(
    {
      styled,
      columns: () => 80,
      print: (lines: readonly Line[]) => void printed.push(...lines.map(String)),
      mark: () => undefined,
      setStatus: (lines) => void drawn.push(lines),
      setPrompt: () => undefined
    },
    { color: false, ascii: false },
    () => clock.ms
  )
  return { clock, printed, drawn, tap }
}

describe('a screen', () => {
  it('is drawn on at most 30 times a second, and at once where lines come and go', () => {
    const { clock, drawn, printed, tap } = chat(true)
    for (let ms = 0; ms < 1000; ms += 1) {
      clock.ms += 1
      tap([progressOf(refOf(1), ms / 10)])
    }
    expect(drawn.length).toBeGreaterThan(25)
    expect(drawn.length).toBeLessThanOrEqual(30)
    expect(printed).toEqual([])
    tap([progressOf(refOf(1), 100), doneOf(refOf(1))])
    expect(drawn.at(-1)).toEqual([])
  })

  it('is left alone by everything else', () => {
    const { drawn, tap } = chat(true)
    tap([{ type: 'listen.waiting' }])
    tap([doneOf(refOf(1))])
    expect(drawn).toEqual([])
  })
})

describe('a pipe', () => {
  it('gets a line each 10 %, or each 10 s', () => {
    const { clock, drawn, printed, tap } = chat(false)
    tap([{ type: 'transfer.started', transfer: refOf(1), fromBytes: 0 }])
    printed.length = 0
    for (let percent = 0; percent < 100; percent += 0.5) {
      clock.ms += 100
      tap([progressOf(refOf(1), percent)])
    }
    expect(printed.map((line) => /\d+%/.exec(line)?.[0])).toEqual(
      [10, 20, 30, 40, 50, 60, 70, 80, 90].map((percent) => `${percent}%`)
    )
    expect(printed[0]).toBe('* t1: 10% of 200 MB, 11.4 MB/s, 0:12 left: photo.jpg')
    printed.length = 0
    for (let tenth = 0; tenth < 300; tenth += 1) {
      clock.ms += 100
      tap([progressOf(refOf(1), 95, { stalled: 'network' })])
    }
    expect(printed).toHaveLength(3)
    expect(printed[0]).toBe('* t1: 95% of 200 MB, the network is slow: photo.jpg')
    expect(drawn).toEqual([])
  })
})

describe('a program', () => {
  it('is told of progress once a second for each transfer, and of all else', () => {
    const clock = { ms: 0 }
    const types: string[] = []
    const tap = makeJsonTap(
      {
        print: (lines) => {
          for (const line of lines) types.push((JSON.parse(textOf(line)) as EarshotEvent).type)
        }
      },
      () => clock.ms
    )
    for (let tenth = 0; tenth < 50; tenth += 1) {
      tap([progressOf(refOf(1), tenth), progressOf(refOf(2), tenth)])
      clock.ms += 100
    }
    tap([doneOf(refOf(1)), doneOf(refOf(2))])
    expect(types.filter((type) => type === 'transfer.progress')).toHaveLength(10)
    expect(types.filter((type) => type === 'transfer.done')).toHaveLength(2)
  })
})
