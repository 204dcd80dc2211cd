/**
 * What every provider of the FileSources port must do, as one suite: adapters/files and simulation/ run the same.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import { TRANSFER_DEPTH_MAX, TRANSFER_ENTRIES_MAX } from '../../src/domain/limits.ts'
import {
  bytesOf,
  pathsOf,
  type SourcesDisk,
  type SourcesProvider,
  sourceOf,
  tagOf
} from './file-sources-world.ts'

type Case = (disk: SourcesDisk) => Effect.Effect<void, unknown>

const file: Case = (disk) =>
  Effect.gen(function* () {
    yield* disk.makeFile('a.txt', bytesOf(300), true)
    for (const typed of ['a.txt', './x/../a.txt', `${disk.root}/a.txt`]) {
      const found = yield* disk.sources.survey(typed)
      expect(found.name).toBe('a.txt')
      expect(found.kind).toBe('file')
      expect(found.list).toEqual([{ path: 'a.txt', kind: 'file', bytes: 300, executable: true }])
      expect(found.sources).toHaveLength(1)
      expect(sourceOf(found, 'a.txt')).toMatchObject({ path: `${disk.root}/a.txt`, bytes: 300 })
      expect(sourceOf(found, 'a.txt').inode).toMatch(/^\d+:\d+$/)
      expect([found.skipped, found.renamed]).toEqual([[], []])
    }
  })

const home: Case = (disk) =>
  Effect.gen(function* () {
    yield* disk.makeFolder('home')
    yield* disk.makeFile('home/a', bytesOf(1))
    yield* disk.makeFile('~a', bytesOf(2))
    expect(pathsOf(yield* disk.sources.survey('~'))).toEqual(['a'])
    expect((yield* disk.sources.survey('~/a')).sources[0]?.path).toBe(`${disk.root}/home/a`)
    expect((yield* disk.sources.survey('~a')).sources[0]?.path).toBe(`${disk.root}/~a`)
  })

const folder: Case = (disk) =>
  Effect.gen(function* () {
    for (const path of ['top', 'top/b', 'top/b/empty', 'top/B', 'top/.git'])
      yield* disk.makeFolder(path)
    const files = [
      'top/ö',
      'top/b/z',
      'top/b/a',
      'top/.git/config',
      'top/\uFF61',
      'top/💬',
      'top/a'
    ]
    for (const path of files) yield* disk.makeFile(path, bytesOf(10))
    const counts: number[] = []
    const found = yield* disk.sources.survey('top/', (entries) => counts.push(entries))
    expect(found).toMatchObject({ name: 'top', kind: 'folder' })
    // B and b would be one at the other end; code points, not UTF-16 units.
    expect(pathsOf(found)).toEqual([
      '.git',
      '.git/config',
      'B',
      'a',
      'b (1)',
      'b (1)/a',
      'b (1)/empty',
      'b (1)/z',
      'ö',
      '\uFF61',
      '💬'
    ])
    expect(found.renamed).toEqual([{ path: 'b', as: 'b (1)' }])
    expect(sourceOf(found, 'b (1)/z').path).toBe(`${disk.root}/top/b/z`)
    expect(found.list[6]).toEqual({
      path: 'b (1)/empty',
      kind: 'folder',
      bytes: 0,
      executable: false
    })
    expect(found.sources).toHaveLength(found.list.length)
    expect(counts.at(-1)).toBe(11)
  })

const unsafeNames: Case = (disk) =>
  Effect.gen(function* () {
    yield* disk.makeFolder('top')
    for (const name of ['con.txt', 'a\u202Etxt.exe', 'a\nb', 'a?b', 'a*b', '-rf'])
      yield* disk.makeFile(`top/${name}`, bytesOf(1))
    const found = yield* disk.sources.survey('top')
    const safe = pathsOf(found)
    expect(safe).toHaveLength(6)
    expect(new Set(safe.map((path) => path.toLowerCase())).size).toBe(6)
    for (const path of safe) expect(path).not.toMatch(/[\n\u202E?*/]|^con\./)
    // Whoever is told of a change is told what became of it.
    for (const { as } of found.renamed) expect(safe).toContain(as)
    expect(found.renamed.length).toBeGreaterThanOrEqual(5)
    yield* disk.makeFile('nul', bytesOf(1))
    const alone = yield* disk.sources.survey('nul')
    expect(alone.list[0]?.path).toBe(alone.name)
    expect(alone.renamed).toEqual([{ path: 'nul', as: alone.name }])
  })

