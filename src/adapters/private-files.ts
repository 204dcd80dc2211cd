/**
 * Secrets at rest: directories 0700, files 0600, never followed through a link, written whole or
 * not at all (temporary file, fsync, rename or link, fsync of the directory).
 *
 * Reading is synchronous, since it happens once, at the start, on small files; the promises of node:fs,
 * which take 4 ms to load, are for writing. Where the platform has no modes (Windows), the checks of
 * mode and owner are left out.
 */
import { randomBytes } from 'node:crypto'
import * as fs from 'node:fs'
import { dirname } from 'node:path'
import * as Effect from 'effect/Effect'
import { StartError } from '../domain/failures.ts'
import { SECRET_FILE_BYTES_MAX } from '../domain/limits.ts'

const HAS_MODES = process.platform !== 'win32'

/** The system's name of an error, as ENOENT. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'UNKNOWN'

const unwritable = (path: string, error: unknown): StartError =>
  new StartError({ reason: { _tag: 'HomeUnwritable', path, code: codeOf(error) } })

const unsafe = (path: string, detail: string): StartError =>
  new StartError({ reason: { _tag: 'SecretUnsafe', path, detail } })

const octal = (mode: number): string => `0${(mode & 0o777).toString(8)}`

/** Why others could read or replace what is there; undefined: they cannot. */
export const exposure = (path: string, stats: fs.Stats): StartError | undefined => {
  if (!HAS_MODES) return undefined
  const uid = process.getuid?.()
  if (uid !== undefined && stats.uid !== uid)
    return unsafe(path, `it belongs to user ${stats.uid}, not to you (${uid})`)
  if ((stats.mode & 0o077) === 0) return undefined
  return unsafe(path, `others may use it (mode ${octal(stats.mode)}); run: chmod go= '${path}'`)
}

/**
 * Makes a directory and its parents, 0700. Not mkdir's own `recursive`, which never returns where a
 * parent exists but takes no directories (as /proc: it answers ENOENT for ever).
 */
export const makeDirectories = (path: string): void => {
  try {
    fs.mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return
    const parent = dirname(path)
    if (codeOf(error) !== 'ENOENT' || parent === path || fs.existsSync(parent)) throw error
    makeDirectories(parent)
    // Again, since another process may have made it meanwhile.
    makeDirectories(path)
  }
}

/**
 * Makes a directory that only its owner can enter, with its parents, or checks the one that is
 * there. Fails with SecretUnsafe (a link, not a directory, open to others) or HomeUnwritable.
 */
export const ensurePrivateDirectory = (path: string): Effect.Effect<void, StartError> =>
  Effect.suspend(() => {
    try {
      makeDirectories(path)
      const stats = fs.lstatSync(path)
      if (!stats.isDirectory()) return Effect.fail(unsafe(path, 'it is not a directory'))
      const exposed = exposure(path, stats)
      return exposed === undefined ? Effect.void : Effect.fail(exposed)
    } catch (error) {
      return Effect.fail(
        codeOf(error) === 'ENOTDIR'
          ? unsafe(path, 'it is not a directory')
          : unwritable(path, error)
      )
    }
  })

/**
 * The bytes of a secret; undefined when there is none. Refuses (SecretUnsafe) a link, anything but
 * a regular file, another owner, a mode that lets others in, and more than SECRET_FILE_BYTES_MAX.
 */
export const readPrivate = (path: string): Effect.Effect<Buffer | undefined, StartError> =>
  Effect.suspend(() => {
    let descriptor: number | undefined
    try {
      if (fs.lstatSync(path).isSymbolicLink()) return Effect.fail(unsafe(path, 'it is a link'))
      // What was checked is what is read: O_NOFOLLOW and fstat, not a second look at the name. And
      // O_NONBLOCK, since a named pipe would otherwise hold the start for ever.
      descriptor = fs.openSync(
        path,
        fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0)
      )
      const stats = fs.fstatSync(descriptor)
      if (!stats.isFile()) return Effect.fail(unsafe(path, 'it is not a regular file'))
      const exposed = exposure(path, stats)
      if (exposed !== undefined) return Effect.fail(exposed)
      if (stats.size > SECRET_FILE_BYTES_MAX)
        return Effect.fail(
          unsafe(path, `it has ${stats.size} bytes, more than ${SECRET_FILE_BYTES_MAX}`)
        )
      return Effect.succeed(fs.readFileSync(descriptor))
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return Effect.succeed(undefined)
      return Effect.fail(unsafe(path, `it cannot be read (${codeOf(error)})`))
    } finally {
      if (descriptor !== undefined) fs.closeSync(descriptor)
    }
  })

/** A rename is durable only once its directory is; some systems cannot sync one (Windows). */
export const syncDirectory = async (path: string): Promise<void> => {
  if (!HAS_MODES) return
  const handle = await fs.promises.open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const writeTemporary = async (path: string, bytes: Uint8Array | string): Promise<string> => {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  const handle = await fs.promises.open(temporary, 'wx', 0o600)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } catch (error) {
    await handle.close()
    await fs.promises.unlink(temporary)
    throw error
  }
  await handle.close()
  return temporary
}

/** Runs to its end once begun, so that an interrupted fiber leaves no half-made file behind. */
const writing = <A>(path: string, work: () => Promise<A>): Effect.Effect<A, StartError> =>
  Effect.uninterruptible(
    Effect.tryPromise({ try: work, catch: (error) => unwritable(path, error) })
  )

/** Writes a secret in place of what was there, durable when it returns. */
export const replacePrivate = (
  path: string,
  bytes: Uint8Array | string
): Effect.Effect<void, StartError> =>
  writing(path, async () => {
    const temporary = await writeTemporary(path, bytes)
    try {
      await fs.promises.rename(temporary, path)
    } catch (error) {
      await fs.promises.unlink(temporary)
      throw error
    }
    await syncDirectory(dirname(path))
  })

/**
 * Writes a secret unless there is one already: of two processes that try at once exactly one gets
 * true, and nobody ever sees half of it. A link(2) puts it in place, since a rename would replace.
 */
export const createPrivate = (
  path: string,
  bytes: Uint8Array | string
): Effect.Effect<boolean, StartError> =>
  writing(path, async () => {
    const temporary = await writeTemporary(path, bytes)
    try {
      await fs.promises.link(temporary, path)
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false
      throw error
    } finally {
      await fs.promises.unlink(temporary)
    }
    await syncDirectory(dirname(path))
    return true
  })
