/**
 * Goal: whatever a peer that was let in says about files, nothing of it is on our disk without a yes, nothing leaves
 * the download folder, no part and no note stays behind, and nobody else notices (docs/PROTOCOL.md §10).
 * Method: Alice and Bob talk; Mallory, whom Alice knows, speaks frames by hand. What must end a link ends it with its
 * typed reason; what must end a transfer ends it with its word; then a file from Bob arrives as ever.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import type { ProtocolViolation } from '../../src/domain/failures.ts'
import {
  DATA_PAYLOAD_BYTES_MAX,
  OFFERS_WAITING_MAX,
  TRANSFER_DEPTH_MAX,
  TRANSFER_ENTRIES_MAX,
  TRANSFER_FRAMES_PER_SECOND_MAX
} from '../../src/domain/limits.ts'
import type { TransferEntry, TransferId, TransferOffer } from '../../src/domain/transfers.ts'
import { encodeFrame } from '../../src/protocol/framing.ts'
import type { Message } from '../../src/protocol/messages.ts'
import type { TransferBody } from '../../src/protocol/transfer-messages.ts'
import { HOSTILE_NAMES } from '../support/hostile-names.ts'
import { type Attack, attack, letIn, violation } from './attack.ts'
import { checkLeftovers, checkRules, checkSame } from './file-checks.ts'
import { endOf, KIB, MIB, offeredBy, putFile, send } from './file-stage.ts'
import type { RawLink } from './mallory.ts'
import { expectNothingHeld, expectTalk, SECOND_MS, story, told } from './stage.ts'

const idOf = (number: number): TransferId => String(number).padStart(22, 'f') as TransferId

const ID = idOf(0)

const offerOf = (change: Partial<TransferOffer> = {}): TransferOffer => ({
  id: ID,
  name: 'gift.bin',
  kind: 'file',
  bytes: 3 * MIB,
  files: 1,
  entries: 1,
  pieceBytes: MIB,
  executable: false,
  ...change
})

const about = (body: TransferBody): Message => ({ type: 'transfer', body })
const offering = (change: Partial<TransferOffer> = {}): Message =>
  about({ kind: 'offer', offer: offerOf(change) })
const data = (stream: number, bytes: number): Message => ({
  type: 'data',
  stream,
  bytes: new Uint8Array(bytes)
})

type BodyOf<K extends TransferBody['kind']> = Extract<TransferBody, { readonly kind: K }>

/** Reads on to what is said of a transfer in this way; undefined: the link ended before. */
const hearBody = <K extends TransferBody['kind']>(
  link: RawLink,
  kind: K
): Effect.Effect<BodyOf<K> | undefined> =>
  Effect.flatMap(link.hear('transfer'), (message) => {
    if (message === undefined) return Effect.undefined
    if (message.body.kind !== kind) return hearBody(link, kind)
    return Effect.succeed(message.body as BodyOf<K>)
  })

/** Mallory says these once she is let in. */
const saying = (...messages: readonly Message[]) => letIn((link) => link.say(...messages))

const bodiesHeard = ({ link }: Attack): readonly TransferBody[] =>
  link.heard.flatMap((message) => (message.type === 'transfer' ? [message.body] : []))

/** Why Alice ended each transfer of Mallory's, by her own words on the link. */
const endsHeard = (done: Attack): readonly string[] =>
  bodiesHeard(done).flatMap((body) => (body.kind === 'end' ? [body.why] : []))

/** Alice has nothing of Mallory's, and takes a file from Bob as ever. */
const expectUnharmed = (done: Attack): void => {
  const { world, alice, bob } = done
  const log = story(alice).join(' ')
  expect(alice.files.disk.list(alice.files.downloads), log).toEqual([])
  checkLeftovers(alice)
  expect(told(bob, 'peer.disconnected'), log).toHaveLength(0)
  expectTalk(done, log)
  const source = putFile(bob, 'from bob.txt', 40 * KIB)
  send(bob, source)
  world.clock.advance(2 * SECOND_MS)
  alice.enter({ type: 'accept' })
  world.clock.advance(10 * SECOND_MS)
  const [id = ''] = offeredBy(bob)
  const end = endOf(alice, id)
  expect(end?.type, log).toBe('transfer.done')
  checkSame(bob, source, alice, `${alice.files.downloads}/from bob.txt`)
  checkRules(bob)
  expectNothingHeld(world, [alice, bob])
}

