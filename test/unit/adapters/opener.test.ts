/**
 * Goal: a file is handed to the system's opener as one word that no shell reads, and a missing opener is said.
 * Method: a program of the test in the place of the opener, which writes down its arguments.
 */
import { expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { layerOpener } from '../../../src/adapters/opener.ts'
import { Opener } from '../../../src/services/opener.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const open = (path: string, program: readonly [string, readonly string[]]) =>
  Effect.flatMap(Opener, (opener) => opener.open(path)).pipe(Effect.provide(layerOpener(program)))

it.effect('opens what is absolute, and nothing else', () =>
  Effect.gen(function* () {
    const program = [process.execPath, ['-e', '']] as const
    expect(yield* open('/tmp/a file; echo "$HOME"', program)).toBe(true)
    expect(yield* open('-a', program)).toBe(false)
    expect(yield* open('a.png', program)).toBe(false)
  })
)

it.effect('says that there is no program', () =>
  Effect.map(open('/tmp/a.png', ['/nowhere/xdg-open', []]), (isOpen) => expect(isOpen).toBe(false))
)

it.effect('reads the first bytes, or none', () =>
  Effect.gen(function* () {
    const path = join(yield* temporaryDirectory, 'a.bin')
    writeFileSync(path, 'hello world')
    const opener = yield* Opener
    expect(new TextDecoder().decode(yield* opener.firstBytes(path, 5))).toBe('hello')
    expect(yield* opener.firstBytes(`${path}.not`, 5)).toHaveLength(0)
  }).pipe(Effect.scoped, Effect.provide(layerOpener()))
)
