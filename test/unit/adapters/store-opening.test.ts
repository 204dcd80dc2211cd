/**
 * Goal: a store is opened by its owner, with its key, by one process at a time, in files that are the
 * user's alone; whatever is not for us is left exactly as it is, and damaged files are set aside.
 * Method: files made by hand and by other processes; their bytes before and after.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as TestClock from 'effect/testing/TestClock'
import { VERSION } from '../../../src/adapters/store/migrations.ts'
import { BOB, peerOf } from '../services/store-talk.ts'
import {
  commit,
  digestsOf,
  during,
  filesOf,
  freshOptions,
  putFiles,
  refusalOf,
  smallTalk,
  tidingsOf
} from './store-on-disk.ts'

const CHILD = fileURLToPath(new URL('./store-child.ts', import.meta.url))

const child = (mode: string, directory: string) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [CHILD, mode, directory], { stdio: ['pipe', 'pipe', 'inherit'] })
    ),
    (process) => Effect.sync(() => process.kill('SIGKILL'))
  )

const lineOf = (process: ChildProcess): Effect.Effect<unknown> =>
  Effect.callback((resume) => {
    let text = ''
    process.stdout?.on('data', (chunk) => {
      text += String(chunk)
      if (text.includes('\n')) resume(Effect.sync(() => JSON.parse(text.split('\n')[0] ?? '')))
    })
    process.on('exit', (code) => resume(Effect.succeed(`exit ${code}: ${text}`)))
  })

const ended = (process: ChildProcess): Effect.Effect<void> =>
  Effect.callback((resume) => {
    process.on('exit', () => resume(Effect.void))
  })

/** A store with something in it, closed. */
const madeStore = Effect.gen(function* () {
  const options = yield* freshOptions
  yield* during(options, (store) => commit(store, ...smallTalk))
  return options
})

const execute = (path: string, sql: string): void => {
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
}

describe('a new store', () => {
  it.effect('is told of once, and leaves one file, for nobody else', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      expect(yield* tidingsOf(options)).toEqual([{ type: 'created', path: options.path }])
      expect(yield* tidingsOf(options)).toEqual([])
      yield* during(options, () =>
        Effect.sync(() => {
          for (const part of ['', '-wal', '-shm'])
            expect(fs.statSync(`${options.path}${part}`).mode & 0o777).toBe(0o600)
          expect(fs.statSync(dirname(options.path)).mode & 0o777).toBe(0o700)
        })
      )
      expect([...filesOf(options.path).keys()]).toEqual([''])
    })
  )

  it.effect('may find an empty file, as a start leaves it that was killed', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      putFiles(options.path, new Map([['', new Uint8Array()]]))
      expect(yield* tidingsOf(options)).toEqual([{ type: 'created', path: options.path }])
    })
  )

  it.effect('is begun also after a start that was killed with only the tables made', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      yield* during(options, () => Effect.void)
      execute(options.path, 'DELETE FROM meta')
      expect(yield* tidingsOf(options)).toEqual([{ type: 'created', path: options.path }])
    })
  )
})

describe('files that others could use', () => {
  it.effect('are refused, whichever of the three it is', () =>
    Effect.gen(function* () {
      const options = yield* madeStore
      for (const part of ['', '-wal', '-shm']) {
        const file = `${options.path}${part}`
        if (part !== '') fs.writeFileSync(file, '')
        fs.chmodSync(file, 0o640)
        expect(yield* refusalOf(options)).toMatchObject({ _tag: 'SecretUnsafe', path: file })
        fs.chmodSync(file, 0o600)
        fs.renameSync(file, `${file}.real`)
        fs.symlinkSync(`${file}.real`, file)
        const refusal = yield* refusalOf(options)
        expect(refusal).toEqual({ _tag: 'SecretUnsafe', path: file, detail: 'it is a link' })
        fs.unlinkSync(file)
        fs.mkdirSync(file)
        expect(yield* refusalOf(options)).toMatchObject({ _tag: 'SecretUnsafe', path: file })
        fs.rmdirSync(file)
        if (part === '') fs.renameSync(`${file}.real`, file)
      }
      expect(yield* tidingsOf(options)).toEqual([])
    })
  )

  it.effect('may not be in a folder of others either', () =>
    Effect.gen(function* () {
      const options = yield* madeStore
      const folder = dirname(options.path)
      fs.chmodSync(folder, 0o755)
      expect(yield* refusalOf(options)).toMatchObject({ _tag: 'SecretUnsafe', path: folder })
    })
  )
})

