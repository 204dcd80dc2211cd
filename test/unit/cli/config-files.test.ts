/**
 * Goal: a configuration file is read within bounds whatever stands in its place, and written whole,
 * never over an existing one unless that is asked for.
 * Method: real files in a folder of the test's own.
 */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
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
import {
  CONFIG_FILE_BYTES_MAX,
  readConfigFile,
  writeConfigFile
} from '../../../src/adapters/config-files.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'earshot-config-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const reasonOf = <A>(effect: Effect.Effect<A, { readonly reason: unknown }>) =>
  Effect.map(Effect.flip(effect), ({ reason }) => reason)

describe('reading', () => {
  it.effect('gives the text, without a byte order mark', () =>
    Effect.gen(function* () {
      const file = join(folder, 'c')
      writeFileSync(file, '\ufeffnickname = "ä"\n')
      expect(yield* readConfigFile(file)).toBe('nickname = "ä"\n')
      writeFileSync(file, '')
      expect(yield* readConfigFile(file)).toBe('')
    })
  )

  it.effect('gives undefined where there is none', () =>
    Effect.gen(function* () {
      expect(yield* readConfigFile(join(folder, 'none'))).toBeUndefined()
      expect(yield* readConfigFile(join(folder, 'no', 'folder'))).toBeUndefined()
    })
  )

  it.effect('refuses a folder', () =>
    Effect.gen(function* () {
      expect(yield* reasonOf(readConfigFile(folder))).toEqual({
        _tag: 'ConfigUnreadable',
        file: folder,
        code: 'EISDIR'
      })
    })
  )

  it.effect('refuses a file of a folder that is a file', () =>
    Effect.gen(function* () {
      writeFileSync(join(folder, 'file'), '')
      expect(yield* reasonOf(readConfigFile(join(folder, 'file', 'c')))).toMatchObject({
        _tag: 'ConfigUnreadable',
        code: 'ENOTDIR'
      })
    })
  )

  it.effect('refuses a FIFO and a device without waiting for them', () =>
    Effect.gen(function* () {
      const fifo = join(folder, 'fifo')
      execFileSync('mkfifo', [fifo])
      for (const file of [fifo, '/dev/zero'])
        expect(yield* reasonOf(readConfigFile(file))).toMatchObject({
          _tag: 'ConfigInvalid',
          detail: expect.stringContaining('not a regular file')
        })
    })
  )

  it.effect('refuses what is not UTF-8, at the line where it is not', () =>
    Effect.gen(function* () {
      const file = join(folder, 'c')
      writeFileSync(file, Buffer.from('a = "ö"\nb = 2\nc = "\xff"\n', 'latin1'))
      writeFileSync(file, Buffer.concat([Buffer.from('a = "ö"\nb = 2\n'), Buffer.from([0xff])]))
      expect(yield* reasonOf(readConfigFile(file))).toMatchObject({
        _tag: 'ConfigInvalid',
        file,
        line: 3
      })
    })
  )

  it.effect('takes the largest file and refuses one byte more', () =>
    Effect.gen(function* () {
      const file = join(folder, 'c')
      writeFileSync(file, '#'.repeat(CONFIG_FILE_BYTES_MAX))
      expect(yield* readConfigFile(file)).toHaveLength(CONFIG_FILE_BYTES_MAX)
      writeFileSync(file, '#'.repeat(CONFIG_FILE_BYTES_MAX + 1))
      expect(yield* reasonOf(readConfigFile(file))).toMatchObject({ _tag: 'ConfigInvalid' })
    })
  )
})

describe('writing', () => {
  it.effect('makes the folders, private, and leaves nothing else behind', () =>
    Effect.gen(function* () {
      const file = join(folder, 'a', 'b', 'config.toml')
      yield* writeConfigFile(file, 'x', false)
      expect(readFileSync(file, 'utf8')).toBe('x')
      expect(statSync(file).mode & 0o777).toBe(0o600)
      expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700)
      expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['config.toml'])
    })
  )

  it.effect('never replaces a file, a dangling link or a folder without being forced', () =>
    Effect.gen(function* () {
      const file = join(folder, 'config.toml')
      writeFileSync(file, 'mine')
      expect(yield* reasonOf(writeConfigFile(file, 'x', false))).toEqual({
        _tag: 'ConfigExists',
        file
      })
      expect(readFileSync(file, 'utf8')).toBe('mine')
      const link = join(folder, 'link')
      symlinkSync(join(folder, 'nowhere'), link)
      expect(yield* reasonOf(writeConfigFile(link, 'x', false))).toMatchObject({
        _tag: 'ConfigExists'
      })
      expect(existsSync(join(folder, 'nowhere'))).toBe(false)
      for (const force of [false, true])
        expect(yield* reasonOf(writeConfigFile(folder, 'x', force))).toMatchObject({
          _tag: 'ConfigUnreadable',
          code: 'EISDIR'
        })
    })
  )

  it.effect('keeps the old file beside the new one when forced, also behind a link', () =>
    Effect.gen(function* () {
      const file = join(folder, 'config.toml')
      const link = join(folder, 'link')
      writeFileSync(file, 'old')
      symlinkSync(file, link)
      yield* writeConfigFile(link, 'new', true)
      expect(lstatSync(link).isSymbolicLink()).toBe(true)
      expect(readFileSync(file, 'utf8')).toBe('new')
      expect(readFileSync(`${file}.bak`, 'utf8')).toBe('old')
      yield* writeConfigFile(file, 'newer', true)
      expect(readFileSync(`${file}.bak`, 'utf8')).toBe('new')
      expect(readdirSync(folder).toSorted()).toEqual(['config.toml', 'config.toml.bak', 'link'])
    })
  )

  it.effect('says when the place cannot be written to', () =>
    Effect.gen(function* () {
      writeFileSync(join(folder, 'file'), '')
      expect(
        yield* reasonOf(writeConfigFile(join(folder, 'file', 'config.toml'), 'x', false))
      ).toMatchObject({ _tag: 'HomeUnwritable' })
      const closed = join(folder, 'closed')
      mkdirSync(closed)
      chmodSync(closed, 0o500)
      const wrote = yield* Effect.exit(writeConfigFile(join(closed, 'config.toml'), 'x', false))
      // The superuser may write everywhere; everybody else is told.
      expect(wrote._tag).toBe(process.getuid?.() === 0 ? 'Success' : 'Failure')
    })
  )
})
