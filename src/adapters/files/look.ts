/**
 * What is under a name, without ever opening what is no file: a device or a named pipe may act or wait when it
 * is opened. A file is opened and closed again, so that what cannot be read is known before it is offered.
 */
import { type BigIntStats, constants, existsSync } from 'node:fs'
import { type FileHandle, lstat, open, opendir } from 'node:fs/promises'
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import { TRANSFER_ENTRIES_MAX } from '../../domain/limits.ts'
import type { SkipReason } from '../../domain/transfers.ts'
import { codeOf } from '../private-files.ts'
import { READING } from './open-source.ts'

export type Looked =
  | { readonly _tag: 'File'; readonly stats: BigIntStats }
  | { readonly _tag: 'Folder'; readonly stats: BigIntStats }
  | Skipped

/** `code` is the system's, where it refused. */
export interface Skipped {
  readonly _tag: 'Skipped'
  readonly why: SkipReason
  readonly code: string
}

const skipped = (why: SkipReason, code = ''): Skipped => ({ _tag: 'Skipped', why, code })

const skippedFor = (error: unknown): Skipped => {
  const code = codeOf(error)
  return skipped(code === 'ELOOP' || code === 'EMLINK' ? 'link' : 'unreadable', code)
}

/** As the files of /proc: they have no size, and yet something to read. Nobody could say when they are whole. */
const isEndless = async (handle: FileHandle, stats: BigIntStats): Promise<boolean> => {
  if (stats.size !== 0n) return false
  const { bytesRead } = await handle.read(new Uint8Array(1), 0, 1, 0)
  return bytesRead > 0
}

const lookAtFile = async (path: string): Promise<Looked> => {
  const handle = await open(path, READING)
  try {
    const stats = await handle.stat({ bigint: true })
    if (!stats.isFile() || (await isEndless(handle, stats))) return skipped('special')
    return { _tag: 'File', stats }
  } finally {
    await handle.close()
  }
}

/** Never fails, and never follows a link. */
export const look = async (path: string): Promise<Looked> => {
  try {
    const stats = await lstat(path, { bigint: true })
    if (stats.isSymbolicLink()) return skipped('link')
    if (stats.isDirectory()) return { _tag: 'Folder', stats }
    return stats.isFile() ? await lookAtFile(path) : skipped('special')
  } catch (error) {
    return skippedFor(error)
  }
}

/** A folder that is open: `base` leads into it, whatever its name leads to by now. */
export interface OpenFolder {
  readonly base: string
  /** In code point order; undefined for a name that is no text. */
  readonly names: readonly (string | undefined)[]
}

const DESCRIPTORS = '/proc/self/fd'
/** On Linux, what is open can be entered by its descriptor, so that no link can take its place meanwhile. */
const HAS_DESCRIPTOR_PATHS = process.platform === 'linux' && existsSync(DESCRIPTORS)

/** Names read from one folder: more are too many in any case. */
const NAMES_MAX = 2 * TRANSFER_ENTRIES_MAX

const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const nameOf = (bytes: Buffer): string | undefined => {
  try {
    return text.decode(bytes)
  } catch {
    return undefined
  }
}

const byCodePoints = (one: Buffer, other: Buffer): number => Buffer.compare(one, other)

const namesIn = async (base: string): Promise<OpenFolder['names']> => {
  const names: Buffer[] = []
  // The types know neither this encoding nor what it gives.
  const encoding = 'buffer' as BufferEncoding
  for await (const entry of await opendir(base, { encoding, bufferSize: 1024 })) {
    names.push(entry.name as unknown as Buffer)
    if (names.length > NAMES_MAX) break
  }
  // The order of UTF-8 bytes is that of code points.
  return names.toSorted(byCodePoints).map(nameOf)
}

const listed = (base: string): Effect.Effect<OpenFolder['names'], Skipped> =>
  Effect.uninterruptible(Effect.tryPromise({ try: () => namesIn(base), catch: skippedFor }))

/** Opens a folder until the scope closes, never through a link. */
export const openFolder = (path: string): Effect.Effect<OpenFolder, Skipped, Scope> =>
  Effect.gen(function* () {
    if (!HAS_DESCRIPTOR_PATHS) return { base: path, names: yield* listed(path) }
    const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW
    const handle = yield* Effect.acquireRelease(
      Effect.tryPromise({ try: () => open(path, flags), catch: skippedFor }),
      (opened) => Effect.promise(() => opened.close())
    )
    const base = `${DESCRIPTORS}/${handle.fd}`
    return { base, names: yield* listed(base) }
  })
