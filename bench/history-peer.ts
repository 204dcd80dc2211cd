/**
 * One process with a store that holds a long history: makes it, looks at its end, or searches it, through
 * the store's port as the program does. Bundled like the product and started by history.ts.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { layer as identityLayer } from '../src/adapters/node-identity.ts'
import type { PeerId } from '../src/domain/peer-id.ts'
import { Store, type StoreChange } from '../src/services/store.ts'
import {
  answerHistory,
  type HistoryTask,
  historyTaskOfArguments,
  type Looked
} from './history-task.ts'
import { ownStore } from './own-store.ts'
import { textOf } from './task.ts'

const EPOCHS = { ours: 'a'.repeat(16), theirs: 'b'.repeat(16) }
const INSTANCE = 'c'.repeat(16)
/** Between two messages: a million of them are a year and a half. */
const MESSAGE_MS = 47_000
const BEGAN = Date.UTC(2026, 0, 1)
const ID_CHARS = 22
/** Messages of one commit. What is written together is still as many rows as it came in. */
const COMMIT_MESSAGES = 4096
const PAGE = 20
/** In no text of the history, so that all of it is looked through. */
const ABSENT = ['xylophone']

const task = historyTaskOfArguments()
const peer = task.peer as PeerId

/** What is said at this place of the history. */
const said = (place: number) => ({
  id: place.toString(36).padStart(ID_CHARS, '0'),
  at: BEGAN + place * MESSAGE_MS,
  body: { kind: 'text', text: textOf(place) } as const
})

const ours = (from: number, places: readonly number[]): readonly StoreChange[] => {
  const messages = places.map((place, at) => ({ ...said(place), first: from + at, items: 1 }))
  const upTo = from + places.length - 1
  return [
    { type: 'queued', epoch: EPOCHS.ours, messages },
    { type: 'acknowledged', upTo, instance: INSTANCE },
    { type: 'read', upTo }
  ]
}

const theirs = (from: number, places: readonly number[]): readonly StoreChange[] => {
  const messages = places.map((place, at) => {
    const message = said(place)
    return { ...message, seq: from + at, receivedAt: message.at }
  })
  const upTo = from + places.length - 1
  return [
    { type: 'taken', epoch: EPOCHS.theirs, upTo, messages },
    { type: 'shown', upTo }
  ]
}

/** A conversation in which the two take turns, each with so many messages at once. */
function* turns({ count, rowMessages }: HistoryTask): Generator<readonly StoreChange[]> {
  let [outgoing, incoming] = [1, 1]
  for (let place = 0; place < count; ) {
    const each = Math.min(rowMessages, count - place)
    const places = Array.from({ length: each }, (_, at) => place + at)
    if (outgoing <= incoming) {
      yield ours(outgoing, places)
      outgoing += each
    } else {
      yield theirs(incoming, places)
      incoming += each
    }
    place += each
  }
}

const make = Effect.fnUntraced(function* (store: Store['Service']) {
  const epoch = EPOCHS.ours
  yield* store.commit(peer, [{ type: 'sending', epoch, upTo: Number.MAX_SAFE_INTEGER }], 'written')
  const turnsPerCommit = Math.max(1, COMMIT_MESSAGES / task.rowMessages)
  let changes: StoreChange[] = []
  let waiting = 0
  for (const turn of turns(task)) {
    changes.push(...turn)
    waiting += 1
    if (waiting < turnsPerCommit) continue
    yield* store.commit(peer, changes, 'synced')
    changes = []
    waiting = 0
  }
  if (changes.length > 0) yield* store.commit(peer, changes, 'synced')
})

const look = (store: Store['Service']) =>
  Effect.map(store.page(peer, { limit: PAGE }), ({ length }) => {
    if (length !== Math.min(PAGE, task.count)) throw new Error(`a last page of ${length} messages`)
  })

const search = (store: Store['Service']) => store.search(peer, { limit: PAGE, words: ABSENT })

const work = { make, look, search }[task.work]

const program = Effect.gen(function* () {
  const identity = yield* Layer.build(identityLayer({ directory: task.folder, profile: 'default' }))
  const opening = performance.now()
  const stored = yield* Layer.build(
    Layer.provide(ownStore(task.folder, true), Layer.succeedContext(identity))
  )
  const delays = monitorEventLoopDelay({ resolution: 1 })
  delays.enable()
  const working = performance.now()
  yield* Effect.provideContext(Effect.flatMap(Store, work), stored)
  const ended = performance.now()
  delays.disable()
  const tookMs = ended - (task.work === 'look' ? opening : working)
  return { tookMs, pauseMs: delays.max / 1e6 } satisfies Looked
})

void Effect.runPromise(Effect.scoped(program)).then(answerHistory)
