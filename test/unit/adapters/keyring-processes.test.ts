/**
 * Goal: a kill in the middle of a change of the passphrase leaves the old file or the new one, and a
 * machine without enough memory says so.
 * Method: processes that are killed, or get little memory.
 */
import { spawn, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import { readKeyFile, writeKeyFile } from '../../../src/adapters/keyring-format.ts'
import { keyringPath } from '../../../src/adapters/keyring-file.ts'
import { openKeyring } from '../../../src/adapters/keyring.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const REWRAPS = fileURLToPath(new URL('./rewrap-child.ts', import.meta.url))
const UNLOCKS = fileURLToPath(new URL('./unlock-child.ts', import.meta.url))
const PASSPHRASE = 'correct horse'

const open = (directory: string) =>
  openKeyring({ directory, ask: () => Effect.succeed(PASSPHRASE) })

/** Lets the child change the file `rounds` times and kills it in whatever it does then. */
const killAfter = async (directory: string, rounds: number): Promise<void> => {
  const child = spawn(process.execPath, [REWRAPS, directory, PASSPHRASE], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const ended = once(child, 'exit')
  let seen = 0
  child.stdout.on('data', (chunk: Buffer) => {
    seen += chunk.toString().split('\n').length - 1
    if (seen >= rounds) child.kill('SIGKILL')
  })
  await ended
}

describe('a kill in the middle of a change', () => {
  it.effect('leaves a whole file with the same key', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const { masterKey, path } = yield* open(directory)
      for (let rounds = 1; rounds <= 12; rounds++) {
        yield* Effect.promise(() => killAfter(directory, rounds))
        expect((yield* open(directory)).masterKey).toEqual(masterKey)
        expect(fs.statSync(path).mode & 0o777).toBe(0o600)
      }
    })
  )
})

/** The size of a bare Node in KiB, to which the limit below leaves half of what the file asks for. */
const bareSize = (): number => {
  const script =
    "console.log(/VmSize:\\s+(\\d+)/.exec(require('fs').readFileSync('/proc/self/status'))[1])"
  return Number(spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' }).stdout)
}

describe('a machine without the memory that the file asks for', () => {
  it.effect('says how much it is', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const path = keyringPath(directory)
      const kdf = { name: 'argon2id', memoryKiB: 1024 * 1024, passes: 1, lanes: 1 } as const
      const file = { kdf: { ...kdf, salt: new Uint8Array(16) }, wrapped: new Uint8Array(60) }
      fs.writeFileSync(path, writeKeyFile(file), { mode: 0o600 })
      expect(Result.isSuccess(readKeyFile(fs.readFileSync(path)))).toBe(true)
      const limit = bareSize() + 512 * 1024
      const { stdout } = spawnSync(
        '/bin/sh',
        ['-c', `ulimit -v ${limit}; exec "$@"`, 'sh', process.execPath, UNLOCKS, directory, 'x'],
        { encoding: 'utf8' }
      )
      expect(JSON.parse(stdout)).toEqual({ _tag: 'PassphraseTooCostly', memoryMiB: 1024 })
    })
  )
})
