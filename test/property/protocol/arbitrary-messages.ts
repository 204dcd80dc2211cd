/** Any message that may be sent, for property tests. */
import fc from 'fast-check'
import { BYE_REASONS } from '../../../src/domain/failures.ts'
import type { ItemBody } from '../../../src/domain/items.ts'
import type { Message } from '../../../src/protocol/messages.ts'
import { TEXT_PARTS_MAX } from '../../../src/protocol/payloads.ts'

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

export const anyMessage: fc.Arbitrary<Message> = fc.oneof(
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
