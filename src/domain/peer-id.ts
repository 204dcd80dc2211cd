/**
 * Who a peer is: the raw 32-byte Ed25519 public key, and its text form.
 *
 * Text form (56 characters, lower-case RFC 4648 base32, no padding):
 * `version 0x01 (1 byte) ‖ public key (32 bytes) ‖ first 2 bytes of SHA-256(version ‖ key)`.
 * Whole ids are compared, never prefixes: a short form is for display only, since short prefixes
 * can be ground out at thousands of keys per second.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import type { Brand } from 'effect/Brand'
import * as Result from 'effect/Result'

/** A checked peer id: 56 characters of lower-case base32. */
export type PeerId = string & Brand<'PeerId'>

/** Why a text is not a peer id. */
export type PeerIdFault = 'length' | 'alphabet' | 'version' | 'checksum'

/** Bytes in an Ed25519 public key (RFC 8032 §5.1.5). */
export const PUBLIC_KEY_BYTES = 32
/** 35 bytes in base32: 35 × 8 ÷ 5. */
export const PEER_ID_CHARS = 56

const VERSION = 0x01
const CHECK_BYTES = 2
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

const encodeBase32 = (bytes: Uint8Array): string => {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET[(value >>> bits) & 31]
    }
  }
  return text
}

const decodeBase32 = (text: string): Uint8Array | undefined => {
  const bytes = new Uint8Array((text.length * 5) / 8)
  let bits = 0
  let value = 0
  let at = 0
  for (const char of text) {
    const digit = ALPHABET.indexOf(char)
    if (digit < 0) return undefined
    value = ((value << 5) | digit) & 0xfff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (value >>> bits) & 0xff
    }
  }
  return bytes
}

/** The id of a public key. @param key 32 bytes; another length is a programming error and throws. */
export const peerIdFromPublicKey = (key: Uint8Array): PeerId => {
  if (key.length !== PUBLIC_KEY_BYTES)
    throw new RangeError(`a public key has 32 bytes, not ${key.length}`)
  const body = new Uint8Array(1 + PUBLIC_KEY_BYTES)
  body[0] = VERSION
  body.set(key, 1)
  const whole = new Uint8Array(body.length + CHECK_BYTES)
  whole.set(body)
  whole.set(sha256(body).subarray(0, CHECK_BYTES), body.length)
  return encodeBase32(whole) as PeerId
}

/** Reads an id as a person may type it: any case, with spaces or hyphens between the groups. */
export const parsePeerId = (text: string): Result.Result<PeerId, PeerIdFault> => {
  const compact = text.replaceAll(/[\s-]/g, '').toLowerCase()
  if (compact.length !== PEER_ID_CHARS) return Result.fail('length')
  const bytes = decodeBase32(compact)
  if (bytes === undefined) return Result.fail('alphabet')
  if (bytes[0] !== VERSION) return Result.fail('version')
  const check = sha256(bytes.subarray(0, 1 + PUBLIC_KEY_BYTES))
  if (bytes[33] !== check[0] || bytes[34] !== check[1]) return Result.fail('checksum')
  return Result.succeed(compact as PeerId)
}

/** The 32 bytes that an id stands for. */
export const publicKeyOf = (id: PeerId): Uint8Array => {
  const bytes = decodeBase32(id)
  if (bytes === undefined) throw new RangeError('not a peer id')
  return bytes.slice(1, 1 + PUBLIC_KEY_BYTES)
}

/** For reading aloud and comparing: 8 groups of 7 characters. */
export const formatPeerId = (id: PeerId): string => id.match(/.{7}/g)?.join(' ') ?? id

/** Six characters (30 bits) that tell peers apart on screen and prove nothing. */
export const shortPeerId = (id: PeerId): string => id.slice(2, 8)
