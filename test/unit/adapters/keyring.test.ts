/**
 * Goal: the key of the store is made once and never lost: not by a changed passphrase, not by a kill
 * on the way; a passphrase that is not the right one, a damaged file and one that others could have
 * read are each refused for what they are.
 * Method: the functions on real files in a temporary directory, with a derivation that costs nothing.
 */
import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import { TestClock } from 'effect/testing'
import { readKeyFile, writeKeyFile } from '../../../src/adapters/keyring-format.ts'
import { keyringPath } from '../../../src/adapters/keyring-file.ts'
import {
  type AskPassphrase,
  isLocked,
  openKeyring,
  rewrapKeyring
} from '../../../src/adapters/keyring.ts'
import { StartError } from '../../../src/domain/failures.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const CHEAP = { memoryKiB: 8, passes: 1, lanes: 1 }
const RIGHT = 'correct horse'

/** Answers in turn; fails as a person does who has no other passphrase. */
const answers =
  (...given: readonly string[]): AskPassphrase =>
  ({ path, attempt }) => {
    const answer = given[attempt - 1]
    return answer === undefined
      ? Effect.fail(new StartError({ reason: { _tag: 'PassphraseWrong', path } }))
      : Effect.succeed(answer)
  }

const nobody: AskPassphrase = () => Effect.die(new Error('nobody may be asked'))

const open = (directory: string, ...given: readonly string[]) =>
  openKeyring({ directory, ask: given.length === 0 ? nobody : answers(...given) })

/** A profile whose key is locked, and the key. */
const locked = Effect.fnUntraced(function* () {
  const directory = yield* temporaryDirectory
  const { masterKey } = yield* open(directory)
  yield* rewrapKeyring(directory, masterKey, RIGHT, CHEAP)
  return { directory, masterKey, path: keyringPath(directory) }
})

const bytesOf = (path: string): Buffer => fs.readFileSync(path)

describe('a key without a passphrase', () => {
  it.effect('is made on the first run and found on the next', () =>
    Effect.gen(function* () {
      const directory = join(yield* temporaryDirectory, 'home')
      expect(yield* isLocked(directory)).toBe(undefined)
      const first = yield* open(directory)
      expect(first).toMatchObject({ created: true, locked: false, path: keyringPath(directory) })
      expect(first.masterKey.length).toBe(32)
      const second = yield* open(directory)
      expect(second).toEqual({ ...first, created: false })
      expect(yield* isLocked(directory)).toBe(false)
      expect(fs.statSync(first.path).mode & 0o777).toBe(0o600)
    })
  )

  it.effect('is one, also when many first runs meet', () =>
    Effect.gen(function* () {
      const directory = join(yield* temporaryDirectory, 'home')
      const all = yield* Effect.all(
        Array.from({ length: 6 }, () => open(directory)),
        { concurrency: 'unbounded' }
      )
      expect(new Set(all.map(({ masterKey }) => masterKey.join())).size).toBe(1)
      expect(all.filter(({ created }) => created).length).toBe(1)
      expect(fs.readdirSync(directory)).toEqual(['store.key'])
    })
  )

  it.effect('is random', () =>
    Effect.gen(function* () {
      const one = yield* open(yield* temporaryDirectory)
      const other = yield* open(yield* temporaryDirectory)
      expect(one.masterKey).not.toEqual(other.masterKey)
    })
  )
})

