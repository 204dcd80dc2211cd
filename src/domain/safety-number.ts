/**
 * The safety number of two peers: 60 digits that both ends compute alike and compare by voice.
 *
 * Each key gives 30 digits: SHA-512 run 5200 times, so that grinding a key whose digits match takes
 * 2^112 work (Signal's construction: https://signal.org/docs, numeric fingerprints). The smaller
 * half stands first, so both ends read the same. The number never changes while the keys do not.
 */
import { sha512 } from '@noble/hashes/sha2.js'
import { type PeerId, publicKeyOf } from './peer-id.ts'

const ITERATIONS = 5200
const GROUPS_PER_HALF = 6
/** 40 bits for each group of five digits: the bias of the remainder is below 10^-7. */
const BYTES_PER_GROUP = 5
const PREFIX = new TextEncoder().encode('earshot safety number v1\0')

const digitGroup = (bytes: Uint8Array): string => {
  let value = 0
  for (const byte of bytes) value = value * 256 + byte
  return String(value % 100_000).padStart(5, '0')
}

/** h0 = prefix ‖ key; h(n+1) = SHA-512(h(n) ‖ key); the first 30 bytes of h5200 give the digits. */
const halfOf = (publicKey: Uint8Array): string => {
  let hash: Uint8Array = new Uint8Array([...PREFIX, ...publicKey])
  for (let round = 0; round < ITERATIONS; round++)
    hash = sha512.create().update(hash).update(publicKey).digest()
  const groups: string[] = []
  for (let at = 0; at < GROUPS_PER_HALF; at++)
    groups.push(digitGroup(hash.subarray(at * BYTES_PER_GROUP, (at + 1) * BYTES_PER_GROUP)))
  return groups.join(' ')
}

/** Twelve groups of five digits with spaces between them. Takes some tens of milliseconds. */
export const safetyNumber = (one: PeerId, other: PeerId): string =>
  [halfOf(publicKeyOf(one)), halfOf(publicKeyOf(other))].sort().join(' ')