/** Alice ended Mallory's link over this, and said so. */
const expectCutOff = (done: Attack, wrong: Partial<ProtocolViolation>): void => {
  const { alice, link } = done
  const log = story(alice).join(' ')
  expect(
    told(alice, 'peer.disconnected').map((event) => event.reason),
    log
  ).toMatchObject([violation(wrong)])
  expect(link.heard.at(-1), log).toMatchObject({ type: 'bye', reason: 'protocol' })
}

describe('the name of an offer', () => {
  // A lone surrogate is no text: it ends the link (the codec), and no name comes of it.
  const names = HOSTILE_NAMES.filter(([, name]) => name.isWellFormed())

  it('is refused as a whole, whatever it would do, and nobody is asked', () => {
    const offers = names.map(([, name], at) => offering({ id: idOf(at), name }))
    const done = attack(
      1,
      letIn((link) =>
        Effect.gen(function* () {
          yield* link.say(...offers)
          for (const { length } = offers; bodiesHeardOf(link, 'end') < length; )
            if ((yield* hearBody(link, 'end')) === undefined) return
          yield* link.say(...offers.map((_, at) => about({ kind: 'over', id: idOf(at) })))
        })
      ),
      true,
      20 * SECOND_MS
    )
    expect(endsHeard(done)).toEqual(names.map(() => 'unsafe'))
    expect(names.length).toBeGreaterThan(40)
    expect(told(done.alice, 'transfer.offered')).toHaveLength(0)
    expectUnharmed(done)
  })

  it('that is no text ends the link', () => {
    const done = attack(2, saying(offering({ name: 'a\ud800b' })), true, 20 * SECOND_MS)
    expectCutOff(done, { _tag: 'FrameMalformed', type: 'transfer' })
    expectUnharmed(done)
  })
})

const bodiesHeardOf = (link: RawLink, kind: TransferBody['kind']): number =>
  link.heard.filter((message) => message.type === 'transfer' && message.body.kind === kind).length

const file = (path: string, bytes = 1): TransferEntry => ({
  path,
  kind: 'file',
  bytes,
  executable: false
})
const folder = (path: string): TransferEntry => ({
  path,
  kind: 'folder',
  bytes: 0,
  executable: false
})

