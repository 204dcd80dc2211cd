/**
 * What two Earshots say to each other, after decoding. docs/PROTOCOL.md is the normative text.
 *
 * Order on a link: HELLO both ways → AUTH (dialer) → AUTH_OK (acceptor) → READY both ways →
 * SELECT, echoed (or DUP) → LOG, then ITEM; ACK, READ. PING, PONG and BYE at any time after HELLO.
 */
import type { ByeReason } from '../domain/failures.ts'
import type { ItemBody, TakenLog } from '../domain/items.ts'
import type { Credit, Data, Digest, Received, TransferMessage } from './transfer-messages.ts'

/** The first frame of each end, at once. Nothing about the person is in it yet. */
export interface Hello {
  readonly type: 'hello'
  /** Protocol versions that this end speaks, ascending; 1 to 16 of them. */
  readonly versions: readonly number[]
  /** 32 random bytes, base64url without padding (43 characters). */
  readonly nonce: string
  /** Random per process, 16 hex digits: tells a second process with one identity apart. */
  readonly instance: string
  /** Names of optional abilities; unknown ones are ignored. At most 32, each at most 32 characters. */
  readonly features: readonly string[]
  /** UTF-8 bytes of the longest message that this end takes. */
  readonly messageBytesMax: number
}

/** Dialer to acceptor. `known`: we have your id in our book; `ask`: we have not. */
export interface Auth {
  readonly type: 'auth'
  readonly mode: 'known' | 'ask'
}

export interface AuthOk {
  readonly type: 'auth-ok'
}

/** The person and the session's numbers; sent by each end after AUTH_OK. */
export interface Ready {
  readonly type: 'ready'
  readonly nickname: string | undefined
  /** The port that this end listens on, if any, for the other to dial back. */
  readonly port: number | undefined
  /** Epoch of this end's own log of items: 16 hex digits. */
  readonly epoch: string
  /** Of the other end's logs that this end remembers: the highest item in its store. At most 16. */
  readonly received: readonly TakenLog[]
}

/** This link carries the session. Sent by the peer with the lower id, echoed by the other. */
export interface Select {
  readonly type: 'select'
}

/** This link is a duplicate; sent by the peer with the lower id. */
export interface Dup {
  readonly type: 'dup'
}

/** One numbered entry of a log: delivered exactly once, in order. */
export interface Item {
  readonly type: 'item'
  /** From 1, without gaps, per epoch. */
  readonly seq: number
  /** 128 random bits of the message, base64url (22 characters). The parts of one message share it. */
  readonly id: string
  /** The sender's clock, milliseconds since the epoch. For display only. */
  readonly at: number
  readonly body: ItemBody
}

/** Everything up to and including `upTo` of the other end's log is kept. Whole messages; cumulative. */
export interface Ack {
  readonly type: 'ack'
  readonly upTo: number
}

/** Everything up to and including `upTo` of the other end's log was shown to the user. Cumulative. */
export interface Read {
  readonly type: 'read'
  readonly upTo: number
}

/** The log of this end goes on under another epoch than its READY said, from 1. Before any item. */
export interface Log {
  readonly type: 'log'
  /** 16 hex digits. */
  readonly epoch: string
  /** Whose store was found to be another one than before, or an older copy of it. */
  readonly lost: 'sender' | 'receiver'
}

export interface Ping {
  readonly type: 'ping'
  /** An unsigned 32-bit number that PONG repeats. */
  readonly nonce: number
}

export interface Pong {
  readonly type: 'pong'
  readonly nonce: number
}

/** The last frame of an end that leaves knowingly; half close follows. */
export interface Bye {
  readonly type: 'bye'
  readonly reason: ByeReason
  /** With `version`: the versions that this end speaks. */
  readonly versions: readonly number[] | undefined
}

export type Message =
  | Hello
  | Auth
  | AuthOk
  | Ready
  | Select
  | Dup
  | Item
  | Ack
  | Read
  | Log
  | TransferMessage
  | Data
  | Digest
  | Credit
  | Received
  | Ping
  | Pong
  | Bye
export type MessageType = Message['type']
