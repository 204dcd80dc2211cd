/**
 * Goal: what only a real disk has does no harm to who sends it: names that are no text, devices, files without an
 * end or of enormous size, what may not be read, and folders that are swapped for links meanwhile.
 * Method: real files; the callback that tells of progress is the moment at which something is swapped.
 */
import * as fs from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from '@effect/vitest'
import * as Context from 'effect/Context'
import * as Deferred from 'effect/Deferred'
import * as Effect from 'effect/Effect'
import * as Fiber from 'effect/Fiber'
import * as Layer from 'effect/Layer'
import { layer } from '../../../src/adapters/files/layer.ts'
import { FileSources } from '../../../src/services/file-sources.ts'
import { pathsOf, sourceOf, tagOf } from '../../compliance/file-sources-world.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const NOBODY = 65_534

const inFolder = Effect.gen(function* () {
  const root = fs.realpathSync(yield* temporaryDirectory)
  const built = yield* Layer.build(layer({ folder: root, userHome: undefined }))
  const sources = Context.get(built, FileSources)
  return { root, sources, at: (...names: readonly string[]) => join(root, ...names) }
})

const openFiles = (): number => fs.readdirSync('/proc/self/fd').length

/** As somebody who may not read everything, whoever runs the tests. */
const asNobody = <A, E>(work: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const uid = process.geteuid?.() ?? NOBODY
      if (uid === 0) process.seteuid?.(NOBODY)
      return uid
    }),
    () => work,
    (uid) => Effect.sync(() => (uid === 0 ? process.seteuid?.(0) : undefined))
  )

describe('a folder that is sent', () => {
  it.effect(
    'leaves out names that are no text, and keeps those that begin with a mark of order',
    () =>
      Effect.gen(function* () {
        const { root, sources } = yield* inFolder
        fs.writeFileSync(Buffer.concat([Buffer.from(`${root}/a`), Buffer.of(0xff)]), 'x')
        fs.writeFileSync(join(root, '\uFEFFb'), 'x')
        fs.writeFileSync(join(root, 'b'), 'y')
        const found = yield* sources.survey('.')
        expect(found.skipped).toEqual([{ path: '\uFFFD', why: 'unreadable' }])
        expect(pathsOf(found).toSorted()).toEqual(['b', 'b (1)'])
        expect(sourceOf(found, 'b').path).toBe(join(root, 'b'))
        expect(sourceOf(found, 'b (1)').path).toBe(join(root, '\uFEFFb'))
      })
  )

  it.effect('leaves out sockets and devices, which are never opened', () =>
    Effect.gen(function* () {
      const { at, sources } = yield* inFolder
      fs.mkdirSync(at('top'))
      const server = createServer()
      yield* Effect.callback<void>((resume) => {
        server.listen(at('top', 'socket'), () => resume(Effect.void))
      })
      expect((yield* sources.survey('top')).skipped).toEqual([{ path: 'socket', why: 'special' }])
      yield* Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
      expect(yield* tagOf(sources.survey('/dev/null'))).toBe('SourceSpecial')
      expect(yield* tagOf(sources.survey('/dev/tty'))).toBe('SourceSpecial')
    })
  )

  it.effect('leaves out what may not be read', () =>
    Effect.gen(function* () {
      const { root, at, sources } = yield* inFolder
      fs.chmodSync(root, 0o755)
      fs.mkdirSync(at('top'))
      fs.mkdirSync(at('top', 'closed'), { mode: 0o700 })
      fs.writeFileSync(at('top', 'closed', 'a'), 'x')
      fs.writeFileSync(at('top', 'open'), 'x')
      fs.writeFileSync(at('top', 'secret'), 'x', { mode: 0o600 })
      if (process.geteuid?.() !== 0) {
        fs.chmodSync(at('top', 'closed'), 0)
        fs.chmodSync(at('top', 'secret'), 0)
      }
      const found = yield* asNobody(sources.survey('top'))
      expect(pathsOf(found)).toEqual(['open'])
      expect(found.skipped).toEqual([
        { path: 'closed', why: 'unreadable' },
        { path: 'secret', why: 'unreadable' }
      ])
      for (const path of ['top/secret', 'top/closed']) {
        const { reason } = yield* Effect.flip(asNobody(sources.survey(path)))
        expect(reason).toEqual({ _tag: 'SourceUnreadable', path: at(path), code: 'EACCES' })
      }
      const source = sourceOf(yield* sources.survey('top/open'), 'open')
      fs.chmodSync(at('top', 'open'), 0o600)
      if (process.geteuid?.() !== 0) fs.chmodSync(at('top', 'open'), 0)
      const opened = asNobody(Effect.scoped(sources.open(source)))
      expect(yield* tagOf(opened)).toBe('SourceUnreadable')
      fs.chmodSync(at('top', 'closed'), 0o700)
    })
  )

  it.effect('is left at once, and nothing of it stays open', () =>
    Effect.gen(function* () {
      const { at, sources } = yield* inFolder
      fs.mkdirSync(at('top'))
      for (let number = 0; number < 500; number += 1) fs.writeFileSync(at('top', `${number}`), 'x')
      const before = openFiles()
      const begun = yield* Deferred.make<void>()
      const onFound = () => Deferred.doneUnsafe(begun, Effect.void)
      const fiber = yield* Effect.forkChild(sources.survey('top', onFound))
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(fiber)
      expect(openFiles()).toBe(before)
      yield* sources.survey('top')
      expect(openFiles()).toBe(before)
    })
  )
})