describe('a store that is not for us', () => {
  const leftAlone = Effect.fnUntraced(function* (
    options: Parameters<typeof refusalOf>[0],
    expected: object
  ) {
    const before = digestsOf(options.path)
    expect(yield* refusalOf(options)).toEqual(expected)
    expect(digestsOf(options.path)).toEqual(before)
  })

  it.effect('is left alone when a newer Earshot made it, also in a log', () =>
    Effect.gen(function* () {
      const options = yield* madeStore
      const { path } = options
      const version = VERSION + 1
      const expected = { _tag: 'StoreNewer', path, version, supported: VERSION }
      const older = filesOf(path)
      execute(path, `PRAGMA user_version = ${version}`)
      yield* leftAlone(options, expected)
      putFiles(path, older)
      const writer = new DatabaseSync(path)
      writer.exec(`PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = ${version}`)
      const killed = filesOf(path)
      writer.close()
      putFiles(path, killed)
      expect(yield* refusalOf(options)).toEqual(expected)
      expect(yield* refusalOf(options)).toEqual(expected)
    })
  )

  it.effect("is left alone when it is another identity's", () =>
    Effect.gen(function* () {
      const options = yield* madeStore
      const { path, owner } = options
      const other = { ...options, owner: peerOf(5) }
      yield* leftAlone(other, { _tag: 'StoreForeign', path, owner })
      expect(yield* tidingsOf(options)).toEqual([])
    })
  )

  it.effect('is left alone when the key is another', () =>
    Effect.gen(function* () {
      const options = yield* madeStore
      const { path, keyPath } = options
      const other = { ...options, masterKey: new Uint8Array(32).fill(8) }
      yield* leftAlone(other, { _tag: 'StoreSealed', path, keyPath })
      expect(yield* tidingsOf(options)).toEqual([])
    })
  )

  it.effect("is left alone when it is another program's", () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      const { path } = options
      putFiles(path, new Map([['', new Uint8Array()]]))
      execute(path, 'CREATE TABLE bookmarks (url TEXT)')
      const code = "another program's database"
      yield* leftAlone(options, { _tag: 'StoreUnwritable', path, code })
      execute(path, 'PRAGMA application_id = 252006673')
      yield* leftAlone(options, { _tag: 'StoreUnwritable', path, code })
    })
  )
})

describe('a store in use', () => {
  it.effect('is refused with the process that has it', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      const directory = dirname(dirname(options.path))
      const holder = yield* child('hold', directory)
      expect(yield* lineOf(holder)).toBe('open')
      const busy = { _tag: 'StoreBusy', path: options.path, pid: holder.pid }
      expect(yield* refusalOf(options)).toEqual(busy)
      expect(yield* lineOf(yield* child('hold', directory))).toEqual(busy)
      holder.stdin?.end()
      yield* ended(holder)
      expect(yield* tidingsOf(options)).toEqual([])
    })
  )

  it.effect('is free when its process was killed', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      const holder = yield* child('hold', dirname(dirname(options.path)))
      expect(yield* lineOf(holder)).toBe('open')
      holder.kill('SIGKILL')
      yield* ended(holder)
      expect(yield* tidingsOf(options)).toEqual([])
    })
  )

  it.effect('is refused to the process itself a second time, and goes on', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      yield* during(options, (store) =>
        Effect.gen(function* () {
          const busy = { _tag: 'StoreBusy', path: options.path, pid: process.pid }
          expect(yield* refusalOf(options)).toEqual(busy)
          yield* commit(store, ...smallTalk)
          expect((yield* store.ledger(BOB)).last).toBe(1)
        })
      )
    })
  )

  it.effect('may be copied, and the copy is nobody’s', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      const copy = { ...options, path: join(dirname(dirname(options.path)), 'copy', 'messages.db') }
      yield* during(options, (store) =>
        Effect.gen(function* () {
          yield* commit(store, ...smallTalk)
          putFiles(copy.path, filesOf(options.path))
          yield* during(copy, (other) =>
            Effect.gen(function* () {
              expect(yield* other.ledger(BOB)).toEqual(yield* store.ledger(BOB))
            })
          )
        })
      )
    })
  )

  it.effect('by another program is refused without a process to name', () =>
    Effect.gen(function* () {
      const options = yield* madeStore
      const other = new DatabaseSync(options.path)
      other.exec('BEGIN EXCLUSIVE')
      expect(yield* refusalOf(options)).toEqual({ _tag: 'StoreBusy', path: options.path })
      other.close()
    })
  )
})

