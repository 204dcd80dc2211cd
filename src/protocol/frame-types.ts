/** The type byte of every frame, and how long its payload may be (docs/PROTOCOL.md §3). */
import { CONTROL_PAYLOAD_BYTES_MAX } from '../domain/limits.ts'
import type { MessageType } from './messages.ts'

/** Bytes of ACK and READ: one u64be. */
export const ACK_PAYLOAD_BYTES = 8
/** Bytes of PING and PONG: one u32be. */
export const PING_PAYLOAD_BYTES = 4

/** Type byte of each message. 0x10 and 0x11 are kept for files; a peer that sends them now is wrong. */
export const FRAME_TYPES = {
  hello: 0x01,
  auth: 0x02,
  'auth-ok': 0x03,
  ready: 0x04,
  select: 0x05,
  dup: 0x06,
  item: 0x07,
  ack: 0x08,
  read: 0x09,
  log: 0x0a,
  ping: 0x7d,
  pong: 0x7e,
  bye: 0x7f
} as const satisfies Record<MessageType, number>

/** Frames of unknown types from here up are skipped; below it they end the link. */
export const SKIPPABLE_TYPE_MIN = 0x80

const PAYLOAD_BYTES_MAX: Record<MessageType, number> = {
  hello: CONTROL_PAYLOAD_BYTES_MAX,
  auth: CONTROL_PAYLOAD_BYTES_MAX,
  'auth-ok': 0,
  ready: CONTROL_PAYLOAD_BYTES_MAX,
  select: 0,
  dup: 0,
  item: CONTROL_PAYLOAD_BYTES_MAX,
  ack: ACK_PAYLOAD_BYTES,
  read: ACK_PAYLOAD_BYTES,
  log: CONTROL_PAYLOAD_BYTES_MAX,
  ping: PING_PAYLOAD_BYTES,
  pong: PING_PAYLOAD_BYTES,
  bye: CONTROL_PAYLOAD_BYTES_MAX
}

interface FrameKind {
  readonly name: MessageType
  readonly payloadBytesMax: number
}

const NAMES = new Map<number, MessageType>(
  (Object.keys(FRAME_TYPES) as MessageType[]).map((name) => [FRAME_TYPES[name], name])
)

// Indexed by the type byte: a lookup per frame, without hashing.
const KINDS = Array.from({ length: SKIPPABLE_TYPE_MIN }, (_, type): FrameKind | undefined => {
  const name = NAMES.get(type)
  return name && { name, payloadBytesMax: PAYLOAD_BYTES_MAX[name] }
})

/** What a type byte stands for; undefined where protocol 1 has no such frame. */
export const frameKindOf = (type: number): FrameKind | undefined => KINDS[type]
