/** Opening a connection: every address of a name (RFC 8305), one deadline, no socket left behind. */
import { type Socket, connect } from 'node:net'
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import { DialError, type DialFailure, type Endpoint } from '../domain/failures.ts'
import { codeOf } from './private-files.ts'
import { SocketStream } from './tcp-stream.ts'

/** Until the next address is tried beside the last one (RFC 8305 §5). */
const NEXT_ADDRESS_AFTER_MS = 250

/** Of several addresses' causes the one that says most about the peer, not about our own network. */
const TELLING_FIRST = ['ECONNREFUSED', 'EACCES', 'EPERM', 'ETIMEDOUT', 'EHOSTUNREACH']

const causeOf = (error: unknown): string => {
  if (!(error instanceof AggregateError)) return codeOf(error)
  const codes = error.errors.map(codeOf)
  return TELLING_FIRST.find((code) => codes.includes(code)) ?? codes[0] ?? codeOf(error)
}

const failureOf = (target: Endpoint, code: string, timeoutMs: number): DialFailure => {
  switch (code) {
    case 'ECONNREFUSED':
      return { _tag: 'ConnectionRefused', target }
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
    case 'EAI_NONAME':
      return { _tag: 'HostNotFound', target }
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
      return { _tag: 'HostUnreachable', target, code }
    case 'ETIMEDOUT':
      return { _tag: 'DialTimeout', target, afterMs: timeoutMs }
    case 'EACCES':
    case 'EPERM':
      return { _tag: 'DialDenied', target, code }
    default:
      return { _tag: 'DialFailed', target, code }
  }
}

const open = (target: Endpoint, timeoutMs: number): Effect.Effect<Socket, DialError> =>
  Effect.callback<Socket, DialError>((resume) => {
    const failed = (error: unknown): void => {
      socket.destroy()
      const reason = failureOf(target, causeOf(error), timeoutMs)
      resume(Effect.fail(new DialError({ reason })))
    }
    const socket = connect({
      host: target.host,
      port: target.port,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
      allowHalfOpen: true,
      noDelay: true
    })
    socket.once('error', failed)
    socket.once('connect', () => {
      resume(Effect.succeed(socket))
    })
    return Effect.sync(() => socket.destroy())
  }).pipe(
    Effect.timeoutOrElse({
      duration: timeoutMs,
      orElse: () =>
        Effect.fail(new DialError({ reason: { _tag: 'DialTimeout', target, afterMs: timeoutMs } }))
    })
  )

/** Dials; the stream closes with the scope. Interruption and the deadline drop the attempt. */
export const dialTcp = (
  target: Endpoint,
  timeoutMs: number
): Effect.Effect<SocketStream, DialError, Scope> =>
  Effect.acquireRelease(
    Effect.map(open(target, timeoutMs), (socket) => new SocketStream(socket)),
    (stream) => stream.close,
    { interruptible: true }
  )