describe('the list of a folder', () => {
  const deep = Array.from({ length: TRANSFER_DEPTH_MAX + 1 }, (_, at) =>
    folder(Array.from({ length: at + 1 }, () => 'd').join('/'))
  )
  const cases: readonly (readonly [string, readonly TransferEntry[], Partial<TransferOffer>])[] = [
    ['a folder that is not in front', [file('a/b')], {}],
    ['a path twice', [file('a'), file('a')], {}],
    ['two paths that differ by case', [file('Read.me'), file('READ.ME')], {}],
    ['a file under a file', [file('a'), file('a/b')], {}],
    ['a folder under a file', [file('a'), folder('a/b')], {}],
    ['a path that is too deep', deep, {}],
    ['a step up', [folder('a'), file('a/../../x')], {}],
    ['an absolute path', [file('/etc/passwd')], {}],
    ['a program that is a folder', [{ ...folder('a'), executable: true }], {}],
    ['sizes that lie', [file('a', 5)], { bytes: 6 }],
    ['more files than were said', [file('a'), file('b')], { files: 1 }]
  ]

  it.each(cases)('with %s is refused as a whole', (_, list, change) => {
    const files = list.filter(({ kind }) => kind === 'file')
    const offer = offerOf({
      kind: 'folder',
      name: 'gifts',
      entries: list.length,
      files: files.length,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      ...change
    })
    const done = attack(
      3,
      letIn((link) =>
        Effect.gen(function* () {
          yield* link.say(about({ kind: 'offer', offer }))
          yield* hearBody(link, 'ask-list')
          yield* link.say(about({ kind: 'list', id: ID, at: 0, entries: list }))
          yield* hearBody(link, 'end')
          yield* link.say(about({ kind: 'over', id: ID }))
        })
      ),
      true,
      20 * SECOND_MS
    )
    expect(endsHeard(done)).toEqual(['unsafe'])
    expect(told(done.alice, 'transfer.offered')).toHaveLength(0)
    expectUnharmed(done)
  })

  it('with a hostile name in it is refused as a whole, one after the other', () => {
    const names = HOSTILE_NAMES.filter(([why, name]) => /^P[123]/.test(why) && name.isWellFormed())
    const done = attack(
      15,
      letIn((link) =>
        Effect.gen(function* () {
          for (const [at, [, name]] of names.entries()) {
            const id = idOf(at)
            const counts = { entries: 2, files: 1, bytes: 1 }
            const entries = [folder('a'), file(`a/${name}`)]
            yield* link.say(offering({ id, kind: 'folder', name: 'gifts', ...counts }))
            yield* hearBody(link, 'ask-list')
            yield* link.say(about({ kind: 'list', id, at: 0, entries }))
            yield* hearBody(link, 'end')
            yield* link.say(about({ kind: 'over', id }))
          }
        })
      ),
      true,
      60 * SECOND_MS
    )
    expect(names.length).toBeGreaterThan(25)
    expect(endsHeard(done)).toEqual(names.map(() => 'unsafe'))
    expect(told(done.alice, 'transfer.offered')).toHaveLength(0)
    expectUnharmed(done)
  })

  it('of more entries than are taken is not asked for', () => {
    const entries = TRANSFER_ENTRIES_MAX + 1
    const offer = offering({ kind: 'folder', entries, files: entries, bytes: 0 })
    const done = attack(4, saying(offer), true, 20 * SECOND_MS)
    expect(bodiesHeard(done).map(({ kind }) => kind)).not.toContain('ask-list')
    expect(endsHeard(done)).toEqual(['too-large'])
    expect(told(done.alice, 'transfer.offered')).toHaveLength(0)
  })

  it('that has no end ends the link', () => {
    const list = (at: number): Message =>
      about({ kind: 'list', id: ID, at, entries: [file(`f${at}`), file(`g${at}`)] })
    const done = attack(
      5,
      letIn((link) =>
        Effect.gen(function* () {
          yield* link.say(offering({ kind: 'folder', entries: 4, files: 4, bytes: 4 }))
          yield* hearBody(link, 'ask-list')
          for (let at = 0; at < 100; at += 2) yield* link.say(list(at))
        })
      ),
      true,
      20 * SECOND_MS
    )
    expectCutOff(done, { _tag: 'FrameIllegal', type: 'transfer' })
    // It was whole after the second frame.
    expect(told(done.alice, 'transfer.offered')).toHaveLength(1)
    expect(done.alice.files.disk.list(done.alice.files.downloads)).toEqual([])
  })
})

