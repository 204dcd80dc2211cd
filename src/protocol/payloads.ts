/**
 * The JSON payloads of the control frames, field by field (docs/PROTOCOL.md §4). Keys are short
 * because ITEM carries them with every line of chat.
 */
import { BYE_REASONS } from '../domain/failures.ts'
import type { ItemBody, TakenLog } from '../domain/items.ts'
import { MESSAGE_BYTES_MAX, NICKNAME_CHARS_MAX, TEXT_PART_BYTES_MAX } from '../domain/limits.ts'
import {
  type Check,
  type Fields,
  integer,
  listOf,
  matching,
  objectOf,
  oneOf,
  unicode
} from './fields.ts'
import type { Auth, Bye, Hello, Item, Log, Ready } from './messages.ts'
import { utf8Bytes, utf8Cut } from './utf8.ts'

/** Most parts of one message: full parts end up to 3 bytes early, at the start of a code point. */
export const TEXT_PARTS_MAX = Math.ceil(MESSAGE_BYTES_MAX / (TEXT_PART_BYTES_MAX - 3))
/** Most versions in a HELLO or BYE. */
const VERSIONS_MAX = 16
/** Most features in a HELLO. */
const FEATURES_MAX = 32
/** Most logs of the other end that a READY names. */
export const RECEIVED_LOGS_MAX = 16
/** The latest time that JavaScript's Date can show (ECMA-262 §21.4.1.1), in milliseconds. */
const TIME_MS_MAX = 8_640_000_000_000_000

const count: Check<number> = integer(0, Number.MAX_SAFE_INTEGER)
const sequence: Check<number> = integer(1, Number.MAX_SAFE_INTEGER)
const nonce = matching(/^[A-Za-z0-9_-]{43}$/)
const messageId = matching(/^[A-Za-z0-9_-]{22}$/)
const hex64 = matching(/^[0-9a-f]{16}$/)
const lostStore = oneOf(['sender', 'receiver'])
const feature = matching(/^[a-z0-9][a-z0-9.-]{0,31}$/)

const versions: Check<readonly number[]> = (value) => {
  const list = listOf(integer(1, 0xffff), VERSIONS_MAX)(value)
  return list?.every((version, at) => at === 0 || version > (list[at - 1] ?? 0)) ? list : undefined
}

/** A nickname within its bound, not cut inside a character beyond U+FFFF. */
const cutNickname = (text: string): string => {
  if (text.length <= NICKNAME_CHARS_MAX) return text
  const cut = text.slice(0, NICKNAME_CHARS_MAX)
  return cut.isWellFormed() ? cut : cut.slice(0, -1)
}

const nickname: Check<string> = (value) => {
  const text = unicode(value)
  return text === undefined ? undefined : cutNickname(text)
}

const textPart: Check<string> = (value) => {
  const text = unicode(value)
  if (text === undefined || text === '') return undefined
  // Three bytes a unit at most, so the bytes of most texts need not be counted.
  const fits =
    text.length * 3 <= TEXT_PART_BYTES_MAX || utf8Cut(text, 0, TEXT_PART_BYTES_MAX) === text.length
  return fits ? text : undefined
}

const limits = objectOf((fields) => fields.take('message', sequence))
const itemKind = oneOf(['text', 'nick'])
const partsOfMany = integer(2, TEXT_PARTS_MAX)
const authMode = oneOf(['known', 'ask'])
const byeReason = oneOf(BYE_REASONS)
const receivedLogs = listOf(
  objectOf((fields): TakenLog => {
    const log = { epoch: fields.take('epoch', hex64), upTo: fields.take('upTo', count) }
    const id = fields.takeOptional('id', messageId)
    return id === undefined ? log : { ...log, id }
  }),
  RECEIVED_LOGS_MAX
)

