/**
 * Goal: each number of a peer's log is taken once and in order, within the windows, and nothing is
 * acknowledged that is not in the store (docs/PROTOCOL.md §6).
 * Method: logs driven by hand through the cases that a random run seldom meets; the random runs are in
 * test/property/protocol/delivery.test.ts.
 */
import { describe, expect, it } from '@effect/vitest'
import { WINDOW_BYTES_MAX, WINDOW_ITEMS_MAX } from '../../../src/domain/limits.ts'
import {
  ackOf,
  bindEpoch,
  committed,
  committedLogs,
  completed,
  epochOf,
  type Incoming,
  isOnlyLog,
  makeIncoming,
  readyNumbers,
  receive
} from '../../../src/protocol/delivery/incoming.ts'
import type { Item } from '../../../src/protocol/messages.ts'
import { RECEIVED_LOGS_MAX } from '../../../src/protocol/payloads.ts'

const EPOCH = '0123456789abcdef'

const item = (seq: number): Item => ({
  type: 'item',
  seq,
  id: `${seq}`,
  at: 0,
  body: { kind: 'nick', nickname: 'x' }
})

const bound = (epoch = EPOCH): Incoming => {
  const incoming = makeIncoming()
  bindEpoch(incoming, epoch)
  return incoming
}

const take = (incoming: Incoming, seq: number, bytes = 1) => receive(incoming, item(seq), bytes)

/** Takes a message of one item, and writes it to the store where that is said. */
const takeWhole = (incoming: Incoming, seq: number, isStored = true): void => {
  expect(take(incoming, seq)).toBe('deliver')
  completed(incoming, 'm')
  if (isStored) committed(incoming, { epoch: epochOf(incoming) ?? '', upTo: seq }, 1)
}

describe('the incoming log', () => {
  it('takes each number once, in order', () => {
    const incoming = bound()
    expect([1, 2, 2, 1, 3].map((seq) => take(incoming, seq))).toEqual([
      'deliver',
      'deliver',
      'duplicate',
      'duplicate',
      'deliver'
    ])
    expect(take(incoming, 5)).toEqual({ _tag: 'SequenceGap', expected: 4, actual: 5 })
    expect(take(incoming, 4)).toBe('deliver')
  })

  it('takes nothing before it is told the epoch', () => {
    expect(take(makeIncoming(), 1)).toMatchObject({ _tag: 'FrameIllegal' })
  })

  it('acknowledges whole messages that are stored, and nothing else', () => {
    const incoming = bound()
    take(incoming, 1)
    completed(incoming, 'm')
    take(incoming, 2)
    expect(ackOf(incoming)).toBe(0)
    expect(readyNumbers(incoming)).toEqual([])
    committed(incoming, { epoch: EPOCH, upTo: 1 }, 1)
    expect(ackOf(incoming)).toBe(1)
    expect(readyNumbers(incoming)).toEqual([{ epoch: EPOCH, upTo: 1 }])
  })

  it('is not set back by older news of the store', () => {
    const incoming = bound()
    for (const seq of [1, 2]) takeWhole(incoming, seq, false)
    committed(incoming, { epoch: EPOCH, upTo: 2 }, 1)
    committed(incoming, { epoch: EPOCH, upTo: 1 }, 1)
    expect(ackOf(incoming)).toBe(2)
  })

  it('goes on as it was kept', () => {
    const incoming = makeIncoming([
      { epoch: 'a', upTo: 7 },
      { epoch: 'b', upTo: 3 }
    ])
    expect([epochOf(incoming), ackOf(incoming)]).toEqual(['b', 3])
    bindEpoch(incoming, 'a')
    expect(take(incoming, 7)).toBe('duplicate')
    expect(take(incoming, 8)).toBe('deliver')
  })
})

