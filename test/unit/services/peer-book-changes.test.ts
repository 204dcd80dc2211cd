/**
 * Goal: a full book makes room without forgetting anybody that a person decided about.
 * Method: the pure change functions on a book at its bound.
 */
import { describe, expect, it } from '@effect/vitest'
import { type Peers, seen } from '../../../src/services/peer-book-changes.ts'
import type { Trust } from '../../../src/domain/events.ts'
import { PEERS_MAX } from '../../../src/domain/limits.ts'
import { type PeerId, peerIdFromPublicKey } from '../../../src/domain/peer-id.ts'
import type { KnownPeer } from '../../../src/services/peer-book.ts'

const idOf = (number: number): PeerId => {
  const key = new Uint8Array(32)
  new DataView(key.buffer).setUint32(0, number)
  return peerIdFromPublicKey(key)
}

const fullBook = (of: (at: number) => Partial<KnownPeer>): Peers =>
  new Map(
    Array.from({ length: PEERS_MAX }, (_, at): [PeerId, KnownPeer] => [
      idOf(at),
      {
        id: idOf(at),
        trust: 'tofu',
        claimedNickname: undefined,
        targets: [],
        firstSeen: 0,
        lastSeen: 1000 + at,
        ...of(at)
      }
    ])
  )

const stranger = { id: idOf(PEERS_MAX), nickname: undefined, target: undefined, at: 1 }

describe('a full peer book', () => {
  it('forgets the longest unseen unverified peer without a pin', () => {
    const trusts: readonly Trust[] = ['verified', 'blocked']
    const book = fullBook((at) =>
      at < 2 ? { trust: trusts[at] ?? 'tofu' } : at === 2 ? { targets: ['h:1'] } : {}
    )
    const next = seen(book, stranger)?.peers
    expect(next?.size).toBe(PEERS_MAX)
    expect(next?.has(stranger.id)).toBe(true)
    expect([0, 1, 2, 3, 4].map((at) => next?.has(idOf(at)))).toEqual([
      true,
      true,
      true,
      false,
      true
    ])
  })

  it('takes nobody in when all are verified or blocked', () => {
    const book = fullBook(() => ({ trust: 'verified' }))
    expect(seen(book, stranger)).toBe(undefined)
  })

  it('still notes those it knows', () => {
    const book = fullBook(() => ({ trust: 'verified' }))
    const again = seen(book, { ...stranger, id: idOf(5), at: 99_999 })
    expect(again?.result.lastSeen).toBe(99_999)
    expect(again?.peers.size).toBe(PEERS_MAX)
  })
})
