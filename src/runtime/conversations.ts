/** All conversations of this run, by peer, and the name under which we hold them. */
import * as Effect from 'effect/Effect'
import type { EarshotEvent } from '../domain/events.ts'
import type { PeerRef } from '../domain/peer-ref.ts'
import type { HistoryLine } from '../domain/items.ts'
import type { StoreError, StoreFailure } from '../domain/failures.ts'
import type { PeerId } from '../domain/peer-id.ts'
import { MESSAGE_ID_BYTES, messageIdAt } from '../protocol/message-id.ts'
import type { Ledger, Store } from '../services/store.ts'
import { Conversation } from './conversation.ts'
import { historyLines } from './history-lines.ts'
import type { LedgerWorld } from './ledger-loop.ts'

export interface ConversationsWorld extends Pick<LedgerWorld, 'run' | 'after'> {
  readonly store: Store['Service']
  readonly randomBytes: (count: number) => Uint8Array
  readonly emit: (events: readonly EarshotEvent[]) => void
  readonly refOf: (peerId: PeerId) => PeerRef
  readonly onRenamed: (peerId: PeerId, nickname: string) => void
  /** The number of pending messages of a peer changed. */
  readonly onWaiting: (peerId: PeerId, conversation: Conversation) => void
  /** The store cannot be used any more. */
  readonly onBroken: (failure: StoreFailure) => void
  readonly messageBytesMax: number
  /** Lines of the history that are shown when a peer comes. */
  readonly historyLines: number
  readonly nickname: string | undefined
  /** Milliseconds since the epoch. */
  readonly wallNow: () => number
}

export interface Conversations {
  /** The conversation with a peer, where it is open. */
  readonly find: (peerId: PeerId) => Conversation | undefined
  /** The same, opened from the store when it is first needed. */
  readonly open: (peerId: PeerId) => Effect.Effect<Conversation, StoreError>
  /** Every open conversation. */
  readonly all: () => ReadonlyMap<PeerId, Conversation>
  /** The last lines of earlier runs, once. */
  readonly takeEarlier: (peerId: PeerId) => readonly HistoryLine[]
  readonly ourNickname: () => string | undefined
  /** Takes another name and tells everybody. */
  readonly rename: (nickname: string) => void
}

const EPOCH_BYTES = 8
/** Message ids are cut from one draw of this many, since a draw costs more than a message. */
const IDS_PER_DRAW = 256

export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

const idSource = (randomBytes: (count: number) => Uint8Array): (() => string) => {
  let pool = new Uint8Array(0)
  let at = 0
  return () => {
    if (at === pool.length) {
      pool = randomBytes(MESSAGE_ID_BYTES * IDS_PER_DRAW).slice()
      at = 0
    }
    at += MESSAGE_ID_BYTES
    return messageIdAt(pool, at - MESSAGE_ID_BYTES)
  }
}

export const makeConversations = (world: ConversationsWorld): Conversations => {
  const all = new Map<PeerId, Conversation>()
  const earlier = new Map<PeerId, readonly HistoryLine[]>()
  const newMessageId = idSource(world.randomBytes)
  let nickname = world.nickname

  const make = (peerId: PeerId, ledger: Ledger): Conversation => {
    const conversation: Conversation = new Conversation(
      {
        newEpoch: () => toHex(world.randomBytes(EPOCH_BYTES)),
        newMessageId,
        emit: world.emit,
        refOf: () => world.refOf(peerId),
        onRenamed: (name) => world.onRenamed(peerId, name),
        onWaiting: () => world.onWaiting(peerId, conversation),
        commit: (changes, durability) => world.store.commit(peerId, changes, durability),
        takenIds: world.store.takenIds(peerId),
        run: world.run,
        after: world.after,
        onBroken: world.onBroken,
        messageBytesMax: world.messageBytesMax,
        wallNow: world.wallNow
      },
      ledger
    )
    all.set(peerId, conversation)
    return conversation
  }

  /** Read once, before anything new is said, so that it holds earlier runs only. */
  const readEarlier = (peerId: PeerId): Effect.Effect<readonly HistoryLine[], StoreError> =>
    world.historyLines === 0
      ? Effect.succeed([])
      : Effect.map(world.store.page(peerId, { limit: world.historyLines }), historyLines)

  const open = Effect.fnUntraced(function* (
    peerId: PeerId
  ): Effect.fn.Return<Conversation, StoreError> {
    const before = all.get(peerId)
    if (before !== undefined) return before
    const ledger = yield* world.store.ledger(peerId)
    const lines = ledger.epoch === undefined ? [] : yield* readEarlier(peerId)
    const meanwhile = all.get(peerId)
    if (meanwhile !== undefined) return meanwhile
    earlier.set(peerId, lines)
    const conversation = make(peerId, ledger)
    world.onWaiting(peerId, conversation)
    return conversation
  })

  return {
    find: (peerId) => all.get(peerId),
    open,
    all: () => all,
    takeEarlier: (peerId) => {
      const lines = earlier.get(peerId) ?? []
      earlier.delete(peerId)
      return lines
    },
    ourNickname: () => nickname,
    rename: (name) => {
      nickname = name
      for (const conversation of all.values()) conversation.rename(name)
    }
  }
}
