/**
 * Goal: the log is one sanitised JSON object a line in a private, bounded file, holds no text of
 * messages, and a log that cannot be written disturbs nobody.
 * Method: real files, Effect's virtual clock for the moment that lines wait.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Logger from 'effect/Logger'
import * as References from 'effect/References'
import { TestClock } from 'effect/testing'
import { LOG_FLUSH_MS, MINIMUM_LEVEL, openLogFile } from '../../../src/adapters/log-file.ts'
import { LOG_WAITING_CHARS_MAX } from '../../../src/adapters/log-sink.ts'
import { loggedFields, logTap } from '../../../src/cli/log-tap.ts'
import { EXAMPLES } from '../views/documented-events.ts'
import type { PeerId } from '../../../src/domain/peer-id.ts'

const CANNOT_SEND = {
  type: 'app.failed',
  failure: {
    _tag: 'CannotSend',
    failure: { _tag: 'SourceMissing', path: '/home/ann/diary.txt' }
  }
} as const

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'earshot-log-'))
  path = join(folder, 'state', 'earshot.log')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const lines = (file = path): Record<string, unknown>[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('openLogFile', () => {
  it.effect('writes what waited, once, after a moment, into a private file', () =>
    Effect.scoped(
      Effect.gen(function* () {
        const log = yield* openLogFile({ path, level: 'info' })
        yield* TestClock.adjust(1000)
        log.write('info', 'one', { n: 1 })
        log.write('warn', 'two')
        log.write('debug', 'not kept')
        expect(existsSync(path)).toBe(false)
        yield* TestClock.adjust(LOG_FLUSH_MS)
        expect(lines()).toEqual([
          { time: 1000, level: 'info', pid: process.pid, message: 'one', n: 1 },
          { time: 1000, level: 'warn', pid: process.pid, message: 'two' }
        ])
        expect(statSync(path).mode & 0o777).toBe(0o600)
        log.write('info', 'three')
        yield* TestClock.adjust(LOG_FLUSH_MS)
        expect(lines()).toHaveLength(3)
      })
    )
  )

  it.effect('writes an error at once, and what waits when the scope ends', () =>
    Effect.gen(function* () {
      yield* Effect.scoped(
        Effect.gen(function* () {
          const log = yield* openLogFile({ path, level: 'trace' })
          log.write('error', 'now')
          expect(lines()).toHaveLength(1)
          log.write('trace', 'later')
          expect(lines()).toHaveLength(1)
        })
      )
      expect(lines().map(({ message }) => message)).toEqual(['now', 'later'])
    })
  )

  it.effect('keeps what a peer sent from acting on the terminal that shows the log', () =>
    Effect.gen(function* () {
      const evil = 'a\u001b[2J\u009b31m\u202e\u2028\nb'
      yield* Effect.scoped(
        Effect.gen(function* () {
          const log = yield* openLogFile({ path, level: 'info' })
          log.write('info', 'said', { evil })
        })
      )
      const text = readFileSync(path, 'utf8')
      expect(text.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u202e]/)
      expect(lines()[0]).toMatchObject({ evil })
    })
  )

  it.effect('rotates once at its bound, so that twice the bound is the most', () =>
    Effect.gen(function* () {
      yield* Effect.scoped(
        Effect.gen(function* () {
          const log = yield* openLogFile({ path, level: 'info', bytesMax: 2000 })
          for (let n = 0; n < 100; n++) log.write('error', 'x'.repeat(50), { n })
        })
      )
      expect(statSync(path).size).toBeLessThanOrEqual(2000)
      expect(statSync(`${path}.1`).size).toBeLessThanOrEqual(2000)
      expect(lines().at(-1)).toMatchObject({ n: 99 })
      const first = lines()[0]?.['n']
      expect(lines(`${path}.1`).at(-1)).toMatchObject({ n: Number(first) - 1 })
    })
  )

  it.effect('goes on when it cannot be written, and says how much was lost once it can', () =>
    Effect.scoped(
      Effect.gen(function* () {
        mkdirSync(path, { recursive: true })
        const log = yield* openLogFile({ path, level: 'info' })
        log.write('error', 'lost')
        log.write('error', 'lost too')
        rmSync(path, { recursive: true })
        log.write('error', 'kept')
        expect(lines()).toMatchObject([
          { message: 'kept' },
          { message: 'lines of the log were lost', dropped: 2 }
        ])
      })
    )
  )

  it.effect('does not follow a link, and tightens a file that others could read', () =>
    Effect.gen(function* () {
      const target = join(folder, 'target')
      mkdirSync(join(folder, 'state'))
      writeFileSync(target, '')
      symlinkSync(target, path)
      const write = Effect.scoped(
        Effect.map(openLogFile({ path, level: 'info' }), (log) => log.write('info', 'x'))
      )
      yield* write
      expect(readFileSync(target, 'utf8')).toBe('')
      rmSync(path)
      writeFileSync(path, '', { mode: 0o644 })
      yield* write
      expect(statSync(path).mode & 0o777).toBe(0o600)
      expect(lines()).toHaveLength(1)
    })
  )

  it.effect('is bounded in memory, and survives what JSON cannot hold', () =>
    Effect.gen(function* () {
      const cycle: Record<string, unknown> = {}
      cycle['self'] = cycle
      yield* Effect.scoped(
        Effect.gen(function* () {
          const log = yield* openLogFile({ path, level: 'info' })
          log.write('info', 'cycle', cycle)
          for (let n = 0; n < 30; n++) log.write('info', 'x'.repeat(LOG_WAITING_CHARS_MAX / 10))
        })
      )
      expect(statSync(path).size).toBeLessThanOrEqual(LOG_WAITING_CHARS_MAX + 1000)
      expect(lines().at(-1)).toMatchObject({ message: 'lines of the log were lost' })
    })
  )

  it.effect('is where Effect logs, with annotations and causes, and nothing else is', () =>
    Effect.gen(function* () {
      yield* Effect.scoped(
        Effect.gen(function* () {
          const log = yield* openLogFile({ path, level: 'debug' })
          yield* Effect.logDebug('hello', { a: 1 }).pipe(
            Effect.andThen(Effect.logTrace('not kept')),
            Effect.andThen(Effect.catchCause(Effect.die(new Error('broken')), Effect.logError)),
            Effect.annotateLogs('peer', 'p'),
            Effect.provide(Logger.layer([log.logger])),
            Effect.provideService(References.MinimumLogLevel, MINIMUM_LEVEL.debug)
          )
        })
      )
      expect(lines()).toMatchObject([
        { level: 'debug', message: 'hello', a: 1, peer: 'p' },
        { level: 'error', peer: 'p', cause: expect.stringContaining('broken') }
      ])
      expect(lines()).toHaveLength(2)
    })
  )
})

describe('events in the log', () => {
  const peer = { id: 'x'.repeat(56) as PeerId }

  it('holds no text of a message, only its length', () => {
    const event = { type: 'message.queued', peer, id: '1', text: 'secret', online: true } as const
    expect(loggedFields(event)).toEqual({ peer, id: '1', textChars: 6, online: true })
    expect(
      JSON.stringify(loggedFields({ type: 'command.invalid', input: 'secret', detail: 'd' }))
    ).not.toContain('secret')
  })

  it('holds none of what the documented examples say', () => {
    const said = (value: unknown): readonly string[] => {
      if (Array.isArray(value)) return value.flatMap(said)
      if (typeof value !== 'object' || value === null) return []
      return Object.entries(value).flatMap(([name, field]) => {
        if (name === 'words' && Array.isArray(field)) return field.map(String)
        return ['text', 'safetyNumber'].includes(name) ? [String(field)] : said(field)
      })
    }
    const texts = EXAMPLES.flatMap(said)
    expect(texts.length).toBeGreaterThan(8)
    for (const event of EXAMPLES) {
      const logged = Object.values(loggedFields(event)).map((field) => JSON.stringify(field))
      for (const text of said(event)) expect(logged.join(' '), event.type).not.toContain(text)
    }
  })

  it('holds no name and no path of a file, whatever is told of it', () => {
    const NAMES = ['name', 'path', 'folder', 'saveAs', 'as']
    const named = (value: unknown): readonly string[] => {
      if (Array.isArray(value)) return value.flatMap(named)
      if (typeof value !== 'object' || value === null) return []
      return Object.entries(value).flatMap(([name, field]) =>
        NAMES.includes(name) ? [String(field)] : named(field)
      )
    }
    const ofFiles = EXAMPLES.filter(
      ({ type }) => type.startsWith('transfer') && type !== 'transfer.notes-damaged'
    )
    expect(ofFiles.flatMap(named).length).toBeGreaterThan(10)
    for (const event of [...ofFiles, CANNOT_SEND]) {
      const logged = JSON.stringify(loggedFields(event))
      for (const name of named(event)) expect(logged, event.type).not.toContain(name)
    }
    const paths = ['/home/ann/notes/x.damaged-1']
    expect(loggedFields({ type: 'transfer.notes-damaged', paths })).toEqual({ pathsCount: 1 })
    expect(loggedFields(CANNOT_SEND)).toEqual({
      failure: {
        _tag: 'CannotSend',
        failure: { _tag: 'SourceMissing', pathChars: 19 }
      }
    })
  })

  it.effect('leaves frequent events out unless they are asked for', () =>
    Effect.gen(function* () {
      for (const level of ['info', 'debug'] as const)
        yield* Effect.scoped(
          Effect.map(openLogFile({ path: join(folder, level), level }), (log) =>
            logTap(log)([
              { type: 'listen.waiting' },
              { type: 'message.delivered', peer, ids: ['1'] },
              { type: 'link.flood', dropped: 9, sinceMs: 1 }
            ])
          )
        )
      const kept = (level: string) => lines(join(folder, level)).map(({ message }) => message)
      expect(kept('info')).toEqual(['listen.waiting', 'link.flood'])
      expect(kept('debug')).toEqual(['listen.waiting', 'message.delivered', 'link.flood'])
    })
  )
})
