/** Messages, changes and peers for the tests of what the store means. */
import type { OwnMessage, PeerMessage } from '../../../src/domain/items.ts'
import { type PeerId, peerIdFromPublicKey } from '../../../src/domain/peer-id.ts'
import type { StoreChange } from '../../../src/services/store.ts'

export const peerOf = (number: number): PeerId =>
  peerIdFromPublicKey(new Uint8Array(32).fill(number))

export const BOB = peerOf(1)
export const EPOCH = 'aaaaaaaaaaaaaaaa'
export const OTHER_EPOCH = 'bbbbbbbbbbbbbbbb'
export const PEER_EPOCH = 'cccccccccccccccc'

/** A message id that reads as what it is of. */
export const idOf = (name: string): string => name.padEnd(22, '_')

/** A text of ours, said at `1000 + first`. */
export const own = (first: number, text = `out ${first}`, items = 1): OwnMessage => ({
  id: idOf(text.replace(/\W/g, '-')),
  at: 1_000 + first,
  body: { kind: 'text', text },
  first,
  items
})

/** A text of the peer, said at `2000 + seq` and taken at `3000 + seq`. */
export const theirs = (seq: number, text = `in ${seq}`): PeerMessage => ({
  id: idOf(text.replace(/\W/g, '-')),
  at: 2_000 + seq,
  body: { kind: 'text', text },
  seq,
  receivedAt: 3_000 + seq
})

export const queued = (
  ...messages: readonly OwnMessage[]
): Extract<StoreChange, { readonly type: 'queued' }> => ({
  type: 'queued',
  epoch: EPOCH,
  messages
})

export const taken = (
  upTo: number,
  ...messages: readonly PeerMessage[]
): Extract<StoreChange, { readonly type: 'taken' }> => ({
  type: 'taken',
  epoch: PEER_EPOCH,
  upTo,
  messages
})

/** A link is open: every number may be on it. */
export const linked: StoreChange = {
  type: 'sending',
  epoch: EPOCH,
  upTo: Number.MAX_SAFE_INTEGER
}

export const unlinked = (upTo: number): StoreChange => ({ type: 'sending', epoch: EPOCH, upTo })

export const acknowledged = (upTo: number, instance = 'first'): StoreChange => ({
  type: 'acknowledged',
  upTo,
  instance
})
