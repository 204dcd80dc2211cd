/**
 * A passphrase from the first line of a file, a pipe, or a descriptor that whoever started us left open
 * (/dev/fd/3): for starts without a person. It is never an argument or a variable, which other users
 * of the machine, or every program that is started, could read.
 */
import { isUtf8 } from 'node:buffer'
import * as fs from 'node:fs'
import { Socket } from 'node:net'
import * as Effect from 'effect/Effect'
import { StartError } from '../domain/failures.ts'
import { PASSPHRASE_BYTES_MAX } from '../domain/limits.ts'
import { codeOf, exposure } from './private-files.ts'

const DESCRIPTOR = /^\/(?:dev|proc\/self)\/fd\/(\d{1,9})$/
const STANDARD: readonly string[] = ['/dev/stdin', '/dev/stdout', '/dev/stderr', '/dev/tty']
/** Standard input, output and error, which the conversation needs. */
const DESCRIPTORS_TAKEN = 3
const LINE_END = 0x0a
const RETURN = 0x0d

const unreadable = (file: string, detail: string): StartError =>
  new StartError({ reason: { _tag: 'PassphraseUnreadable', file, detail } })

const failed = (file: string, error: unknown): StartError =>
  error instanceof StartError ? error : unreadable(file, `it cannot be read (${codeOf(error)})`)

/** The text of the first line of these bytes. */
const firstLine = (file: string, bytes: Buffer): Effect.Effect<string, StartError> => {
  const end = bytes.indexOf(LINE_END)
  const whole = end < 0 ? bytes : bytes.subarray(0, end)
  const line = whole.at(-1) === RETURN ? whole.subarray(0, -1) : whole
  if (line.length === 0) return Effect.fail(unreadable(file, 'its first line is empty'))
  if (line.length > PASSPHRASE_BYTES_MAX)
    return Effect.fail(unreadable(file, `its first line is over ${PASSPHRASE_BYTES_MAX} bytes`))
  if (!isUtf8(line)) return Effect.fail(unreadable(file, 'its first line is not UTF-8 text'))
  return Effect.succeed(line.toString('utf8'))
}

interface Opened {
  readonly descriptor: number
  /** true: it has no end yet, and is waited for. */
  readonly streams: boolean
}

/** @param handed true: whoever started us left an open pipe to us alone. Everything with a name has a mode. */
const faultOf = (file: string, stats: fs.Stats, handed: boolean): StartError | undefined => {
  if (handed) return undefined
  if (stats.isFile() || stats.isFIFO()) return exposure(file, stats)
  return unreadable(file, 'it is neither a file nor a pipe')
}

/** Opens without waiting, as for a named pipe that nobody writes to yet: the wait comes with reading. */
const opened = (file: string): Opened => {
  const inherited = DESCRIPTOR.exec(file)?.[1]
  if (STANDARD.includes(file) || (inherited !== undefined && Number(inherited) < DESCRIPTORS_TAKEN))
    throw unreadable(file, 'the conversation needs it; use another descriptor, as /dev/fd/3')
  const descriptor =
    inherited === undefined
      ? fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0))
      : Number(inherited)
  const stats = fs.fstatSync(descriptor)
  const streams = stats.isFIFO() || stats.isSocket()
  const fault = faultOf(file, stats, streams && inherited !== undefined)
  if (fault === undefined) return { descriptor, streams }
  // A descriptor that was not meant may be one of Node's own.
  if (inherited === undefined) fs.closeSync(descriptor)
  throw fault
}

/** At most as many bytes as can be right, and one more. */
const readFile = (file: string, descriptor: number): Effect.Effect<string, StartError> =>
  Effect.suspend(() => {
    const bytes = Buffer.alloc(PASSPHRASE_BYTES_MAX + 3)
    try {
      return firstLine(file, bytes.subarray(0, fs.readSync(descriptor, bytes, 0, bytes.length, 0)))
    } catch (error) {
      return Effect.fail(failed(file, error))
    } finally {
      fs.closeSync(descriptor)
    }
  })

/** Until the end of the first line, or of the stream. */
const readStream = (file: string, descriptor: number): Effect.Effect<string, StartError> =>
  Effect.callback<string, StartError>((resume) => {
    const socket = new Socket({ fd: descriptor, readable: true, writable: false })
    let bytes: Buffer = Buffer.alloc(0)
    const finish = (): void => {
      socket.destroy()
      resume(firstLine(file, bytes))
    }
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      if (bytes.includes(LINE_END) || bytes.length > PASSPHRASE_BYTES_MAX + 2) finish()
    })
    socket.once('end', finish)
    socket.once('error', (error) => resume(Effect.fail(failed(file, error))))
    return Effect.sync(() => socket.destroy())
  })

/**
 * The passphrase in a file. Fails with PassphraseUnreadable, or SecretUnsafe where others could have
 * read it. Links are followed, since it is what they lead to that is checked.
 */
export const readPassphraseFile = (file: string): Effect.Effect<string, StartError> =>
  Effect.try({ try: () => opened(file), catch: (error) => failed(file, error) }).pipe(
    Effect.flatMap(({ descriptor, streams }) =>
      streams ? readStream(file, descriptor) : readFile(file, descriptor)
    )
  )
