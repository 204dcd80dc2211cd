/**
 * The port to the network: reliable byte streams, and the step that makes one a secured link.
 * adapters/tcp and simulation/ provide it; test/compliance/ holds every provider to it.
 */
import * as Context from 'effect/Context'
import type * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import type {
  DialError,
  Endpoint,
  ListenError,
  SecureError,
  StreamError
} from '../domain/failures.ts'
import type { PeerId } from '../domain/peer-id.ts'

/**
 * A reliable, ordered stream of bytes. Closing is idempotent; the scope that made it closes it.
 * `read` and `write` are each used by one fiber at a time.
 */
export interface ByteStream {
  readonly remote: Endpoint
  readonly local: Endpoint
  /** The next bytes, at least one; undefined once the other end has half-closed. */
  readonly read: Effect.Effect<Uint8Array | undefined, StreamError>
  /**
   * Completes when the stream can take more: a slow peer makes the writer wait. The bytes must not change, unless
   * they are 64 KiB or more: then it completes when the stream is done with them.
   */
  readonly write: (bytes: Uint8Array) => Effect.Effect<void, StreamError>
  /** Half close: everything written is sent, then the other end reads the end. */
  readonly end: Effect.Effect<void, StreamError>
  /** Drops the stream at once. */
  readonly close: Effect.Effect<void>
}

/** A stream that is confidential and whose other end has proved that it holds `peerId`'s key. */
export interface SecuredLink extends ByteStream {
  readonly peerId: PeerId
  /** For people, as `TLS 1.3, TLS_AES_128_GCM_SHA256, X25519MLKEM768`. */
  readonly cipher: string
  /** 32 bytes that both ends, and nobody else, derive from this link (RFC 5705 exporter). */
  readonly exporter: Uint8Array
}

export interface Listener {
  readonly address: Endpoint
  /** The next accepted stream. It lives until closed or until the listener's scope ends. */
  readonly accept: Effect.Effect<ByteStream, StreamError>
}

export interface SecureOptions {
  readonly role: 'dialer' | 'acceptor'
  /** The peer that must answer; any when undefined. */
  readonly expect: PeerId | undefined
}

export class Transport extends Context.Service<
  Transport,
  {
    /** Opens a port. `host` undefined: every address of this machine. Closed with the scope. */
    readonly listen: (options: {
      readonly host: string | undefined
      readonly port: number
    }) => Effect.Effect<Listener, ListenError, Scope>
    /** Tries every address of the name (RFC 8305), for DIAL_TIMEOUT_MS_MAX in all. */
    readonly dial: (target: Endpoint) => Effect.Effect<ByteStream, DialError, Scope>
    /** TLS and the gate, before a byte of ours is read or written. Failure closes the stream. */
    readonly secure: (
      stream: ByteStream,
      options: SecureOptions
    ) => Effect.Effect<SecuredLink, SecureError, Scope>
  }
>()('earshot/Transport') {}