describe('bytes', () => {
  /** Mallory offers a file, Alice takes it, and then Mallory does this with the stream. */
  const fetched = (
    seed: number,
    then: (link: RawLink, fetch: BodyOf<'fetch'>) => Effect.Effect<void>,
    change: Partial<TransferOffer> = {}
  ): Attack => {
    const done = attack(
      seed,
      letIn((link) =>
        Effect.gen(function* () {
          yield* link.say(offering(change), about({ kind: 'all' }))
          const fetch = yield* hearBody(link, 'fetch')
          if (fetch !== undefined) yield* then(link, fetch)
        })
      ),
      true,
      3 * SECOND_MS
    )
    const [offered] = told(done.alice, 'transfer.offered')
    done.alice.enter({ type: 'accept', who: `t${offered?.transfer.number}` })
    done.world.clock.advance(30 * SECOND_MS)
    return done
  }

  /** The link is gone; what was begun is there still, since Mallory may come again: until Alice has enough. */
  const expectCutOffInMidst = (done: Attack, wrong: Partial<ProtocolViolation>): void => {
    expectCutOff(done, wrong)
    const { alice, world } = done
    checkLeftovers(alice)
    const [offered] = told(alice, 'transfer.offered')
    alice.enter({ type: 'transfer-cancel', which: offered?.transfer.number ?? 0 })
    world.clock.advance(SECOND_MS)
    expect(alice.files.disk.list(alice.files.downloads)).toEqual([])
    expectTalk(done, story(alice).join(' '))
  }

  const early: readonly (readonly [string, readonly Message[], Partial<ProtocolViolation>])[] = [
    ['DATA that nobody asked for', [data(1, 10)], { _tag: 'FrameIllegal', type: 'data' }],
    [
      'a DIGEST that nobody asked for',
      [{ type: 'digest', stream: 1, digest: new Uint8Array(32) }],
      { _tag: 'FrameIllegal', type: 'digest' }
    ],
    [
      'DATA behind an offer that waits for an answer',
      [offering(), data(1, 10)],
      { _tag: 'FrameIllegal', type: 'data' }
    ],
    [
      'CREDIT for a stream that was never fetched',
      [{ type: 'credit', stream: 7, upTo: 1 }],
      { _tag: 'FrameIllegal', type: 'credit' }
    ],
    [
      'RECEIVED beyond what was sent',
      [{ type: 'received', upTo: 1 }],
      { _tag: 'FrameIllegal', type: 'received' }
    ],
    [
      'an offer under the number of another',
      [offering(), offering({ bytes: MIB })],
      { _tag: 'FrameIllegal', type: 'transfer', state: 'another offer' }
    ],
    [
      '`all` twice',
      [about({ kind: 'all' }), about({ kind: 'all' })],
      { _tag: 'FrameIllegal', type: 'transfer' }
    ],
    [
      'an offer of 2^53 bytes in pieces of one',
      [offering({ bytes: Number.MAX_SAFE_INTEGER, pieceBytes: 1 })],
      { _tag: 'FrameMalformed', type: 'transfer' }
    ],
    [
      'more frames about transfers than a second holds',
      Array.from({ length: 20 * TRANSFER_FRAMES_PER_SECOND_MAX }, (_, at) =>
        about({ kind: 'end', id: idOf(at), why: 'cancelled' })
      ),
      { _tag: 'FrameIllegal', type: 'transfer' }
    ],
    [
      'more questions for lists than a second holds',
      Array.from({ length: 20 * TRANSFER_FRAMES_PER_SECOND_MAX }, (_, at) =>
        about({ kind: 'ask-list', id: idOf(at) })
      ),
      { _tag: 'FrameIllegal', type: 'transfer' }
    ]
  ]

  it.each(early)('%s ends the link, and only that', (_, messages, wrong) => {
    const done = attack(6, saying(...messages), true, 20 * SECOND_MS)
    expectCutOff(done, wrong)
    expect(done.alice.files.disk.list(done.alice.files.downloads)).toEqual([])
    expectTalk(done, story(done.alice).join(' '))
  })

  it('on stream 0 are no frame', () => {
    const frame = encodeFrame(0x10, 0, new Uint8Array(10))
    const done = attack(
      7,
      letIn((link) => link.bytes(frame)),
      true,
      20 * SECOND_MS
    )
    expectCutOff(done, { _tag: 'FrameMalformed' })
    expectUnharmed(done)
  })

  it('beyond the credit end the link', () => {
    const change = { bytes: 64 * MIB }
    const done = fetched(
      8,
      (link, { stream, credit }) =>
        Effect.gen(function* () {
          // Alice's disk takes nothing, so that no more credit comes.
          for (let sent = 0; sent <= credit; sent += DATA_PAYLOAD_BYTES_MAX)
            yield* link.say(data(stream, DATA_PAYLOAD_BYTES_MAX))
        }),
      change
    )
    expectCutOffInMidst(done, { _tag: 'FrameIllegal', type: 'data' })
  })

  it('beyond the end of a piece without its digest end the link', () => {
    const done = fetched(9, (link, { stream }) =>
      Effect.gen(function* () {
        for (let sent = 0; sent <= MIB; sent += DATA_PAYLOAD_BYTES_MAX)
          yield* link.say(data(stream, DATA_PAYLOAD_BYTES_MAX))
      })
    )
    expectCutOffInMidst(done, { _tag: 'FrameIllegal', type: 'data' })
  })

  it('with a digest in front of the end of the piece end the link', () => {
    const done = fetched(10, (link, { stream }) =>
      link.say(data(stream, 10), { type: 'digest', stream, digest: new Uint8Array(32) })
    )
    expectCutOffInMidst(done, { _tag: 'FrameIllegal', type: 'digest' })
  })

  it('with a wrong digest are asked for once more, and then never', () => {
    const piece = (stream: number): readonly Message[] => [
      data(stream, 10),
      { type: 'digest', stream, digest: new Uint8Array(32) }
    ]
    const done = fetched(
      11,
      (link, { stream }) =>
        Effect.gen(function* () {
          yield* link.say(...piece(stream))
          const again = yield* hearBody(link, 'fetch')
          expect(again).toMatchObject({ id: ID, piece: 0 })
          if (again === undefined) return
          expect(again.stream).not.toBe(stream)
          yield* link.say(...piece(again.stream))
          yield* hearBody(link, 'end')
          yield* link.say(about({ kind: 'over', id: ID }))
        }),
      { bytes: 10 }
    )
    expect(endsHeard(done)).toEqual(['damaged'])
    expectUnharmed(done)
  })

  it('that never come hold up nobody else', () => {
    const done = fetched(12, () => Effect.void)
    const { alice, bob, world } = done
    const source = putFile(bob, 'from bob.txt', 40 * KIB)
    send(bob, source)
    world.clock.advance(2 * SECOND_MS)
    alice.enter({ type: 'accept', who: 't2' })
    world.clock.advance(10 * SECOND_MS)
    checkSame(bob, source, alice, `${alice.files.downloads}/from bob.txt`)
    expectTalk(done, story(alice).join(' '))
  })
})

