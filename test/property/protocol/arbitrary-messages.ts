/** Any message that may be sent, for property tests. */
import fc from 'fast-check'
import { BYE_REASONS } from '../../../src/domain/failures.ts'
import type { ItemBody } from '../../../src/domain/items.ts'
import {
  pieceBytesFor,
  TRANSFER_ENDS,
  TRANSFER_HOLDS,
  type TransferEntry
} from '../../../src/domain/transfers.ts'
import type { Message } from '../../../src/protocol/messages.ts'
import { TEXT_PARTS_MAX } from '../../../src/protocol/payloads.ts'
import type { TransferBody } from '../../../src/protocol/transfer-messages.ts'

const count = fc.maxSafeNat()
const sequence = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
const hex64 = fc
  .uint8Array({ minLength: 8, maxLength: 8 })
  .map((bytes) => Buffer.from(bytes).toString('hex'))
const base64url = (length: number) =>
  fc
    .uint8Array({ minLength: length, maxLength: length })
    .map((bytes) => Buffer.from(bytes).toString('base64url'))
const versions = fc
  .uniqueArray(fc.integer({ min: 1, max: 0xffff }), { maxLength: 16 })
  .map((list) => list.sort((a, b) => a - b))
// At most 32 UTF-16 units: 16 code points of two each.
const nickname = fc.string({ unit: 'binary', maxLength: 16 })
const nonce = fc.nat({ max: 0xffff_ffff })

/** Any Unicode text, controls and characters beyond U+FFFF included. */
export const unicodeText = (maxLength: number) =>
  fc.string({ unit: 'binary', minLength: 1, maxLength })

const text: fc.Arbitrary<ItemBody> = fc
  .tuple(unicodeText(200), fc.integer({ min: 1, max: TEXT_PARTS_MAX }))
  .chain(([content, parts]) =>
    fc.integer({ min: 1, max: parts }).map((part) => ({ kind: 'text', text: content, part, parts }))
  )

const transferId = base64url(16)
const stream = fc.integer({ min: 1, max: 0xffff })

/** An entry of a list, of any path. */
export const anyEntry: fc.Arbitrary<TransferEntry> = fc.oneof(
  fc.record({
    path: unicodeText(60),
    kind: fc.constant('file' as const),
    bytes: count,
    executable: fc.boolean()
  }),
  fc.record({
    path: unicodeText(60),
    kind: fc.constant('folder' as const),
    bytes: fc.constant(0),
    executable: fc.constant(false)
  })
)

const offer: fc.Arbitrary<TransferBody> = fc
  .record({
    id: transferId,
    name: unicodeText(60),
    bytes: count,
    executable: fc.boolean(),
    folder: fc.option(fc.tuple(count, count), { nil: undefined })
  })
  .map(({ folder, ...own }): TransferBody => {
    const all = { ...own, pieceBytes: pieceBytesFor(own.bytes) }
    if (folder === undefined)
      return { kind: 'offer', offer: { ...all, kind: 'file', files: 1, entries: 1 } }
    const [files = 0, entries = 0] = folder.toSorted((a, b) => a - b)
    const bytes = files === 0 ? 0 : own.bytes
    return {
      kind: 'offer',
      offer: { ...all, kind: 'folder', files, entries, bytes, executable: false }
    }
  })

const transfer: fc.Arbitrary<TransferBody> = fc.oneof(
  offer,
  fc.record({
    kind: fc.constant('list' as const),
    id: transferId,
    at: fc.nat({ max: 10_000 }),
    entries: fc.array(anyEntry, { maxLength: 20 })
  }),
  fc.record({
    kind: fc.constant('fetch' as const),
    id: transferId,
    stream,
    piece: count,
    credit: count,
    digest: fc.constantFrom('sha256' as const, 'blake3' as const)
  }),
  fc.record({
    kind: fc.constant('hold' as const),
    id: transferId,
    why: fc.constantFrom(...TRANSFER_HOLDS)
  }),
  fc.record({
    kind: fc.constant('end' as const),
    id: transferId,
    why: fc.constantFrom(...TRANSFER_ENDS)
  }),
  fc.record({
    kind: fc.constantFrom('ask-list' as const, 'done' as const, 'over' as const),
    id: transferId
  }),
  fc.constant<TransferBody>({ kind: 'all' })
)

/** Messages about files. */
const ofFiles: fc.Arbitrary<Message> = fc.oneof(
  transfer.map((body): Message => ({ type: 'transfer', body })),
  fc.record({
    type: fc.constant('data' as const),
    stream,
    bytes: fc.uint8Array({ maxLength: 300 })
  }),
  fc.record({
    type: fc.constant('digest' as const),
    stream,
    digest: fc.uint8Array({ minLength: 32, maxLength: 32 })
  }),
  fc.record({ type: fc.constant('credit' as const), stream, upTo: count }),
  fc.record({ type: fc.constant('received' as const), upTo: count })
)

export const anyMessage: fc.Arbitrary<Message> = fc.oneof(
  { weight: 6, arbitrary: ofFiles },
  fc.record({
    type: fc.constant('hello' as const),
    versions,
    nonce: base64url(32),
    instance: hex64,
    features: fc.array(fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,31}$/), { maxLength: 32 }),
    messageBytesMax: sequence
  }),
  fc.record({ type: fc.constant('auth' as const), mode: fc.constantFrom('known', 'ask') }),
  fc.record({
    type: fc.constant('ready' as const),
    nickname: fc.option(nickname, { nil: undefined }),
    port: fc.option(fc.integer({ min: 1, max: 0xffff }), { nil: undefined }),
    epoch: hex64,
    received: fc.array(
      fc.record(
        { epoch: hex64, upTo: count, id: base64url(16) },
        { requiredKeys: ['epoch', 'upTo'] }
      ),
      { maxLength: 16 }
    )
  }),
  fc.record({
    type: fc.constant('item' as const),
    seq: sequence,
    id: base64url(16),
    at: fc.nat({ max: 8_640_000_000_000_000 }),
    body: fc.oneof(
      text,
      nickname.map((name): ItemBody => ({ kind: 'nick', nickname: name }))
    )
  }),
  fc.record({
    type: fc.constant('bye' as const),
    reason: fc.constantFrom(...BYE_REASONS),
    versions: fc.option(versions, { nil: undefined })
  }),
  fc.record({ type: fc.constantFrom('ack' as const, 'read' as const), upTo: count }),
  fc.record({
    type: fc.constant('log' as const),
    epoch: hex64,
    lost: fc.constantFrom('sender' as const, 'receiver' as const)
  }),
  fc.record({ type: fc.constantFrom('ping' as const, 'pong' as const), nonce }),
  fc.constantFrom<Message[]>({ type: 'auth-ok' }, { type: 'select' }, { type: 'dup' })
)
