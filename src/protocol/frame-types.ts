/** The type byte of every frame, and how long its payload may be (docs/PROTOCOL.md §3). */
import { CONTROL_PAYLOAD_BYTES_MAX, DATA_PAYLOAD_BYTES_MAX } from '../domain/limits.ts'
import type { MessageType } from './messages.ts'

/** Bytes of ACK and READ: one u64be. */
export const ACK_PAYLOAD_BYTES = 8
/** Bytes of CREDIT and RECEIVED: one u64be. */
export const COUNT_PAYLOAD_BYTES = 8
/** Bytes of DIGEST: one SHA-256 or BLAKE3. */
export const DIGEST_BYTES = 32
/** Bytes of PING and PONG: one u32be. */
export const PING_PAYLOAD_BYTES = 4

/** Type byte of each message. */
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
  data: 0x10,
  digest: 0x11,
  transfer: 0x12,
  credit: 0x13,
  received: 0x14,
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
  data: DATA_PAYLOAD_BYTES_MAX,
  digest: DIGEST_BYTES,
  transfer: CONTROL_PAYLOAD_BYTES_MAX,
  credit: COUNT_PAYLOAD_BYTES,
  received: COUNT_PAYLOAD_BYTES,
  ping: PING_PAYLOAD_BYTES,
  pong: PING_PAYLOAD_BYTES,
  bye: CONTROL_PAYLOAD_BYTES_MAX
}

/** Frames of one stream; all others are about the link itself, stream 0. */
const OF_STREAMS: ReadonlySet<MessageType> = new Set(['data', 'digest', 'credit'])

interface FrameKind {
  readonly name: MessageType
  readonly payloadBytesMax: number
  readonly hasStream: boolean
}

const NAMES = new Map<number, MessageType>(
  (Object.keys(FRAME_TYPES) as MessageType[]).map((name) => [FRAME_TYPES[name], name])
)

// Indexed by the type byte: a lookup per frame, without hashing.
const KINDS = Array.from({ length: SKIPPABLE_TYPE_MIN }, (_, type): FrameKind | undefined => {
  const name = NAMES.get(type)
  return (
    name && {
      name,
      payloadBytesMax: PAYLOAD_BYTES_MAX[name],
      hasStream: OF_STREAMS.has(name)
    }
  )
})

/** What a type byte stands for; undefined where protocol 1 has no such frame. */
export const frameKindOf = (type: number): FrameKind | undefined => KINDS[type]
