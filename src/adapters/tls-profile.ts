/**
 * The one way in which Earshot speaks TLS, in both roles: TLS 1.3 only, mutual, self-signed
 * Ed25519 certificates, no resumption, and a gate that looks at the finished handshake before a
 * byte of ours is read or written. Nothing of it can be configured.
 */
import { type X509Certificate, constants, timingSafeEqual } from 'node:crypto'
import { type SecureContext, type TLSSocket, createSecureContext } from 'node:tls'
import * as Result from 'effect/Result'
import type { GateCheck, SecureFailure } from '../domain/failures.ts'
import { CERTIFICATE_BYTES_MAX } from '../domain/limits.ts'
import {
  type PeerId,
  PUBLIC_KEY_BYTES,
  peerIdFromPublicKey,
  publicKeyOf
} from '../domain/peer-id.ts'

/** The ALPN name of protocol 1 (RFC 7301). */
export const ALPN = 'earshot/1'
const EXPORTER_LABEL = 'EXPERIMENTAL-earshot-v1'
const EXPORTER_BYTES = 32
const SPKI_BYTES = 12 + PUBLIC_KEY_BYTES

/** The cryptography of the profile around our own key and certificate (PEM). Throws if they differ. */
export const createEarshotContext = (key: string, certificate: string): SecureContext =>
  createSecureContext({
    key,
    cert: certificate,
    // Nobody vouches for anybody here, so the system's authorities are not even loaded.
    ca: certificate,
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    // Fastest first; all three are the ones of RFC 8446 §B.4 that every peer has.
    ciphers: 'TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384',
    // The post-quantum hybrid, so that what is recorded today cannot be opened later.
    ecdhCurve: 'X25519MLKEM768:X25519',
    sigalgs: 'ed25519',
    // A resumed session shows no certificate.
    secureOptions: constants.SSL_OP_NO_TICKET
  })

/** Options that both roles pass with the context. Certificates are judged by the gate alone. */
export const SOCKET_OPTIONS = {
  requestCert: true,
  rejectUnauthorized: false,
  ALPNProtocols: [ALPN]
} as const

/** What the gate found out about the other end. */
export interface GatePass {
  readonly peerId: PeerId
  readonly cipher: string
  readonly exporter: Uint8Array
}

const refused = (check: GateCheck): Result.Result<never, SecureFailure> =>
  Result.fail({ _tag: 'GateRefused', check })

const publicKeyIn = (certificate: X509Certificate): Buffer | undefined => {
  try {
    const key = certificate.publicKey
    if (key.asymmetricKeyType !== 'ed25519') return undefined
    const spki = key.export({ type: 'spki', format: 'der' })
    return spki.length === SPKI_BYTES ? spki.subarray(-PUBLIC_KEY_BYTES) : undefined
  } catch {
    return undefined
  }
}

const cipherText = (socket: TLSSocket): string => {
  // Only the dialling end is told which key exchange it was (getEphemeralKeyInfo is null here).
  const exchange = socket.getEphemeralKeyInfo() as { readonly name?: unknown } | null
  const group = typeof exchange?.name === 'string' ? `, ${exchange.name}` : ''
  return `TLS 1.3, ${socket.getCipher().name}${group}`
}

/**
 * Judges a finished handshake. Synchronous, and the first thing done with it: no event can slip in
 * between. Checks, in order: version, ALPN, not resumed, certificate present, its size, its kind,
 * not ourselves, the expected key.
 */
export const passGate = (
  socket: TLSSocket,
  own: PeerId,
  expect: PeerId | undefined
): Result.Result<GatePass, SecureFailure> => {
  if (socket.getProtocol() !== 'TLSv1.3') return refused('tls-version')
  if (socket.alpnProtocol !== ALPN) return refused('alpn')
  if (socket.isSessionReused()) return refused('resumed')
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return refused('no-certificate')
  if (certificate.raw.length > CERTIFICATE_BYTES_MAX) return refused('certificate-size')
  const publicKey = publicKeyIn(certificate)
  if (publicKey === undefined) return refused('not-ed25519')
  const peerId = peerIdFromPublicKey(publicKey)
  if (timingSafeEqual(publicKey, publicKeyOf(own))) return Result.fail({ _tag: 'DialledSelf' })
  if (expect !== undefined && !timingSafeEqual(publicKey, publicKeyOf(expect)))
    return Result.fail({ _tag: 'IdentityChanged', expected: expect, actual: peerId })
  return Result.succeed({
    peerId,
    cipher: cipherText(socket),
    exporter: socket.exportKeyingMaterial(EXPORTER_BYTES, EXPORTER_LABEL, Buffer.alloc(0))
  })
}

/** OpenSSL's names for a handshake that ended at a check of the gate before the gate was reached. */
const CHECK_OF_CODE: ReadonlyMap<string, GateCheck> = new Map([
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'tls-version'],
  ['ERR_SSL_VERSION_TOO_LOW', 'tls-version'],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tls-version'],
  ['ERR_SSL_NO_APPLICATION_PROTOCOL', 'alpn'],
  ['ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL', 'alpn'],
  ['ERR_SSL_SSL/TLS_ALERT_NO_APPLICATION_PROTOCOL', 'alpn'],
  ['ERR_SSL_EXCESSIVE_MESSAGE_SIZE', 'certificate-size']
])

/** Codes with which OpenSSL says that the other end's first bytes were not TLS. */
const NOT_TLS: ReadonlySet<string> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
  'ERR_SSL_HTTPS_PROXY_REQUEST',
  'ERR_SSL_NOT_SSL_RECORD_TYPE'
])

/** Why a handshake failed, from the code of its error. */
export const failureOfCode = (code: string): SecureFailure => {
  const check = CHECK_OF_CODE.get(code)
  if (check !== undefined) return { _tag: 'GateRefused', check }
  if (NOT_TLS.has(code)) return { _tag: 'NotEarshot', looksLike: 'unknown' }
  if (code.startsWith('ERR_SSL_')) return { _tag: 'NotEarshot', looksLike: 'tls' }
  return { _tag: 'StreamLost', code }
}
