/** All conversations of this run, by peer, and the name under which we hold them. */
import * as Base64Url from 'effect/encoding/Base64Url'
import type { EarshotEvent, PeerRef } from '../domain/events.ts'
import type { PeerId } from '../domain/peer-id.ts'
import { Conversation } from './conversation.ts'

export interface ConversationsWorld {
  readonly randomBytes: (count: number) => Uint8Array
  readonly emit: (events: readonly EarshotEvent[]) => void
  readonly refOf: (peerId: PeerId) => PeerRef
  readonly onRenamed: (peerId: PeerId, nickname: string) => void
  /** The number of unacknowledged items of a peer changed. */
  readonly onWaiting: (peerId: PeerId, conversation: Conversation) => void
  readonly messageBytesMax: number
  readonly nickname: string | undefined
  /** Milliseconds since the epoch. */
  readonly wallNow: () => number
}

export interface Conversations {
  readonly find: (peerId: PeerId) => Conversation | undefined
  /** The conversation with a peer, made when it is first needed. */
  readonly with: (peerId: PeerId) => Conversation
  readonly ourNickname: () => string | undefined
  /** Takes another name and tells everybody. */
  readonly rename: (nickname: string) => void
}

const EPOCH_BYTES = 8
const MESSAGE_ID_BYTES = 16
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
    return Base64Url.encode(pool.subarray(at - MESSAGE_ID_BYTES, at))
  }
}

export const makeConversations = (world: ConversationsWorld): Conversations => {
  const all = new Map<PeerId, Conversation>()
  const newMessageId = idSource(world.randomBytes)
  let nickname = world.nickname

  const make = (peerId: PeerId): Conversation => {
    const conversation: Conversation = new Conversation({
      epoch: toHex(world.randomBytes(EPOCH_BYTES)),
      newMessageId,
      emit: world.emit,
      refOf: () => world.refOf(peerId),
      onRenamed: (name) => world.onRenamed(peerId, name),
      onWaiting: () => world.onWaiting(peerId, conversation),
      messageBytesMax: world.messageBytesMax,
      wallNow: world.wallNow
    })
    all.set(peerId, conversation)
    return conversation
  }

  return {
    find: (peerId) => all.get(peerId),
    with: (peerId) => all.get(peerId) ?? make(peerId),
    ourNickname: () => nickname,
    rename: (name) => {
      nickname = name
      for (const conversation of all.values()) conversation.rename(name)
    }
  }
}