describe('who asks for files', () => {
  it('of another gets none, and learns nothing', () => {
    let id = ''
    const done = attack(
      13,
      letIn((link) =>
        Effect.gen(function* () {
          yield* Effect.sleep(5 * SECOND_MS)
          const what = { id: id as TransferId, stream: 1, piece: 0, credit: MIB } as const
          yield* link.say(about({ kind: 'fetch', ...what, digest: 'sha256' }))
        })
      ),
      true,
      3 * SECOND_MS
    )
    const { alice, bob, world } = done
    send(alice, putFile(alice, 'for bob.bin', 3 * MIB))
    world.clock.advance(SECOND_MS)
    ;[id = ''] = offeredBy(alice)
    world.clock.advance(5 * SECOND_MS)
    expect(bodiesHeard(done).filter(({ kind }) => kind !== 'all')).toEqual([
      { kind: 'end', id, why: 'unknown' }
    ])
    expect(done.link.heard.filter(({ type }) => type === 'data')).toEqual([])
    bob.enter({ type: 'accept' })
    world.clock.advance(10 * SECOND_MS)
    expect(endOf(bob, id)?.type).toBe('transfer.done')
  })
})

describe('a thousand offers', () => {
  it('are asked about as far as one can answer, and the rest is turned away', () => {
    const done = attack(
      14,
      letIn((link) =>
        Effect.gen(function* () {
          for (let at = 0; at < 1_000; at += 1) {
            yield* link.say(offering({ id: idOf(at), name: `gift ${at}.bin` }))
            if (at % 100 === 99) yield* Effect.sleep(SECOND_MS)
          }
        })
      ),
      true,
      60 * SECOND_MS
    )
    const { alice } = done
    expect(told(alice, 'transfer.offered')).toHaveLength(OFFERS_WAITING_MAX)
    expect(endsHeard(done)).toEqual(
      Array.from({ length: 1_000 - OFFERS_WAITING_MAX }, () => 'too-many')
    )
    expect(alice.files.disk.list(alice.files.downloads)).toEqual([])
    // Of what was turned away at once nothing is noted.
    expect(alice.files.disk.list(alice.files.notes).length).toBeLessThanOrEqual(
      2 * OFFERS_WAITING_MAX
    )
    expectTalk(done, story(alice).join(' '))
  })
})
