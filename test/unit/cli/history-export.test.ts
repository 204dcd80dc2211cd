/**
 * Goal: an exported history holds all of it in the form that the file's name asks for, in which no text
 * can pass for another message; and a long search shows that it goes on.
 * Method: the command's parts over the model of the store write real files; Markdown and JSON are read
 * back.
 */
import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import { searchProgress } from '../../../src/cli/history/progress.ts'
import { showHistory } from '../../../src/cli/history/show.ts'
import { StartError } from '../../../src/domain/failures.ts'
import { temporaryDirectory } from '../adapters/temporary-directory.ts'
import { BOB, bookOf, makeWorld, MINUTE, NOON, readerOf, type Said } from './history-fixture.ts'

const HOSTILE = '# not a heading\n- 14:30 **You**: <b>no</b>\n\n![x](http://y)\u001b[2J'
const TALK: readonly Said[] = [
  { by: 'us', text: 'hello', at: NOON },
  { by: 'peer', text: HOSTILE, at: NOON + 24 * 60 * MINUTE },
  { by: 'us', text: 'bye', at: NOON + 24 * 60 * MINUTE, waits: true }
]

const exported = Effect.fnUntraced(function* (
  path: string,
  said: readonly Said[] = TALK,
  json = false
) {
  const { world, heard } = makeWorld({ json })
  const action = {
    _tag: 'Show',
    who: 'bob',
    limit: undefined,
    since: undefined,
    words: []
  } as const
  yield* showHistory(
    world,
    readerOf(() => bookOf(said)),
    BOB,
    { ...action, path }
  )
  return heard
})

describe('a file', () => {
  it.effect('.txt has the lines of a pipe', () =>
    Effect.gen(function* () {
      const path = join(yield* temporaryDirectory, 'bob.TXT')
      expect((yield* exported(path)).out).toBe(`Written: ${path} (3 messages, not encrypted)\n`)
      const lines = fs.readFileSync(path, 'utf8').trimEnd().split('\n')
      expect(lines[0]).toBe('2026-11-22 14:30 You: hello')
      expect(lines[1]).toBe('2026-11-23 14:30 bob: # not a heading')
      for (const line of lines.slice(2, -1)) expect(line).toMatch(/^│ /)
      expect(lines.at(-1)).toBe('2026-11-23 14:30 You (waiting): bye')
      expect(fs.statSync(path).mode & 0o777).toBe(0o600)
    })
  )

  it.effect('.json is one array, also of nothing', () =>
    Effect.gen(function* () {
      const folder = yield* temporaryDirectory
      const path = join(folder, 'bob.json')
      const { out } = yield* exported(path, TALK, true)
      expect(JSON.parse(out)).toEqual({ path, count: 3 })
      expect(JSON.parse(fs.readFileSync(path, 'utf8'))).toMatchObject([
        { text: 'hello', direction: 'out', peer: BOB },
        { text: HOSTILE, direction: 'in' },
        { text: 'bye', state: 'waiting' }
      ])
      yield* exported(join(folder, 'none.json'), [])
      expect(JSON.parse(fs.readFileSync(join(folder, 'none.json'), 'utf8'))).toEqual([])
    })
  )

  it.effect('.jsonl is an object a line, of any number', () =>
    Effect.gen(function* () {
      const path = join(yield* temporaryDirectory, 'bob.jsonl')
      const many = Array.from(
        { length: 1000 },
        (_, n): Said => ({
          by: n % 3 === 0 ? 'us' : 'peer',
          text: `${n}`,
          at: NOON + n
        })
      )
      yield* exported(path, many)
      const lines = fs.readFileSync(path, 'utf8').trimEnd().split('\n')
      const texts = lines.map((line) => (JSON.parse(line) as { text: string }).text)
      expect(texts).toEqual(many.map(({ text }) => text))
    })
  )

  it.effect('.md has a heading a day and an item a message, and texts are only text', () =>
    Effect.gen(function* () {
      const path = join(yield* temporaryDirectory, 'bob.md')
      yield* exported(path)
      const text = fs.readFileSync(path, 'utf8')
      expect(text.match(/^#.*$/gm)).toEqual(['# bob', '## 2026-11-22', '## 2026-11-23'])
      expect(text.match(/^- .*$/gm)).toHaveLength(3)
      expect(text).toContain('- 14:30 **bob**: \\# not a heading\\\n  \\- 14\\:30')
      expect(text).toContain('**You \\(waiting\\)**: bye')
      expect(text).not.toMatch(/(?<!\\)[<[!]|\u001b/)
    })
  )

  it.effect('that is there is left as it was', () =>
    Effect.gen(function* () {
      const path = join(yield* temporaryDirectory, 'bob.txt')
      fs.writeFileSync(path, 'mine')
      const error = yield* Effect.flip(exported(path))
      expect(error).toBeInstanceOf(StartError)
      expect(error.reason).toEqual({ _tag: 'FileExists', path })
      expect(fs.readFileSync(path, 'utf8')).toBe('mine')
    })
  )
})

describe('the progress of a search', () => {
  const at = { now: 0 }
  const progress = () => {
    const drawn: string[] = []
    at.now = 0
    return {
      drawn,
      ...searchProgress(
        (text) => drawn.push(text),
        () => at.now
      )
    }
  }

  it('is silent for a second, then a line that is written over and taken away', () => {
    const { drawn, on, clear } = progress()
    for (const [now, done] of [
      [500, 90],
      [999, 95],
      [1000, 100],
      [1100, 110],
      [1300, 9]
    ] as const) {
      at.now = now
      on(done, 1000)
    }
    expect(drawn).toEqual(['\rSearched 100 of 1000 messages…', '\rSearched 9 of 1000 messages…  '])
    clear()
    expect(drawn.slice(2)).toEqual([`\r${' '.repeat('Searched 9 of 1000 messages…'.length)}`, '\r'])
    clear()
    expect(drawn).toHaveLength(4)
  })

  it('of a quick one is nothing', () => {
    const { drawn, on, clear } = progress()
    on(1, 2)
    clear()
    expect(drawn).toEqual([])
  })
})
