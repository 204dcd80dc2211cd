/**
 * Goal: windows, refusals and numbers of what is sent are as docs/PROTOCOL.md §6 says, and nothing is
 * sent before it is stored.
 * Method: a log driven by hand through the cases that a random run seldom meets; the random runs are in
 * test/property/protocol/delivery.test.ts.
 */
import { describe, expect, it } from '@effect/vitest'
import type { MessageOf } from '../../../src/domain/items.ts'
import {
  OUTBOX_BYTES_MAX,
  OUTBOX_ITEMS_MAX,
  TEXT_PART_BYTES_MAX,
  WINDOW_BYTES_MAX,
  WINDOW_ITEMS_MAX
} from '../../../src/domain/limits.ts'
import {
  acked,
  enqueue,
  linkLost,
  makeOutgoing,
  type Outgoing,
  pending,
  readUpTo,
  resume,
  roomFor,
  type Sendable,
  stored,
  takeSendable,
  withdraw
} from '../../../src/protocol/delivery/outgoing.ts'

const EPOCH = '0123456789abcdef'
const NOTHING_ELSE = { messages: 0, bytes: 0 }

const message = (text: string, id = text): MessageOf => ({
  id,
  at: 0,
  body: { kind: 'text', text }
})

/** A text that is sent in so many parts. */
const long = (parts: number): string => 'x'.repeat(TEXT_PART_BYTES_MAX * parts)

/** Numbered and safe in the store. */
const say = (out: Outgoing, ...texts: string[]): void => {
  enqueue(
    out,
    texts.map((text, at) => message(text, `${text.slice(0, 8)}${at}`))
  )
  stored(out)
}

const opened = (...texts: string[]): Outgoing => {
  const out = makeOutgoing(EPOCH)
  say(out, ...texts)
  resume(out, undefined)
  return out
}

const seqs = ({ items }: Sendable): number[] => items.map(({ seq }) => seq)
const parts = ({ items }: Sendable): string[] =>
  items.map(({ body }) => (body.kind === 'text' ? `${body.part}/${body.parts}` : body.kind))

describe('the outgoing log', () => {
  it('sends nothing without a link, then everything once', () => {
    const out = makeOutgoing(EPOCH)
    say(out, 'a')
    expect(seqs(takeSendable(out, 10))).toEqual([])
    resume(out, undefined)
    expect(takeSendable(out, 10)).toMatchObject({ items: [{ seq: 1 }], messages: [{ first: 1 }] })
    expect(seqs(takeSendable(out, 10))).toEqual([])
  })

  it('sends nothing that is not stored', () => {
    const out = opened('a')
    enqueue(out, [message('b')])
    expect(seqs(takeSendable(out, 10))).toEqual([1])
    stored(out)
    expect(seqs(takeSendable(out, 10))).toEqual([2])
  })

  it('gives the numbers of what could not be stored to what comes next', () => {
    const out = opened('a')
    enqueue(out, [message('b'), message(long(2), 'c')])
    withdraw(out)
    expect(pending(out)).toMatchObject([{ first: 1 }])
    expect(out).toMatchObject({ last: 1, bytes: 1 })
    expect(enqueue(out, [message('d')])).toMatchObject([{ id: 'd', first: 2 }])
  })

  it('withdraws everything from a log of which nothing is stored', () => {
    const out = makeOutgoing(EPOCH)
    enqueue(out, [message('a'), message('b')])
    withdraw(out)
    expect(pending(out)).toEqual([])
    expect(out).toMatchObject({ last: 0, bytes: 0 })
  })

  it('numbers the parts of a long message, and tells it once, with its last', () => {
    const out = opened('a', long(3), 'b')
    expect(takeSendable(out, 3)).toMatchObject({ messages: [{ first: 1, items: 1 }] })
    const rest = takeSendable(out, 3)
    expect(seqs(rest)).toEqual([4, 5])
    expect(parts(rest)).toEqual(['3/3', '1/1'])
    expect(rest.messages).toMatchObject([
      { first: 2, items: 3 },
      { first: 5, items: 1 }
    ])
  })

  it('keeps to the number of items asked for, and to about the bytes', () => {
    const out = opened('aaaa', 'bbbb', 'cccc', 'dddd')
    expect(seqs(takeSendable(out, 1))).toEqual([1])
    expect(seqs(takeSendable(out, 9, 5))).toEqual([2, 3])
  })

  it('goes on as it was kept', () => {
    const outbox = [{ ...message('b'), first: 5, items: 1 }]
    const kept = { epoch: EPOCH, last: 5, acked: 4, read: 3, sentEver: 5, outbox }
    const out = makeOutgoing('f'.repeat(16), kept)
    expect(out).toMatchObject({ epoch: EPOCH, last: 5, acked: 4, read: 3, sentEver: 5, bytes: 1 })
    resume(out, 4)
    expect(seqs(takeSendable(out, 10))).toEqual([5])
  })
})

