/**
 * Goal: a secret is never read from where others could have put it, never left half written, and
 * never readable by others.
 * Method: the functions on real files in a temporary directory, with each unsafe state made by hand.
 */
import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import {
  createPrivate,
  ensurePrivateDirectory,
  readPrivate,
  replacePrivate
} from '../../../src/adapters/private-files.ts'
import type { StartError } from '../../../src/domain/failures.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const tagOf = (effect: Effect.Effect<unknown, StartError>): Effect.Effect<string> =>
  effect.pipe(
    Effect.as('done'),
    Effect.catch((error) => Effect.succeed(error.reason._tag))
  )

const modeOf = (path: string): number => fs.statSync(path).mode & 0o777

describe('a secret file', () => {
  it.effect('that is not there is no error', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      expect(yield* readPrivate(join(directory, 'none'))).toBe(undefined)
    })
  )

  it.effect('is written 0600 and read back, and leaves nothing beside it', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const path = join(directory, 'secret')
      yield* replacePrivate(path, 'one')
      yield* replacePrivate(path, 'two')
      expect((yield* readPrivate(path))?.toString()).toBe('two')
      expect(modeOf(path)).toBe(0o600)
      expect(fs.readdirSync(directory)).toEqual(['secret'])
    })
  )

  it.effect('is made by exactly one of many that try at once', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const path = join(directory, 'secret')
      const made = yield* Effect.all(
        Array.from({ length: 8 }, (_, at) => createPrivate(path, `by ${at}`)),
        { concurrency: 'unbounded' }
      )
      const winner = made.indexOf(true)
      expect(made.filter(Boolean).length).toBe(1)
      expect((yield* readPrivate(path))?.toString()).toBe(`by ${winner}`)
      expect(modeOf(path)).toBe(0o600)
      expect(fs.readdirSync(directory)).toEqual(['secret'])
    })
  )

  it.effect('is not made through a link that leads nowhere', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      fs.symlinkSync(join(directory, 'elsewhere'), join(directory, 'secret'))
      expect(yield* createPrivate(join(directory, 'secret'), 'x')).toBe(false)
      expect(fs.existsSync(join(directory, 'elsewhere'))).toBe(false)
    })
  )

  it.effect('is refused when others may read it, and says how to close it', () =>
    Effect.gen(function* () {
      const path = join(yield* temporaryDirectory, 'secret')
      fs.writeFileSync(path, 'x')
      for (const mode of [0o644, 0o640, 0o604, 0o620]) {
        fs.chmodSync(path, mode)
        const error = yield* Effect.flip(readPrivate(path))
        expect(error.reason).toMatchObject({ _tag: 'SecretUnsafe', path })
        expect(JSON.stringify(error.reason)).toContain('chmod go=')
      }
    })
  )

  it.effect('is refused as a link, a directory, a pipe, and when it is huge', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const real = join(directory, 'real')
      fs.writeFileSync(real, 'x', { mode: 0o600 })
      fs.symlinkSync(real, join(directory, 'link'))
      fs.mkdirSync(join(directory, 'folder'), { mode: 0o700 })
      fs.writeFileSync(join(directory, 'huge'), '', { mode: 0o600 })
      fs.truncateSync(join(directory, 'huge'), 2 ** 31)
      for (const name of ['link', 'folder', 'huge'])
        expect(yield* tagOf(readPrivate(join(directory, name)))).toBe('SecretUnsafe')
    })
  )

  it.effect('that cannot be written names the path and the cause', () =>
    Effect.gen(function* () {
      const path = join(yield* temporaryDirectory, 'no', 'such', 'folder')
      const error = yield* Effect.flip(replacePrivate(path, 'x'))
      expect(error.reason).toEqual({ _tag: 'HomeUnwritable', path, code: 'ENOENT' })
      expect(yield* tagOf(createPrivate(path, 'x'))).toBe('HomeUnwritable')
    })
  )

  it.effect('keeps its old content when the new one cannot be put in place', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const path = join(directory, 'folder')
      fs.mkdirSync(join(path, 'full'), { recursive: true })
      expect(yield* tagOf(replacePrivate(path, 'x'))).toBe('HomeUnwritable')
      expect(fs.readdirSync(directory)).toEqual(['folder'])
    })
  )
})

describe('a secret directory', () => {
  it.effect('is made 0700 with its parents', () =>
    Effect.gen(function* () {
      const path = join(yield* temporaryDirectory, 'a', 'b')
      yield* ensurePrivateDirectory(path)
      yield* ensurePrivateDirectory(path)
      expect(modeOf(path)).toBe(0o700)
      expect(modeOf(join(path, '..'))).toBe(0o700)
    })
  )

  it.effect('is refused when others may enter, when it is a link or a file', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      fs.mkdirSync(join(directory, 'open'))
      fs.chmodSync(join(directory, 'open'), 0o755)
      fs.symlinkSync(directory, join(directory, 'link'))
      fs.writeFileSync(join(directory, 'file'), '')
      for (const name of ['open', 'link', 'file', 'file/below'])
        expect(yield* tagOf(ensurePrivateDirectory(join(directory, name)))).toBe('SecretUnsafe')
    })
  )

  it.effect('in a place that cannot be written names the cause', () =>
    Effect.gen(function* () {
      const path = '/proc/earshot-cannot-be-here'
      const error = yield* Effect.flip(ensurePrivateDirectory(path))
      expect(error.reason).toMatchObject({ _tag: 'HomeUnwritable', path })
    })
  )
})
