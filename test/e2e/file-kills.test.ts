/**
 * Goal: a file on its way survives `kill -9` of either end or of both: after a restart it goes on where the
 * disk had it, ends whole, and leaves nothing else behind (features.md E2).
 * Method: two built programs; the part on the receiver's disk says when to kill; the result is compared byte
 * by byte.
 */
import { createHash } from 'node:crypto'
import { createReadStream, mkdirSync, readdirSync, statSync } from 'node:fs'
import { watch } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  bytesOf,
  downloadsOf,
  type FileTalk,
  nameOf,
  offer,
  putFile,
  startFileTalk,
  takenNames
} from './support/files.ts'
import { type JsonProgram, startJson } from './support/talk.ts'

/** More than may be unsynced (JOURNAL_INTERVAL_BYTES), with three quarters of it on the disk. */
const BYTES = 160 * 2 ** 20

const env = {
  EARSHOT_MAX_FILE_SIZE_MB: '0',
  EARSHOT_RECONNECT_ATTEMPTS: '60',
  EARSHOT_RECONNECT_DELAY_SECS: '0.2'
}

const digestOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

const partBytes = (folder: string): number => {
  const part = readdirSync(folder).find((name) => name.endsWith('.part'))
  return part === undefined
    ? 0
    : (statSync(join(folder, part), { throwIfNoEntry: false })?.size ?? 0)
}

/** Until so much of it is on the receiver's disk, as the system tells of each write. */
const untilOnDisk = async (folder: string, bytes: number): Promise<void> => {
  const signal = AbortSignal.timeout(20_000)
  for await (const _ of watch(folder, { signal })) if (partBytes(folder) >= bytes) return
}

const again = (talk: FileTalk, who: 'ann' | 'bob'): JsonProgram =>
  startJson(
    who === 'ann'
      ? ['--port', String(talk.port), '-n', 'ann']
      : ['--port', '0', '-n', 'bob', '-c', `127.0.0.1:${talk.port}`],
    { home: talk.homes[who], env }
  )

describe('E2: kill -9 in the middle of a file', () => {
  it.each([
    ['the receiver', ['bob']],
    ['the sender', ['ann']],
    ['both', ['ann', 'bob']]
  ] as const)(
    'of %s: it goes on by itself, and is whole',
    { timeout: 60_000 },
    async (_, killed) => {
      const talk = await startFileTalk({ ann: { env }, bob: { env } })
      const source = putFile(join(talk.source, 'large.bin'), bytesOf(BYTES))
      const asked = await offer(talk, source)
      const folder = downloadsOf(talk.homes.bob)
      mkdirSync(folder, { recursive: true })
      const half = untilOnDisk(folder, (BYTES * 3) / 4)
      talk.bob.ask({ type: 'accept', who: nameOf(asked.transfer) })
      await half
      for (const who of killed) talk[who].pipe.kill('SIGKILL')
      for (const who of killed) await talk[who].pipe.exit
      // She who is called is there before he calls: a first dial that fails waits to be called instead.
      const ann = killed.some((who) => who === 'ann') ? again(talk, 'ann') : talk.ann
      await ann.waitFor('listen.opened')
      const bob = killed.some((who) => who === 'bob') ? again(talk, 'bob') : talk.bob
      const ends = { ann, bob }
      // Who lives may call first, or the one that is new.
      const resumed = await ends.bob.waitFor('transfer.started', ({ fromBytes }) => fromBytes > 0)
      expect(resumed.fromBytes).toBeGreaterThanOrEqual(2 ** 20)
      const done = await ends.bob.waitFor('transfer.done')
      await ends.ann.waitFor('transfer.done')
      expect(await digestOf(done.path ?? '')).toBe(await digestOf(source))
      expect(takenNames(talk.homes.bob)).toEqual(['large.bin'])
    }
  )

  it('of the receiver: what was not accepted yet is asked for again', async () => {
    const talk = await startFileTalk({ ann: { env }, bob: { env } })
    const asked = await offer(talk, putFile(join(talk.source, 'x.txt'), 'x'))
    talk.bob.pipe.kill('SIGKILL')
    const bob = again(talk, 'bob')
    const offered = await bob.waitFor(
      'transfer.offered',
      ({ transfer }) => transfer.id === asked.transfer.id
    )
    bob.ask({ type: 'accept', who: nameOf(offered.transfer) })
    await talk.ann.waitFor('transfer.done')
    expect(takenNames(talk.homes.bob)).toEqual(['x.txt'])
  })
})
