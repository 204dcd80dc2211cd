/**
 * Goal: whatever a stranger does to our port, or answers on its own, ends as one typed failure with
 * the stream closed, and not one byte of ours has gone to it.
 * Method: our acceptor or dialler on loopback against node's own net and tls in the stranger's part
 * (security plan §7, rows 1–20). Deadlines are shortened to what a silent stranger needs to show.
 */
import { type Server, type Socket, connect as connectTcp, createServer } from 'node:net'
import { type ConnectionOptions, type TLSSocket, connect as connectTls } from 'node:tls'
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Fiber from 'effect/Fiber'
import type { Scope } from 'effect/Scope'
import type { SecureFailure } from '../../src/domain/failures.ts'
import { peerIdFromPublicKey } from '../../src/domain/peer-id.ts'
import type { SecuredLink } from '../../src/services/transport.ts'
import { type Shown, certificateOf } from './certificates.ts'
import { type TcpEnd, tcpEnd } from './tcp-world.ts'

const LOOPBACK = '127.0.0.1'
const SHORT_MS = 150

const run = (scenario: Effect.Effect<void, unknown, Scope>): Promise<void> =>
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
const accepting = (
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

const speaking =
  (bytes: string | Uint8Array) =>
  (port: number): Socket => {
    const socket = connectTcp(port, LOOPBACK)
    socket.write(bytes)
    return socket
  }

const tlsStranger =
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

/** A TLS 1.3 stranger with this certificate is refused with this, and gets nothing. */
const refuses = (
  title: string,
  stranger: (port: number) => Socket,
  ...failures: readonly SecureFailure[]
): void => {
  it(title, () =>
    run(
      Effect.gen(function* () {
        const us = yield* tcpEnd()
        const { failure, seen } = yield* accepting(us, stranger)
        expect(failures).toContainEqual(failure)
        expect((yield* seen).bytes.length).toBe(0)
      })
    )
  )
}

describe('an acceptor refuses', () => {
  refuses('an HTTP request', speaking('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), {
    _tag: 'NotEarshot',
    looksLike: 'http'
  })
  refuses('an SSH banner', speaking('SSH-2.0-OpenSSH_9.9\r\n'), {
    _tag: 'NotEarshot',
    looksLike: 'ssh'
  })
  refuses('a line of text', speaking('hello?\n'), { _tag: 'NotEarshot', looksLike: 'plain-text' })
  refuses('random bytes', speaking(new Uint8Array([0, 255, 3, 9, 200])), {
    _tag: 'NotEarshot',
    looksLike: 'unknown'
  })
  refuses('TLS without ALPN', tlsStranger(certificateOf('ed25519'), { ALPNProtocols: [] }), {
    _tag: 'GateRefused',
    check: 'alpn'
  })
  refuses("a browser's ALPN", tlsStranger(certificateOf('ed25519'), { ALPNProtocols: ['h2'] }), {
    _tag: 'GateRefused',
    check: 'alpn'
  })
  refuses('TLS 1.2', tlsStranger(certificateOf('ed25519'), { maxVersion: 'TLSv1.2' }), {
    _tag: 'GateRefused',
    check: 'tls-version'
  })
  refuses('a client without a certificate', tlsStranger(undefined), {
    _tag: 'GateRefused',
    check: 'no-certificate'
  })
  // OpenSSL leaves a certificate away that fits none of our signature algorithms.
  refuses('a P-256 key', tlsStranger(certificateOf('p256')), {
    _tag: 'GateRefused',
    check: 'no-certificate'
  })
  refuses('an RSA key', tlsStranger(certificateOf('rsa')), {
    _tag: 'GateRefused',
    check: 'no-certificate'
  })
  refuses('a large certificate', tlsStranger(certificateOf('ed25519', { paddingBytes: 90_000 })), {
    _tag: 'GateRefused',
    check: 'certificate-size'
  })
  refuses(
    'a certificate that TLS itself finds too large',
    tlsStranger(certificateOf('ed25519', { paddingBytes: 200_000 })),
    { _tag: 'GateRefused', check: 'certificate-size' }
  )
})

describe('an acceptor does not wait for', () => {
  const timesOut = (title: string, stranger: (port: number) => Socket): void => {
    it(title, () =>
      run(
        Effect.gen(function* () {
          const us = yield* tcpEnd({ secureTimeoutMs: SHORT_MS })
          const { failure, seen } = yield* accepting(us, stranger)
          expect(failure).toEqual({ _tag: 'SecureTimeout', afterMs: SHORT_MS })
          expect((yield* seen).bytes.length).toBe(0)
        })
      )
    )
  }
  timesOut('a silent stranger', (port) => connectTcp(port, LOOPBACK))
  timesOut('the second half of a ClientHello', speaking(Buffer.from('160301020001000', 'hex')))
  timesOut('a ClientHello of one byte', speaking(Buffer.from([0x16])))
})

describe('an acceptor takes', () => {
  it('the right key in an expired certificate with a hostile name, and shows only the key', () =>
    run(
      Effect.gen(function* () {
        const us = yield* tcpEnd()
        const shown = certificateOf('ed25519', { until: '20210101000000Z', name: '\x1b]0;x\x07' })
        const { link } = yield* accepting(us, tlsStranger(shown))
        expect(link?.peerId).toBe(peerIdFromPublicKey(shown.publicKey))
        expect(JSON.stringify(link)).not.toContain(']0;x')
      })
    ))

  it('a ClientHello that comes byte by byte', () =>
    run(
      Effect.gen(function* () {
        const us = yield* tcpEnd()
        const front = yield* relay(us, (bytes) => [...bytes].map((byte) => Buffer.from([byte])))
        const { link } = yield* front(tlsStranger(certificateOf('ed25519')))
        expect(link?.cipher).toMatch(/^TLS 1\.3, TLS_/)
      })
    ))

  it('no session a second time: every link has a full handshake', () =>
    run(
      Effect.gen(function* () {
        const us = yield* tcpEnd()
        const shown = certificateOf('ed25519')
        let session: Buffer | undefined
        const first = yield* accepting(us, (port) =>
          tlsStranger(shown)(port).on('session', (ticket: Buffer) => {
            session = ticket
          })
        )
        yield* first.link?.write(Buffer.from('x')) ?? Effect.die('no link')
        yield* first.link?.end ?? Effect.void
        let again: TLSSocket | undefined
        const second = yield* accepting(us, (port) => {
          again = tlsStranger(shown, session === undefined ? {} : { session })(port)
          return again
        })
        expect(second.link?.peerId).toBe(first.link?.peerId)
        expect(again?.isSessionReused()).toBe(false)
      })
    ))
})

/** A listener that is not Earshot; answers each connection as told. */
const strangeListener = (answer: (socket: Socket) => void): Effect.Effect<number, never, Scope> =>
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
const relay = Effect.fnUntraced(function* (us: TcpEnd, change: (bytes: Buffer) => Buffer[]) {
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

describe('a link whose bytes are meddled with', () => {
  it('fails at one flipped bit, and hands nothing of that record on', () =>
    run(
      Effect.gen(function* () {
        const us = yield* tcpEnd()
        let flip = false
        const front = yield* relay(us, (bytes) => {
          if (flip) bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1
          return [bytes]
        })
        let stranger: TLSSocket | undefined
        const { link } = yield* front((port) => {
          stranger = tlsStranger(certificateOf('ed25519'))(port)
          return stranger
        })
        if (link === undefined) return yield* Effect.die('no link')
        stranger?.write('good')
        expect(Buffer.from((yield* link.read) ?? []).toString()).toBe('good')
        flip = true
        stranger?.write('bad')
        const error = yield* Effect.flip(link.read)
        expect(error.code).toBe('ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC')
        expect((yield* Effect.exit(link.write(Buffer.from('x'))))._tag).toBe('Failure')
      })
    ))

  it('reads a cut without close_notify as an end, as the port says: an end proves nothing', () =>
    run(
      Effect.gen(function* () {
        const us = yield* tcpEnd()
        let middle: Socket | undefined
        const { link } = yield* accepting(us, (port) => {
          middle = connectTcp({ port, host: LOOPBACK, allowHalfOpen: true })
          const shown = certificateOf('ed25519')
          return connectTls({
            socket: middle,
            key: shown.key,
            cert: shown.cert,
            rejectUnauthorized: false,
            ALPNProtocols: ['earshot/1']
          })
        })
        if (link === undefined) return yield* Effect.die('no link')
        const reading = yield* Effect.forkChild(link.read)
        yield* Effect.yieldNow
        middle?.end()
        expect(yield* Fiber.join(reading)).toBe(undefined)
      })
    ))
})

describe('a dialler names what answers', () => {
  const names = (
    title: string,
    answer: (socket: Socket) => void,
    expected: SecureFailure
  ): void => {
    it(title, () =>
      run(
        Effect.gen(function* () {
          const us = yield* tcpEnd({ secureTimeoutMs: SHORT_MS })
          const port = yield* strangeListener(answer)
          const stream = yield* us.transport.dial({ host: LOOPBACK, port })
          const secured = us.transport.secure(stream, { role: 'dialer', expect: undefined })
          const failure = yield* Effect.flip(secured)
          expect(failure.reason).toEqual(expected)
        })
      )
    )
  }
  names(
    'a web server',
    (socket) => {
      socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'))
    },
    { _tag: 'NotEarshot', looksLike: 'http' }
  )
  names(
    'an SSH server',
    (socket) => {
      socket.write('SSH-2.0-OpenSSH_9.9\r\n')
    },
    { _tag: 'NotEarshot', looksLike: 'ssh' }
  )
  names(
    'a server that greets in words',
    (socket) => {
      socket.write('220 mail.example ESMTP ready\r\n')
    },
    { _tag: 'NotEarshot', looksLike: 'plain-text' }
  )
  names(
    'a server that closes at once',
    (socket) => {
      socket.on('data', () => socket.end())
    },
    { _tag: 'StreamLost', code: 'ECONNRESET' }
  )
  names('a server that says nothing', () => {}, { _tag: 'SecureTimeout', afterMs: SHORT_MS })
})

describe('a port', () => {
  it('keeps a bounded number of streams that nobody takes, and drops the rest', () =>
    run(
      Effect.gen(function* () {
        const us = yield* tcpEnd()
        const listener = yield* us.transport.listen({ host: LOOPBACK, port: 0 })
        const sockets = Array.from({ length: 80 }, () =>
          connectTcp(listener.address.port, LOOPBACK)
        )
        yield* Effect.addFinalizer(() =>
          Effect.sync(() => {
            for (const socket of sockets) socket.destroy()
          })
        )
        // Sixteen of the eighty are closed by us; which ones is the system's choice.
        yield* Effect.callback<void>((resume) => {
          let closed = 0
          for (const socket of sockets) {
            socket.resume()
            socket.on('error', () => {})
            socket.on('close', () => {
              closed += 1
              if (closed === 16) resume(Effect.void)
            })
          }
        })
        for (let taken = 0; taken < 64; taken++) yield* listener.accept
        const next = yield* Effect.forkChild(listener.accept)
        yield* Effect.yieldNow
        expect(next.pollUnsafe()).toBe(undefined)
      })
    ))

  it('that is taken names its holder and the next free one', () =>
    run(
      Effect.gen(function* () {
        const us = yield* tcpEnd()
        const { address } = yield* us.transport.listen({ host: LOOPBACK, port: 0 })
        const failure = yield* Effect.flip(
          us.transport.listen({ host: LOOPBACK, port: address.port })
        )
        const reason = failure.reason
        if (reason._tag !== 'PortInUse') return yield* Effect.die(reason._tag)
        expect(reason.free).toBeGreaterThan(address.port)
        if (process.platform === 'linux') expect(reason.holder).toContain(`(pid ${process.pid})`)
      })
    ))

  it('of an address that is not ours is unavailable', () =>
    run(
      Effect.gen(function* () {
        const us = yield* tcpEnd()
        // TEST-NET-1 (RFC 5737) belongs to nobody.
        const failure = yield* Effect.flip(us.transport.listen({ host: '192.0.2.1', port: 0 }))
        expect(failure.reason).toEqual({ _tag: 'AddressUnavailable', host: '192.0.2.1', port: 0 })
      })
    ))
})