describe('a folder that is swapped for a link while it is surveyed', () => {
  const prepared = Effect.gen(function* () {
    const { at, sources } = yield* inFolder
    for (const name of ['secret', 'top', 'top/a', 'top/b']) fs.mkdirSync(at(name))
    fs.writeFileSync(at('secret/key'), 'x')
    fs.writeFileSync(at('top/a/file'), 'x')
    fs.writeFileSync(at('top/b/file'), 'x')
    return { at, sources }
  })

  /** Once, at the first call: when what is in `top/a` was found. */
  const once = (work: () => void): (() => void) => {
    let isDone = false
    return () => {
      if (isDone) return
      isDone = true
      work()
    }
  }

  it.effect('is not entered', () =>
    Effect.gen(function* () {
      const { at, sources } = yield* prepared
      const swap = once(() => {
        fs.renameSync(at('top/b'), at('moved'))
        fs.symlinkSync(at('secret'), at('top/b'))
      })
      const found = yield* sources.survey('top', swap)
      expect(pathsOf(found)).toEqual(['a', 'a/file'])
      expect(found.skipped.map(({ path }) => path)).toEqual(['b'])
    })
  )

  it.effect('is still the one that was entered, and its files are not taken from the other', () =>
    Effect.gen(function* () {
      const { at, sources } = yield* prepared
      fs.mkdirSync(at('secret/b'))
      fs.writeFileSync(at('secret/b/file'), 'y')
      const swap = once(() => {
        fs.renameSync(at('top'), at('moved'))
        fs.symlinkSync(at('secret'), at('top'))
      })
      const found = yield* sources.survey('top', swap)
      expect(pathsOf(found)).toEqual(['a', 'a/file', 'b', 'b/file'])
      const opened = Effect.scoped(sources.open(sourceOf(found, 'b/file')))
      expect(yield* tagOf(opened)).toBe('SourceChanged')
    })
  )
})

describe('a file that is sent', () => {
  it.effect('is not taken where it has no size and yet something to read', () =>
    Effect.gen(function* () {
      const { sources } = yield* inFolder
      expect(yield* tagOf(sources.survey('/proc/self/status'))).toBe('SourceSpecial')
    })
  )

  it.effect('may have 8 TB of which nothing is on the disk, and is read at its end', () =>
    Effect.gen(function* () {
      const { at, sources } = yield* inFolder
      const bytes = 8 * 1024 ** 4
      fs.writeFileSync(at('sparse'), '')
      fs.truncateSync(at('sparse'), bytes)
      const fd = fs.openSync(at('sparse'), 'r+')
      fs.writeSync(fd, 'end', bytes - 3)
      fs.closeSync(fd)
      const found = yield* sources.survey('sparse')
      expect(found.list[0]?.bytes).toBe(bytes)
      const target = new Uint8Array(8)
      const { read } = yield* sources.open(sourceOf(found, 'sparse'))
      yield* read(bytes - 8, target)
      expect(Buffer.from(target).toString('latin1')).toBe('\0\0\0\0\0end')
    }).pipe(Effect.scoped)
  )

  it.effect('is closed with its scope', () =>
    Effect.gen(function* () {
      const { at, sources } = yield* inFolder
      fs.writeFileSync(at('a'), 'x')
      const source = sourceOf(yield* sources.survey('a'), 'a')
      const before = openFiles()
      yield* Effect.scoped(
        Effect.andThen(
          sources.open(source),
          Effect.sync(() => expect(openFiles()).toBe(before + 1))
        )
      )
      expect(openFiles()).toBe(before)
      fs.appendFileSync(at('a'), 'y')
      expect(yield* tagOf(Effect.scoped(sources.open(source)))).toBe('SourceChanged')
      expect(openFiles()).toBe(before)
    })
  )
})
