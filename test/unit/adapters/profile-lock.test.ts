/**
 * Goal: a profile belongs to one process at a time, whatever died before, and a second terminal
 * gets the next profile instead of an error.
 * Method: claims of living, dead and recycled processes made by hand; then real processes that
 * start at the same moment.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Scope from 'effect/Scope'
import { acquireProfile } from '../../../src/adapters/profile-lock.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const CHILD = fileURLToPath(new URL('./acquire-profile-child.ts', import.meta.url))

const startOf = (pid: number): string =>
  fs.readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[19] ?? ''

const claimsIn = (directory: string): readonly string[] =>
  fs.readdirSync(directory).filter((name) => name.startsWith('lock.'))

/** A pid that no process has: of a process that has ended. */
const deadPid: Effect.Effect<number> = Effect.callback((resume) => {
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' })
  child.on('exit', () => resume(Effect.succeed(child.pid ?? 0)))
})

const firstLine = (child: ChildProcess): Effect.Effect<string> =>
  Effect.callback((resume) => {
    let text = ''
    child.stdout?.on('data', (chunk) => {
      text += String(chunk)
      if (text.includes('\n')) resume(Effect.succeed(text.trim()))
    })
    child.on('exit', (code) => resume(Effect.succeed(`exit ${code}: ${text}`)))
  })

const starting = (dataHome: string, ...wanted: readonly string[]) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [CHILD, dataHome, ...wanted], { stdio: ['pipe', 'pipe', 'inherit'] })
    ),
    (child) => Effect.sync(() => child.kill('SIGKILL'))
  )

describe('a profile', () => {
  it.effect('named default lives in the data home, another below it', () =>
    Effect.gen(function* () {
      const dataHome = join(yield* temporaryDirectory, 'data')
      expect(yield* acquireProfile({ dataHome, wanted: undefined })).toEqual({
        profile: 'default',
        directory: dataHome
      })
      expect(yield* acquireProfile({ dataHome, wanted: 'work' })).toEqual({
        profile: 'work',
        directory: join(dataHome, 'profiles', 'work')
      })
      expect(fs.statSync(join(dataHome, 'profiles', 'work')).mode & 0o777).toBe(0o700)
    })
  )

  it.effect('is freed with the scope', () =>
    Effect.gen(function* () {
      const dataHome = yield* temporaryDirectory
      const scope = yield* Scope.make()
      yield* Scope.provide(acquireProfile({ dataHome, wanted: 'default' }), scope)
      expect(claimsIn(dataHome).length).toBe(1)
      const refused = yield* Effect.flip(acquireProfile({ dataHome, wanted: 'default' }))
      expect(refused.reason).toEqual({
        _tag: 'ProfileInUse',
        profile: 'default',
        pid: process.pid
      })
      yield* Scope.close(scope, Exit.void)
      expect(claimsIn(dataHome)).toEqual([])
      yield* acquireProfile({ dataHome, wanted: 'default' })
    })
  )

  it.effect('in use moves a second terminal to the next one, and says so', () =>
    Effect.gen(function* () {
      const dataHome = yield* temporaryDirectory
      yield* acquireProfile({ dataHome, wanted: undefined })
      const names: string[] = []
      for (let count = 0; count < 8; count++) {
        const next = yield* acquireProfile({ dataHome, wanted: undefined })
        expect(next.displaced).toEqual({ wanted: 'default', pid: process.pid })
        expect(next.directory).toBe(join(dataHome, 'profiles', next.profile))
        names.push(next.profile)
      }
      expect(names.join()).toBe('second,third,fourth,fifth,sixth,seventh,eighth,ninth')
      const error = yield* Effect.flip(acquireProfile({ dataHome, wanted: undefined }))
      expect(error.reason).toMatchObject({ _tag: 'ProfileInUse', profile: 'default' })
    })
  )

  it.effect('whose holder died is free, and the dead claim is gone', () =>
    Effect.gen(function* () {
      const dataHome = yield* temporaryDirectory
      fs.writeFileSync(join(dataHome, `lock.${yield* deadPid}.12345`), '')
      const { profile } = yield* acquireProfile({ dataHome, wanted: undefined })
      expect(profile).toBe('default')
      expect(claimsIn(dataHome).length).toBe(1)
    })
  )

  it.effect('says why a dead claim cannot be removed, and lets go though its own cannot', () =>
    Effect.gen(function* () {
      const dataHome = yield* temporaryDirectory
      const claim = join(dataHome, `lock.${yield* deadPid}.12345`)
      fs.mkdirSync(claim)
      const { reason } = yield* Effect.flip(acquireProfile({ dataHome, wanted: undefined }))
      expect(reason).toMatchObject({ _tag: 'HomeUnwritable', path: dataHome })
      expect(reason).toHaveProperty('code', expect.stringMatching(/^(?:EISDIR|EPERM)$/))
      fs.rmdirSync(claim)
      const scope = yield* Scope.make()
      yield* Scope.provide(acquireProfile({ dataHome, wanted: undefined }), scope)
      const own = join(dataHome, claimsIn(dataHome)[0] ?? '')
      fs.unlinkSync(own)
      fs.mkdirSync(own)
      expect(Exit.isSuccess(yield* Effect.exit(Scope.close(scope, Exit.void)))).toBe(true)
    })
  )

  it.effect('held by a living process is not taken, whatever its number', () =>
    Effect.gen(function* () {
      const dataHome = yield* temporaryDirectory
      const pid = process.ppid
      const path = join(dataHome, `lock.${pid}.${startOf(pid)}`)
      fs.writeFileSync(path, '')
      const error = yield* Effect.flip(acquireProfile({ dataHome, wanted: 'default' }))
      expect(error.reason).toEqual({ _tag: 'ProfileInUse', profile: 'default', pid })
      expect(fs.existsSync(path)).toBe(true)
      // The same number, begun at another time, is another process: the claim is dead.
      fs.renameSync(path, join(dataHome, `lock.${pid}.1`))
      yield* acquireProfile({ dataHome, wanted: 'default' })
    })
  )

  it.effect('has a name that can be no path', () =>
    Effect.gen(function* () {
      const dataHome = yield* temporaryDirectory
      for (const wanted of ['', '..', 'a/b', 'A', 'ä', 'x'.repeat(33), 'a\n']) {
        const error = yield* Effect.flip(acquireProfile({ dataHome, wanted }))
        expect(error.reason._tag).toBe('UsageInvalid')
      }
      expect(fs.readdirSync(dataHome)).toEqual([])
    })
  )

  it.live('goes to one of several processes that start at once', () =>
    Effect.gen(function* () {
      const dataHome = yield* temporaryDirectory
      const children = yield* Effect.all(Array.from({ length: 4 }, () => starting(dataHome)))
      const got = yield* Effect.all(children.map(firstLine), { concurrency: 'unbounded' })
      expect([...got].sort().join()).toBe('default,fourth,second,third')
    })
  )

  it.live('is free again after its process was killed', () =>
    Effect.gen(function* () {
      const dataHome = yield* temporaryDirectory
      const child = yield* starting(dataHome, 'default')
      expect(yield* firstLine(child)).toBe('default')
      const refused = yield* Effect.flip(acquireProfile({ dataHome, wanted: 'default' }))
      expect(refused.reason).toMatchObject({ _tag: 'ProfileInUse', pid: child.pid })
      yield* Effect.callback<void>((resume) => {
        child.on('exit', () => resume(Effect.void))
        child.kill('SIGKILL')
      })
      yield* acquireProfile({ dataHome, wanted: 'default' })
    })
  )
})
