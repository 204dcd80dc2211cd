/** What a provider of the store gives to the compliance suite, and how its cases use it. */
import { expect, it } from '@effect/vitest'
import * as Cause from 'effect/Cause'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import type { Scope } from 'effect/Scope'
import type { StoreError } from '../../src/domain/failures.ts'
import type { PeerId } from '../../src/domain/peer-id.ts'
import type { HistoryEntry, Ledger, Store, StoreChange } from '../../src/services/store.ts'
import { BOB } from '../unit/services/store-talk.ts'

export type OpenStore = Store['Service']

/** A disk with one store on it, empty at first. */
export interface StoreDisk {
  /** One run of the program, in order to its end, which is the end of the scope. */
  readonly open: (saveHistory: boolean) => Effect.Effect<OpenStore, never, Scope>
}

export interface StoreProvider {
  readonly name: string
  readonly run: (scenario: (disk: StoreDisk) => Effect.Effect<void, StoreError>) => Promise<void>
}

/** One run of the program that does this. */
export const during = <A, E>(
  disk: StoreDisk,
  work: (store: OpenStore) => Effect.Effect<A, E>,
  saveHistory = true
): Effect.Effect<A, E> => Effect.scoped(Effect.flatMap(disk.open(saveHistory), work))

/** Commits, each on its own. */
export const commitAll = (
  store: OpenStore,
  commits: readonly (readonly StoreChange[])[],
  peer: PeerId = BOB
): Effect.Effect<void, StoreError> =>
  Effect.forEach(commits, (changes) => store.commit(peer, changes, 'synced'), { discard: true })

/** The words of the defect that a commit of these dies of. */
export const contradictionOf = (
  store: OpenStore,
  changes: readonly StoreChange[],
  peer: PeerId = BOB
): Effect.Effect<string> =>
  Effect.map(Effect.exit(store.commit(peer, changes, 'written')), (exit) => {
    if (Exit.isSuccess(exit)) return 'none'
    const [reason] = exit.cause.reasons
    expect(reason !== undefined && Cause.isDieReason(reason)).toBe(true)
    return String(Cause.squash(exit.cause))
  })

export const textsOf = (entries: readonly HistoryEntry[]): readonly string[] =>
  entries.map(({ text, state }) => `${text} ${state}`)

/** All that is shown of a peer, oldest first. */
export const shownOf = (
  store: OpenStore,
  peer: PeerId = BOB
): Effect.Effect<readonly string[], StoreError> =>
  Effect.map(store.page(peer, { limit: 1_000 }), textsOf)

/** Of a peer of whom nothing is kept. */
export const NOTHING: Ledger = {
  epoch: undefined,
  last: 0,
  acked: 0,
  read: 0,
  sentEver: 0,
  outbox: [],
  retired: [],
  taken: [],
  inbox: [],
  shown: 0,
  peerInstance: undefined,
  keep: undefined
}

export const shown = (upTo: number): StoreChange => ({ type: 'shown', upTo })

export type Scenario = (disk: StoreDisk) => Effect.Effect<void, StoreError>

/** A case of the suite. */
export const casesOf = (provider: StoreProvider) => (name: string, scenario: Scenario) =>
  it(name, () => provider.run(scenario))
