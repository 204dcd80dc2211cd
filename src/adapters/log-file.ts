/**
 * The log: newline-delimited JSON in a file of the user's own, and never in the chat.
 *
 * A line is `{time, level, pid, message, …fields}`, made by the one escaper (domain/safe-text.ts), so
 * that nothing a peer sent can act on the terminal that shows it. Lines wait in memory for a moment
 * and are written together. A log that cannot be written never disturbs the conversation: its lines
 * are dropped and their number is the next thing that gets through.
 */
import * as fs from 'node:fs'
import { dirname } from 'node:path'
import * as Cause from 'effect/Cause'
import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import * as Latch from 'effect/Latch'
import * as Logger from 'effect/Logger'
import type { Severity } from 'effect/LogLevel'
import * as References from 'effect/References'
import type { Scope } from 'effect/Scope'
import { safeJson } from '../domain/safe-text.ts'
import { LOG_LEVELS, type LogLevel } from '../domain/settings.ts'

/** Bytes after which the file becomes `FILE.1`, in place of the one before: twice this in all. */
export const LOG_FILE_BYTES_MAX = 5 * 1024 * 1024
/** Characters of lines that wait; more are dropped, since nobody reads a log written this fast. */
export const LOG_WAITING_CHARS_MAX = 1024 * 1024
/** How long a line waits for others to be written with it. */
export const LOG_FLUSH_MS = 200

export interface LogFile {
  /** Appends a line when `level` is at least the file's. Never throws and never waits. */
  readonly write: (level: LogLevel, message: string, fields?: Readonly<object>) => void
  /** The same file as a logger for `Logger.layer`. */
  readonly logger: Logger.Logger<unknown, void>
}

export interface LogFileOptions {
  readonly path: string
  readonly level: LogLevel
  readonly bytesMax?: number
}

const LEVEL_OF: Readonly<Record<Severity, LogLevel>> = {
  Trace: 'trace',
  Debug: 'debug',
  Info: 'info',
  Warn: 'warn',
  Error: 'error',
  Fatal: 'error'
}

const rank = (level: LogLevel): number => LOG_LEVELS.indexOf(level)

/** The file behind the lines: opened when the first is written, closed with the scope. */
interface Sink {
  readonly path: string
  readonly bytesMax: number
  fd: number | undefined
  bytes: number
}

const open = (sink: Sink): number => {
  if (sink.fd !== undefined) return sink.fd
  fs.mkdirSync(dirname(sink.path), { recursive: true, mode: 0o700 })
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = fs.constants
  // Not through a link that someone laid, and not waiting for the reader of a FIFO.
  const flags = O_WRONLY | O_APPEND | O_CREAT | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0)
  const fd = fs.openSync(sink.path, flags, 0o600)
  const stat = fs.fstatSync(fd)
  if (stat.isFile() && (stat.mode & 0o077) !== 0) fs.fchmodSync(fd, 0o600)
  sink.fd = fd
  sink.bytes = stat.size
  return fd
}

const close = (sink: Sink): void => {
  if (sink.fd === undefined) return
  const fd = sink.fd
  sink.fd = undefined
  fs.closeSync(fd)
}

const append = (sink: Sink, text: string): void => {
  const bytes = Buffer.from(text)
  open(sink)
  if (sink.bytes > 0 && sink.bytes + bytes.length > sink.bytesMax) {
    close(sink)
    fs.renameSync(sink.path, `${sink.path}.1`)
  }
  fs.writeSync(open(sink), bytes)
  sink.bytes += bytes.length
}

/** Whatever was logged, as one line's message and fields. */
const describe = (message: unknown): { readonly message: string; readonly fields: object } => {
  const parts = Array.isArray(message) ? message : [message]
  const texts = parts.filter((part) => typeof part !== 'object' || part === null)
  const objects = parts.filter((part) => typeof part === 'object' && part !== null)
  return { message: texts.map(String).join(' '), fields: Object.assign({}, ...objects) as object }
}

/** Opens the log for the life of the scope, which writes what waits when it ends. */
export const openLogFile = ({
  path,
  level,
  bytesMax = LOG_FILE_BYTES_MAX
}: LogFileOptions): Effect.Effect<LogFile, never, Scope> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const sink: Sink = { path, bytesMax, fd: undefined, bytes: 0 }
    const some = Latch.makeUnsafe(false)
    let waiting = ''
    let dropped = 0
    const line = (at: LogLevel, message: string, fields: object): string => {
      const time = new Date(clock.currentTimeMillisUnsafe()).toISOString()
      return `${safeJson({ time, level: at, pid: process.pid, message, ...fields })}\n`
    }
    const flush = (): void => {
      if (waiting === '') return
      const text = dropped === 0 ? waiting : waiting + line('warn', 'lines dropped', { dropped })
      waiting = ''
      try {
        append(sink, text)
        dropped = 0
      } catch {
        dropped += text.split('\n').length - 1
        try {
          close(sink)
        } catch {
          // The descriptor is gone either way.
        }
      }
    }
    const write: LogFile['write'] = (at, message, fields = {}) => {
      if (rank(at) < rank(level)) return
      if (waiting.length > LOG_WAITING_CHARS_MAX) {
        dropped++
        return
      }
      try {
        waiting += line(at, message, fields)
      } catch {
        // A value that JSON cannot hold (a cycle, a bigint) is not worth the conversation.
        dropped++
      }
      // Before an error's line the program may be about to end.
      if (at === 'error') flush()
      else some.openUnsafe()
    }
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        flush()
        close(sink)
      })
    )
    yield* Effect.forkScoped(
      Effect.forever(
        some.await.pipe(
          Effect.andThen(Effect.sleep(LOG_FLUSH_MS)),
          Effect.andThen(
            Effect.sync(() => {
              some.closeUnsafe()
              flush()
            })
          )
        )
      )
    )
    const logger = Logger.make<unknown, void>(({ message, logLevel, cause, fiber }) => {
      const said = describe(message)
      const annotations = fiber.getRef(References.CurrentLogAnnotations)
      const trace = cause.reasons.length === 0 ? {} : { cause: Cause.pretty(cause) }
      const at = logLevel === 'All' || logLevel === 'None' ? 'info' : LEVEL_OF[logLevel]
      write(at, said.message, { ...annotations, ...said.fields, ...trace })
    })
    return { write, logger }
  })

/** The program's logger and its threshold: only this file hears what is logged. */
export const MINIMUM_LEVEL: Readonly<Record<LogLevel, Severity>> = {
  trace: 'Trace',
  debug: 'Debug',
  info: 'Info',
  warn: 'Warn',
  error: 'Error'
}
