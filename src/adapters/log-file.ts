/**
 * The log: newline-delimited JSON in a file of the user's own, and never in the chat.
 *
 * A line is `{time, level, pid, message, …fields}`, `time` in milliseconds since the epoch. It is made
 * by the one escaper (domain/safe-text.ts), so that nothing a peer sent can act on the terminal that
 * shows it. Lines wait for a moment and are written together. A log that cannot be written never
 * disturbs the conversation: its lines are dropped, and their number is what gets through next.
 */
import * as Cause from 'effect/Cause'
import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import * as Latch from 'effect/Latch'
import * as Logger from 'effect/Logger'
import type { LogLevel as EffectLevel, Severity } from 'effect/LogLevel'
import * as References from 'effect/References'
import type { Scope } from 'effect/Scope'
import { safeJson } from '../domain/safe-text.ts'
import { LOG_LEVELS, type LogLevel } from '../domain/settings.ts'
import { LogSink } from './log-sink.ts'

/** How long a line waits for others to be written with it. */
export const LOG_FLUSH_MS = 200

export interface LogFile {
  /** true: lines of this level are kept. Asked where making a line costs something. */
  readonly keeps: (level: LogLevel) => boolean
  /** Adds a line when `level` is at least the log's. Never throws and never waits. */
  readonly write: (level: LogLevel, message: string, fields?: Readonly<object>) => void
  /** The same file for `Effect.log…`, by `Logger.layer([logger])`. */
  readonly logger: Logger.Logger<unknown, void>
}

export interface LogFileOptions {
  readonly path: string
  readonly level: LogLevel
  /** Another bound than LOG_FILE_BYTES_MAX, for tests. */
  readonly bytesMax?: number
}

const OUR_LEVEL: Readonly<Record<EffectLevel, LogLevel>> = {
  All: 'trace',
  Trace: 'trace',
  Debug: 'debug',
  Info: 'info',
  Warn: 'warn',
  Error: 'error',
  Fatal: 'error',
  None: 'error'
}

/** References.MinimumLogLevel for each of our levels. */
export const MINIMUM_LEVEL: Readonly<Record<LogLevel, Severity>> = {
  trace: 'Trace',
  debug: 'Debug',
  info: 'Info',
  warn: 'Warn',
  error: 'Error'
}

const rank = (level: LogLevel): number => LOG_LEVELS.indexOf(level)

/** Whatever was logged, as a line's message and fields. */
const describe = (message: unknown): { readonly text: string; readonly fields: object } => {
  const parts: readonly unknown[] = Array.isArray(message) ? message : [message]
  const isObject = (part: unknown): part is object => typeof part === 'object' && part !== null
  const texts = parts.filter((part) => !isObject(part)).map(String)
  return { text: texts.join(' '), fields: Object.assign({}, ...parts.filter(isObject)) as object }
}

const makeWrite = (sink: LogSink, level: LogLevel, now: () => number, soon: () => void) => {
  const line = (at: LogLevel, message: string, fields: object): string =>
    safeJson({ time: now(), level: at, pid: process.pid, message, ...fields })
  const flush = (): void =>
    sink.flush((dropped) => line('warn', 'lines of the log were lost', { dropped }))
  const write: LogFile['write'] = (at, message, fields = {}) => {
    if (rank(at) < rank(level)) return
    try {
      sink.add(line(at, message, fields))
    } catch {
      // A value that JSON cannot hold (a cycle, a bigint) is not worth the conversation.
      sink.drop()
    }
    // After an error's line the program may be about to end.
    if (at === 'error') flush()
    else soon()
  }
  return { write, flush }
}

/** Opens the log for the life of the scope, which writes what waits when it ends. */
export const openLogFile = Effect.fnUntraced(function* ({
  path,
  level,
  bytesMax
}: LogFileOptions): Effect.fn.Return<LogFile, never, Scope> {
  const clock = yield* Clock.Clock
  const sink = new LogSink(path, bytesMax)
  const some = Latch.makeUnsafe(false)
  const { write, flush } = makeWrite(
    sink,
    level,
    () => clock.currentTimeMillisUnsafe(),
    () => some.openUnsafe()
  )
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      flush()
      sink.close()
    })
  )
  const flushing = some.await.pipe(
    Effect.andThen(Effect.sleep(LOG_FLUSH_MS)),
    Effect.andThen(
      Effect.sync(() => {
        some.closeUnsafe()
        flush()
      })
    )
  )
  yield* Effect.forkScoped(Effect.forever(flushing))
  const logger = Logger.make<unknown, void>(({ message, logLevel, cause, fiber }) => {
    const { text, fields } = describe(message)
    const annotations = fiber.getRef(References.CurrentLogAnnotations)
    const trace = cause.reasons.length === 0 ? {} : { cause: Cause.pretty(cause) }
    write(OUR_LEVEL[logLevel], text, { ...annotations, ...fields, ...trace })
  })
  return { keeps: (at) => rank(at) >= rank(level), write, logger }
})
