/**
 * Goal: the disk of a simulated host keeps what a disk keeps: all of it from a killed process, what was synced
 * from a power cut, bytes and names each for themselves; it is full, slow and broken when it is told to.
 * Method: calls in virtual time, with a crash at each of them; many seeds where chance decides.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Cause from 'effect/Cause'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import type { FileCalls } from '../../../src/simulation/memory-files-calls.ts'
import {
  generatedContent,
  isSameContent,
  WrittenContent
} from '../../../src/simulation/memory-files-content.ts'
import { bytesOf, filesDisk, textOf } from './files-disk.ts'

const SEEDS = Array.from({ length: 200 }, (_, index) => index)

/** A new file with this in it, by way of these calls. */
const written = (calls: FileCalls, path: string, text: string, synced: boolean) =>
  Effect.gen(function* () {
    const file = yield* calls.create(path)
    yield* file.write(0, [bytesOf(text.slice(0, 2)), bytesOf(text.slice(2))])
    if (synced) yield* file.sync
  }).pipe(Effect.scoped)

describe('a power cut', () => {
  it('takes nothing that was synced, and of the rest all but the first of it', () => {
    const found = new Set<string | undefined>()
    for (const seed of SEEDS) {
      const { files, run } = filesDisk(seed)
      const calls = files.open()
      run(
        Effect.gen(function* () {
          yield* written(calls, '/safe', 'abcdef', true)
          yield* calls.syncFolder('/')
          yield* written(calls, '/bytes', 'abcdef', false)
          yield* calls.syncFolder('/')
          yield* written(calls, '/first', 'abcdef', true)
          yield* written(calls, '/second', 'abcdef', true)
        })
      )
      files.crash('power')
      expect(textOf(files.read('/safe'))).toBe('abcdef')
      const bytes = textOf(files.read('/bytes'))
      expect(bytes).toMatch(/^a?b?c?d?e?f?\0*$/u)
      expect(bytes?.length).toBeLessThanOrEqual(6)
      found.add(bytes)
      if (files.read('/first') === undefined) expect(files.read('/second')).toBeUndefined()
      else expect(textOf(files.read('/first'))).toBe('abcdef')
      found.add(files.list('/').join())
    }
    for (const each of [
      '',
      'abcdef',
      'abc',
      'abc\0\0',
      'bytes,first,safe',
      'bytes,first,safe,second',
      'bytes,safe'
    ])
      expect(found, JSON.stringify(each)).toContain(each)
  })

  it('leaves the old name or the new one of what was renamed', () => {
    const found = new Set<string>()
    for (const seed of SEEDS) {
      const { files, run } = filesDisk(seed)
      const calls = files.open()
      files.putText('/name', 'old')
      run(Effect.andThen(written(calls, '/new', 'fresh', true), calls.rename('/new', '/name')))
      files.crash('power')
      found.add(`${files.list('/').join()} ${textOf(files.read('/name'))}`)
    }
    expect([...found].toSorted()).toEqual(['name fresh', 'name old', 'name,new old'])
  })

  it('gives back the room of what it took', () => {
    const { files, run } = filesDisk()
    files.capacityBytes = 100
    run(written(files.open(), '/a', 'x'.repeat(60), true))
    expect(files.room).toBe(40)
    files.crash('power')
    expect(files.room).toBe(files.read('/a') === undefined ? 100 : 40)
  })
})

describe('a killed process', () => {
  it('leaves all that it wrote', () => {
    const { files, run } = filesDisk()
    run(written(files.open(), '/a', 'abcdef', false))
    files.crash('process')
    expect(textOf(files.read('/a'))).toBe('abcdef')
  })

  it('hears nothing any more, and holds nothing; the call under way is done or not', () => {
    const lengths = new Set<number | undefined>()
    for (const seed of SEEDS) {
      const { files, clock } = filesDisk(seed)
      const calls = files.open()
      files.callMs = [1, 1]
      const fiber = clock.fork(written(calls, '/a', 'abcdef', false))
      clock.advance(1.5)
      expect(files.openHandles).toBe(1)
      files.crash('process')
      clock.drain()
      const exit = fiber.pollUnsafe()
      expect(
        exit !== undefined && Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)
      ).toBe(true)
      expect([files.openHandles, clock.pending]).toEqual([0, 0])
      lengths.add(files.read('/a')?.length)
      const late = clock.finish(calls.mkdir('/late'), 10)
      expect(late !== undefined && Exit.isFailure(late)).toBe(true)
      expect(files.list('/')).toEqual(['a'])
    }
    expect([...lengths].toSorted()).toEqual([0, 6])
  })
})

