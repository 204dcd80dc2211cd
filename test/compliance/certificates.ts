/**
 * Certificates that a stranger might show: any kind of key, any size, any dates, any name. Written
 * apart from the one in src, so that a fault there is not repeated here.
 */
import {
  type KeyObject,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign
} from 'node:crypto'

type Kind = 'ed25519' | 'p256' | 'rsa'

export interface Shown {
  readonly key: string
  readonly cert: string
  /** The 32 bytes of an Ed25519 key; of the others the last 32 of the public key's DER. */
  readonly publicKey: Buffer
}

const tlv = (tag: number, body: Buffer): Buffer => {
  if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([Buffer.from([tag, 0x84]), length, body])
}
const sequence = (...parts: readonly Buffer[]): Buffer => tlv(0x30, Buffer.concat(parts))
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'))

/** Signature algorithms: Ed25519, ecdsa-with-SHA256, sha256WithRSAEncryption. */
const ALGORITHMS = {
  ed25519: sequence(oid('2b6570')),
  p256: sequence(oid('2a8648ce3d040302')),
  rsa: sequence(oid('2a864886f70d01010b'), Buffer.from('0500', 'hex'))
} as const

const keyOf = (kind: Kind): KeyObject => {
  if (kind === 'ed25519') return generateKeyPairSync('ed25519').privateKey
  if (kind === 'p256') return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
}

/** Makes a key of a kind and a certificate of it, padded with an extension of `paddingBytes`. */
export const certificateOf = (
  kind: Kind,
  options: { readonly paddingBytes?: number; readonly name?: string; readonly until?: string } = {}
): Shown => {
  const key = keyOf(kind)
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' })
  const name = sequence(
    tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from(options.name ?? 'stranger'))))
  )
  const dates = sequence(
    tlv(0x17, Buffer.from('200101000000Z')),
    tlv(0x18, Buffer.from(options.until ?? '20990101000000Z'))
  )
  const padding = Buffer.alloc(options.paddingBytes ?? 0, 0x61)
  const extension = sequence(oid('2a0304'), tlv(0x04, tlv(0x04, padding)))
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.from([1, ...randomBytes(8)])),
    ALGORITHMS[kind],
    name,
    dates,
    name,
    spki,
    tlv(0xa3, sequence(extension))
  )
  const signature = sign(kind === 'ed25519' ? null : 'sha256', body, key)
  const der = sequence(body, ALGORITHMS[kind], tlv(0x03, Buffer.from([0, ...signature])))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return {
    key: String(key.export({ type: 'pkcs8', format: 'pem' })),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    publicKey: spki.subarray(-32)
  }
}
