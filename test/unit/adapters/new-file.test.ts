/**
 * Goal: a file appears whole or not at all, for its owner only, and what was there stays as it was.
 * Method: real files in a folder of the test; writers that fail, are interrupted, or meet another file.
 */
import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@effect/vitest'
import * as Deferred from 'effect/Deferred'
import * as Effect from 'effect/Effect'
import * as Fiber from 'effect/Fiber'
import { writeNewFile } from '../../../src/adapters/new-file.ts'
import { StartError } from '../../../src/domain/failures.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const failureOf = <A>(written: Effect.Effect<A, StartError>) =>
  Effect.map(Effect.flip(written), ({ reason }) => reason)

describe('a new file', () => {
  it.effect('has what was appended, in order, 0600, and nothing is left beside it', () =>
    Effect.gen(function* () {
      const folder = yield* temporaryDirectory
      const path = join(folder, 'bob.txt')
      const result = yield* writeNewFile(path, (append) =>
        Effect.gen(function* () {
          for (const text of ['a', 'ü\n', '']) yield* append(text)
          expect(fs.existsSync(path)).toBe(false)
          return 3
        })
      )
      expect(result).toBe(3)
      expect(fs.readFileSync(path, 'utf8')).toBe('aü\n')
      expect(fs.statSync(path).mode & 0o777).toBe(0o600)
      expect(fs.readdirSync(folder)).toEqual(['bob.txt'])
    })
  )

  it.effect.each(['a file', 'a folder', 'a link to nowhere'])('is never put over %s', (what) =>
    Effect.gen(function* () {
      const folder = yield* temporaryDirectory
      const path = join(folder, 'bob.txt')
      if (what === 'a file') fs.writeFileSync(path, 'mine')
      else if (what === 'a folder') fs.mkdirSync(path)
      else fs.symlinkSync(join(folder, 'nowhere'), path)
      const before = fs.lstatSync(path)
      const never = () => Effect.die('nothing is to be written')
      expect(yield* failureOf(writeNewFile(path, never))).toEqual({ _tag: 'FileExists', path })
      expect(fs.lstatSync(path).ino).toBe(before.ino)
      expect(fs.readdirSync(folder)).toEqual(['bob.txt'])
    })
  )

  it.effect('is not put over one that came while it was written', () =>
    Effect.gen(function* () {
      const folder = yield* temporaryDirectory
      const path = join(folder, 'bob.txt')
      const written = writeNewFile(path, (append) =>
        Effect.tap(append('ours'), () => Effect.sync(() => fs.writeFileSync(path, 'theirs')))
      )
      expect(yield* failureOf(written)).toEqual({ _tag: 'FileExists', path })
      expect(fs.readFileSync(path, 'utf8')).toBe('theirs')
      expect(fs.readdirSync(folder)).toEqual(['bob.txt'])
    })
  )

  it.effect('is not there when its writer fails', () =>
    Effect.gen(function* () {
      const folder = yield* temporaryDirectory
      const failure = new StartError({ reason: { _tag: 'EncryptionRequired' } })
      const written = writeNewFile(join(folder, 'bob.txt'), (append) =>
        Effect.andThen(append('half'), Effect.fail(failure))
      )
      expect(yield* failureOf(written)).toEqual({ _tag: 'EncryptionRequired' })
      expect(fs.readdirSync(folder)).toEqual([])
    })
  )

  it.effect('is not there when its writer is interrupted', () =>
    Effect.gen(function* () {
      const folder = yield* temporaryDirectory
      const begun = yield* Deferred.make<void>()
      const fiber = yield* Effect.forkChild(
        writeNewFile(join(folder, 'bob.txt'), (append) =>
          append('half').pipe(
            Effect.andThen(Deferred.succeed(begun, undefined)),
            Effect.andThen(Effect.never)
          )
        )
      )
      yield* Deferred.await(begun)
      expect(fs.readdirSync(folder)).toHaveLength(1)
      yield* Fiber.interrupt(fiber)
      expect(fs.readdirSync(folder)).toEqual([])
    })
  )

  it.effect.each([
    ['a folder that is not there', ['nowhere', 'bob.txt'], 'ENOENT'],
    ['a file for a folder', ['file', 'bob.txt'], 'ENOTDIR'],
    ['a name that is too long', ['x'.repeat(300)], 'ENAMETOOLONG']
  ] as const)('names the cause: %s', ([_, parts, code]) =>
    Effect.gen(function* () {
      const folder = yield* temporaryDirectory
      fs.writeFileSync(join(folder, 'file'), '')
      const path = join(folder, ...parts)
      const written = writeNewFile(path, (append) => append('x'))
      expect(yield* failureOf(written)).toEqual({ _tag: 'FileUnwritable', path, code })
    })
  )
})