describe('the windows', () => {
  it('of items is kept until some are acknowledged', () => {
    const out = opened(...Array.from({ length: WINDOW_ITEMS_MAX + 2 }, () => 'x'))
    expect(takeSendable(out, Number.POSITIVE_INFINITY).items).toHaveLength(WINDOW_ITEMS_MAX)
    acked(out, 1)
    expect(seqs(takeSendable(out, 10))).toEqual([WINDOW_ITEMS_MAX + 1])
  })

  it('of items may end inside a message', () => {
    const texts = Array.from({ length: WINDOW_ITEMS_MAX - 1 }, () => 'x')
    const out = opened(...texts, long(3), 'after')
    const sent = takeSendable(out, Number.POSITIVE_INFINITY)
    expect(sent.items).toHaveLength(WINDOW_ITEMS_MAX)
    expect(sent.messages).toHaveLength(texts.length)
    acked(out, 1)
    expect(parts(takeSendable(out, 10))).toEqual(['2/3'])
    acked(out, texts.length)
    expect(parts(takeSendable(out, 10))).toEqual(['3/3', '1/1'])
  })

  it('of bytes is kept until some are acknowledged, by whole messages', () => {
    const large = 'x'.repeat(1_000_000)
    const out = opened(large, large, large, large, large)
    const sent = takeSendable(out, 10_000)
    expect(sent.messages).toHaveLength(Math.floor(WINDOW_BYTES_MAX / large.length))
    expect(takeSendable(out, 10_000).items).toEqual([])
    acked(out, sent.messages[0]?.items ?? 0)
    expect(takeSendable(out, 10_000).messages).toHaveLength(1)
  })

  it('of bytes lets a message through that is alone', () => {
    const out = opened('x'.repeat(WINDOW_BYTES_MAX + 1), 'b')
    expect(takeSendable(out, 10_000, Number.POSITIVE_INFINITY).messages).toHaveLength(1)
  })
})

describe('the outbox', () => {
  it('has no room for a message too many, those that wait to be numbered included', () => {
    const out = makeOutgoing(EPOCH)
    say(out, ...Array.from({ length: OUTBOX_ITEMS_MAX - 2 }, () => 'x'))
    expect(roomFor(out, message('a'), { messages: 1, bytes: 1 })).toBeUndefined()
    expect(roomFor(out, message('a'), { messages: 2, bytes: 2 })).toEqual({
      type: 'outbox-full',
      unit: 'items',
      limit: OUTBOX_ITEMS_MAX
    })
  })

  it('has no room for bytes too many, and has it again once some are delivered', () => {
    const large = 'x'.repeat(1024 * 1024)
    const fit = OUTBOX_BYTES_MAX / large.length
    const out = opened(...Array.from({ length: fit }, () => large))
    expect(roomFor(out, message('a'), NOTHING_ELSE)).toMatchObject({ unit: 'bytes' })
    const { messages } = takeSendable(out, 10_000)
    acked(out, messages[0]?.items ?? 0)
    expect(roomFor(out, message(large), NOTHING_ELSE)).toBeUndefined()
    expect(roomFor(out, message('a'), { messages: 1, bytes: large.length })).toMatchObject({
      type: 'outbox-full',
      unit: 'bytes'
    })
  })
})

