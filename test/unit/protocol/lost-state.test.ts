/**
 * Goal: a store that is not the one that took part so far is recognised, and one that is, is not
 * (docs/PROTOCOL.md 6.9).
 * Method: the table of that section, line by line, and beside each line what looks like it.
 */
import { describe, expect, it } from '@effect/vitest'
import type { OwnMessage, TakenLog } from '../../../src/domain/items.ts'
import { judge, type Known, type Verdict } from '../../../src/protocol/delivery/lost-state.ts'
import { makeOutgoing } from '../../../src/protocol/delivery/outgoing.ts'

const OURS = 'a'.repeat(16)
const RETIRED = 'b'.repeat(16)
const FOREIGN = 'c'.repeat(16)
const THEIRS = 'd'.repeat(16)
const OTHER = 'e'.repeat(16)

interface Numbers {
  /** Of our log. */
  readonly acked?: number
  readonly sentEver?: number
  /** Ids of one-item messages behind what was acknowledged. */
  readonly pending?: readonly string[]
  /** What the peer's READY says of our logs, and of its own. */
  readonly received?: readonly TakenLog[]
  readonly epoch?: string
  readonly instance?: string
  /** The peer's logs that we took. */
  readonly logs?: readonly TakenLog[]
}

const known = ({ acked = 0, sentEver = acked, received = [], ...rest }: Numbers): Known => {
  const { epoch = THEIRS, instance = 'first', logs = [], pending = [] } = rest
  const outbox = pending.map((id, index): OwnMessage => {
    const body = { kind: 'text', text: id } as const
    return { id, at: 0, body, first: acked + 1 + index, items: 1 }
  })
  const kept = { epoch: OURS, last: sentEver, acked, read: 0, sentEver, outbox }
  return {
    out: makeOutgoing(OURS, kept),
    retired: [RETIRED],
    acker: 'first',
    logs,
    ready: { type: 'ready', nickname: undefined, port: undefined, epoch, received },
    instance
  }
}

const log = (epoch: string, upTo: number): TakenLog => ({ epoch, upTo })

const SAME = { ours: undefined, theirs: undefined, restarts: false, foreign: [] }

describe('the stores of a link', () => {
  const cases: readonly (readonly [string, Numbers, Partial<Verdict>])[] = [
    ['nothing was ever said', {}, { ...SAME, received: undefined }],
    ['the numbers agree', { acked: 5, received: [log(OURS, 5)] }, { ...SAME, received: 5 }],
    ['an ACK was lost', { acked: 3, sentEver: 5, received: [log(OURS, 5)] }, SAME],
    ['nothing was acknowledged, and it has nothing', { sentEver: 5 }, SAME],
    ['it has a log that we retired', { acked: 5, received: [log(RETIRED, 9), log(OURS, 5)] }, SAME],
    [
      'another process of it has lost our log',
      { acked: 5, instance: 'second' },
      { theirs: 'new', ours: undefined, restarts: true }
    ],
    ['its READY is older than its first ACK', { acked: 5 }, SAME],
    [
      'another process of it has our earlier log, and lost this one',
      { acked: 5, received: [log(RETIRED, 9)], instance: 'second' },
      { theirs: 'behind', restarts: true, foreign: [] }
    ],
    [
      'another process of it has less than was acknowledged',
      { acked: 5, received: [log(OURS, 4)], instance: 'second' },
      { theirs: 'behind', restarts: true }
    ],
    [
      'another process of it has as much',
      { acked: 5, received: [log(OURS, 5)], instance: 'second' },
      SAME
    ],
    ['its READY is older than its ACK', { acked: 5, received: [log(OURS, 4)] }, SAME],
    [
      'it has more than we ever sent',
      { acked: 5, received: [log(OURS, 6)] },
      { ours: 'behind', theirs: undefined, restarts: true, received: 6 }
    ],
    [
      'it has what we sent under that number',
      { acked: 5, sentEver: 7, pending: ['x', 'y'], received: [{ ...log(OURS, 6), id: 'x' }] },
      SAME
    ],
    [
      'it has another message under a number that we sent: a copy of our store sent it',
      { acked: 5, sentEver: 7, pending: ['x', 'y'], received: [{ ...log(OURS, 6), id: 'z' }] },
      { ours: 'behind', theirs: undefined, restarts: true, received: 6 }
    ],
    [
      'it has the last message that was acknowledged',
      { acked: 5, sentEver: 6, pending: ['x'], received: [{ ...log(OURS, 5), id: 'w' }] },
      SAME
    ],
    [
      'it has logs of ours that we never had, and we have a past',
      { acked: 5, received: [log(FOREIGN, 3), log(OURS, 5)] },
      { ours: 'behind', theirs: undefined, restarts: false, foreign: [FOREIGN] }
    ],
    [
      'its own log is another one, and it has lost ours',
      { epoch: OTHER, logs: [log(THEIRS, 4)] },
      { theirs: 'new', restarts: false }
    ],
    [
      'its own log is another one, but it has ours: a LOG was lost',
      { acked: 5, received: [log(OURS, 5)], epoch: OTHER, logs: [log(THEIRS, 4)] },
      SAME
    ],
    [
      'its own log is another one, but it has an earlier one of ours: both began anew',
      { received: [log(RETIRED, 9)], epoch: OTHER, logs: [log(THEIRS, 4)] },
      SAME
    ],
    [
      'its own log is another one, and nothing was taken of the last',
      { epoch: OTHER, logs: [log(THEIRS, 0)] },
      SAME
    ]
  ]
  it.each(cases)('%s', (_, numbers, verdict) => {
    expect(judge(known(numbers))).toMatchObject(verdict)
  })

  it('of which ours is new, where we remember nothing of the peer', () => {
    const fresh = { ...known({ received: [log(FOREIGN, 3)] }), retired: [] }
    expect(judge(fresh)).toMatchObject({ ours: 'new', restarts: false, foreign: [FOREIGN] })
  })
})