const links: Case = (disk) =>
  Effect.gen(function* () {
    yield* disk.makeFolder('top')
    yield* disk.makeFolder('secret')
    yield* disk.makeFile('secret/key', bytesOf(5))
    yield* disk.makeFile('top/a', bytesOf(5))
    yield* disk.makeLink('top/key', '../secret/key')
    yield* disk.makeLink('top/out', '../secret')
    yield* disk.makeLink('top/loop', 'loop')
    yield* disk.makeLink('top/gone', 'nowhere')
    yield* disk.makeSpecial('top/pipe')
    const found = yield* disk.sources.survey('top')
    expect(pathsOf(found)).toEqual(['a'])
    expect(found.skipped).toEqual([
      { path: 'gone', why: 'link' },
      { path: 'key', why: 'link' },
      { path: 'loop', why: 'link' },
      { path: 'out', why: 'link' },
      { path: 'pipe', why: 'special' }
    ])
    // What the user typed is what the user means.
    const key = yield* disk.sources.survey('top/key')
    expect(key.name).toBe('key')
    expect(key.sources[0]?.path).toBe(`${disk.root}/secret/key`)
    expect(pathsOf(yield* disk.sources.survey('top/out'))).toEqual(['key'])
    expect(yield* tagOf(disk.sources.survey('top/gone'))).toBe('SourceMissing')
    expect(yield* tagOf(disk.sources.survey('top/loop'))).toBe('SourceUnreadable')
    expect(yield* tagOf(disk.sources.survey('top/pipe'))).toBe('SourceSpecial')
  })

const bounds: Case = (disk) =>
  Effect.gen(function* () {
    for (const typed of ['nothing', 'a/b', 'a\0b'])
      expect(yield* tagOf(disk.sources.survey(typed))).toBe('SourceMissing')
    yield* disk.makeFolder('deep')
    let path = 'deep'
    for (let depth = 1; depth <= TRANSFER_DEPTH_MAX; depth += 1) {
      path += '/d'
      yield* disk.makeFolder(path)
    }
    expect((yield* disk.sources.survey('deep')).list).toHaveLength(TRANSFER_DEPTH_MAX)
    yield* disk.makeFile(`${path}/f`, bytesOf(1))
    const { reason } = yield* Effect.flip(disk.sources.survey('deep'))
    expect(reason).toMatchObject({ _tag: 'SourceTooDeep', limit: TRANSFER_DEPTH_MAX })
    yield* disk.makeFolder('many')
    for (let number = 0; number < TRANSFER_ENTRIES_MAX; number += 1)
      yield* disk.makeFile(`many/${number}`, bytesOf(0))
    expect((yield* disk.sources.survey('many')).list).toHaveLength(TRANSFER_ENTRIES_MAX)
    yield* disk.makeFile('many/more', bytesOf(0))
    const tooMany = yield* Effect.flip(disk.sources.survey('many'))
    expect(tooMany.reason).toMatchObject({ _tag: 'SourceTooMany', limit: TRANSFER_ENTRIES_MAX })
  })

