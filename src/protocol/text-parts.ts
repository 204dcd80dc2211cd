/** Long texts as items that each fit in a frame, and whole again at the other end. */
import type { ProtocolViolation } from '../domain/failures.ts'
import { TEXT_PART_BYTES_MAX } from '../domain/limits.ts'
import type { ItemBody } from '../domain/items.ts'
import type { Item } from './messages.ts'
import { itemBytes } from './payloads.ts'
import { utf8Cut } from './utf8.ts'

/**
 * The parts of a text, each at most TEXT_PART_BYTES_MAX bytes of UTF-8, cut between code points.
 * Lone surrogates become U+FFFD first, so that what is sent is Unicode. The caller has checked the
 * length: the text is not empty and within the message limit (`utf8Bytes` of utf8.ts).
 */
export const splitText = (text: string): readonly ItemBody[] => {
  const whole = text.toWellFormed()
  const pieces: string[] = []
  for (let at = 0; at < whole.length; ) {
    const end = utf8Cut(whole, at, TEXT_PART_BYTES_MAX)
    pieces.push(whole.slice(at, end))
    at = end
  }
  return pieces.map((piece, at) => ({
    kind: 'text',
    text: piece,
    part: at + 1,
    parts: pieces.length
  }))
}

/** What a message is once all of its parts are there. */
export interface Joined {
  readonly type: 'joined'
  readonly id: string
  /** The sender's clock, milliseconds since the epoch. For display only. */
  readonly at: number
  /** The item that completed it. */
  readonly seq: number
  readonly body:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'nick'; readonly nickname: string }
}

/** The message that is arriving. It belongs to an incoming log, not to a link: parts span links. */
export interface Joiner {
  id: string | undefined
  text: string
  bytes: number
  part: number
  parts: number
}

/** A joiner that has no message under assembly. */
export const makeJoiner = (): Joiner => ({
  id: undefined,
  text: '',
  bytes: 0,
  part: 0,
  parts: 0
})

/** Forgets an unfinished message: its log ended, since the peer began another epoch. */
export const resetJoiner = (joiner: Joiner): void => {
  joiner.id = undefined
  joiner.text = ''
  joiner.bytes = 0
  joiner.part = 0
  joiner.parts = 0
}

const malformed = (detail: string): ProtocolViolation => ({
  _tag: 'FrameMalformed',
  type: 'item',
  detail
})

const whole = (item: Item, body: Joined['body']): Joined => ({
  type: 'joined',
  id: item.id,
  at: item.at,
  seq: item.seq,
  body
})

/** Why this item cannot be the next one; undefined: it can. */
const fault = (joiner: Joiner, item: Item): ProtocolViolation | undefined => {
  const { body } = item
  if (joiner.id === undefined)
    return body.kind === 'nick' || body.part === 1
      ? undefined
      : malformed('a message begins with its first part')
  if (item.id !== joiner.id || body.kind === 'nick')
    return malformed('another message stands between the parts of one')
  return body.part === joiner.part + 1 && body.parts === joiner.parts
    ? undefined
    : malformed('the parts of a message are out of order')
}

/**
 * Takes the next item of a log, in order and once. undefined: more parts are to come. Changes
 * `joiner` in place. `messageBytesMax` is the limit that our own HELLO told.
 */
export const joinPart = (
  joiner: Joiner,
  item: Item,
  messageBytesMax: number
): Joined | ProtocolViolation | undefined => {
  const wrong = fault(joiner, item)
  if (wrong !== undefined) return wrong
  const { body } = item
  if (body.kind === 'nick') return whole(item, body)
  const bytes = joiner.bytes + itemBytes(body)
  if (bytes > messageBytesMax) return { _tag: 'MessageTooLarge', limit: messageBytesMax }
  if (body.part === body.parts) {
    const text = joiner.text + body.text
    if (joiner.id !== undefined) resetJoiner(joiner)
    return whole(item, { kind: 'text', text })
  }
  joiner.id = item.id
  joiner.text += body.text
  joiner.bytes = bytes
  joiner.part = body.part
  joiner.parts = body.parts
  return undefined
}