describe('a key under a passphrase', () => {
  it.effect('opens with it, at any try, and is the same key', () =>
    Effect.gen(function* () {
      const { directory, masterKey } = yield* locked()
      expect(yield* isLocked(directory)).toBe(true)
      expect(yield* open(directory, RIGHT)).toMatchObject({
        masterKey,
        locked: true,
        created: false
      })
      expect((yield* open(directory, 'wrong', '', RIGHT)).masterKey).toEqual(masterKey)
    })
  )

  it.effect('does not open with another one', () =>
    Effect.gen(function* () {
      const { directory, path } = yield* locked()
      const error = yield* Effect.flip(open(directory, 'Correct horse', `${RIGHT} `))
      expect(error.reason).toEqual({ _tag: 'PassphraseWrong', path })
    })
  )

  it.effect('opens however the keyboard composes its letters', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const { masterKey } = yield* open(directory)
      yield* rewrapKeyring(directory, masterKey, 'Zwo\u0308lf Boxka\u0308mpfer', CHEAP)
      expect((yield* open(directory, 'Zw\u00f6lf Boxk\u00e4mpfer')).masterKey).toEqual(masterKey)
    })
  )

  it.effect('is not in its file, and neither is the passphrase', () =>
    Effect.gen(function* () {
      const { masterKey, path } = yield* locked()
      const text = bytesOf(path).toString('latin1')
      expect(text).not.toContain(Buffer.from(masterKey).toString('base64').slice(0, 8))
      expect(text).not.toContain(RIGHT)
      expect(fs.statSync(path).mode & 0o777).toBe(0o600)
    })
  )

  it.effect('is the same after a change and after the removal, and the old one opens nothing', () =>
    Effect.gen(function* () {
      const { directory, masterKey } = yield* locked()
      yield* rewrapKeyring(directory, masterKey, 'another one', CHEAP)
      expect((yield* Effect.flip(open(directory, RIGHT))).reason._tag).toBe('PassphraseWrong')
      expect((yield* open(directory, 'another one')).masterKey).toEqual(masterKey)
      yield* rewrapKeyring(directory, masterKey, undefined)
      expect(yield* open(directory)).toMatchObject({ masterKey, locked: false })
    })
  )

  it.effect('gets another salt and nonce each time', () =>
    Effect.gen(function* () {
      const { directory, masterKey, path } = yield* locked()
      const before = bytesOf(path)
      yield* rewrapKeyring(directory, masterKey, RIGHT, CHEAP)
      const [one, other] = [before, bytesOf(path)].map((bytes) => {
        const fields: unknown = JSON.parse(bytes.toString())
        return fields as { kdf: { salt: string }; wrapped: string }
      })
      expect(other?.kdf.salt).not.toBe(one?.kdf.salt)
      expect(other?.wrapped.slice(0, 16)).not.toBe(one?.wrapped.slice(0, 16))
    })
  )

  it.effect('leaves nothing beside it, nor its old bytes', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const { masterKey, path } = yield* open(directory)
      const old = fs.openSync(path, 'r')
      yield* rewrapKeyring(directory, masterKey, RIGHT, CHEAP)
      expect(fs.readdirSync(directory)).toEqual(['store.key'])
      const rest = fs.readFileSync(old)
      fs.closeSync(old)
      expect(rest.length).toBeGreaterThan(0)
      expect(rest.every((byte) => byte === 0)).toBe(true)
    })
  )

  it.effect('has no copy beside it for long after a kill, and other files are left alone', () =>
    Effect.gen(function* () {
      const { directory, path } = yield* locked()
      const left = `${path}.0123456789ab.tmp`
      fs.writeFileSync(left, bytesOf(path), { mode: 0o600 })
      fs.utimesSync(left, 100, 100)
      fs.writeFileSync(`${path}.bak`, 'mine')
      fs.utimesSync(`${path}.bak`, 100, 100)
      yield* TestClock.setTime(159_999)
      yield* open(directory, RIGHT)
      expect(fs.existsSync(left)).toBe(true)
      yield* TestClock.setTime(160_001)
      yield* open(directory, RIGHT)
      expect(fs.readdirSync(directory).toSorted()).toEqual(['store.key', 'store.key.bak'])
    })
  )

  it.effect('leaves another name of the old file alone, as backups by hard links have', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const { masterKey, path } = yield* open(directory)
      const before = bytesOf(path)
      fs.linkSync(path, join(directory, 'backup'))
      yield* rewrapKeyring(directory, masterKey, RIGHT, CHEAP)
      expect(bytesOf(join(directory, 'backup')).equals(before)).toBe(true)
    })
  )
})

describe('a file of an earlier version', () => {
  const GOLDEN = `{
  "version": 1,
  "kdf": {
    "name": "argon2id",
    "memoryKiB": 64,
    "passes": 2,
    "lanes": 2,
    "salt": "BQUFBQUFBQUFBQUFBQUFBQ=="
  },
  "wrapped": "BgYGBgYGBgYGBgYG3Ga6Atzm4yKErRsFZMdN2t37XSWE3RWfaXwnsKgZKwVVZ192CLiu4zsO31f0Iuva",
  "check": "4e7647ce47cec982"
}
`
  it.effect('opens for ever', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      fs.writeFileSync(keyringPath(directory), GOLDEN, { mode: 0o600 })
      const { masterKey } = yield* open(directory, 'Zwölf Boxkämpfer')
      expect([...masterKey]).toEqual(Array.from({ length: 32 }, (_, at) => at))
    })
  )
})

