/**
 * An open port. Accepted sockets are not read until somebody uses them, and those that nobody takes
 * are bounded: beyond ACCEPT_QUEUE_MAX a new one is dropped before it costs more than its accept.
 */
import { type Server, type Socket, createServer } from 'node:net'
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import { ListenError, type ListenFailure, StreamError } from '../domain/failures.ts'
import { ACCEPT_QUEUE_MAX } from '../domain/limits.ts'
import type { ByteStream, Listener } from '../services/transport.ts'
import { codeOf } from './private-files.ts'
import { portHolder } from './tcp-port-holder.ts'
import { CLOSED_HERE, SocketStream, plainAddress } from './tcp-stream.ts'

export interface ListenOptions {
  readonly host: string | undefined
  readonly port: number
}

/** Ports tried in search of a free one to suggest. */
const CANDIDATES_MAX = 20
/** Ports below need a privilege on most systems. */
const FIRST_UNPRIVILEGED_PORT = 1024
const PORT_MAX = 65_535

const bind = (server: Server, { host, port }: ListenOptions): Effect.Effect<void, string> =>
  Effect.callback<void, string>((resume) => {
    const failed = (error: unknown): void => resume(Effect.fail(codeOf(error)))
    server.once('error', failed)
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off('error', failed)
      resume(Effect.void)
    })
    return Effect.sync(() => {
      server.close()
    })
  })

const isFree = (options: ListenOptions): Effect.Effect<boolean> =>
  Effect.suspend(() => {
    const probe = createServer()
    return bind(probe, options).pipe(
      Effect.andThen(
        Effect.callback<void>((resume) => {
          probe.close(() => resume(Effect.void))
        })
      ),
      Effect.as(true),
      Effect.catch(() => Effect.succeed(false))
    )
  })

/** The first port from `from` that could be opened just now. */
const freePort = Effect.fnUntraced(function* (host: string | undefined, from: number) {
  for (let port = from; port < from + CANDIDATES_MAX && port <= PORT_MAX; port++)
    if (yield* isFree({ host, port })) return port
  return undefined
})

const failureOf = Effect.fnUntraced(function* (
  { host, port }: ListenOptions,
  code: string
): Effect.fn.Return<ListenFailure> {
  if (code === 'EADDRINUSE') {
    const holder = portHolder(port)
    const free = yield* freePort(host, port + 1)
    return {
      _tag: 'PortInUse',
      port,
      ...(holder === undefined ? {} : { holder }),
      ...(free === undefined ? {} : { free })
    }
  }
  if (code === 'EACCES' || code === 'EPERM') {
    // 80 becomes 8080 and 443 becomes 8443, as people expect.
    const free = yield* freePort(host, port < FIRST_UNPRIVILEGED_PORT ? port + 8000 : port + 1)
    return { _tag: 'PortDenied', port, ...(free === undefined ? {} : { free }) }
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EINVAL')
    return { _tag: 'AddressUnavailable', host: host ?? '', port }
  return { _tag: 'ListenFailed', port, code }
})

/** The sockets of one port: those that wait to be taken, and all that are open. */
class AcceptQueue {
  readonly #open = new Set<SocketStream>()
  readonly #waiting: SocketStream[] = []
  readonly #takers: ((result: Effect.Effect<ByteStream, StreamError>) => void)[] = []
  #closed = false

  readonly add = (socket: Socket): void => {
    // A socket that died between the accept and now has no address any more.
    if (this.#closed || socket.remoteAddress === undefined) {
      socket.destroy()
      return
    }
    const stream = new SocketStream(socket)
    const taker = this.#takers.shift()
    if (taker === undefined && this.#waiting.length >= ACCEPT_QUEUE_MAX) {
      stream.destroy()
      return
    }
    this.#open.add(stream)
    socket.once('close', () => this.#open.delete(stream))
    if (taker === undefined) this.#waiting.push(stream)
    else taker(Effect.succeed(stream))
  }

  readonly take: Effect.Effect<ByteStream, StreamError> = Effect.suspend(() => {
    if (this.#closed) return Effect.fail(new StreamError({ code: CLOSED_HERE }))
    const stream = this.#waiting.shift()
    if (stream !== undefined) return Effect.succeed(stream)
    return Effect.callback<ByteStream, StreamError>((resume) => {
      this.#takers.push(resume)
      return Effect.sync(() => {
        this.#takers.splice(this.#takers.indexOf(resume), 1)
      })
    })
  })

  close(): void {
    this.#closed = true
    for (const taker of this.#takers.splice(0))
      taker(Effect.fail(new StreamError({ code: CLOSED_HERE })))
    for (const stream of this.#open) stream.destroy()
  }
}

const opened = Effect.fnUntraced(function* (options: ListenOptions) {
  const queue = new AcceptQueue()
  const server = createServer(
    { allowHalfOpen: true, pauseOnConnect: true, noDelay: true },
    queue.add
  )
  yield* bind(server, options).pipe(
    Effect.catch((code) =>
      Effect.flatMap(failureOf(options, code), (reason) => Effect.fail(new ListenError({ reason })))
    )
  )
  // From here an error is one accept that failed (too many open files): the port stays open.
  server.on('error', () => {})
  return { server, queue }
})

/** Opens a port; it and every stream accepted on it close with the scope. */
export const listenTcp = (options: ListenOptions): Effect.Effect<Listener, ListenError, Scope> =>
  Effect.acquireRelease(
    opened(options),
    ({ server, queue }) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        queue.close()
      }),
    { interruptible: true }
  ).pipe(
    Effect.map(({ server, queue }) => {
      const bound = server.address()
      const address =
        bound === null || typeof bound === 'string'
          ? { host: options.host ?? '', port: options.port }
          : { host: plainAddress(bound.address), port: bound.port }
      return { address, accept: queue.take }
    })
  )
