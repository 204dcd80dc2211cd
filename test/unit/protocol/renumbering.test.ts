/**
 * Goal: messages are taken back, and a log begins anew, without a number that was on a link meaning
 * anything else (docs/PROTOCOL.md 6.2, 6.10).
 * Method: logs driven by hand, with acknowledgements and lost links between the plan and its doing.
 */
import { describe, expect, it } from '@effect/vitest'
import type { MessageOf } from '../../../src/domain/items.ts'
import { TEXT_PART_BYTES_MAX } from '../../../src/domain/limits.ts'
import {
  acked,
  enqueue,
  linkLost,
  makeOutgoing,
  type Outgoing,
  pending,
  resume,
  stored,
  takeSendable
} from '../../../src/protocol/delivery/outgoing.ts'
import {
  hold,
  planCancel,
  planRestart,
  replace,
  restart
} from '../../../src/protocol/delivery/renumbering.ts'

const EPOCH = 'a'.repeat(16)
const LONG = 'x'.repeat(TEXT_PART_BYTES_MAX + 1)

const message = (id: string, text = id): MessageOf => ({ id, at: 0, body: { kind: 'text', text } })

/** Stored messages, of which the first ones were sent on an open link. `L` is one of two items. */
const sent = (items: number, ...ids: readonly string[]): Outgoing => {
  const out = makeOutgoing(EPOCH)
  enqueue(
    out,
    ids.map((id) => message(id, id === 'L' ? LONG : id))
  )
  stored(out)
  resume(out, undefined)
  takeSendable(out, items)
  return out
}

const numbers = (out: Outgoing): readonly string[] =>
  pending(out).map(({ id, first }) => `${id}${first}`)

/** Items that go out now. */
const going = (out: Outgoing): readonly string[] =>
  takeSendable(out, 100).items.map(({ id, seq }) => `${id}${seq}`)

describe('messages that are taken back', () => {
  it('give their numbers to those behind them', () => {
    const out = sent(1, 'a', 'b', 'L', 'c')
    const plan = planCancel(out, new Set(['b', 'L']))
    expect(plan).toMatchObject({ cancelled: [{ id: 'b' }, { id: 'L' }], tooLate: 0 })
    replace(out, plan.messages)
    expect(numbers(out)).toEqual(['a1', 'c2'])
    expect(out).toMatchObject({ last: 2, stored: 2, bytes: 2 })
    expect(going(out)).toEqual(['c2'])
  })

  it('stay where they were on a link, even in part or on one that is lost', () => {
    const out = sent(2, 'a', 'L', 'b')
    linkLost(out)
    const plan = planCancel(out, new Set(['a', 'L', 'b']))
    expect(plan).toMatchObject({ cancelled: [{ id: 'b' }], tooLate: 2 })
    replace(out, plan.messages)
    expect(numbers(out)).toEqual(['a1', 'L2'])
    expect(out.last).toBe(3)
  })

  it('may be all there is; the next goes on behind what was acknowledged', () => {
    const out = sent(1, 'a', 'b', 'c')
    acked(out, 1)
    const { messages } = planCancel(out, new Set(['b', 'c']))
    expect(messages).toEqual([])
    replace(out, messages)
    expect(out).toMatchObject({ last: 1, stored: 1, bytes: 0 })
    enqueue(out, [message('d')])
    stored(out)
    expect(going(out)).toEqual(['d2'])
  })

  it('that are not there are no news', () => {
    const out = sent(1, 'a', 'b')
    const before = pending(out)
    expect(planCancel(out, new Set(['z']))).toEqual({ messages: before, cancelled: [], tooLate: 0 })
  })

  it('are sent by nobody between plan and doing; what was sent is acknowledged as ever', () => {
    const out = sent(2, 'a', 'b', 'c', 'd')
    const plan = planCancel(out, new Set(['c']))
    hold(out)
    expect(going(out)).toEqual([])
    expect(acked(out, 1)).toMatchObject([{ id: 'a' }])
    expect(acked(out, 3)).toMatchObject({ _tag: 'AckFromFuture' })
    replace(out, plan.messages)
    expect(numbers(out)).toEqual(['b2', 'd3'])
    expect(going(out)).toEqual(['d3'])
    expect(acked(out, 3)).toHaveLength(2)
    expect(out).toMatchObject({ inFlightBytes: 0, bytes: 0, last: 3 })
  })

  it('are sent after all when they could not be taken back', () => {
    const out = sent(1, 'a', 'b')
    planCancel(out, new Set(['b']))
    hold(out)
    stored(out)
    expect(going(out)).toEqual(['b2'])
  })

  it('leave a message alone of which a part is on its way', () => {
    const out = sent(2, 'a', 'L', 'b', 'c')
    const plan = planCancel(out, new Set(['b']))
    hold(out)
    expect(going(out)).toEqual([])
    replace(out, plan.messages)
    expect(going(out)).toEqual(['L3', 'c4'])
  })

  it('go while everything before them is acknowledged', () => {
    const out = sent(2, 'a', 'b', 'c')
    const plan = planCancel(out, new Set(['c']))
    hold(out)
    acked(out, 2)
    replace(out, plan.messages)
    expect(out).toMatchObject({ last: 2, stored: 2, sent: 2, bytes: 0, inFlightBytes: 0 })
    expect(going(out)).toEqual([])
  })

  it('go while the link is lost, and the next link sends what is left', () => {
    const out = sent(2, 'a', 'b', 'c', 'd')
    const plan = planCancel(out, new Set(['c']))
    hold(out)
    linkLost(out)
    replace(out, plan.messages)
    resume(out, 1)
    expect(going(out)).toEqual(['b2', 'd3'])
  })
})

describe('a log that begins anew', () => {
  it('has what was not acknowledged, numbered from 1', () => {
    const out = sent(3, 'a', 'L', 'b')
    acked(out, 1)
    const messages = planRestart(out)
    restart(out, 'b'.repeat(16), messages)
    expect(numbers(out)).toEqual(['L1', 'b3'])
    expect(out).toMatchObject({
      epoch: 'b'.repeat(16),
      last: 3,
      stored: 3,
      acked: 0,
      read: 0,
      sentEver: 0,
      online: false
    })
    expect(acked(out, 1)).toMatchObject({ _tag: 'AckFromFuture' })
    resume(out, undefined)
    expect(going(out)).toEqual(['L1', 'L2', 'b3'])
  })

  it('may be empty', () => {
    const out = sent(1, 'a')
    acked(out, 1)
    restart(out, 'b'.repeat(16), planRestart(out))
    expect(out).toMatchObject({ last: 0, stored: 0, bytes: 0 })
    expect(enqueue(out, [message('b')])).toMatchObject([{ first: 1 }])
  })
})