describe('a peer that sends beyond the window', () => {
  it('of items is found out, counted from what is stored', () => {
    const incoming = bound()
    for (let seq = 1; seq <= WINDOW_ITEMS_MAX; seq += 1) takeWhole(incoming, seq, false)
    expect(take(incoming, WINDOW_ITEMS_MAX + 1)).toMatchObject({ _tag: 'FrameIllegal' })
    committed(incoming, { epoch: EPOCH, upTo: 1 }, 1)
    expect(take(incoming, WINDOW_ITEMS_MAX + 1)).toBe('deliver')
  })

  it('of bytes is found out as well', () => {
    const incoming = bound()
    expect(take(incoming, 1, WINDOW_BYTES_MAX)).toBe('deliver')
    completed(incoming, 'm')
    expect(take(incoming, 2)).toMatchObject({ _tag: 'FrameIllegal' })
    committed(incoming, { epoch: EPOCH, upTo: 1 }, WINDOW_BYTES_MAX)
    expect(take(incoming, 2)).toBe('deliver')
  })
})

describe('a new link', () => {
  it('goes on behind the last whole message, stored or not', () => {
    const incoming = bound()
    takeWhole(incoming, 1, false)
    take(incoming, 2)
    bindEpoch(incoming, EPOCH)
    expect(take(incoming, 1)).toBe('duplicate')
    expect(take(incoming, 2)).toBe('deliver')
  })

  it('may carry another log, and then the old one again', () => {
    const incoming = bound('a')
    takeWhole(incoming, 1)
    bindEpoch(incoming, 'b')
    expect(readyNumbers(incoming)).toEqual([{ epoch: 'a', upTo: 1 }])
    expect(ackOf(incoming)).toBe(0)
    expect(take(incoming, 1)).toBe('deliver')
    bindEpoch(incoming, 'a')
    expect(take(incoming, 1)).toBe('duplicate')
    expect(ackOf(incoming)).toBe(1)
  })

  it('hears of a commit of the log before', () => {
    const incoming = bound('a')
    takeWhole(incoming, 1, false)
    bindEpoch(incoming, 'b')
    committed(incoming, { epoch: 'a', upTo: 1 }, 1)
    expect(incoming.uncommittedBytes).toBe(0)
    expect([ackOf(incoming), readyNumbers(incoming)]).toEqual([0, [{ epoch: 'a', upTo: 1 }]])
  })
})

describe('the logs of a peer', () => {
  it('are told apart from a single one once something was taken of another', () => {
    const incoming = bound('a')
    expect(isOnlyLog(incoming, 'a')).toBe(true)
    expect(isOnlyLog(incoming, 'b')).toBe(true)
    takeWhole(incoming, 1, false)
    expect(isOnlyLog(incoming, 'a')).toBe(true)
    expect(isOnlyLog(incoming, 'b')).toBe(false)
  })

  it('are sixteen at most, and the oldest are the first to go', () => {
    const incoming = makeIncoming()
    for (let log = 0; log < RECEIVED_LOGS_MAX + 4; log += 1) {
      bindEpoch(incoming, `${log}`)
      takeWhole(incoming, 1)
    }
    bindEpoch(incoming, '4')
    expect(readyNumbers(incoming).map(({ epoch }) => epoch)).toEqual(
      [...Array.from({ length: RECEIVED_LOGS_MAX - 1 }, (_, at) => at + 5), 4].map(String)
    )
    committed(incoming, { epoch: '0', upTo: 9 }, 0)
    expect(committedLogs(incoming).some(({ epoch }) => epoch === '0')).toBe(false)
  })

  it('are known to the store, or not, also where nothing was taken', () => {
    const incoming = bound('a')
    expect(committedLogs(incoming)).toEqual([])
    committed(incoming, { epoch: 'a', upTo: 0 }, 0)
    expect(committedLogs(incoming)).toEqual([{ epoch: 'a', upTo: 0 }])
    expect(readyNumbers(incoming)).toEqual([])
  })
})
