/**
 * Goal: windows, refusals and numbers of delivery are as docs/PROTOCOL.md §6 says.
 * Method: two logs driven by hand through the cases that a random run seldom meets; the random runs
 * are in test/property/protocol/delivery.test.ts.
 */
import { describe, expect, it } from '@effect/vitest'
import {
  OUTBOX_BYTES_MAX,
  OUTBOX_ITEMS_MAX,
  TEXT_PART_BYTES_MAX,
  WINDOW_BYTES_MAX,
  WINDOW_ITEMS_MAX
} from '../../../src/domain/limits.ts'
import {
  acked,
  bindEpoch,
  enqueue,
  linkLost,
  makeIncoming,
  makeOutgoing,
  type Outgoing,
  readyNumbers,
  receive,
  receivedOf,
  resume,
  takeAck,
  takeSendable,
  unacknowledged
} from '../../../src/protocol/delivery.ts'
import type { Item, ItemBody } from '../../../src/protocol/messages.ts'
import { splitText } from '../../../src/protocol/text-parts.ts'

const EPOCH = '0123456789abcdef'

const say = (out: Outgoing, text: string, id = text) =>
  enqueue(out, { id, at: 0, bodies: splitText(text) })

const opened = (...texts: string[]): Outgoing => {
  const out = makeOutgoing(EPOCH)
  for (const text of texts) say(out, text)
  resume(out, undefined)
  return out
}

const seqs = (items: readonly Item[]): number[] => items.map(({ seq }) => seq)
const many = (length: number, text = 'x'): ItemBody[] =>
  Array.from({ length }, () => ({ kind: 'text', text, part: 1, parts: 1 }))

describe('the outgoing log', () => {
  it('sends nothing without a link, then everything once', () => {
    const out = makeOutgoing(EPOCH)
    say(out, 'a')
    expect(takeSendable(out, 10)).toEqual([])
    resume(out, undefined)
    expect(seqs(takeSendable(out, 10))).toEqual([1])
    expect(takeSendable(out, 10)).toEqual([])
  })

  it('keeps to the number of items asked for, and to about the bytes', () => {
    const out = opened('aaaa', 'bbbb', 'cccc', 'dddd')
    expect(seqs(takeSendable(out, 1))).toEqual([1])
    expect(seqs(takeSendable(out, 9, 5))).toEqual([2, 3])
  })

  it('stops at the window of items until some are acknowledged', () => {
    const out = opened()
    enqueue(out, { id: 'a', at: 0, bodies: many(WINDOW_ITEMS_MAX + 2) })
    expect(takeSendable(out, Number.POSITIVE_INFINITY)).toHaveLength(WINDOW_ITEMS_MAX)
    acked(out, 1)
    expect(seqs(takeSendable(out, 10))).toEqual([WINDOW_ITEMS_MAX + 1])
  })

  it('stops at the window of bytes until some are acknowledged', () => {
    const out = opened()
    const fit = Math.floor(WINDOW_BYTES_MAX / TEXT_PART_BYTES_MAX)
    enqueue(out, { id: 'a', at: 0, bodies: many(fit + 2, 'x'.repeat(TEXT_PART_BYTES_MAX)) })
    expect(takeSendable(out, 10_000)).toHaveLength(fit)
    acked(out, 1)
    expect(seqs(takeSendable(out, 10_000))).toEqual([fit + 1])
  })

  it('refuses a message that would make it too many items, and takes nothing of it', () => {
    const out = makeOutgoing(EPOCH)
    enqueue(out, { id: 'a', at: 0, bodies: many(OUTBOX_ITEMS_MAX - 1) })
    expect(enqueue(out, { id: 'b', at: 0, bodies: many(2) })).toEqual({
      type: 'outbox-full',
      unit: 'items',
      limit: OUTBOX_ITEMS_MAX
    })
    expect(unacknowledged(out)).toBe(OUTBOX_ITEMS_MAX - 1)
    expect(say(out, 'c')).toHaveLength(1)
  })

  it('refuses a message that would make it too many bytes, and takes room again once delivered', () => {
    const out = opened()
    const large = 'x'.repeat(TEXT_PART_BYTES_MAX)
    const fit = Math.floor(OUTBOX_BYTES_MAX / TEXT_PART_BYTES_MAX)
    enqueue(out, { id: 'a', at: 0, bodies: many(fit, large) })
    expect(say(out, large)).toMatchObject({ type: 'outbox-full', unit: 'bytes' })
    takeSendable(out, 1)
    acked(out, 1)
    expect(say(out, large)).toHaveLength(1)
  })

  it('tells each delivered message once, by its last part', () => {
    const long = 'x'.repeat(TEXT_PART_BYTES_MAX + 1)
    const out = opened('a', long, 'b')
    takeSendable(out, 10)
    expect(acked(out, 2)).toMatchObject([{ id: 'a' }])
    expect(acked(out, 2)).toEqual([])
    expect(acked(out, 1)).toEqual([])
    expect(acked(out, 4)).toMatchObject([{ id: long, seq: 3 }, { id: 'b' }])
    expect(out).toMatchObject({ bytes: 0, inFlightBytes: 0 })
  })

  it('knows an acknowledgement from the future, for what waits as for what never was', () => {
    const out = opened('a', 'b')
    takeSendable(out, 1)
    expect(acked(out, 2)).toEqual({ _tag: 'AckFromFuture', highest: 1, actual: 2 })
    linkLost(out)
    expect(resume(out, 3)).toEqual({ _tag: 'AckFromFuture', highest: 1, actual: 3 })
    expect(takeSendable(out, 10)).toEqual([])
  })
})

