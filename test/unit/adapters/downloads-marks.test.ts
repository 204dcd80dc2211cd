/**
 * Goal: what is received is marked as coming from elsewhere, on systems that know such a mark, before it has its name;
 * where it cannot be marked, it is received all the same.
 * Method: the marks of each system with tools that only tell; the layer on a real folder with a mark that looks.
 */
import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@effect/vitest'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { layer } from '../../../src/adapters/downloads/layer.ts'
import { type Mark, markOf } from '../../../src/adapters/downloads/marks.ts'
import { Downloads } from '../../../src/services/downloads.ts'
import { FILE, FOLDER, receiveAll } from '../../compliance/downloads-world.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const MARKED_AT = 0x6563_0d00 * 1000 + 999

const tools = (fails = false) => {
  const done: unknown[] = []
  const tell = (...what: readonly unknown[]): Promise<void> => {
    done.push(what)
    return fails ? Promise.reject(new Error('no such attribute')) : Promise.resolve()
  }
  return { done, tools: { write: tell, run: tell } }
}

const zoneOf = (path: string) => [`${path}:Zone.Identifier`, '[ZoneTransfer]\r\nZoneId=3\r\n']

describe('a mark', () => {
  it('of macOS is made by its own tool, without a shell, with all that is in a folder', async () => {
    const { done, tools: given } = tools()
    await markOf('darwin', given)('/d/f.part', ['a', 'b/c'], MARKED_AT)
    const value = '0081;65630d00;Earshot;'
    expect(done).toEqual([
      ['/usr/bin/xattr', ['-r', '-w', 'com.apple.quarantine', value, '/d/f.part']]
    ])
  })

  it('of Windows is a stream of each file', async () => {
    const { done, tools: given } = tools()
    await markOf('win32', given)('C:/d/a.part', [], MARKED_AT)
    await markOf('win32', given)('C:/d/f.part', ['a', 'b/c'], MARKED_AT)
    expect(done).toEqual([
      zoneOf('C:/d/a.part'),
      zoneOf('C:/d/f.part/a'),
      zoneOf('C:/d/f.part/b/c')
    ])
  })

  it('is none on Linux', async () => {
    const { done, tools: given } = tools()
    await markOf('linux', given)('/d/a.part', [], MARKED_AT)
    expect(done).toEqual([])
  })

  it.each(['darwin', 'win32'] as const)('that %s refuses fails nothing', async (platform) => {
    const { done, tools: given } = tools(true)
    await markOf(platform, given)('/d/a.part', [], MARKED_AT)
    expect(done).toHaveLength(1)
  })
})

const received = (folder: string, each: typeof FILE, mark: Mark) =>
  Effect.gen(function* () {
    const built = yield* Layer.build(layer({ folder, mark }))
    return yield* receiveAll(Context.get(built, Downloads), each)
  }).pipe(Effect.scoped, Effect.orDie)

describe('what is received', () => {
  it.live.each([
    ['a file', FILE, []],
    ['a folder', FOLDER, ['deep/er/one', 'deep/empty', 'run', 'last']]
  ] as const)('%s is whole when it is marked, and has no name yet', ([, each, files]) =>
    Effect.gen(function* () {
      const folder = join(yield* temporaryDirectory, 'downloads')
      const marked: unknown[] = []
      const path = yield* received(folder, each, async (part, inside) => {
        const looked = inside.length === 0 ? [part] : inside.map((file) => join(part, file))
        const bytes = looked.reduce((sum, file) => sum + fs.statSync(file).size, 0)
        marked.push([bytes, inside, fs.existsSync(join(folder, each.offer.name))])
      })
      expect(marked).toEqual([[each.offer.bytes, files, false]])
      expect(path).toBe(join(folder, each.offer.name))
    })
  )
})
