/**
 * Goal: bytes that were meddled with never reach a reader, a dialler can tell its user what answered
 * instead of Earshot, and an open port holds its bounds and names its faults.
 * Method: a man in the middle, and listeners of other protocols, made of node's own sockets on
 * loopback.
 */
import { type Socket, connect as connectTcp } from 'node:net'
import { type TLSSocket, connect as connectTls } from 'node:tls'
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Fiber from 'effect/Fiber'
import type { SecureFailure } from '../../src/domain/failures.ts'
import { certificateOf } from './certificates.ts'
import {
  LOOPBACK,
  SHORT_MS,
  accepting,
  relay,
  run,
  strangeListener,
  tlsStranger
} from './tcp-strangers.ts'
import { tcpEnd } from './tcp-world.ts'

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

/** Sockets that the process has open, however they came about. */
const openSockets = (): number =>
  process
    .getActiveResourcesInfo()
    .filter((name) => /^(?:TCP|TLS|Pipe)?(?:Socket|TLS)Wrap$/.test(name)).length

describe('what is over', () => {
  it('leaves no socket open: links, refusals, deadlines, dials given up', () => {
    const before = openSockets()
    return run(
      Effect.gen(function* () {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const us = yield* tcpEnd({ secureTimeoutMs: SHORT_MS })
            yield* accepting(us, tlsStranger(certificateOf('ed25519')))
            yield* accepting(us, tlsStranger(certificateOf('rsa')))
            yield* accepting(us, (port) => connectTcp(port, LOOPBACK))
            const port = yield* strangeListener(() => {})
            const dialing = yield* Effect.forkChild(
              Effect.scoped(us.transport.dial({ host: LOOPBACK, port }))
            )
            yield* Effect.yieldNow
            yield* Fiber.interrupt(dialing)
            expect(openSockets()).toBeGreaterThan(before)
          })
        )
        // The system closes a handle a turn later; this ends when the last one is gone.
        while (openSockets() > before)
          yield* Effect.callback<void>((resume) => {
            setImmediate(() => resume(Effect.void))
          })
      })
    )
  })
})
