/**
 * Messages as whole frames, and back. Control payloads are JSON in strict UTF-8; ACK, READ, CREDIT, RECEIVED
 * (u64be) and PING, PONG (u32be) are binary, AUTH_OK, SELECT and DUP empty (docs/PROTOCOL.md §4). DATA is bytes.
 */
import type { ProtocolViolation } from '../domain/failures.ts'
import { CONTROL_PAYLOAD_BYTES_MAX, FRAME_HEADER_BYTES } from '../domain/limits.ts'
import { Fields } from './fields.ts'
import {
  ACK_PAYLOAD_BYTES,
  COUNT_PAYLOAD_BYTES,
  DIGEST_BYTES,
  FRAME_TYPES,
  PING_PAYLOAD_BYTES
} from './frame-types.ts'
import { type Frame, writeFrameHeader } from './framing.ts'
import type {
  Ack,
  AuthOk,
  Dup,
  Message,
  MessageType,
  Ping,
  Pong,
  Read,
  Select
} from './messages.ts'
import type { Credit, Received } from './transfer-messages.ts'
import { readTransfer, writeTransfer } from './transfer-payloads.ts'
import {
  readAuth,
  readBye,
  readHello,
  readItem,
  readLog,
  readReady,
  writePayload
} from './payloads.ts'

const encoder = new TextEncoder()
// ignoreBOM keeps a byte order mark, which JSON then refuses: one text has one spelling.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

// Where a frame is written before its length is known. Functions here are synchronous and never
// call out while it is in use.
const scratch = new Uint8Array(FRAME_HEADER_BYTES + CONTROL_PAYLOAD_BYTES_MAX)
const scratchPayload = scratch.subarray(FRAME_HEADER_BYTES)

const U32 = 0x1_0000_0000

const writeU32 = (target: Uint8Array, at: number, value: number): void => {
  target[at] = value >>> 24
  target[at + 1] = value >>> 16
  target[at + 2] = value >>> 8
  target[at + 3] = value
}

const readU32 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) * 0x100_0000 +
  (((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0))

/** Writes the payload behind the header of `scratch`; its bytes. */
const writeScratch = (message: Message): number => {
  switch (message.type) {
    case 'auth-ok':
    case 'select':
    case 'dup':
      return 0
    case 'ack':
    case 'read':
      writeU32(scratchPayload, 0, Math.floor(message.upTo / U32))
      writeU32(scratchPayload, 4, message.upTo % U32)
      return ACK_PAYLOAD_BYTES
    case 'credit':
    case 'received':
      writeU32(scratchPayload, 0, Math.floor(message.upTo / U32))
      writeU32(scratchPayload, 4, message.upTo % U32)
      return COUNT_PAYLOAD_BYTES
    case 'digest':
      scratchPayload.set(message.digest)
      return DIGEST_BYTES
    case 'data':
      scratchPayload.set(message.bytes)
      return message.bytes.length
    case 'ping':
    case 'pong':
      writeU32(scratchPayload, 0, message.nonce)
      return PING_PAYLOAD_BYTES
    default: {
      const text = message.type === 'transfer' ? writeTransfer(message) : writePayload(message)
      const { read, written } = encoder.encodeInto(text, scratchPayload)
      if (read < text.length)
        throw new RangeError(`a ${message.type} of ${text.length} characters fits no frame`)
      return written
    }
  }
}

/**
 * The whole frame of a message. The message must be within the bounds that its type documents: one
 * that fits no frame is a programming error and throws.
 */
export const encodeMessage = (message: Message): Uint8Array => {
  const payloadBytes = writeScratch(message)
  const stream = 'stream' in message ? message.stream : 0
  writeFrameHeader(scratch, 0, FRAME_TYPES[message.type], stream, payloadBytes)
  return scratch.slice(0, FRAME_HEADER_BYTES + payloadBytes)
}

const malformed = (type: MessageType, detail: string): ProtocolViolation => ({
  _tag: 'FrameMalformed',
  type,
  detail
})

const parse = (payload: Uint8Array): unknown => {
  try {
    return JSON.parse(decoder.decode(payload))
  } catch {
    // Neither message is used: V8's quotes what the peer sent. undefined is no JSON value.
    return undefined
  }
}

const fromJson = <A extends Message>(
  type: MessageType,
  payload: Uint8Array,
  read: (fields: Fields) => A
): A | ProtocolViolation => {
  const value = parse(payload)
  if (value === undefined) return malformed(type, 'its payload is not JSON in UTF-8')
  const fields = new Fields(value)
  const message = read(fields)
  return fields.fault === undefined ? message : malformed(type, fields.fault)
}

const fromNothing = (
  type: 'auth-ok' | 'select' | 'dup',
  payload: Uint8Array
): Message | ProtocolViolation => {
  const message: AuthOk | Select | Dup = { type }
  return payload.length === 0 ? message : malformed(type, 'its payload must be empty')
}

const fromU32 = (type: 'ping' | 'pong', payload: Uint8Array): Message | ProtocolViolation => {
  const message: Ping | Pong = { type, nonce: readU32(payload, 0) }
  return payload.length === PING_PAYLOAD_BYTES ? message : malformed(type, 'it must have 4 bytes')
}

const fromU64 = (type: 'ack' | 'read', payload: Uint8Array): Message | ProtocolViolation => {
  if (payload.length !== ACK_PAYLOAD_BYTES) return malformed(type, 'it must have 8 bytes')
  const upTo = readU32(payload, 0) * U32 + readU32(payload, 4)
  if (upTo > Number.MAX_SAFE_INTEGER) return malformed(type, 'its number is beyond 2^53 - 1')
  const message: Ack | Read = { type, upTo }
  return message
}

const fromCount = (
  type: 'credit' | 'received',
  stream: number,
  payload: Uint8Array
): Message | ProtocolViolation => {
  if (payload.length !== COUNT_PAYLOAD_BYTES) return malformed(type, 'it must have 8 bytes')
  const upTo = readU32(payload, 0) * U32 + readU32(payload, 4)
  if (upTo > Number.MAX_SAFE_INTEGER) return malformed(type, 'its number is beyond 2^53 - 1')
  const message: Credit | Received = type === 'credit' ? { type, stream, upTo } : { type, upTo }
  return message
}

/** The message in a frame. Total: whatever the payload holds, the outcome is a value. */
export const decodeMessage = ({ type, stream, payload }: Frame): Message | ProtocolViolation => {
  switch (type) {
    case 'data':
      return { type, stream, bytes: payload }
    case 'digest':
      return payload.length === DIGEST_BYTES
        ? { type, stream, digest: payload.slice() }
        : malformed(type, 'it must have 32 bytes')
    case 'credit':
    case 'received':
      return fromCount(type, stream, payload)
    case 'transfer':
      return fromJson(type, payload, readTransfer)
    case 'item':
      return fromJson(type, payload, readItem)
    case 'ack':
    case 'read':
      return fromU64(type, payload)
    case 'ping':
    case 'pong':
      return fromU32(type, payload)
    case 'auth-ok':
    case 'select':
    case 'dup':
      return fromNothing(type, payload)
    case 'hello':
      return fromJson(type, payload, readHello)
    case 'auth':
      return fromJson(type, payload, readAuth)
    case 'ready':
      return fromJson(type, payload, readReady)
    case 'log':
      return fromJson(type, payload, readLog)
    case 'bye':
      return fromJson(type, payload, readBye)
  }
}
