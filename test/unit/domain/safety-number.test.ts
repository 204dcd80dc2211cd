/**
 * Goal: both peers read the same 60 digits, and they never change between versions.
 * Method: a golden vector that an independent implementation (node:crypto, BigInt) computed, and
 * the properties that people rely on.
 */
import { createHash } from 'node:crypto'
import { describe, expect, it } from '@effect/vitest'
import { peerIdFromPublicKey } from '../../../src/domain/peer-id.ts'
import { safetyNumber } from '../../../src/domain/safety-number.ts'

const alice = new Uint8Array(32).fill(1)
const bob = Uint8Array.from({ length: 32 }, (_, at) => at)

const halfByNode = (key: Uint8Array): string => {
  let hash = Buffer.concat([Buffer.from('earshot safety number v1\0'), key])
  for (let round = 0; round < 5200; round++)
    hash = createHash('sha512').update(hash).update(key).digest()
  return Array.from({ length: 6 }, (_, at) => {
    const value = BigInt(`0x${hash.subarray(at * 5, at * 5 + 5).toString('hex')}`)
    return String(value % 100_000n).padStart(5, '0')
  }).join(' ')
}

describe('the safety number', () => {
  it('is the golden one', () => {
    expect(safetyNumber(peerIdFromPublicKey(alice), peerIdFromPublicKey(bob))).toBe(
      '18860 91280 71900 68385 72791 62371 44605 33461 38218 29155 31532 53527'
    )
  })

  it('agrees with an independent implementation', () => {
    const expected = [halfByNode(alice), halfByNode(bob)].sort().join(' ')
    expect(safetyNumber(peerIdFromPublicKey(alice), peerIdFromPublicKey(bob))).toBe(expected)
  })

  it('reads the same at both ends, as twelve groups of five digits', () => {
    const one = safetyNumber(peerIdFromPublicKey(alice), peerIdFromPublicKey(bob))
    const other = safetyNumber(peerIdFromPublicKey(bob), peerIdFromPublicKey(alice))
    expect(other).toBe(one)
    expect(one).toMatch(/^\d{5}( \d{5}){11}$/)
  })

  it('differs when one key differs in one bit', () => {
    const changed = Uint8Array.from(bob, (byte, at) => (at === 31 ? byte ^ 1 : byte))
    const before = safetyNumber(peerIdFromPublicKey(alice), peerIdFromPublicKey(bob))
    const after = safetyNumber(peerIdFromPublicKey(alice), peerIdFromPublicKey(changed))
    expect(after).not.toBe(before)
  })
})
