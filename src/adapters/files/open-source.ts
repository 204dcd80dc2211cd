/**
 * Reading a file that was surveyed: never through a link, never what is no file, and nothing of it counts that was
 * read after it changed. Who it is (device and inode), its size and its time are looked at when it is opened, size and
 * time again behind every read, by fstat(2) on the open file: 1 µs, against 38 µs for a read of 64 KiB that is cached.
 */
import { type BigIntStats, constants, fstatSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import { TransferError } from '../../domain/transfer-failures.ts'
import type { OpenSource } from '../../services/file-sources.ts'
import type { SourceEntry } from '../../services/transfer-notes.ts'
import { codeOf } from '../private-files.ts'
import { sourceError } from './local-path.ts'

/** Not through a link, and without waiting for the other end where it is a named pipe by now. */
export const READING =
  constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** What is noted of a file to know it again. */
export type Identity = Omit<SourceEntry, 'path'>

/** Milliseconds with fraction: as exact as a number can be, a quarter of a microsecond. */
export const identityOf = (stats: BigIntStats): Identity => ({
  bytes: stats.isFile() ? Number(stats.size) : 0,
  modifiedMs: Number(stats.mtimeNs) / 1e6,
  inode: `${stats.dev}:${stats.ino}`
})

const isAsSurveyed = (stats: BigIntStats, source: SourceEntry): boolean => {
  const { bytes, modifiedMs, inode } = identityOf(stats)
  return (
    stats.isFile() &&
    bytes === source.bytes &&
    modifiedMs === source.modifiedMs &&
    inode === source.inode
  )
}

const changed = (path: string): TransferError =>
  new TransferError({ reason: { _tag: 'SourceChanged', path } })

/** ELOOP, and EMLINK of some systems: a link is there now. */
const openError = (path: string, error: unknown): TransferError =>
  codeOf(error) === 'ELOOP' || codeOf(error) === 'EMLINK' ? changed(path) : sourceError(path, error)

/** false: it ended before. */
const fill = async (handle: FileHandle, at: number, target: Uint8Array): Promise<boolean> => {
  let filled = 0
  while (filled < target.length) {
    const { bytesRead } = await handle.read(target, filled, target.length - filled, at + filled)
    if (bytesRead === 0) return false
    filled += bytesRead
  }
  return true
}

/** Not to be interrupted: the target belongs to the read until it is over. */
const readInto =
  (handle: FileHandle, source: SourceEntry): OpenSource['read'] =>
  (at, target) =>
    Effect.tryPromise({
      try: async () => {
        const isWhole = await fill(handle, at, target)
        return isWhole && isAsSurveyed(fstatSync(handle.fd, { bigint: true }), source)
      },
      catch: (error) => sourceError(source.path, error)
    }).pipe(
      Effect.flatMap((isSame) => (isSame ? Effect.void : Effect.fail(changed(source.path)))),
      Effect.uninterruptible
    )

/** Opens it until the scope closes. Fails with SourceChanged, SourceMissing or SourceUnreadable. */
export const openSource = (source: SourceEntry): Effect.Effect<OpenSource, TransferError, Scope> =>
  Effect.gen(function* () {
    const handle = yield* Effect.acquireRelease(
      Effect.tryPromise({
        try: () => open(source.path, READING),
        catch: (error) => openError(source.path, error)
      }),
      (opened) => Effect.promise(() => opened.close())
    )
    const stats = yield* Effect.try({
      try: () => fstatSync(handle.fd, { bigint: true }),
      catch: (error) => sourceError(source.path, error)
    })
    if (!isAsSurveyed(stats, source)) return yield* changed(source.path)
    return { read: readInto(handle, source) }
  })
