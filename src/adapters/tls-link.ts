/**
 * From a byte stream to a secured link: TLS of tls-profile.ts in either role, the gate, and a
 * deadline over all of it. Whatever fails closes the stream, and the other end sees only that.
 */
import { type Socket } from 'node:net'
import { TLSSocket, connect } from 'node:tls'
import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import type { Scope } from 'effect/Scope'
import { SecureError, type SecureFailure } from '../domain/failures.ts'
import type { SecureOptions, SecuredLink } from '../services/transport.ts'
import type { TlsCredentials } from './node-identity.ts'
import { codeOf } from './private-files.ts'
import { looksLike, probeListener, startsLikeTls } from './tcp-sniff.ts'
import { SocketStream } from './tcp-stream.ts'
import { type GatePass, SOCKET_OPTIONS, failureOfCode, passGate } from './tls-profile.ts'

const fail = (reason: SecureFailure): Effect.Effect<never, SecureError> =>
  Effect.fail(new SecureError({ reason }))

/** The stream lost before TLS was through: the other end closed it, or the network did. */
const lost = (code: string): SecureFailure => ({ _tag: 'StreamLost', code })

/**
 * Looks at the first bytes of an accepted socket and puts them back. A stranger that does not speak
 * TLS, or says nothing, is found out before TLS costs anything.
 */
const sniff = (raw: Socket): Effect.Effect<void, SecureError> =>
  Effect.callback<void, SecureError>((resume) => {
    const stop = (): void => {
      raw.off('readable', look)
      raw.off('end', gone)
      raw.off('close', gone)
      raw.off('error', broken)
    }
    const settle = (result: Effect.Effect<void, SecureError>): void => {
      stop()
      resume(result)
    }
    const gone = (): void => settle(fail(lost('ECONNRESET')))
    const broken = (error: unknown): void => settle(fail(lost(codeOf(error))))
    const look = (): void => {
      const bytes = raw.read() as Buffer | null
      if (bytes === null) return
      raw.unshift(bytes)
      settle(
        startsLikeTls(bytes)
          ? Effect.void
          : fail({ _tag: 'NotEarshot', looksLike: looksLike(bytes) })
      )
    }
    raw.on('end', gone)
    raw.on('close', gone)
    raw.on('error', broken)
    raw.on('readable', look)
    return Effect.sync(stop)
  })

type Credentials = TlsCredentials['Service']

export interface TlsLinkOptions extends SecureOptions {
  readonly timeoutMs: number
  /** Bytes that are read ahead of whoever takes them. */
  readonly readAheadBytes: number
}

const wrap = (raw: Socket, role: SecureOptions['role'], credentials: Credentials): TLSSocket => {
  const secureContext = credentials.secureContext()
  if (role === 'acceptor')
    return new TLSSocket(raw, { ...SOCKET_OPTIONS, isServer: true, secureContext })
  return connect({
    ...SOCKET_OPTIONS,
    socket: raw,
    secureContext,
    // No name goes out in clear, and none is checked: the gate compares keys.
    servername: '',
    checkServerIdentity: () => undefined
  })
}

const toLink = (
  socket: TLSSocket,
  below: SocketStream,
  pass: GatePass,
  readAheadBytes: number
): SecuredLink => {
  const stream = new SocketStream(socket, below, readAheadBytes)
  return {
    ...pass,
    remote: below.remote,
    local: below.local,
    read: stream.read,
    write: stream.write,
    end: stream.end,
    close: Effect.sync(() => {
      stream.destroy()
      below.destroy()
    })
  }
}

const handshake = (
  below: SocketStream,
  options: TlsLinkOptions,
  credentials: Credentials
): Effect.Effect<SecuredLink, SecureError> =>
  Effect.callback<SecuredLink, SecureError>((resume) => {
    const socket = wrap(below.release(), options.role, credentials)
    below.cover(socket)
    const refuse = (reason: SecureFailure): void => {
      below.destroy()
      resume(fail(reason))
    }
    const broken = (error: unknown): void => refuse(failureOfCode(codeOf(error)))
    const gone = (): void => refuse(lost('ECONNRESET'))
    const finished = (): void => {
      const verdict = passGate(socket, credentials.peerId, options.expect)
      socket.off('close', gone)
      socket.off('end', gone)
      if (Result.isFailure(verdict)) {
        refuse(verdict.failure)
        return
      }
      // The link's own listeners first, so that no error ever finds none.
      const link = toLink(socket, below, verdict.success, options.readAheadBytes)
      socket.off('error', broken)
      socket.off('_tlsError', broken)
      resume(Effect.succeed(link))
    }
    socket.once(options.role === 'acceptor' ? 'secure' : 'secureConnect', finished)
    socket.on('error', broken)
    socket.on('_tlsError', broken)
    socket.on('close', gone)
    socket.on('end', gone)
  })

/** A dialler whose TLS was not understood looks again, to tell its user what answers there. */
const namingStranger =
  (
    stream: SocketStream,
    options: SecureOptions
  ): ((error: SecureError) => Effect.Effect<never, SecureError>) =>
  (error) =>
    options.role === 'dialer' &&
    error.reason._tag === 'NotEarshot' &&
    error.reason.looksLike === 'unknown'
      ? Effect.flatMap(probeListener(stream.remote), (seen) =>
          fail({ _tag: 'NotEarshot', looksLike: seen })
        )
      : Effect.fail(error)

/**
 * Secures a stream of this transport within `options.timeoutMs`. The link closes with the scope; failure
 * and interruption close the stream.
 */
export const secureTcp = Effect.fnUntraced(function* (
  stream: SocketStream,
  options: TlsLinkOptions,
  credentials: Credentials
): Effect.fn.Return<SecuredLink, SecureError, Scope> {
  const { timeoutMs } = options
  yield* Effect.addFinalizer(() => stream.close)
  if (!stream.usable) return yield* fail(lost('ECONNRESET'))
  const sniffed = options.role === 'acceptor' ? sniff(stream.release()) : Effect.void
  return yield* sniffed.pipe(
    Effect.andThen(handshake(stream, options, credentials)),
    Effect.timeoutOrElse({
      duration: timeoutMs,
      orElse: () => fail({ _tag: 'SecureTimeout', afterMs: timeoutMs })
    }),
    Effect.onError(() => stream.close),
    Effect.catch(namingStranger(stream, options))
  )
})
