/**
 * The certificate that carries our key through TLS. Nobody reads anything of it but the key, so it
 * says as little as X.509 allows: CN=earshot, 2020 to 9999 (RFC 5280 §4.1.2.5), not an authority,
 * a random serial number, Ed25519 (RFC 8410).
 */
import { type KeyObject, createPublicKey, sign } from 'node:crypto'

const SEQUENCE = 0x30
const SET = 0x31
const INTEGER = 0x02
const BIT_STRING = 0x03
const OCTET_STRING = 0x04
const OBJECT_IDENTIFIER = 0x06
const UTF8_STRING = 0x0c
const UTC_TIME = 0x17
const GENERALIZED_TIME = 0x18
/** [0] and [3], constructed: the version and the extensions of a TBSCertificate. */
const VERSION = 0xa0
const EXTENSIONS = 0xa3

const BOOLEAN_TRUE = Buffer.from([0x01, 0x01, 0xff])
const ED25519_OID = Buffer.from([0x2b, 0x65, 0x70])
const COMMON_NAME_OID = Buffer.from([0x55, 0x04, 0x03])
const BASIC_CONSTRAINTS_OID = Buffer.from([0x55, 0x1d, 0x13])

/** One DER value: tag, length (short or long form, X.690 §8.1.3), content. */
const der = (tag: number, ...content: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(content)
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body])
  return Buffer.concat([Buffer.from([tag, 0x82, body.length >>> 8, body.length & 0xff]), body])
}

/**
 * Makes the certificate of a key, as DER.
 * @param key an Ed25519 private key
 * @param serial 16 unpredictable bytes
 */
export const selfSignedCertificate = (key: KeyObject, serial: Uint8Array): Buffer => {
  const algorithm = der(SEQUENCE, der(OBJECT_IDENTIFIER, ED25519_OID))
  const commonName = der(
    SEQUENCE,
    der(OBJECT_IDENTIFIER, COMMON_NAME_OID),
    der(UTF8_STRING, Buffer.from('earshot'))
  )
  const name = der(SEQUENCE, der(SET, commonName))
  const validity = der(
    SEQUENCE,
    der(UTC_TIME, Buffer.from('200101000000Z')),
    der(GENERALIZED_TIME, Buffer.from('99991231235959Z'))
  )
  const notAnAuthority = der(
    SEQUENCE,
    der(OBJECT_IDENTIFIER, BASIC_CONSTRAINTS_OID),
    BOOLEAN_TRUE,
    der(OCTET_STRING, der(SEQUENCE))
  )
  const number = Buffer.from(serial)
  // A serial number is positive and has no needless leading zero.
  number[0] = ((number[0] ?? 0) & 0x3f) | 0x40
  const signed = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, Buffer.from([2]))),
    der(INTEGER, number),
    algorithm,
    name,
    validity,
    name,
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    der(EXTENSIONS, der(SEQUENCE, notAnAuthority))
  )
  const signature = sign(null, signed, key)
  return der(SEQUENCE, signed, algorithm, der(BIT_STRING, Buffer.from([0]), signature))
}

/** DER in the text form of RFC 7468. */
export const certificateToPem = (certificate: Uint8Array): string => {
  const lines =
    Buffer.from(certificate)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

/**
 * Whether a PEM text is, as far as a look without parsing tells, one whole certificate of this
 * public key: the outer length fits, and the key is inside. It spares the start an X.509 parse.
 */
export const looksLikeCertificateOf = (pem: string, spki: Buffer): boolean => {
  const body = /^-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=\n]+)\n-----END CERTIFICATE-----\n$/
  const certificate = Buffer.from(body.exec(pem)?.[1] ?? '', 'base64')
  if (certificate[0] !== SEQUENCE || certificate[1] !== 0x82) return false
  return certificate.readUInt16BE(2) === certificate.length - 4 && certificate.indexOf(spki) > 0
}
