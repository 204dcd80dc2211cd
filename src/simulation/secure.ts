/**
 * Security as a fact of the simulation: who is at the other end is told truly and nothing is
 * encrypted, but it takes the round trip, the deadline and the failures of the real thing.
 *
 * On the wire: the dialler's greeting, the acceptor's greeting, then one byte 0x01 of the dialler.
 * Greeting: magic `EARSHOT~` (8 bytes) ‖ public key (32 bytes) ‖ nonce (16 bytes).
 */
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import { SecureError, type SecureFailure } from '../domain/failures.ts'
import { SECURE_TIMEOUT_MS_MAX } from '../domain/limits.ts'
import { PUBLIC_KEY_BYTES, type PeerId, peerIdFromPublicKey } from '../domain/peer-id.ts'
import type { ByteStream, SecuredLink, SecureOptions } from '../services/transport.ts'
import { makeDice } from './dice.ts'
import type { NetworkHost } from './network-host.ts'

const MAGIC = new TextEncoder().encode('EARSHOT~')
const NONCE_BYTES = 16
const GREETING_BYTES = MAGIC.length + PUBLIC_KEY_BYTES + NONCE_BYTES
const FINISHED = Uint8Array.of(1)
const EXPORTER_BYTES = 32
/** What people read as this link's cipher. */
const SIMULATED_CIPHER = 'simulated'

const refuse = (reason: SecureFailure) => Effect.fail(new SecureError({ reason }))

/** What a stranger speaks, by its first bytes. */
const looksLike = (bytes: Uint8Array): 'http' | 'ssh' | 'tls' | 'plain-text' | 'unknown' => {
  if (bytes[0] === 0x16 && (bytes.length === 1 || bytes[1] === 0x03)) return 'tls'
  const text = String.fromCharCode(...bytes.subarray(0, 64))
  if (text.startsWith('SSH-')) return 'ssh'
  if (/^(?:GET|HEAD|POST|PUT|OPTIONS|CONNECT|HTTP)[ /]/.test(text)) return 'http'
  return /^[\t\r\n -~]+$/.test(text) ? 'plain-text' : 'unknown'
}

const isGreetingStart = (bytes: Uint8Array): boolean =>
  MAGIC.every((byte, at) => at >= bytes.length || bytes[at] === byte)

/** Reads exactly so many bytes at a time, and keeps what came after them for the link. */
class Greeter {
  readonly #stream: ByteStream
  rest = new Uint8Array()

  constructor(stream: ByteStream) {
    this.#stream = stream
  }

  send(bytes: Uint8Array): Effect.Effect<void, SecureError> {
    return this.#stream.write(bytes).pipe(Effect.mapError(({ code }) => this.#lost(code)))
  }

  take(
    count: number,
    check: (bytes: Uint8Array) => boolean
  ): Effect.Effect<Uint8Array, SecureError> {
    return Effect.suspend(() => {
      if (!check(this.rest)) return refuse({ _tag: 'NotEarshot', looksLike: looksLike(this.rest) })
      if (this.rest.length >= count) {
        const taken = this.rest.slice(0, count)
        this.rest = this.rest.slice(count)
        return Effect.succeed(taken)
      }
      return this.#stream.read.pipe(
        Effect.mapError(({ code }) => this.#lost(code)),
        Effect.flatMap((bytes) => {
          if (bytes === undefined) return Effect.fail(this.#lost('ECONNRESET'))
          const longer = new Uint8Array(this.rest.length + bytes.length)
          longer.set(this.rest)
          longer.set(bytes, this.rest.length)
          this.rest = longer
          return this.take(count, check)
        })
      )
    })
  }

  #lost(code: string): SecureError {
    return new SecureError({ reason: { _tag: 'StreamLost', code } })
  }
}

const greetingOf = (key: Uint8Array, nonce: Uint8Array): Uint8Array => {
  const greeting = new Uint8Array(GREETING_BYTES)
  greeting.set(MAGIC)
  greeting.set(key, MAGIC.length)
  greeting.set(nonce, MAGIC.length + PUBLIC_KEY_BYTES)
  return greeting
}

const checkPeer = (own: PeerId, theirs: PeerId, expected: PeerId | undefined) => {
  if (theirs === own) return refuse({ _tag: 'DialledSelf' })
  if (expected !== undefined && theirs !== expected)
    return refuse({ _tag: 'IdentityChanged', expected, actual: theirs })
  return Effect.void
}

const linkOf = (stream: ByteStream, greeter: Greeter, peer: PeerId, both: string): SecuredLink => ({
  remote: stream.remote,
  local: stream.local,
  read: Effect.suspend(() => {
    if (greeter.rest.length === 0) return stream.read
    const rest = greeter.rest
    greeter.rest = new Uint8Array()
    return Effect.succeed(rest)
  }),
  write: stream.write,
  end: stream.end,
  close: stream.close,
  peerId: peer,
  cipher: SIMULATED_CIPHER,
  exporter: makeDice(`exporter ${both}`).bytes(EXPORTER_BYTES)
})

const greet = (host: NetworkHost, stream: ByteStream, options: SecureOptions) =>
  Effect.gen(function* () {
    const isDialler = options.role === 'dialer'
    const ours = greetingOf(host.publicKey, host.dice.bytes(NONCE_BYTES))
    const greeter = new Greeter(stream)
    if (isDialler) yield* greeter.send(ours)
    const theirs = yield* greeter.take(GREETING_BYTES, isGreetingStart)
    const key = theirs.slice(MAGIC.length, MAGIC.length + PUBLIC_KEY_BYTES)
    const peer = peerIdFromPublicKey(key)
    if (!isDialler) yield* greeter.send(ours)
    yield* checkPeer(host.peerId, peer, options.expect)
    if (isDialler) yield* greeter.send(FINISHED)
    else yield* greeter.take(1, (bytes) => bytes.length === 0 || bytes[0] === FINISHED[0])
    const both = (isDialler ? [ours, theirs] : [theirs, ours]).map((bytes) => bytes.join())
    return linkOf(stream, greeter, peer, both.join())
  })

/** Makes a stream a secured link; see services/transport.ts. */
export const secureStream = (
  host: NetworkHost,
  stream: ByteStream,
  options: SecureOptions
): Effect.Effect<SecuredLink, SecureError, Scope> =>
  Effect.acquireRelease(
    greet(host, stream, options).pipe(
      Effect.timeoutOrElse({
        duration: SECURE_TIMEOUT_MS_MAX,
        orElse: () => refuse({ _tag: 'SecureTimeout', afterMs: SECURE_TIMEOUT_MS_MAX })
      }),
      Effect.onError(() => stream.close)
    ),
    (link) => link.close,
    { interruptible: true }
  )
