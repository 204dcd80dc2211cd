/** Every change of the port, what it leads to, and every one that contradicts what is there. */
import { expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import type { Ledger, StoreChange } from '../../src/services/store.ts'
import {
  acknowledged,
  BOB,
  EPOCH,
  linked,
  OTHER_EPOCH,
  own,
  PEER_EPOCH,
  queued,
  taken,
  theirs,
  unlinked
} from '../unit/services/store-talk.ts'
import {
  casesOf,
  commitAll,
  contradictionOf,
  during,
  NOTHING,
  shown,
  type Scenario,
  type StoreProvider
} from './store-world.ts'

const restarted = (...messages: readonly ReturnType<typeof own>[]): StoreChange => ({
  type: 'restarted',
  epoch: OTHER_EPOCH,
  messages
})

const requeued = (...messages: readonly ReturnType<typeof own>[]): StoreChange => ({
  type: 'requeued',
  messages
})

/** After these commits, in the same run and in the next one, the ledger is this. */
const leadsTo =
  (commits: readonly (readonly StoreChange[])[], expected: Partial<Ledger>): Scenario =>
  (disk) =>
    Effect.gen(function* () {
      const before = yield* during(disk, (store) =>
        Effect.andThen(commitAll(store, commits), store.ledger(BOB))
      )
      expect(before).toEqual({ ...NOTHING, ...expected })
      expect(yield* during(disk, (store) => store.ledger(BOB))).toEqual(before)
    })

export const changeCases = (provider: StoreProvider): void => {
  const test = casesOf(provider)
  const talk = [[linked, queued(own(1), own(2, 'long', 3), own(5))]]
  const said = { epoch: EPOCH, last: 5, sentEver: 5 }
  const all = [own(1), own(2, 'long', 3), own(5)]

  test('nothing', leadsTo([], {}))
  test('nothing but a choice', leadsTo([[{ type: 'keep', keep: true }]], { keep: true }))
  test('a link that opened', leadsTo([[linked]], { epoch: EPOCH }))
  test('queued', leadsTo([[queued(...all)]], { ...said, sentEver: 0, outbox: all }))
  test('queued while a link is open', leadsTo(talk, { ...said, outbox: all }))
  test(
    'acknowledged, a part of it',
    leadsTo([...talk, [acknowledged(4, 'second')]], {
      ...said,
      acked: 4,
      outbox: [own(5)],
      peerInstance: 'second'
    })
  )
  test(
    'acknowledged and read',
    leadsTo([...talk, [acknowledged(5)], [{ type: 'read', upTo: 4 }]], {
      ...said,
      acked: 5,
      read: 4,
      peerInstance: 'first'
    })
  )
  test(
    'a link that was lost',
    leadsTo([...talk, [acknowledged(1)], [unlinked(4)]], {
      ...said,
      acked: 1,
      sentEver: 4,
      outbox: [own(2, 'long', 3), own(5)],
      peerInstance: 'first'
    })
  )
  test(
    'cancelled',
    leadsTo([...talk, [unlinked(1)], [requeued(own(1), { ...own(5), first: 2 })]], {
      ...said,
      last: 2,
      sentEver: 1,
      outbox: [own(1), { ...own(5), first: 2 }]
    })
  )
  test(
    'all cancelled but what is acknowledged',
    leadsTo([...talk, [acknowledged(1)], [unlinked(1)], [requeued()]], {
      ...said,
      last: 1,
      acked: 1,
      sentEver: 1,
      peerInstance: 'first'
    })
  )
  test(
    'restarted',
    leadsTo([...talk, [acknowledged(1)], [restarted(own(1, 'long', 3), { ...own(5), first: 4 })]], {
      epoch: OTHER_EPOCH,
      last: 4,
      outbox: [own(1, 'long', 3), { ...own(5), first: 4 }],
      retired: [EPOCH],
      peerInstance: 'first'
    })
  )
  test(
    'disowned',
    leadsTo([[linked], [{ type: 'disowned', epochs: ['x', 'y'] }]], {
      epoch: EPOCH,
      retired: ['x', 'y']
    })
  )
  test(
    'taken',
    leadsTo([[linked], [taken(3, theirs(1), theirs(3))]], {
      epoch: EPOCH,
      taken: [{ epoch: PEER_EPOCH, upTo: 3 }],
      inbox: [theirs(1), theirs(3)]
    })
  )
  test(
    'taken, with the id of the message that ends there',
    leadsTo([[linked], [{ ...taken(3, theirs(3)), id: theirs(3).id } as StoreChange]], {
      epoch: EPOCH,
      taken: [{ epoch: PEER_EPOCH, upTo: 3, id: theirs(3).id }],
      inbox: [theirs(3)]
    })
  )
  test(
    'taken of another log, and shown of it',
    leadsTo(
      [
        [linked, taken(2, theirs(1), theirs(2)), shown(1)],
        [{ ...taken(1, theirs(1, 'again')), epoch: 'z' } as StoreChange, shown(1)]
      ],
      {
        epoch: EPOCH,
        taken: [
          { epoch: PEER_EPOCH, upTo: 2 },
          { epoch: 'z', upTo: 1 }
        ],
        inbox: [theirs(2)],
        shown: 1
      }
    )
  )
  test(
    'recovered',
    leadsTo([[linked, taken(2, theirs(1), theirs(2))], [{ type: 'recovered' }]], {
      epoch: EPOCH,
      taken: [{ epoch: PEER_EPOCH, upTo: 2 }],
      shown: 2
    })
  )
}

export const badCases = (provider: StoreProvider): void => {
  const base: readonly (readonly StoreChange[])[] = [
    [linked, queued(own(1), own(2), own(3))],
    [acknowledged(1), unlinked(2), taken(2, theirs(1))]
  ]
  const other = (change: StoreChange, epoch: string) => ({ ...change, epoch }) as StoreChange
  it.each<readonly [string, StoreChange, string]>([
    ['another epoch', other(queued(own(4)), OTHER_EPOCH), 'our log is'],
    ['a gap', queued(own(5)), 'is 5, not 4'],
    ['a number twice', queued(own(3)), 'is 3, not 4'],
    ['a message of no items', queued(own(4, 'none', 0)), 'no items'],
    ['a link of another epoch', other(linked, OTHER_EPOCH), 'our log is'],
    ['an acknowledgement of what was never sent', acknowledged(3), 'never sent'],
    ['one of what was never there', acknowledged(9), 'never sent'],
    ['read what was not acknowledged', { type: 'read', upTo: 2 }, 'not acknowledged'],
    ['sending below what is acknowledged', unlinked(0), '1 is acknowledged'],
    ['a sent number given away', requeued(own(2, 'out 3')), 'given away'],
    ['a sent message left out', requeued(), 'given away'],
    ['an outbox of others', requeued(own(2), own(3, 'x')), 'not pending'],
    ['an outbox with a gap', requeued(own(3)), 'is 3, not 2'],
    ['an epoch twice', other(restarted(), EPOCH), 'was there before'],
    ['a restart with gaps', restarted(own(2)), 'is 2, not 1'],
    ['a restart in another order', restarted(own(1, 'out 3'), own(2)), 'out of order'],
    ['our own epoch disowned', { type: 'disowned', epochs: [EPOCH] }, 'epoch of our log'],
    ['a taken log going back', taken(1), 'and it was 2'],
    ['a message taken twice', taken(3, theirs(2)), 'not behind 2'],
    ['a message beyond the log', taken(3, theirs(4)), 'and it was 4'],
    ['shown what was not taken', shown(3), 'not taken']
  ])('%s', (_, change, detail) =>
    provider.run((disk) =>
      Effect.gen(function* () {
        const before = yield* during(disk, (store) =>
          Effect.gen(function* () {
            yield* commitAll(store, base)
            const ledger = yield* store.ledger(BOB)
            expect(yield* contradictionOf(store, [change])).toContain(detail)
            const among: readonly StoreChange[] = [{ type: 'keep', keep: true }, change, linked]
            expect(yield* contradictionOf(store, among)).toContain(detail)
            expect(yield* store.ledger(BOB)).toEqual(ledger)
            return ledger
          })
        )
        expect(yield* during(disk, (store) => store.ledger(BOB))).toEqual(before)
      })
    )
  )
}
