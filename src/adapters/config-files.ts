/** The configuration file on disk: read within bounds, written whole or not at all. */
import { isUtf8 } from 'node:buffer'
import * as fs from 'node:fs'
import { dirname } from 'node:path'
import * as Effect from 'effect/Effect'
import { StartError, type StartFailure } from '../domain/failures.ts'
import { codeOf, makeDirectories } from './private-files.ts'

/** Bytes of the longest configuration file: far beyond any real one, small enough to read at once. */
export const CONFIG_FILE_BYTES_MAX = 1024 * 1024

const invalid = (file: string, detail: string, next: string, line?: number): StartError =>
  new StartError({
    reason: { _tag: 'ConfigInvalid', file, detail, next, ...(line === undefined ? {} : { line }) }
  })

/** The 1-based line of the first byte that is not UTF-8: no character of it holds a newline byte. */
const lineOfBadByte = (bytes: Buffer): number => {
  let line = 1
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, start)
    const stop = end < 0 ? bytes.length : end
    if (!isUtf8(bytes.subarray(start, stop))) return line
    start = stop + 1
  }
  return line
}

/** Reads at most `bytesMax` and one more, so that a file that grows meanwhile is bounded too. */
const readBounded = (fd: number, bytesMax: number): Buffer => {
  const bytes = Buffer.alloc(bytesMax + 1)
  let length = 0
  for (;;) {
    const count = fs.readSync(fd, bytes, length, bytes.length - length, null)
    length += count
    if (count === 0 || length === bytes.length) return bytes.subarray(0, length)
  }
}

const readOpen = (file: string, fd: number): string => {
  const stat = fs.fstatSync(fd)
  if (stat.isDirectory())
    throw new StartError({ reason: { _tag: 'ConfigUnreadable', file, code: 'EISDIR' } })
  if (!stat.isFile())
    throw invalid(file, 'is not a regular file', 'Give a text file: --config FILE')
  if (stat.size > CONFIG_FILE_BYTES_MAX)
    throw invalid(
      file,
      `has ${stat.size} bytes; a configuration has at most ${CONFIG_FILE_BYTES_MAX}`,
      'Is it the right file? Give another: --config FILE'
    )
  const bytes = readBounded(fd, Math.min(stat.size + 4096, CONFIG_FILE_BYTES_MAX))
  if (!isUtf8(bytes))
    throw invalid(file, 'is not UTF-8 text', 'Save it as UTF-8', lineOfBadByte(bytes))
  const text = bytes.toString('utf8')
  return text.startsWith('\ufeff') ? text.slice(1) : text
}

/**
 * The text of a configuration file, without a byte order mark; undefined when there is none.
 * Fails with ConfigUnreadable (the system's code, or EISDIR) or ConfigInvalid (not a regular file,
 * too large, not UTF-8). Never waits: a FIFO is opened without blocking and then refused.
 */
export const readConfigFile = (file: string): Effect.Effect<string | undefined, StartError> =>
  Effect.try({
    try: () => {
      const fd = fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0))
      try {
        return readOpen(file, fd)
      } finally {
        fs.closeSync(fd)
      }
    },
    catch: (error) =>
      error instanceof StartError
        ? error
        : new StartError({ reason: { _tag: 'ConfigUnreadable', file, code: codeOf(error) } })
  }).pipe(
    Effect.catchIf(
      ({ reason }) => reason._tag === 'ConfigUnreadable' && reason.code === 'ENOENT',
      () => Effect.succeed(undefined)
    )
  )

const writeDurably = (file: string, text: string): void => {
  const fd = fs.openSync(file, 'wx', 0o600)
  try {
    fs.writeFileSync(fd, text)
    fs.fsyncSync(fd)
  } finally {
    fs.closeSync(fd)
  }
}

const exists = (file: string): boolean =>
  fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined

/** Never onto a name that exists, so that two first runs at once cannot overwrite each other. */
const putNew = (from: string, to: string): 'written' | 'exists' => {
  try {
    fs.linkSync(from, to)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return 'exists'
    // FAT and its like know no links.
    fs.copyFileSync(from, to, fs.constants.COPYFILE_EXCL)
  }
  return 'written'
}

const place = (file: string, text: string, force: boolean): 'written' | 'exists' => {
  makeDirectories(dirname(file))
  if (exists(file) && !force) return 'exists'
  // Someone who keeps the file elsewhere behind a link keeps the link.
  const had = fs.existsSync(file)
  const target = had ? fs.realpathSync(file) : file
  const temporary = `${target}.${process.pid}.new`
  fs.rmSync(temporary, { force: true })
  try {
    writeDurably(temporary, text)
    if (had) {
      const kept = `${temporary}.bak`
      fs.copyFileSync(target, kept)
      fs.renameSync(kept, `${target}.bak`)
      fs.renameSync(temporary, target)
      return 'written'
    }
    if (!force) return putNew(temporary, target)
    fs.renameSync(temporary, target)
    return 'written'
  } finally {
    fs.rmSync(temporary, { force: true })
  }
}

/**
 * Writes a configuration file, with the folders above it, atomically. Without `force` an existing
 * one is left alone and ConfigExists says so; with it the old one stays beside it as `FILE.bak`.
 * Other faults are ConfigUnreadable where the name is a folder, else HomeUnwritable.
 */
export const writeConfigFile = (
  file: string,
  text: string,
  force: boolean
): Effect.Effect<void, StartError> =>
  Effect.suspend(() => {
    const fail = (reason: StartFailure) => Effect.fail(new StartError({ reason }))
    try {
      if (fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() === true)
        return fail({ _tag: 'ConfigUnreadable', file, code: 'EISDIR' })
      return place(file, text, force) === 'exists'
        ? fail({ _tag: 'ConfigExists', file })
        : Effect.void
    } catch (error) {
      return fail({ _tag: 'HomeUnwritable', path: file, code: codeOf(error) })
    }
  })
