/** Strangers at a live port, on either end: what they do, and what came of it. */
import { type Server, type Socket, connect as connectTcp, createServer } from 'node:net'
import { type ConnectionOptions, type TLSSocket, connect as connectTls } from 'node:tls'
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import type { SecureFailure } from '../../src/domain/failures.ts'
import type { SecuredLink } from '../../src/services/transport.ts'
import type { Shown } from './certificates.ts'
import type { TcpEnd } from './tcp-world.ts'

export const LOOPBACK = '127.0.0.1'
export const SHORT_MS = 150

export const run = (scenario: Effect.Effect<void, unknown, Scope>): Promise<void> =>
  Effect.runPromise(Effect.scoped(scenario))

/** What the stranger saw until its end of the connection closed. */
interface Seen {
  readonly bytes: Buffer
}

const watch = (socket: Socket): Effect.Effect<Seen> => {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.on('error', () => {})
  return Effect.callback((resume) => {
    const done = (): void => resume(Effect.succeed({ bytes: Buffer.concat(chunks) }))
    if (socket.closed) done()
    else socket.on('close', done)
  })
}

interface Acceptance {
  readonly failure: SecureFailure | undefined
  readonly link: SecuredLink | undefined
  readonly seen: Effect.Effect<Seen>
}

/** Lets a stranger connect to our acceptor, and says what came of it. */
export const accepting = (
  us: TcpEnd,
  stranger: (port: number) => Socket
): Effect.Effect<Acceptance, unknown, Scope> =>
  Effect.gen(function* () {
    const listener = yield* us.transport.listen({ host: LOOPBACK, port: 0 })
    const socket = yield* Effect.acquireRelease(
      Effect.sync(() => stranger(listener.address.port)),
      (opened) => Effect.sync(() => opened.destroy())
    )
    const seen = watch(socket)
    const stream = yield* listener.accept
    const secured = us.transport.secure(stream, { role: 'acceptor', expect: undefined })
    return yield* secured.pipe(
      Effect.map((link): Acceptance => ({ failure: undefined, link, seen })),
      Effect.catch((error) =>
        Effect.succeed<Acceptance>({ failure: error.reason, link: undefined, seen })
      )
    )
  })

export const speaking =
  (bytes: string | Uint8Array) =>
  (port: number): Socket => {
    const socket = connectTcp(port, LOOPBACK)
    socket.write(bytes)
    return socket
  }

export const tlsStranger =
  (shown: Shown | undefined, options: ConnectionOptions = {}) =>
  (port: number): TLSSocket => {
    const socket = connectTls({
      host: LOOPBACK,
      port,
      servername: '',
      rejectUnauthorized: false,
      ALPNProtocols: ['earshot/1'],
      ...(shown === undefined ? {} : { key: shown.key, cert: shown.cert }),
      ...options
    })
    socket.on('error', () => {})
    return socket
  }

/** A listener that is not Earshot; answers each connection as told. */
export const strangeListener = (
  answer: (socket: Socket) => void
): Effect.Effect<number, never, Scope> =>
  Effect.acquireRelease(
    Effect.callback<Server>((resume) => {
      const server = createServer((socket) => {
        socket.on('error', () => {})
        answer(socket)
      })
      server.listen(0, LOOPBACK, () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => server.close())
  ).pipe(
    Effect.map((server) => {
      const address = server.address()
      return typeof address === 'object' && address !== null ? address.port : 0
    })
  )

/** Puts a man in the middle in front of an acceptor; `change` sees what goes towards it. */
export const relay = Effect.fnUntraced(function* (us: TcpEnd, change: (bytes: Buffer) => Buffer[]) {
  let target = 0
  const front = yield* strangeListener((near) => {
    const far = connectTcp(target, LOOPBACK)
    far.setNoDelay(true)
    near.on('data', (bytes: Buffer) => {
      for (const part of change(bytes)) far.write(part)
    })
    near.on('end', () => far.end())
    near.on('close', () => far.destroy())
    far.on('data', (bytes) => near.write(bytes))
    far.on('error', () => near.destroy())
    far.on('close', () => near.destroy())
  })
  return (stranger: (port: number) => Socket) =>
    accepting(us, (port) => {
      target = port
      return stranger(front)
    })
})
