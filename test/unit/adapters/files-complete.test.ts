/**
 * Goal: Tab behind `/send` gives paths that mean exactly the file that is shown, and nothing that does something to a
 * terminal.
 * Method: real folders with awkward names; what is completed is split again and looked up.
 */
import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import { complete } from '../../../src/adapters/files/complete.ts'
import { localPath } from '../../../src/adapters/files/local-path.ts'
import { splitWords } from '../../../src/domain/quoted-words.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const NAMES = [
  'a.txt',
  'ab.txt',
  'my file',
  "it's",
  'say "hi"',
  'back\\slash',
  'ünï 💬',
  '.hidden',
  '~x'
]

const inFolder = Effect.gen(function* () {
  const folder = yield* temporaryDirectory
  const userHome = join(folder, 'home')
  for (const name of ['home', 'home/docs', 'home/.ssh', 'my photos'])
    fs.mkdirSync(join(folder, name))
  fs.writeFileSync(join(folder, 'my photos', 'a b.jpg'), '')
  for (const name of NAMES) fs.writeFileSync(join(folder, name), '')
  fs.symlinkSync('my photos', join(folder, 'photos'))
  fs.symlinkSync('nowhere', join(folder, 'nothing'))
  const roots = { folder, userHome }
  return { roots, folder, of: (typed: string) => complete(typed, roots) }
})

const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['a', ['a.txt', 'ab.txt']],
  ['ab', ['ab.txt']],
  ['zz', []],
  ['nowhere/', []],
  ['a.txt/', []],
  ['my', ['my\\ file', 'my\\ photos/']],
  ['my\\ p', ['my\\ photos/']],
  ['my\\ photos/', ['my\\ photos/a\\ b.jpg']],
  ['"my p', ['"my photos/"']],
  ['"my photos/"', ['my\\ photos/a\\ b.jpg']],
  ["'my photos/a", ["'my photos/a b.jpg'"]],
  ['ph', ['photos/']],
  ['no', ['nothing']],
  ['it', ["it\\'s"]],
  ['.h', ['.hidden']],
  ['~', ['~/']],
  ['~/', ['~/docs/']],
  ['~/.', ['~/.ssh/']],
  ['~x', ['~x']],
  ['./~', ['./~x']],
  ['a.txt my', ['a.txt my\\ file', 'a.txt my\\ photos/']],
  ['"a.txt"  it', [`"a.txt"  it\\'s`]]
]

describe('completion of paths', () => {
  it.effect.each(CASES)('of %j', ([typed, expected]) =>
    Effect.map(inFolder, ({ of }) => {
      expect(of(typed)).toEqual(expected)
    })
  )

  it.effect('gives words that lead to what they show', () =>
    Effect.map(inFolder, ({ of, roots, folder }) => {
      const found = new Set<string>()
      for (const typed of ['', '.', '"', "'", '"~', '~x', 'say\\ '])
        for (const whole of of(typed)) {
          const words = Result.getOrThrow(splitWords(whole, false))
          expect(words).toHaveLength(1)
          const path = localPath(words[0] ?? '', roots)
          expect(fs.lstatSync(path, { throwIfNoEntry: false })).not.toBe(undefined)
          found.add(path)
        }
      for (const name of NAMES) expect([...found]).toContain(join(folder, name))
    })
  )

  it.effect(
    'passes over names that a terminal would act on, and over all behind the first 200',
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryDirectory
        const roots = { folder, userHome: undefined }
        for (const name of ['a\u001b[2J', 'a\nb', 'a\u202Eb', 'a\u0007', 'a\u200bb', 'ab'])
          fs.writeFileSync(join(folder, name), '')
        fs.writeFileSync(Buffer.concat([Buffer.from(`${folder}/ac`), Buffer.of(0xff)]), '')
        expect(complete('a', roots)).toEqual(['ab'])
        for (let number = 0; number < 300; number += 1)
          fs.writeFileSync(join(folder, `n${String(number).padStart(3, '0')}`), '')
        const many = complete('n', roots)
        expect(many).toHaveLength(200)
        expect(many.at(-1)).toBe('n199')
        expect(complete('~', roots)).toEqual([])
      })
  )
})