describe('an acknowledgement', () => {
  it('delivers each message once, by its last part', () => {
    const out = opened('a', long(2), 'b')
    takeSendable(out, 10)
    expect(acked(out, 2)).toMatchObject([{ first: 1 }])
    expect(acked(out, 2)).toEqual([])
    expect(acked(out, 1)).toEqual([])
    expect(acked(out, 4)).toMatchObject([{ first: 2 }, { first: 4 }])
    expect(out).toMatchObject({ acked: 4, sent: 4, bytes: 0, inFlightBytes: 0 })
  })

  it('of what was never sent is from the future, also where it waits', () => {
    const out = opened('a', 'b')
    takeSendable(out, 1)
    expect(acked(out, 2)).toEqual({ _tag: 'AckFromFuture', highest: 1, actual: 2 })
    expect(pending(out)).toHaveLength(2)
  })

  it('of a message that was half sent again goes on with the next', () => {
    const out = opened('a', long(3), 'b')
    takeSendable(out, 10)
    resume(out, 1)
    expect(seqs(takeSendable(out, 2))).toEqual([2, 3])
    expect(acked(out, 4)).toMatchObject([{ first: 2 }])
    expect(out.inFlightBytes).toBe(0)
    expect(seqs(takeSendable(out, 10))).toEqual([5])
  })
})

describe('what was read', () => {
  it('counts once, and only what was acknowledged', () => {
    const out = opened('a', 'b', 'c')
    takeSendable(out, 3)
    acked(out, 2)
    expect(readUpTo(out, 2)).toBe(true)
    expect(readUpTo(out, 2)).toBe(false)
    expect(readUpTo(out, 1)).toBe(false)
    expect(readUpTo(out, 3)).toEqual({ _tag: 'AckFromFuture', highest: 2, actual: 3 })
    expect(out.read).toBe(2)
  })
})

describe('a new link', () => {
  it('begins behind what the peer has', () => {
    const out = opened('a', 'b', 'c')
    takeSendable(out, 3)
    linkLost(out)
    expect(resume(out, 2)).toMatchObject([{ first: 1 }, { first: 2 }])
    expect(seqs(takeSendable(out, 10))).toEqual([3])
  })

  it('takes an acknowledgement for what the old link brought', () => {
    const out = opened('a', 'b', 'c')
    takeSendable(out, 3)
    resume(out, 1)
    expect(seqs(takeSendable(out, 1))).toEqual([2])
    expect(acked(out, 3)).toHaveLength(2)
    expect(out).toMatchObject({ inFlightBytes: 0, bytes: 0 })
    expect(seqs(takeSendable(out, 10))).toEqual([])
  })

  it('takes one before anything was sent again, and counts no byte of it', () => {
    const out = opened('aa', 'bb', 'cc')
    takeSendable(out, 3)
    resume(out, undefined)
    expect(acked(out, 2)).toHaveLength(2)
    expect(out).toMatchObject({ inFlightBytes: 0, sent: 2 })
    expect(seqs(takeSendable(out, 10))).toEqual([3])
    expect(out.inFlightBytes).toBe(2)
  })

  it('with numbers that are older than an acknowledgement goes back to neither', () => {
    const out = opened('a', 'b', 'c')
    takeSendable(out, 3)
    acked(out, 2)
    expect(resume(out, 1)).toEqual([])
    expect(seqs(takeSendable(out, 10))).toEqual([3])
  })

  it('begins an unfinished message again', () => {
    const out = opened('a', long(2), 'b')
    takeSendable(out, 2)
    linkLost(out)
    expect(seqs(takeSendable(out, 10))).toEqual([])
    resume(out, undefined)
    const again = takeSendable(out, 10)
    expect(seqs(again)).toEqual([1, 2, 3, 4])
    expect(parts(again)).toEqual(['1/1', '1/2', '2/2', '1/1'])
  })
})