const reading: Case = (disk) =>
  Effect.gen(function* () {
    const bytes = bytesOf(300_000)
    yield* disk.makeFile('a', bytes)
    yield* disk.makeFile('empty', bytesOf(0))
    const source = sourceOf(yield* disk.sources.survey('a'), 'a')
    const { read } = yield* disk.sources.open(source)
    for (const [at, length] of [
      [0, 300_000],
      [299_999, 1],
      [65_536, 65_536],
      [300_000, 0]
    ] as const) {
      const target = new Uint8Array(length)
      yield* read(at, target)
      expect(Buffer.compare(target, bytes.subarray(at, at + length))).toBe(0)
    }
    expect(yield* tagOf(read(299_990, new Uint8Array(11)))).toBe('SourceChanged')
    const empty = sourceOf(yield* disk.sources.survey('empty'), 'empty')
    yield* (yield* disk.sources.open(empty)).read(0, new Uint8Array(0))
  }).pipe(Effect.scoped)

/** What may become of a file meanwhile, and what is said to who opens it then. */
const CHANGES: readonly (readonly [string, (disk: SourcesDisk) => Effect.Effect<void>, string])[] =
  [
    ['grown', (disk) => disk.overwrite('a', bytesOf(1_001)), 'SourceChanged'],
    ['truncated', (disk) => disk.overwrite('a', bytesOf(10)), 'SourceChanged'],
    ['written over', (disk) => disk.overwrite('a', bytesOf(1_000, 1)), 'SourceChanged'],
    ['replaced', (disk) => disk.replace('a', bytesOf(1_000)), 'SourceChanged'],
    ['removed', (disk) => disk.remove('a'), 'SourceMissing'],
    [
      'a link',
      (disk) =>
        disk
          .remove('a')
          .pipe(
            Effect.andThen(disk.makeFile('b', bytesOf(1_000))),
            Effect.andThen(disk.makeLink('a', 'b'))
          ),
      'SourceChanged'
    ],
    ['a pipe', (disk) => Effect.andThen(disk.remove('a'), disk.makeSpecial('a')), 'SourceChanged']
  ]

const changing =
  (change: (disk: SourcesDisk) => Effect.Effect<void>, tag: string): Case =>
  (disk) =>
    Effect.gen(function* () {
      yield* disk.makeFile('a', bytesOf(1_000))
      const source = sourceOf(yield* disk.sources.survey('a'), 'a')
      yield* Effect.scoped(disk.sources.open(source))
      yield* change(disk)
      expect(yield* tagOf(Effect.scoped(disk.sources.open(source)))).toBe(tag)
    })

const changingMeanwhile =
  (bytes: Uint8Array): Case =>
  (disk) =>
    Effect.gen(function* () {
      yield* disk.makeFile('a', bytesOf(1_000))
      const { read } = yield* disk.sources.open(sourceOf(yield* disk.sources.survey('a'), 'a'))
      yield* read(0, new Uint8Array(100))
      yield* disk.overwrite('a', bytes)
      expect(yield* tagOf(read(100, new Uint8Array(100)))).toBe('SourceChanged')
    }).pipe(Effect.scoped)

const CASES: readonly (readonly [string, Case])[] = [
  ['a file, by any path that leads there', file],
  ['~ is the home folder, ~name is a name', home],
  ['a folder: everything in order, empty and hidden ones too, twins apart', folder],
  ['names are made safe, and each change is told', unsafeNames],
  [
    'links, pipes and devices in it are left out and named; a link that was typed is followed',
    links
  ],
  ['nothing, too much and too deep are told', bounds],
  ['bytes, from anywhere in the file', reading],
  ...CHANGES.map(
    ([name, change, tag]) => [`a file that is ${name} by then`, changing(change, tag)] as const
  ),
  ['a file that grows while it is read', changingMeanwhile(bytesOf(1_001))],
  ['a file that is cut while it is read', changingMeanwhile(bytesOf(150))],
  ['a file that is written over while it is read', changingMeanwhile(bytesOf(1_000, 1))]
]

export const fileSourcesCompliance = (provider: SourcesProvider): void => {
  describe(`${provider.name}: files that are sent`, () => {
    it.each(CASES)('%s', (_name, scenario) => provider.run((disk) => Effect.orDie(scenario(disk))))
  })
}