describe('a damaged file', () => {
  it.effect('is refused whichever bit of it was flipped', () =>
    Effect.gen(function* () {
      const { directory, path } = yield* locked()
      const plain = (yield* open(yield* temporaryDirectory)).path
      for (const whole of [bytesOf(path), bytesOf(plain)])
        for (let at = 0; at < whole.length * 8; at++) {
          const bytes = Buffer.from(whole)
          bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (1 << (at & 7))
          expect(Result.isFailure(readKeyFile(bytes)), `bit ${at}`).toBe(true)
        }
      expect((yield* open(directory, RIGHT)).locked).toBe(true)
    })
  )

  it.effect('stops the start, is not asked a passphrase for, and stays where it is', () =>
    Effect.gen(function* () {
      const { directory, path } = yield* locked()
      const whole = bytesOf(path).toString()
      const other = writeKeyFile({ kdf: null, key: new Uint8Array(32) })
      const contents = [
        '',
        'nonsense',
        '[]',
        whole.slice(0, -2),
        `${whole} `,
        whole.replace('"version": 1', '"version": 2'),
        whole.replace('argon2id', 'argon2i'),
        other.replace('AAAA', 'AAAB'),
        ' '.repeat(5000)
      ]
      for (const content of contents) {
        fs.writeFileSync(path, content)
        const error = yield* Effect.flip(open(directory))
        expect(error.reason, content.slice(0, 60)).toMatchObject({ _tag: 'SecretDamaged', path })
        expect(bytesOf(path).toString()).toBe(content)
      }
    })
  )

  it.effect('does not open where its check digits were made to fit', () =>
    Effect.gen(function* () {
      const { directory, path } = yield* locked()
      const file = Result.getOrThrow(readKeyFile(bytesOf(path)))
      if (file.kdf === null) return expect.unreachable('the key is locked')
      const { kdf, wrapped } = file
      const changed = (bytes: Uint8Array, at: number) =>
        bytes.map((byte, place) => (place === at ? byte ^ 1 : byte))
      const files = [
        ...Array.from(wrapped, (_, at) => ({ kdf, wrapped: changed(wrapped, at) })),
        ...Array.from(kdf.salt, (_, at) => ({
          kdf: { ...kdf, salt: changed(kdf.salt, at) },
          wrapped
        })),
        { kdf: { ...kdf, passes: 2 }, wrapped },
        { kdf: { ...kdf, memoryKiB: 9 }, wrapped },
        { kdf: { ...kdf, memoryKiB: 16, lanes: 2 }, wrapped }
      ]
      for (const each of files) {
        fs.writeFileSync(path, writeKeyFile(each))
        const error = yield* Effect.flip(open(directory, RIGHT))
        expect(error.reason._tag).toBe('PassphraseWrong')
      }
    })
  )

  it.effect('that asks for more than any machine should give is refused before it is tried', () =>
    Effect.gen(function* () {
      const { directory, path } = yield* locked()
      const file = Result.getOrThrow(readKeyFile(bytesOf(path)))
      if (file.kdf === null) return expect.unreachable('the key is locked')
      for (const cost of [
        { memoryKiB: 64 * 1024 * 1024 },
        { memoryKiB: 1024 * 1024 + 1 },
        { memoryKiB: 7 },
        { memoryKiB: 31, lanes: 4 },
        { memoryKiB: 8.5 },
        { passes: 11 },
        { passes: 0 },
        { lanes: 17, memoryKiB: 1024 },
        { lanes: -1 }
      ]) {
        const asked = writeKeyFile({ ...file, kdf: { ...file.kdf, ...cost } })
        fs.writeFileSync(path, asked)
        // Nobody is asked for a passphrase, so nothing can have been derived of one.
        const error = yield* Effect.flip(open(directory))
        expect(error.reason, JSON.stringify(cost)).toMatchObject({ _tag: 'SecretDamaged' })
        expect(JSON.stringify(error.reason)).toContain('out of bounds')
      }
    })
  )

  it.effect('is refused when others could have read or put it', () =>
    Effect.gen(function* () {
      const { directory, path } = yield* locked()
      fs.chmodSync(path, 0o640)
      expect((yield* Effect.flip(open(directory))).reason).toMatchObject({
        _tag: 'SecretUnsafe',
        path
      })
      fs.renameSync(path, `${path}.real`)
      fs.chmodSync(`${path}.real`, 0o600)
      fs.symlinkSync(`${path}.real`, path)
      expect((yield* Effect.flip(open(directory))).reason._tag).toBe('SecretUnsafe')
      fs.chmodSync(directory, 0o755)
      expect((yield* Effect.flip(open(directory))).reason).toMatchObject({
        _tag: 'SecretUnsafe',
        path: directory
      })
    })
  )
})