describe('what it refuses', () => {
  const refused: readonly (readonly [
    string,
    string,
    (calls: FileCalls) => Effect.Effect<unknown, { readonly code: string }>
  ])[] = [
    ['a file over another', 'EEXIST', (calls) => Effect.scoped(calls.create('/a'))],
    ['a folder over a file', 'EEXIST', (calls) => calls.mkdir('/a')],
    ['a second name that is taken', 'EEXIST', (calls) => calls.link('/a', '/b')],
    ['a second name for a folder', 'EPERM', (calls) => calls.link('/full', '/c')],
    ['a second name for nothing', 'ENOENT', (calls) => calls.link('/none', '/c')],
    ['a link to be opened', 'ELOOP', (calls) => Effect.scoped(calls.open('/link'))],
    ['a device to be opened', 'ENXIO', (calls) => Effect.scoped(calls.open('/special'))],
    ['a folder to be opened', 'EISDIR', (calls) => Effect.scoped(calls.open('/full'))],
    ['nothing to be opened', 'ENOENT', (calls) => Effect.scoped(calls.open('/none'))],
    ['what lies behind a file', 'ENOENT', (calls) => calls.stat('/a/b')],
    ['names of a file', 'ENOTDIR', (calls) => calls.list('/a')],
    ['a folder that is full to be removed', 'ENOTEMPTY', (calls) => calls.unlink('/full')],
    ['a folder over one that is full', 'ENOTEMPTY', (calls) => calls.rename('/empty', '/full')],
    ['a folder over a file', 'ENOTDIR', (calls) => calls.rename('/empty', '/a')],
    ['a file over a folder', 'EISDIR', (calls) => calls.rename('/a', '/empty')],
    ['a name elsewhere', 'EXDEV', (calls) => calls.rename('/a', '/empty/a')],
    ['nothing to be renamed', 'ENOENT', (calls) => calls.rename('/none', '/c')],
    [
      "the user's file to be written",
      'EACCES',
      (calls) =>
        Effect.scoped(Effect.flatMap(calls.open('/big'), (file) => file.write(0, [bytesOf('x')])))
    ]
  ]

  it.each(refused)('%s: %s', (_, code, work) => {
    const { files, refusal } = filesDisk()
    for (const path of ['/a', '/b', '/full/x']) files.putText(path, path)
    files.put('/big', generatedContent(1, 10))
    files.putFolder('/empty')
    files.putLink('/link', '/a')
    files.putSpecial('/special')
    expect(refusal(work(files.open())).code).toBe(code)
    expect(files.openHandles).toBe(0)
  })

  it('what there is no room for: what fits is written', () => {
    const { files, refusal, run } = filesDisk()
    files.capacityBytes = 4
    const calls = files.open()
    expect(refusal(written(calls, '/a', 'abcdef', true)).code).toBe('ENOSPC')
    expect(textOf(files.read('/a'))).toBe('abcd')
    run(calls.unlink('/a'))
    expect(files.room).toBe(4)
  })

  it('any call that the script says, by its number', () => {
    const { files, refusal, lines } = filesDisk()
    files.onCall = ({ kind, number }) => (kind === 'write' && number === 2 ? 'EIO' : undefined)
    expect(refusal(written(files.open(), '/a', 'abcdef', true)).code).toBe('EIO')
    expect(files.read('/a')?.length).toBe(0)
    expect(lines).toEqual(['write /a: EIO'])
  })
})

it('a slow disk takes its time, over all calls together', () => {
  const { files, run, clock } = filesDisk()
  const calls = files.open()
  files.callMs = [0, 0]
  files.bytesPerSecond = 1_000
  const work = (path: string) => written(calls, path, 'x'.repeat(1_000), false)
  run(Effect.all([work('/a'), work('/b')], { concurrency: 'unbounded' }))
  expect(clock.now).toBe(2_000)
})

it('ten gibibytes of a seed cost nothing, and are the same in any cuts', () => {
  const bytes = 10 * 1024 ** 3
  const content = generatedContent(7, bytes)
  const end = new Uint8Array(10)
  expect(content.read(bytes - 4, end)).toBe(4)
  const [whole, part] = [new Uint8Array(100), new Uint8Array(37)]
  content.read(2 ** 32 - 3, whole)
  content.read(2 ** 32 + 10, part)
  expect(whole.subarray(13, 50)).toEqual(part)
  expect(new Set(whole).size).toBeGreaterThan(50)
})

it('what was copied is the same, what differs in one byte is not', () => {
  const [one, copy] = [generatedContent(1, 100_000), new WrittenContent()]
  const bytes = new Uint8Array(100_000)
  one.read(0, bytes)
  copy.write(0, bytes)
  expect(isSameContent(one, copy)).toBe(true)
  copy.write(99_999, Uint8Array.of((bytes[99_999] ?? 0) ^ 1))
  expect(isSameContent(one, copy)).toBe(false)
  expect(isSameContent(one, generatedContent(1, 99_999))).toBe(false)
})

it('a file that was written over has another time, one that was put anew is another one', () => {
  const { files, run } = filesDisk()
  files.put('/a', generatedContent(1, 10))
  const calls = files.open()
  const before = run(calls.stat('/a'))
  files.put('/a', generatedContent(1, 10))
  const after = run(calls.stat('/a'))
  expect(after.inode).toBe(before.inode)
  expect(after.modifiedMs).toBeGreaterThan(before.modifiedMs)
  files.remove('/a')
  files.put('/a', generatedContent(1, 10))
  expect(run(calls.stat('/a')).inode).not.toBe(before.inode)
})
