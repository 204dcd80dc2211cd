/**
 * Goal: what was said is shown as it was, to people, pipes and programs, and nothing that a peer wrote
 * reaches a screen raw or passes for a line of ours.
 * Method: the parts of the command over the model of the store, with what they write caught.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as TestClock from 'effect/testing/TestClock'
import { showHistory } from '../../../src/cli/history/show.ts'
import type { HistoryWorld } from '../../../src/cli/history/world.ts'
import type { HistoryAction } from '../../../src/cli/invocation.ts'
import { StartError } from '../../../src/domain/failures.ts'
import { BOB, bookOf, makeWorld, MINUTE, NOON, readerOf, type Said } from './history-fixture.ts'

type Show = Extract<HistoryAction, { readonly _tag: 'Show' }>

const DAY = 24 * 60 * MINUTE

const TALK: readonly Said[] = [
  { by: 'us', text: 'Hello Bob', at: NOON - DAY },
  { by: 'peer', text: 'hello\nyou', at: NOON - DAY + MINUTE },
  { by: 'us', text: 'how are you?', at: NOON },
  { by: 'us', text: 'still there?', at: NOON + MINUTE, waits: true }
]

const showing = Effect.fnUntraced(function* (
  said: readonly Said[],
  action: Partial<Show> = {},
  given: Partial<HistoryWorld> & { readonly isScreen?: boolean } = {}
) {
  yield* TestClock.setTime(NOON + 2 * MINUTE)
  const { world, heard } = makeWorld(given)
  const asked: Show = {
    ...{ _tag: 'Show', who: 'bob', limit: 20, since: undefined, words: [], path: undefined },
    ...action
  }
  yield* showHistory(
    world,
    readerOf(() => bookOf(said)),
    BOB,
    asked
  )
  return heard
})

const refusedWith = (said: readonly Said[], action: Partial<Show>) =>
  Effect.map(Effect.flip(showing(said, action)), (error) =>
    error instanceof StartError ? error.reason : error
  )

describe('for a person', () => {
  it.effect('a heading a day, a line a message, bars in front of further lines', () =>
    Effect.gen(function* () {
      const { out } = yield* showing(TALK, {}, { isScreen: true })
      expect(out).toBe(
        [
          '— 2026-11-21 —',
          '14:30 You: Hello Bob',
          '14:31 bob: hello',
          '│ you',
          '— 2026-11-22 —',
          '14:30 You: how are you?',
          '14:31 You (waiting): still there?',
          ''
        ].join('\n')
      )
    })
  )

  it.effect('in the zone of the reader', () =>
    Effect.gen(function* () {
      const { out } = yield* showing(TALK, { limit: 1 }, { isScreen: true, timeZone: 'Asia/Tokyo' })
      expect(out).toBe('— 2026-11-22 —\n23:31 You (waiting): still there?\n')
    })
  )
})

describe('for a pipe', () => {
  it.effect('each message has its day', () =>
    Effect.gen(function* () {
      const { out, notes } = yield* showing(TALK)
      expect(out.split('\n')).toEqual([
        '2026-11-21 14:30 You: Hello Bob',
        '2026-11-21 14:31 bob: hello',
        '│ you',
        '2026-11-22 14:30 You: how are you?',
        '2026-11-22 14:31 You (waiting): still there?',
        ''
      ])
      expect(notes).toEqual([])
    })
  )

  it.effect('stops with its reader', () =>
    Effect.gen(function* () {
      const many = Array.from({ length: 2000 }, (_, n): Said => ({ by: 'us', text: `${n}`, at: n }))
      const writes: number[] = []
      yield* showing(
        many,
        { limit: undefined },
        {
          output: {
            ...makeWorld().world.output,
            write: (text) => Effect.succeed(writes.push(text.length) < 2)
          }
        }
      )
      expect(writes).toHaveLength(2)
    })
  )
})

describe('for a program', () => {
  it.effect('an object a line, with numbers and ISO times', () =>
    Effect.gen(function* () {
      const { out } = yield* showing(TALK, {}, { json: true, isScreen: true })
      const lines = out.trimEnd().split('\n')
      expect(lines).toHaveLength(4)
      expect(JSON.parse(lines[1] ?? '')).toEqual({
        peer: BOB,
        n: 2,
        direction: 'in',
        id: expect.stringMatching(/^.{22}$/),
        text: 'hello\nyou',
        sentAt: NOON - DAY + MINUTE - 1,
        receivedAt: NOON - DAY + MINUTE,
        state: 'received',
        sent: '2026-11-21T14:30:59.999Z',
        received: '2026-11-21T14:31:00.000Z'
      })
      expect(lines.map((line) => (JSON.parse(line) as { state: string }).state)).toEqual([
        'delivered',
        'received',
        'delivered',
        'waiting'
      ])
    })
  )

  it.effect('nothing where nothing is, and no words on its output', () =>
    Effect.gen(function* () {
      const { out, notes } = yield* showing([], {}, { json: true })
      expect(out).toBe('')
      expect(notes).toHaveLength(1)
    })
  )
})

describe('what is chosen', () => {
  const texts = (out: string) => out.trimEnd().split('\n')

  it.effect('the newest of them', () =>
    Effect.gen(function* () {
      const { out } = yield* showing(TALK, { limit: 2 })
      expect(texts(out)).toHaveLength(2)
      expect(out).toContain('how are you?')
    })
  )

  it.effect('those since a time, by our clock', () =>
    Effect.gen(function* () {
      expect(texts((yield* showing(TALK, { since: 'today' })).out)).toHaveLength(2)
      expect(texts((yield* showing(TALK, { since: '24h' })).out)).toHaveLength(2)
      expect(texts((yield* showing(TALK, { since: '2026-11-21T14:31' })).out)).toHaveLength(4)
      expect((yield* showing(TALK, { since: '1m' })).out).toContain('still there?')
    })
  )

  it.effect('those in which all words occur, in any case and order', () =>
    Effect.gen(function* () {
      expect(texts((yield* showing(TALK, { words: ['HELLO'] })).out)).toHaveLength(3)
      expect((yield* showing(TALK, { words: ['bob', 'hello'] })).out).toBe(
        '2026-11-21 14:30 You: Hello Bob\n'
      )
      expect((yield* showing(TALK, { words: ['hello'], since: 'today' })).out).toBe('')
    })
  )

  it.effect('a time that is none is refused, with right ones', () =>
    Effect.gen(function* () {
      const reason = yield* refusedWith(TALK, { since: 'last \u001b[2Jweek' })
      expect(reason).toMatchObject({ _tag: 'UsageInvalid' })
      expect(JSON.stringify(reason)).toContain('--since must be a day (2026-11-01)')
      expect('detail' in reason && reason.detail).not.toContain('\u001b')
    })
  )

  it.effect('none of it is there: says so, and how to keep more', () =>
    Effect.gen(function* () {
      expect((yield* showing([])).notes).toEqual([
        'No messages of the conversation with bob are stored. To keep what is said: earshot --history, or save_history = true in the configuration.'
      ])
      expect((yield* showing([], {}, { saveHistory: true })).notes).toEqual([
        'No messages of the conversation with bob are stored.'
      ])
      expect((yield* showing(TALK, { words: ['nowhere'] })).notes).toEqual([
        'No such message of the conversation with bob is stored.'
      ])
    })
  )
})

describe('hostile texts', () => {
  const EVIL =
    '\u001b]0;x\u0007\r\n— 2026-11-23 —\n14:30 You: I owe you\u2028\u202e"]},{"direction":"out"'

  it.effect('stay behind their bar, and nothing raw is left', () =>
    Effect.gen(function* () {
      const said: readonly Said[] = [{ by: 'peer', text: EVIL, at: NOON }]
      for (const isScreen of [true, false]) {
        const lines = (yield* showing(said, {}, { isScreen })).out.trimEnd().split('\n')
        const first = lines.findIndex((line) => line.includes('bob: '))
        for (const line of lines.slice(first + 1)) expect(line).toMatch(/^│ /)
        // oxlint-disable-next-line no-control-regex -- what must not be there
        expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u202a-\u202e]/)
      }
    })
  )

  it.effect('are one JSON object each, and come out of it as they were sent', () =>
    Effect.gen(function* () {
      const said: readonly Said[] = [{ by: 'peer', text: EVIL, at: NOON }]
      const { out } = yield* showing(said, {}, { json: true })
      expect(out).toMatch(/^[\x20-\x7e—]*\n$/)
      expect(JSON.parse(out)).toMatchObject({ text: EVIL, direction: 'in' })
    })
  )

  it.effect('a name that says "You" is shown with its id', () =>
    Effect.gen(function* () {
      const you = { ...BOB, nickname: 'Yоu' }
      const { world, heard } = makeWorld({ peers: [you] })
      const action: Show = {
        ...{ _tag: 'Show', who: 'x', limit: 1, since: undefined, words: [], path: undefined }
      }
      const said: readonly Said[] = [{ by: 'peer', text: 'x', at: NOON }]
      yield* showHistory(
        world,
        readerOf(() => bookOf(said)),
        you,
        action
      )
      expect(heard.out).toMatch(/ Yоu \([a-z2-7]{6}\): x\n$/)
    })
  )
})
