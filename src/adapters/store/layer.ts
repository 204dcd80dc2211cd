/**
 * The store of messages in one SQLite file, for one process. Commits are written at once, on the event
 * loop, where they survive the process; what makes them survive a power cut goes on beside it
 * (group-flush.ts). What the store means is decided by services/store-model.ts.
 */
import * as fs from 'node:fs'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as Semaphore from 'effect/Semaphore'
import { StartError, StoreError } from '../../domain/failures.ts'
import type { PeerId } from '../../domain/peer-id.ts'
import { type Durability, Store, type StoreChange } from '../../services/store.ts'
import { ledgerOf } from '../../services/store-model.ts'
import { type Contradiction, isContradiction } from '../../services/store-model/conversation.ts'
import { connectReadOnly, emptyLog, setFlushing } from './database.ts'
import { erase } from './deleting.ts'
import { heldOf, type Readable, takenIdsOf } from './disk.ts'
import { GroupFlush } from './group-flush.ts'
import { keptNow } from './held.ts'
import { type Live, noteFailure, Upkeep } from './live.ts'
import { free, hold, type Meta, writeMeta } from './meta.ts'
import { open } from './opening.ts'
import type { StoreOptions } from './options.ts'
import { plan } from './plan.ts'
import { conversations, page, search } from './reading.ts'
import { attempt } from './store-failure.ts'
import { dropDelivered, lookAfter } from './tidying.ts'
import { transact, write } from './transaction.ts'

const commitNow = (
  live: Live,
  peer: PeerId,
  changes: readonly StoreChange[]
): Contradiction | undefined => {
  const before = heldOf(live, peer)
  const planned = plan(before, changes, live.saveHistory)
  if (isContradiction(planned)) return planned
  if (planned.held === before) return undefined
  write(live, peer, before, planned)
  const waitsForDeletion = planned.held.isPartial && !keptNow(planned.held, live.saveHistory)
  const deletes = planned.steps.some(({ type }) => type === 'drop' || type === 'cut')
  live.flush.wrote()
  live.upkeep.wrote(deletes || waitsForDeletion)
  return undefined
}

const commit = (
  live: Live,
  peer: PeerId,
  changes: readonly StoreChange[],
  durability: Durability
): Effect.Effect<void, StoreError> =>
  Effect.suspend(() => {
    const { failure } = live.flush
    if (failure !== undefined) return Effect.fail(new StoreError({ reason: failure }))
    return attempt(live.path, () => commitNow(live, peer, changes))
  }).pipe(
    Effect.flatMap((contradiction) => {
      if (contradiction !== undefined) return Effect.die(new Error(contradiction.detail))
      return durability === 'synced' ? live.flush.synced : Effect.void
    })
  )

const serviceOf = (live: Live): Store['Service'] => {
  const { path } = live
  const noting = <A>(work: Effect.Effect<A, StoreError>): Effect.Effect<A, StoreError> =>
    Effect.tapError(work, ({ reason }) => Effect.sync(() => noteFailure(live, reason)))
  return {
    ledger: (peer) =>
      noting(attempt(path, () => ledgerOf(new Map([[peer, heldOf(live, peer).at]]), peer))),
    commit: (peer, changes, durability) => noting(commit(live, peer, changes, durability)),
    takenIds: (peer) => noting(attempt(path, () => takenIdsOf(live, peer))),
    conversations: noting(conversations(live)),
    page: (peer, query) => noting(page(live, peer, query)),
    search: (peer, query) => noting(search(live, peer, query)),
    erase: (peer) => noting(erase(live, peer))
  }
}

const startFailure = ({ reason }: StoreError): StartError => new StartError({ reason })

/** Adds what writing needs to an open store; closes it where that fails. */
const makeLive = (store: Readable, meta: Meta): Live => {
  const { path, database } = store
  const descriptors: number[] = []
  const openFile = (name: string): number => {
    const descriptor = fs.openSync(name, 'r+')
    descriptors.push(descriptor)
    return descriptor
  }
  try {
    const logDescriptor = openFile(`${path}-wal`)
    const databaseDescriptor = openFile(path)
    const holding = connectReadOnly(path)
    hold(meta)
    const flushLog = (resume: (error: Error | null) => void) => fs.fdatasync(logDescriptor, resume)
    return {
      ...store,
      meta,
      flush: new GroupFlush(path, flushLog),
      upkeep: new Upkeep(logDescriptor),
      holding,
      logDescriptor,
      databaseDescriptor,
      checkpoints: Semaphore.makeUnsafe(1)
    }
  } catch (error) {
    database.close()
    for (const descriptor of descriptors) fs.closeSync(descriptor)
    throw error
  }
}

const letGo = (live: Live, isClean: boolean): void => {
  transact(live, () => writeMeta(live.database, { ...live.meta, holder: '', isClean }))
}

/** A run that came to its end leaves nothing undone, and an empty log. */
const finish = (live: Live): void => {
  dropDelivered(live)
  letGo(live, !live.upkeep.isSuspect)
  emptyLog(live.database)
  live.holding.close()
  live.database.close()
}

/**
 * Where the disk failed, the log stays for the next start, which makes it safe or fails: while another
 * connection is open, SQLite does not copy it, and one for reading cannot.
 */
const abandon = (live: Live): void => {
  letGo(live, false)
  // A connection is one of the log's from its first look.
  live.holding.prepare('SELECT 1 FROM meta').get()
  live.database.close()
  live.holding.close()
}

const close = Effect.fnUntraced(function* (live: Live): Effect.fn.Return<void> {
  const { path, flush, database, holding } = live
  yield* flush.idle
  // What SQLite copies when it closes is flushed by it.
  setFlushing(database, true)
  const leave = flush.failure === undefined ? finish : abandon
  yield* attempt(path, () => leave(live)).pipe(
    Effect.catch(({ reason }) => Effect.logWarning('the store was left unfinished', reason))
  )
  for (const connection of [database, holding]) if (connection.isOpen) connection.close()
  free(live.meta)
  // After the database: closing one of its descriptors ends SQLite's locks on it.
  fs.closeSync(live.logDescriptor)
  fs.closeSync(live.databaseDescriptor)
})

/**
 * The store of a profile. The start fails with SecretUnsafe, StoreBusy (a living process has it),
 * StoreForeign, StoreSealed, StoreNewer, StoreUnwritable, StoreFull or StoreIo, and leaves the file as
 * it is then; a damaged one is set aside. A commit fails likewise; after StoreIo every one does.
 */
export const layer = (options: StoreOptions): Layer.Layer<Store, StartError> =>
  Layer.effect(
    Store,
    Effect.gen(function* () {
      const { store, meta, told, isUnclean } = yield* open(options)
      const live = yield* Effect.acquireRelease(
        Effect.mapError(
          attempt(options.path, () => makeLive(store, meta)),
          startFailure
        ),
        close
      )
      if (isUnclean) {
        // What an earlier run wrote may not be safe yet, and a READY made of it acknowledges it.
        live.flush.wrote()
        yield* Effect.mapError(live.flush.synced, startFailure)
        // What it deleted may still be in the log.
        live.upkeep.deletion.openUnsafe()
      }
      yield* lookAfter(live, options.retention)
      if (told !== undefined) yield* options.onOpened?.(told) ?? Effect.void
      return serviceOf(live)
    })
  )
