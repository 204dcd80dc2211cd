/**
 * A socket, plain or under TLS, as a ByteStream.
 *
 * Bytes that arrive are queued here and handed out without a turn of the event loop; when half of
 * the read-ahead bound waits, the socket is no longer read, so the sender's TCP window closes. Until
 * the first `read` nothing is taken from the socket: its first bytes may belong to TLS.
 */
import type { Socket } from 'node:net'
import * as Effect from 'effect/Effect'
import { type Endpoint, StreamError } from '../domain/failures.ts'
import { READ_AHEAD_BYTES_MAX } from '../domain/limits.ts'
import type { ByteStream } from '../services/transport.ts'
import { codeOf } from './private-files.ts'

/** The code of a stream that was closed at this end (POSIX: connection aborted by software here). */
export const CLOSED_HERE = 'ECONNABORTED'

type ReadResult = Effect.Effect<Uint8Array | undefined, StreamError>

/** IPv4 addresses that a dual-stack socket shows as ::ffff:a.b.c.d are shown as IPv4. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')

const endpoint = (host: string | undefined, port: number | undefined): Endpoint => ({
  host: plainAddress(host ?? ''),
  port: port ?? 0
})

export class SocketStream implements ByteStream {
  readonly remote: Endpoint
  readonly local: Endpoint
  readonly socket: Socket
  /** Bytes that arrived and were not read yet, and their sum. */
  #chunks: Uint8Array[] = []
  #waitingBytes = 0
  readonly #pauseAtBytes: number
  #attached = false
  #paused = false
  #remoteEnded = false
  #localEnded = false
  /** Why nothing comes or goes any more. The first cause stays. */
  #failure: string | undefined
  #reader: ((result: ReadResult) => void) | undefined
  #writer: (() => void) | undefined
  /** The TLS socket on top of this one, which is closed with it. */
  #cover: Socket | undefined

  /** @param endpoints of the socket below, for a TLS socket that has none of its own */
  constructor(
    socket: Socket,
    endpoints?: { readonly remote: Endpoint; readonly local: Endpoint },
    readAheadBytes = READ_AHEAD_BYTES_MAX
  ) {
    this.socket = socket
    this.#pauseAtBytes = readAheadBytes / 2
    this.remote = endpoints?.remote ?? endpoint(socket.remoteAddress, socket.remotePort)
    this.local = endpoints?.local ?? endpoint(socket.localAddress, socket.localPort)
    socket.on('error', this.#onError)
    // TLS errors after the handshake come only by this name on an accepted socket, and leave it
    // open (nodejs/node, lib/internal/tls/wrap.js: _tlsError while control is not released).
    socket.on('_tlsError', this.#onError)
    socket.on('close', this.#onClose)
    socket.on('drain', this.#wakeWriter)
  }

  readonly read: ReadResult = Effect.suspend(() => {
    const chunk = this.#take()
    if (chunk !== undefined) return Effect.succeed(chunk)
    if (this.#remoteEnded) return Effect.succeed(undefined)
    if (this.#failure !== undefined) return Effect.fail(new StreamError({ code: this.#failure }))
    this.#attach()
    return Effect.callback<Uint8Array | undefined, StreamError>((resume) => {
      this.#reader = resume
      return Effect.sync(() => {
        this.#reader = undefined
      })
    })
  })

  /**
   * The bytes belong to the stream from here on. As many as the socket buffers (its high water mark) or more always
   * wait for `drain`, which comes when nothing is buffered any more: those may be used again then.
   */
  readonly write = (bytes: Uint8Array): Effect.Effect<void, StreamError> =>
    Effect.suspend(() => {
      if (this.#failure !== undefined) return Effect.fail(new StreamError({ code: this.#failure }))
      if (this.#localEnded) return Effect.fail(new StreamError({ code: 'EPIPE' }))
      if (this.socket.write(bytes)) return Effect.void
      return Effect.callback<void, StreamError>((resume) => {
        this.#writer = () => {
          const code = this.#failure
          resume(code === undefined ? Effect.void : Effect.fail(new StreamError({ code })))
        }
        return Effect.sync(() => {
          this.#writer = undefined
        })
      })
    })

  readonly end: Effect.Effect<void, StreamError> = Effect.suspend(() => {
    if (this.#localEnded) return Effect.void
    if (this.#failure !== undefined) return Effect.fail(new StreamError({ code: this.#failure }))
    this.#localEnded = true
    return Effect.callback<void, StreamError>((resume) => {
      this.socket.end((error?: Error | null) => {
        const code = this.#failure ?? (error ? codeOf(error) : undefined)
        resume(code === undefined ? Effect.void : Effect.fail(new StreamError({ code })))
      })
    })
  })

  readonly close: Effect.Effect<void> = Effect.sync(() => this.destroy())

  /** What `close` does, for callbacks. */
  destroy(): void {
    this.#chunks = []
    this.#waitingBytes = 0
    this.#remoteEnded = false
    this.#fail(CLOSED_HERE)
    this.#cover?.destroy()
    this.socket.destroy()
  }

  /** Whether the stream can still be used. */
  get usable(): boolean {
    return this.#failure === undefined && !this.socket.destroyed
  }

  /**
   * Gives the socket up to TLS, with the bytes that nobody has read put back in front of it.
   * From here on the stream itself is only good for being closed.
   */
  release(): Socket {
    this.socket.off('data', this.#onData)
    this.socket.off('end', this.#onEnd)
    this.socket.pause()
    for (const chunk of this.#chunks.reverse()) this.socket.unshift(chunk)
    this.#chunks = []
    this.#waitingBytes = 0
    return this.socket
  }

  /** Makes the TLS socket on top of this one close with it. */
  cover(socket: Socket): void {
    this.#cover = socket
    if (this.#failure !== undefined) socket.destroy()
  }

  #take(): Uint8Array | undefined {
    const chunk = this.#chunks.shift()
    if (chunk === undefined) return undefined
    this.#waitingBytes -= chunk.length
    if (this.#paused && this.#waitingBytes <= this.#pauseAtBytes / 2) {
      this.#paused = false
      this.socket.resume()
    }
    return chunk
  }

  #attach(): void {
    if (this.#attached) return
    this.#attached = true
    this.socket.on('end', this.#onEnd)
    this.socket.on('data', this.#onData)
    this.socket.resume()
  }

  readonly #onData = (chunk: Uint8Array): void => {
    const reader = this.#reader
    if (reader !== undefined) {
      this.#reader = undefined
      reader(Effect.succeed(chunk))
      return
    }
    this.#chunks.push(chunk)
    this.#waitingBytes += chunk.length
    if (this.#paused || this.#waitingBytes < this.#pauseAtBytes) return
    this.#paused = true
    this.socket.pause()
  }

  readonly #onEnd = (): void => {
    this.#remoteEnded = true
    this.#wakeReader(Effect.succeed(undefined))
  }

  readonly #onError = (error: unknown): void => {
    this.#fail(codeOf(error))
    this.#cover?.destroy()
    this.socket.destroy()
  }

  readonly #onClose = (): void => {
    // After a clean end in both directions the socket closes by itself; that is no failure to a
    // reader, who still gets what is queued and then the end.
    this.#fail(CLOSED_HERE)
    this.#cover?.destroy()
  }

  #fail(code: string): void {
    this.#failure ??= code
    this.#wakeReader(
      this.#remoteEnded
        ? Effect.succeed(undefined)
        : Effect.fail(new StreamError({ code: this.#failure }))
    )
    this.#wakeWriter()
  }

  #wakeReader(result: ReadResult): void {
    const reader = this.#reader
    this.#reader = undefined
    reader?.(result)
  }

  readonly #wakeWriter = (): void => {
    const writer = this.#writer
    this.#writer = undefined
    writer?.()
  }
}
