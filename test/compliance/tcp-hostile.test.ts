/**
 * Goal: whatever a stranger does to our port, or answers on its own, ends as one typed failure with
 * the stream closed, and not one byte of ours has gone to it.
 * Method: our acceptor or dialler on loopback against node's own net and tls in the stranger's part
 * (security plan §7, rows 1–20). Deadlines are shortened to what a silent stranger needs to show.
 */
import { type Socket, connect as connectTcp } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import type { SecureFailure } from '../../src/domain/failures.ts'
import { peerIdFromPublicKey } from '../../src/domain/peer-id.ts'
import { certificateOf } from './certificates.ts'
import {
  LOOPBACK,
  SHORT_MS,
  accepting,
  relay,
  run,
  speaking,
  tlsStranger
} from './tcp-strangers.ts'
import { tcpEnd } from './tcp-world.ts'

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
