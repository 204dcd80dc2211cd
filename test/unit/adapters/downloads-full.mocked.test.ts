/**
 * Goal: a disk that is full or fails loses nothing of what was safe, and the download goes on when it works again; a
 * file system without links gets its files all the same.
 * Method: the calls of the system are real until they have written so many bytes; then they answer as a full disk does.
 */
import type * as NodeFsPromises from 'node:fs/promises'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from '@effect/vitest'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { vi } from 'vitest'
import { layer } from '../../../src/adapters/downloads/layer.ts'
import { Downloads } from '../../../src/services/downloads.ts'
import {
  FILE,
  FOLDER,
  type OpenDownloads,
  receive,
  receiveAll,
  sample,
  entry,
  tagOf,
  UNREAD
} from '../../compliance/downloads-world.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const disk = vi.hoisted(() => ({ room: 1e9, code: 'ENOSPC', sync: '', link: '' }))

const failed = vi.hoisted(
  () =>
    (code: string): NodeJS.ErrnoException =>
      Object.assign(new Error(code), { code })
)

vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>()
  type Done = (error: NodeJS.ErrnoException | null, written: number) => void
  const writev = (fd: number, views: readonly Uint8Array[], at: number, done: Done): void => {
    if (disk.room === 0) return done(failed(disk.code), 0)
    const bytes = Buffer.concat(views).subarray(0, disk.room)
    real.write(fd, bytes, 0, bytes.length, at, (error, written) => {
      disk.room -= written
      done(error, written)
    })
  }
  const fdatasync = (fd: number, done: (error: NodeJS.ErrnoException | null) => void): void =>
    disk.sync === ''
      ? real.fdatasync(fd, done)
      : done(disk.sync === 'none' ? null : failed(disk.sync))
  return { ...real, writev, fdatasync }
})

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof NodeFsPromises>()
  const link = (from: string, to: string): Promise<void> =>
    disk.link === '' ? real.link(from, to) : Promise.reject(failed(disk.link))
  return { ...real, link }
})

beforeEach(() => Object.assign(disk, { room: 1e9, code: 'ENOSPC', sync: '', link: '' }))

const inFolder = (
  scenario: (downloads: OpenDownloads, folder: string) => Effect.Effect<void, unknown>
): Promise<void> =>
  Effect.gen(function* () {
    const folder = fs.realpathSync(yield* temporaryDirectory)
    const built = yield* Layer.build(layer({ folder }))
    yield* Effect.orDie(scenario(Context.get(built, Downloads), folder))
  }).pipe(Effect.scoped, Effect.runPromise)

const treeBytes = (path: string): number =>
  fs.statSync(path).isFile()
    ? fs.statSync(path).size
    : fs.readdirSync(path).reduce((sum, name) => sum + treeBytes(join(path, name)), 0)

describe.each([
  ['ENOSPC', 'DiskFull'],
  ['EDQUOT', 'DiskFull'],
  ['EIO', 'NotWritable'],
  ['EROFS', 'NotWritable']
])('a disk that answers %s', (code, tag) => {
  it('after any number of bytes keeps what was whole, and it goes on', () =>
    inFolder((downloads, folder) =>
      Effect.gen(function* () {
        for (const each of [FILE, FOLDER])
          for (let room = 0; room < 10; room += 1) {
            const { offer, list } = each
            const place = yield* downloads.begin(offer, UNREAD)
            Object.assign(disk, { room, code })
            const safe = each === FOLDER && room >= 6 ? 6 : 0
            yield* Effect.scoped(
              Effect.gen(function* () {
                const open = yield* downloads.open(place, offer, list, 0)
                expect(yield* tagOf(receive(open, each))).toBe(tag)
                expect(treeBytes(join(folder, place.part))).toBe(safe)
                yield* open.sync
                disk.room = 1e9
                yield* receive(open, each, safe)
                yield* open.publish
              })
            )
          }
        expect(fs.readdirSync(folder)).toHaveLength(20)
        for (const name of fs.readdirSync(folder)) expect(treeBytes(join(folder, name))).toBe(10)
      })
    ))

  it('to a sync says so, and nothing behind it is called safe', () =>
    inFolder((downloads, folder) =>
      Effect.gen(function* () {
        for (const each of [FILE, FOLDER]) {
          const { offer, list } = each
          const place = yield* downloads.begin(offer, UNREAD)
          disk.sync = code
          yield* Effect.scoped(
            Effect.gen(function* () {
              const open = yield* downloads.open(place, offer, list, 0)
              yield* Effect.ignore(receive(open, each))
              expect(yield* tagOf(open.sync)).toBe(tag)
              if (each === FOLDER) disk.sync = ''
              expect(yield* tagOf(open.publish)).toBe(tag)
              disk.sync = ''
            })
          )
          expect(fs.readdirSync(folder)).not.toContain(offer.name)
          const path = yield* Effect.scoped(
            Effect.gen(function* () {
              const open = yield* downloads.open(place, offer, list, 0)
              yield* receive(open, each)
              return yield* open.publish
            })
          )
          expect(treeBytes(path)).toBe(10)
        }
      })
    ))
})

it.each(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])(
  'a file system that answers %s to links gets its file, and none is written over',
  (code) =>
    inFolder((downloads, folder) =>
      Effect.gen(function* () {
        disk.link = code
        fs.writeFileSync(join(folder, 'a.txt'), 'mine')
        expect(yield* receiveAll(downloads, FILE)).toBe(join(folder, 'a (1).txt'))
        expect(fs.readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('mine')
        expect(fs.readFileSync(join(folder, 'a (1).txt'), 'utf8')).toBe('abcdefghij')
        expect(fs.readdirSync(folder)).toHaveLength(2)
      })
    )
)

it(
  'views without end and 10 000 files are written, each where it belongs',
  () =>
    inFolder((downloads, folder) =>
      Effect.gen(function* () {
        // What 10 000 syncs take depends on the disk, and is not the question here.
        disk.sync = 'none'
        const list = Array.from({ length: 10_000 }, (_, at) => entry(`${at}`, 2))
        const { offer } = sample('folder', 'many', list)
        const place = yield* downloads.begin(offer, UNREAD)
        yield* Effect.scoped(
          Effect.gen(function* () {
            const open = yield* downloads.open(place, offer, list, 0)
            for (const at of list.keys())
              yield* open.write(at, 0, [Uint8Array.of(at & 0xff), Uint8Array.of(at >> 8)])
            yield* open.publish
          })
        )
        for (const at of [0, 1, 255, 256, 9_999])
          expect([...fs.readFileSync(join(folder, 'many', `${at}`))]).toEqual([at & 0xff, at >> 8])
        expect(fs.readdirSync(join(folder, 'many'))).toHaveLength(10_000)
        const long = sample('file', 'long', [entry('long', 5_000)])
        const other = yield* downloads.begin(long.offer, UNREAD)
        yield* Effect.scoped(
          Effect.gen(function* () {
            const open = yield* downloads.open(other, long.offer, long.list, 0)
            const views = Array.from({ length: 5_000 }, (_, at) => Uint8Array.of(at & 0xff))
            yield* open.write(0, 0, views)
            yield* open.publish
          })
        )
        const expected = Uint8Array.from({ length: 5_000 }, (_, at) => at & 0xff)
        expect(new Uint8Array(fs.readFileSync(join(folder, 'long')))).toEqual(expected)
      })
    ),
  120_000
)