describe('a new link', () => {
  it('begins behind what the peer has', () => {
    const out = opened('a', 'b', 'c')
    takeSendable(out, 3)
    linkLost(out)
    expect(resume(out, 2)).toMatchObject([{ id: 'a' }, { id: 'b' }])
    expect(seqs(takeSendable(out, 10))).toEqual([3])
  })

  it('takes an acknowledgement for what the old link brought', () => {
    const out = opened('a', 'b', 'c')
    takeSendable(out, 3)
    linkLost(out)
    resume(out, 1)
    expect(seqs(takeSendable(out, 1))).toEqual([2])
    expect(acked(out, 3)).toHaveLength(2)
    expect(out).toMatchObject({ inFlightBytes: 0, bytes: 0 })
    expect(takeSendable(out, 10)).toEqual([])
  })

  it('with numbers that are older than an acknowledgement goes back to neither', () => {
    const out = opened('a', 'b', 'c')
    takeSendable(out, 3)
    acked(out, 2)
    expect(resume(out, 1)).toEqual([])
    expect(seqs(takeSendable(out, 10))).toEqual([3])
  })

  it('to a peer without memory begins at the first part of an unfinished message', () => {
    const out = opened('a', 'x'.repeat(TEXT_PART_BYTES_MAX + 1), 'b')
    takeSendable(out, 10)
    acked(out, 2)
    resume(out, undefined)
    const items = takeSendable(out, 10)
    expect(seqs(items)).toEqual([2, 3, 4])

    const restarted = makeIncoming()
    bindEpoch(restarted, EPOCH)
    expect(items.map((item) => receive(restarted, item))).toEqual(['deliver', 'deliver', 'deliver'])
  })

  it('finds its own number in the READY', () => {
    const out = makeOutgoing(EPOCH)
    const ready = { type: 'ready', nickname: undefined, port: undefined, epoch: 'e' } as const
    expect(receivedOf(out, { ...ready, received: [{ epoch: EPOCH, upTo: 4 }] })).toBe(4)
    expect(receivedOf(out, { ...ready, received: [{ epoch: 'other', upTo: 4 }] })).toBeUndefined()
  })
})

describe('the incoming log', () => {
  const item = (seq: number): Item => ({
    type: 'item',
    seq,
    id: `${seq}`,
    at: 0,
    body: { kind: 'nick', nickname: 'x' }
  })
  const bound = (epoch = EPOCH) => {
    const incoming = makeIncoming()
    bindEpoch(incoming, epoch)
    return incoming
  }

  it('takes each number once, in order', () => {
    const incoming = bound()
    expect([1, 2, 2, 1, 3].map((seq) => receive(incoming, item(seq)))).toEqual([
      'deliver',
      'deliver',
      'duplicate',
      'duplicate',
      'deliver'
    ])
    expect(receive(incoming, item(5))).toEqual({ _tag: 'SequenceGap', expected: 4, actual: 5 })
  })

  it('acknowledges once for all that came, duplicates included', () => {
    const incoming = bound()
    expect(takeAck(incoming)).toBeUndefined()
    receive(incoming, item(1))
    receive(incoming, item(2))
    expect(takeAck(incoming)).toBe(2)
    expect(takeAck(incoming)).toBeUndefined()
    receive(incoming, item(1))
    expect(takeAck(incoming)).toBe(2)
  })

  it('acknowledges nothing on a new link that its READY told already', () => {
    const incoming = bound()
    receive(incoming, item(1))
    bindEpoch(incoming, EPOCH)
    expect(takeAck(incoming)).toBeUndefined()
  })

  it('begins anew with a new epoch, and remembers the old', () => {
    const incoming = bound('a')
    receive(incoming, item(1))
    expect(bindEpoch(incoming, 'a')).toBe(false)
    expect(bindEpoch(incoming, 'b')).toBe(true)
    expect(readyNumbers(incoming)).toEqual([{ epoch: 'a', upTo: 1 }])
    expect(receive(incoming, item(1))).toBe('deliver')
    expect(bindEpoch(incoming, 'a')).toBe(true)
    expect(receive(incoming, item(1))).toBe('duplicate')
  })

  it('remembers sixteen logs, the oldest first to go', () => {
    const incoming = makeIncoming()
    for (let log = 0; log < 20; log += 1) {
      bindEpoch(incoming, `${log}`)
      receive(incoming, item(1))
    }
    expect(readyNumbers(incoming).map(({ epoch }) => epoch)).toEqual(
      Array.from({ length: 16 }, (_, index) => `${index + 4}`)
    )
  })

  it('takes nothing before it is told the epoch', () => {
    expect(receive(makeIncoming(), item(1))).toMatchObject({ _tag: 'FrameIllegal' })
  })
})