/** The fields of HELLO. What it gives counts only if `fields.fault` is undefined after. */
export const readHello = (fields: Fields): Hello => ({
  type: 'hello',
  versions: fields.take('v', versions),
  nonce: fields.take('n', nonce),
  instance: fields.take('i', hex64),
  features: fields.take('feat', listOf(feature, FEATURES_MAX)),
  messageBytesMax: fields.take('lim', limits)
})

/** The fields of AUTH. What it gives counts only if `fields.fault` is undefined after. */
export const readAuth = (fields: Fields): Auth => ({
  type: 'auth',
  mode: fields.take('m', authMode)
})

/** The fields of READY. What it gives counts only if `fields.fault` is undefined after. */
export const readReady = (fields: Fields): Ready => ({
  type: 'ready',
  nickname: fields.takeOptional('nick', nickname),
  port: fields.takeOptional('port', integer(1, 0xffff)),
  epoch: fields.take('epoch', hex64),
  received: fields.take('received', receivedLogs)
})

const readItemBody = (fields: Fields): ItemBody => {
  if (fields.take('k', itemKind) === 'nick')
    return { kind: 'nick', nickname: fields.take('nick', nickname) }
  const text = fields.take('t', textPart)
  const parts = fields.takeOptional('of', partsOfMany)
  const part = fields.takeOptional('p', integer(1, parts ?? 0))
  if ((part === undefined) !== (parts === undefined)) fields.refuse('"p" and "of" go together')
  return { kind: 'text', text, part: part ?? 1, parts: parts ?? 1 }
}

/** The fields of ITEM. What it gives counts only if `fields.fault` is undefined after. */
export const readItem = (fields: Fields): Item => ({
  type: 'item',
  seq: fields.take('s', sequence),
  id: fields.take('id', messageId),
  at: fields.take('at', integer(0, TIME_MS_MAX)),
  body: readItemBody(fields)
})

/** The fields of LOG. What it gives counts only if `fields.fault` is undefined after. */
export const readLog = (fields: Fields): Log => ({
  type: 'log',
  epoch: fields.take('epoch', hex64),
  lost: fields.take('lost', lostStore)
})

/** The fields of BYE. What it gives counts only if `fields.fault` is undefined after. */
export const readBye = (fields: Fields): Bye => ({
  type: 'bye',
  reason: fields.take('r', byeReason),
  versions: fields.takeOptional('v', versions)
})

const writeItem = ({ seq, id, at, body }: Item): string => {
  // By hand, since this is every line of chat; seq, id and at need no escaping.
  const head = `{"s":${seq},"id":"${id}","at":${at},"k":"`
  if (body.kind === 'nick')
    return `${head}nick","nick":${JSON.stringify(cutNickname(body.nickname.toWellFormed()))}}`
  const { text, part, parts } = body
  const place = parts === 1 ? '' : `,"p":${part},"of":${parts}`
  return `${head}text"${place},"t":${JSON.stringify(text.toWellFormed())}}`
}

const writeReady = ({ nickname: name, port, epoch, received }: Ready): string =>
  JSON.stringify({
    nick: name === undefined ? undefined : cutNickname(name.toWellFormed()),
    port,
    epoch,
    received
  })

/** A message that travels as JSON, as its text. What may be left out is left out. */
export const writePayload = (message: Hello | Auth | Ready | Item | Log | Bye): string => {
  switch (message.type) {
    case 'item':
      return writeItem(message)
    case 'hello':
      return JSON.stringify({
        v: message.versions,
        n: message.nonce,
        i: message.instance,
        feat: message.features,
        lim: { message: message.messageBytesMax }
      })
    case 'auth':
      return JSON.stringify({ m: message.mode })
    case 'ready':
      return writeReady(message)
    case 'log':
      return JSON.stringify({ epoch: message.epoch, lost: message.lost })
    case 'bye':
      return JSON.stringify({ r: message.reason, v: message.versions })
  }
}

/** Bytes that an item counts for in windows and queues: its text in UTF-8, at least 1. */
export const itemBytes = (body: ItemBody): number =>
  Math.max(1, utf8Bytes(body.kind === 'text' ? body.text : body.nickname))
