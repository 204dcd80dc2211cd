/**
 * Goal: the hunt finds programs that break a promise: each of its checks can fail, and does.
 * Method: the product over a store that lies, or under a tap that tells other than what happened; so many
 * seeds of the hunt as the fault needs, at most. One check is shown what no program could do to this store.
 */
import { expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import type { EarshotEvent } from '../../src/domain/events.ts'
import { runChat } from '../../src/runtime/app.ts'
import { Events } from '../../src/services/events.ts'
import { Store, type StoreChange } from '../../src/services/store.ts'
import type { Program, WorldHost } from '../../src/simulation/world-host.ts'
import { checkNumbers } from './delivery-checks.ts'
import { hunt } from './hunt.ts'
import { makePair, SECOND_MS, seeds } from './stage.ts'

type StoreService = Store['Service']

/** The product over another store. */
const over = (change: (store: StoreService) => StoreService): Program<unknown, unknown> =>
  Effect.flatMap(Store, (store) => Effect.provideService(runChat, Store, change(store)))

/** The product over a store that is handed other changes than were asked for. */
const writing = (
  change: (changes: readonly StoreChange[]) => readonly StoreChange[]
): Program<unknown, unknown> =>
  over((store) => ({
    ...store,
    commit: (peer, changes, durability) => store.commit(peer, change(changes), durability)
  }))

/** The product under a tap that hears something else. */
const telling = (
  change: (event: EarshotEvent) => readonly EarshotEvent[]
): Program<unknown, unknown> =>
  Effect.flatMap(Events, ({ emit }) =>
    Effect.provideService(runChat, Events, { emit: (events) => emit(events.flatMap(change)) })
  )

const only =
  <T extends EarshotEvent['type']>(
    type: T,
    change: (event: Extract<EarshotEvent, { readonly type: T }>) => readonly EarshotEvent[]
  ) =>
  (event: EarshotEvent): readonly EarshotEvent[] =>
    event.type === type ? change(event as Extract<EarshotEvent, { readonly type: T }>) : [event]

const without =
  (type: StoreChange['type']) =>
  (changes: readonly StoreChange[]): readonly StoreChange[] =>
    changes.filter((change) => change.type !== type)

/** Nothing in the place of every so many. */
const each = (every: number): ((event: EarshotEvent) => readonly EarshotEvent[]) => {
  let count = 0
  return (event) => (++count % every === 0 ? [] : [event])
}

interface Effort {
  /** Seeds in which it has to be found. */
  readonly within: number
  readonly lossChance?: number
}

const SOON: Effort = { within: 20 }
const LATER: Effort = { within: 150 }
const AFTER_LOSSES: Effort = { within: 150, lossChance: 1 }

/** A program that is broken, and what the hunt has to say of it. */
const broken: readonly (readonly [string, () => Program<unknown, unknown>, RegExp, Effort])[] = [
  [
    'a store that does not wait for the disk',
    () =>
      over((store) => ({
        ...store,
        commit: (peer, changes) => store.commit(peer, changes, 'written')
      })),
    /not safe/,
    SOON
  ],
  [
    'a store that forgets what came',
    () =>
      writing((changes) =>
        changes.map((change) => (change.type === 'taken' ? { ...change, messages: [] } : change))
      ),
    /shown and not safe|told as delivered, and not safe/,
    SOON
  ],
  [
    'a store that forgets what was shown',
    () => writing(without('shown')),
    /again, after a run|are not shown/,
    LATER
  ],
  [
    'a store that forgets what waits',
    () =>
      over((store) => ({
        ...store,
        ledger: (peer) =>
          Effect.map(store.ledger(peer), (ledger) => ({
            ...ledger,
            outbox: [],
            acked: ledger.last,
            sentEver: ledger.last
          }))
      })),
    /still wait|lost|false alarm/,
    LATER
  ],
  [
    'a store that does not know what was sent',
    () =>
      over((store) => ({
        ...store,
        ledger: (peer) =>
          Effect.map(store.ledger(peer), (ledger) => ({ ...ledger, sentEver: ledger.acked }))
      })),
    /false alarm|cancelled, and shown|broke/,
    LATER
  ],
  [
    'a store that does not know whom it heard before',
    () => over((store) => ({ ...store, takenIds: () => Effect.succeed(new Set()) })),
    /shown twice|twice in one run/,
    AFTER_LOSSES
  ],
  [
    'a tap that tells what came twice',
    () => telling(only('message.received', (event) => [event, event])),
    /twice in one run/,
    SOON
  ],
  [
    'a tap that hides that something comes again',
    () => telling(only('message.received', ({ again, ...event }) => [event])),
    /shown twice/,
    LATER
  ],
  [
    'a tap that loses a word',
    () => telling(only('message.received', each(7))),
    /lost|told as read, and not shown/,
    SOON
  ],
  [
    'a tap that changes a word',
    () => telling(only('message.received', (event) => [{ ...event, text: `${event.text}!` }])),
    /shown what was not said/,
    SOON
  ],
  [
    'a tap that swaps two words',
    () => {
      let held: EarshotEvent | undefined
      return telling(
        only('message.received', (event) => {
          const before = held
          held = before === undefined ? event : undefined
          return before === undefined ? [] : [event, before]
        })
      )
    },
    /out of order|lost/,
    SOON
  ],
  [
    'a tap that tells of a delivery too early',
    () =>
      telling(
        only('message.sent', (event) => [
          event,
          { type: 'message.delivered', peer: event.peer, ids: event.ids }
        ])
      ),
    /told as delivered, and not safe|delivered twice/,
    SOON
  ],
  [
    'a tap that tells of a delivery twice',
    () => telling(only('message.delivered', (event) => [event, event])),
    /delivered twice/,
    SOON
  ],
  [
    'a tap that takes what is delivered for read',
    () =>
      telling(
        only('message.delivered', (event) => [
          event,
          { type: 'message.read', peer: event.peer, ids: event.ids }
        ])
      ),
    /told as read/,
    SOON
  ],
  [
    'a tap that takes what is delivered for cancelled',
    () =>
      telling(
        only('message.delivered', (event) => [
          event,
          { type: 'message.cancelled', peer: event.peer, ids: event.ids, tooLate: 0 }
        ])
      ),
    /cancelled, and shown/,
    SOON
  ],
  [
    'a tap that calls failed what was queued',
    () =>
      telling(
        only('message.queued', (event) => [
          event,
          { type: 'message.failed', text: event.text, why: 'not-stored' }
        ])
      ),
    /told as failed, and shown/,
    SOON
  ],
  [
    'a tap that is silent of what was queued',
    () => telling(only('message.queued', each(9))),
    /no word of/,
    SOON
  ],
  [
    'a tap that is silent of a lost store',
    () => telling(only('delivery.restarted', () => [])),
    /was not told/,
    AFTER_LOSSES
  ],
  [
    'a tap that cries wolf',
    () =>
      telling(
        only('message.sent', (event) => [
          event,
          { type: 'delivery.restarted', peer: event.peer, whose: 'theirs', why: 'new', waiting: 0 }
        ])
      ),
    /false alarm/,
    SOON
  ],
  [
    'a store that keeps no history',
    () =>
      over((store) => ({
        ...store,
        commit: (peer, changes, durability) =>
          store.commit(peer, [{ type: 'keep', keep: false }, ...changes], durability)
      })),
    /not in the history/,
    SOON
  ],
  [
    'a store that keeps it against our wish',
    () =>
      over((store) => ({
        ...store,
        commit: (peer, changes, durability) =>
          store.commit(peer, [{ type: 'keep', keep: true }, ...changes], durability)
      })),
    /kept by the/,
    SOON
  ],
  [
    'a store that never takes a delivery',
    () => writing(without('acknowledged')),
    /still wait/,
    SOON
  ]
]

it.each(broken)('%s', (_, make, expected, { within, ...options }) => {
  const faults: string[] = []
  for (const seed of seeds(within)) {
    const program = Effect.suspend(make)
    const { fault } = hunt(seed, { program, ...options })
    if (fault !== undefined) faults.push(fault)
    if (fault !== undefined && expected.test(fault)) return
  }
  expect.fail(`${faults.length} faults, none of them the expected one: ${faults[0]?.slice(0, 200)}`)
})

it('a number that is given twice', () => {
  const { world, alice, bob } = makePair('numbers')
  alice.type('one')
  world.clock.advance(2 * SECOND_MS)
  expect(() => checkNumbers({ sender: alice, receiver: bob })).not.toThrow()
  const journal = bob.store.journal.flatMap((transaction) => [
    transaction,
    {
      ...transaction,
      changes: transaction.changes.map((change) =>
        change.type === 'taken'
          ? { ...change, messages: change.messages.map((message) => ({ ...message, id: 'x' })) }
          : change
      )
    }
  ])
  const store = { journal, lifeAt: () => 1 } as unknown as WorldHost['store']
  const receiver = Object.create(bob, { store: { value: store } }) as WorldHost
  expect(() => checkNumbers({ sender: alice, receiver })).toThrow('is two messages')
})
