/**
 * Goal: a passphrase comes from a file or a pipe that nobody else can read, and from nowhere else;
 * what is wrong with a file is said without repeating what it holds, and a wait can be given up.
 * Method: real files and pipes in a temporary directory, and descriptors that are left open.
 */
import { spawn, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Fiber from 'effect/Fiber'
import { readPassphraseFile } from '../../../src/adapters/passphrase-file.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const written = Effect.fnUntraced(function* (content: string | Uint8Array) {
  const path = join(yield* temporaryDirectory, 'secret')
  fs.writeFileSync(path, content, { mode: 0o600 })
  return path
})

const reasonOf = (path: string) =>
  Effect.map(Effect.flip(readPassphraseFile(path)), ({ reason }) => reason)

const namedPipe = Effect.fnUntraced(function* (mode: string) {
  const path = join(yield* temporaryDirectory, 'pipe')
  expect(spawnSync('mkfifo', ['-m', mode, path]).status).toBe(0)
  return path
})

describe('a passphrase file', () => {
  it.effect.each([
    ['one line', 'correct horse\n', 'correct horse'],
    ['no line end', 'correct horse', 'correct horse'],
    ['the line end of Windows', 'correct horse\r\n', 'correct horse'],
    ['more lines', 'correct horse\nbattery\n', 'correct horse'],
    ['spaces, which count', ' correct horse \n', ' correct horse '],
    ['other letters', 'Zwölf 🐎\n', 'Zwölf 🐎'],
    ['the longest line', `${'x'.repeat(1024)}\r\nmore`, 'x'.repeat(1024)]
  ] as const)('with %s', ([, content, passphrase]) =>
    Effect.gen(function* () {
      expect(yield* readPassphraseFile(yield* written(content))).toBe(passphrase)
    })
  )

  it.effect.each([
    ['nothing in it', '', 'its first line is empty'],
    ['an empty first line', '\ncorrect horse\n', 'its first line is empty'],
    ['a first line of a carriage return', '\r\nx', 'its first line is empty'],
    ['a line without end', 'x'.repeat(100_000), 'its first line is over 1024 bytes'],
    [
      'a line that is a byte too long',
      `${'x'.repeat(1025)}\n`,
      'its first line is over 1024 bytes'
    ],
    ['bytes that are no text', Uint8Array.of(0x41, 0xff, 0x0a), 'its first line is not UTF-8 text']
  ] as const)('with %s is refused', ([, content, detail]) =>
    Effect.gen(function* () {
      const file = yield* written(content)
      expect(yield* reasonOf(file)).toEqual({ _tag: 'PassphraseUnreadable', file, detail })
    })
  )

  it.effect('that others may use is refused, and says how to close it', () =>
    Effect.gen(function* () {
      const path = yield* written('correct horse\n')
      for (const mode of [0o644, 0o640, 0o604, 0o620]) {
        fs.chmodSync(path, mode)
        const reason = yield* reasonOf(path)
        expect(reason).toMatchObject({ _tag: 'SecretUnsafe', path })
        expect(JSON.stringify(reason)).toContain('chmod go=')
        expect(JSON.stringify(reason)).not.toContain('horse')
      }
    })
  )

  it.effect('is found behind a link, and judged as what it is', () =>
    Effect.gen(function* () {
      const path = yield* written('correct horse\n')
      fs.symlinkSync(path, `${path}.link`)
      expect(yield* readPassphraseFile(`${path}.link`)).toBe('correct horse')
      fs.chmodSync(path, 0o644)
      expect((yield* reasonOf(`${path}.link`))._tag).toBe('SecretUnsafe')
    })
  )

  it.effect(
    'that is not there, a folder, a device, or what the conversation needs is refused',
    () =>
      Effect.gen(function* () {
        const directory = yield* temporaryDirectory
        const none = join(directory, 'none')
        expect(yield* reasonOf(none)).toEqual({
          _tag: 'PassphraseUnreadable',
          file: none,
          detail: 'it cannot be read (ENOENT)'
        })
        for (const file of [directory, '/dev/null', '/dev/zero'])
          expect(yield* reasonOf(file)).toMatchObject({ detail: 'it is neither a file nor a pipe' })
        for (const file of ['/dev/stdin', '/dev/tty', '/dev/fd/0', '/dev/fd/2', '/proc/self/fd/1'])
          expect(JSON.stringify(yield* reasonOf(file))).toContain('use another descriptor')
        expect(yield* reasonOf('/dev/fd/999999')).toMatchObject({
          detail: 'it cannot be read (EBADF)'
        })
      })
  )
})

describe('a pipe', () => {
  it.effect('with a name gives its first line once it is written', () =>
    Effect.gen(function* () {
      const path = yield* namedPipe('600')
      const writer = spawn('/bin/sh', ['-c', 'printf "correct " >"$1"', 'sh', path])
      // Both ends are open from here on, so that what follows can wait for the rest of the line.
      const held = fs.openSync(path, fs.constants.O_RDWR)
      yield* Effect.promise(() => once(writer, 'exit'))
      const [passphrase] = yield* Effect.all(
        [readPassphraseFile(path), Effect.sync(() => fs.writeSync(held, 'horse\nand more'))],
        { concurrency: 'unbounded' }
      )
      fs.closeSync(held)
      expect(passphrase).toBe('correct horse')
    })
  )

  it.effect('that nobody writes to is waited for, and can be given up', () =>
    Effect.gen(function* () {
      const path = yield* namedPipe('600')
      const reading = yield* Effect.forkChild(readPassphraseFile(path))
      yield* Effect.yieldNow
      expect(reading.pollUnsafe()).toBe(undefined)
      yield* Fiber.interrupt(reading)
      expect(yield* Fiber.await(reading).pipe(Effect.map(Exit.hasInterrupts))).toBe(true)
    })
  )

  it.effect('that others may write to is refused', () =>
    Effect.gen(function* () {
      expect((yield* reasonOf(yield* namedPipe('622')))._tag).toBe('SecretUnsafe')
    })
  )

  it.effect('without end is not read for ever', () =>
    Effect.gen(function* () {
      const path = yield* namedPipe('600')
      const held = fs.openSync(path, fs.constants.O_RDWR)
      fs.writeSync(held, 'x'.repeat(5000))
      expect(yield* reasonOf(path)).toMatchObject({ detail: 'its first line is over 1024 bytes' })
      fs.closeSync(held)
    })
  )
})
