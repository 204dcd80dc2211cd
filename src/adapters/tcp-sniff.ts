/** What the other end of a connection speaks when it does not speak Earshot, for the error message. */
import { connect } from 'node:net'
import * as Effect from 'effect/Effect'
import type { Endpoint, SecureFailure } from '../domain/failures.ts'

export type LooksLike = Extract<SecureFailure, { _tag: 'NotEarshot' }>['looksLike']

/** First byte of a TLS record that carries a handshake, and the major version (RFC 8446 §5.1). */
const TLS_HANDSHAKE = 0x16
const TLS_MAJOR = 0x03
/** Bytes of a first line that are looked at. */
const SAMPLE_BYTES = 64
/** How long the second look at a stranger may take. */
const PROBE_TIMEOUT_MS = 1000

const HTTP = /^(?:HTTP\/|(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|CONNECT|PATCH|TRACE|PRI) )/
const TEXT = /^[\t\r\n\x20-\x7e\u00a0-\uffff]+$/

/** Whether bytes can be the start of a TLS handshake. One byte decides if there is only one. */
export const startsLikeTls = (bytes: Uint8Array): boolean =>
  bytes[0] === TLS_HANDSHAKE && (bytes.length < 2 || bytes[1] === TLS_MAJOR)

/** Names the protocol of first bytes. */
export const looksLike = (bytes: Uint8Array): LooksLike => {
  if (startsLikeTls(bytes)) return 'tls'
  const text = Buffer.from(bytes.subarray(0, SAMPLE_BYTES)).toString('utf8')
  if (HTTP.test(text)) return 'http'
  if (text.startsWith('SSH-')) return 'ssh'
  return TEXT.test(text) ? 'plain-text' : 'unknown'
}

/**
 * A second, short look at a listener that answered our TLS with something else: OpenSSL keeps those
 * bytes to itself. Asks for a web page, as harmless as can be, and names what comes.
 */
export const probeListener = (target: Endpoint): Effect.Effect<LooksLike> =>
  Effect.callback<LooksLike>((resume) => {
    const socket = connect({ host: target.host, port: target.port })
    const done = (seen: LooksLike): void => {
      socket.destroy()
      resume(Effect.succeed(seen))
    }
    socket.once('connect', () => socket.write('HEAD / HTTP/1.0\r\n\r\n'))
    socket.once('data', (bytes) => done(looksLike(bytes)))
    socket.once('end', () => done('unknown'))
    socket.on('error', () => done('unknown'))
    return Effect.sync(() => socket.destroy())
  }).pipe(
    Effect.timeoutOrElse({
      duration: PROBE_TIMEOUT_MS,
      orElse: () => Effect.succeed<LooksLike>('unknown')
    })
  )