describe('a damaged store', () => {
  it.effect('is set aside whole, and never over another one', () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 10, 22, 18, 58, 7))
      const options = yield* madeStore
      const { path } = options
      const junk = new Map([
        ['', Buffer.alloc(9_000, 7)],
        ['-wal', Buffer.from('a log')]
      ])
      const names = ['', '.2', '.3'].map((end) => `${path}.damaged-20261122T185807Z${end}`)
      for (const aside of names) {
        for (const [part, bytes] of junk) fs.writeFileSync(`${path}${part}`, bytes, { mode: 0o600 })
        const [told, ...more] = yield* tidingsOf(options)
        expect(told).toMatchObject({ type: 'set-aside', path, aside })
        expect(more).toEqual([])
        for (const [part, bytes] of junk) expect(fs.readFileSync(`${aside}${part}`)).toEqual(bytes)
      }
      expect(yield* tidingsOf(options)).toEqual([])
      yield* during(options, (store) => commit(store, ...smallTalk))
    })
  )

  it.effect('may be a log whose database is gone', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      const { path } = options
      putFiles(path, new Map([['-wal', Buffer.alloc(5_000, 1)]]))
      const [told] = yield* tidingsOf(options)
      expect(told).toMatchObject({
        type: 'set-aside',
        detail: 'the database of its log is missing'
      })
      const aside = told?.type === 'set-aside' ? told.aside : ''
      expect(fs.readFileSync(`${aside}-wal`)).toEqual(Buffer.alloc(5_000, 1))
    })
  )

  it.effect('may have tables that are not ours any more', () =>
    Effect.gen(function* () {
      const options = yield* madeStore
      execute(options.path, 'DROP TABLE pending')
      expect(yield* tidingsOf(options)).toMatchObject([
        { type: 'set-aside', detail: 'its tables are not as they were made' }
      ])
    })
  )

  it.effect('may have lost what says whose it is', () =>
    Effect.gen(function* () {
      for (const change of ["identity = '{}'", "holder = 'x'", 'saves_history = 0']) {
        const options = yield* madeStore
        execute(options.path, `UPDATE meta SET ${change}`)
        expect(yield* tidingsOf(options)).toMatchObject([
          { type: 'set-aside', detail: 'it does not say any more whose it is' }
        ])
      }
    })
  )
})

describe('a disk that may not be written', () => {
  const give = (path: string, mode: number): void => {
    if (process.getuid?.() === 0) fs.chownSync(path, 65_534, 65_534)
    fs.chmodSync(path, mode)
  }

  it.effect('is told as such, and the store stays as it is', () =>
    Effect.gen(function* () {
      const options = yield* madeStore
      const { path } = options
      const folder = dirname(path)
      const before = digestsOf(path).get('')
      fs.chmodSync(dirname(folder), 0o711)
      give(folder, 0o700)
      for (const [file, mode] of [
        [path, 0o400],
        [folder, 0o500]
      ] as const) {
        give(path, 0o600)
        give(file, mode)
        const outcome = yield* lineOf(yield* child('try', dirname(folder)))
        expect(outcome).toMatchObject({ _tag: 'StoreUnwritable', path })
        expect([...digestsOf(path)]).toEqual([['', before]])
      }
      expect(yield* lineOf(yield* child('look', dirname(folder)))).toEqual(['out 1', 'in 1'])
      expect([...digestsOf(path)]).toEqual([['', before]])
      give(folder, 0o700)
      const outcome = yield* lineOf(yield* child('try', dirname(folder)))
      expect(outcome).toBe('open')
    })
  )

  it.effect('is told as well where the folder cannot be made', () =>
    Effect.gen(function* () {
      const options = yield* freshOptions
      const path = join('/proc', 'nothing', 'messages.db')
      expect(yield* refusalOf({ ...options, path })).toMatchObject({
        _tag: 'StoreUnwritable',
        path
      })
    })
  )
})
