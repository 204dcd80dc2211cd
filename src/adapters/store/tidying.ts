/**
 * What is done beside the conversations: the log is copied when it is long; after a deletion, once the
 * store was quiet for a moment, the log is emptied, so that no deleted text stays in it, and free
 * pages are given back; and every hour what is too old goes.
 */
import * as Effect from 'effect/Effect'
import type * as Latch from 'effect/Latch'
import type { Scope } from 'effect/Scope'
import type { StoreError } from '../../domain/failures.ts'
import { emptied, renewed } from './checkpoint.ts'
import { pageBytes, shrink } from './database.ts'
import { keptNow, separate } from './held.ts'
import { type Live, noteFailure } from './live.ts'
import type { Retention } from './options.ts'
import { retain } from './retention.ts'
import { attempt } from './store-failure.ts'
import { write } from './transaction.ts'

const QUIET = '1 second'
/** Between two tries to empty a log that another process reads from. */
const RETRY = '10 seconds'
const RETENTION_EVERY = '1 hour'
/** Free bytes that are kept for what comes, since pages are given back by moving others. */
const FREE_BYTES_MAX = 4 * 1024 * 1024
/** Pages that are given back in one go. */
const SHRINK_PAGES = 256

const quiet = Effect.fnUntraced(function* (live: Live): Effect.fn.Return<void> {
  let before: number
  do {
    before = live.upkeep.commits
    yield* Effect.sleep(QUIET)
  } while (live.upkeep.commits !== before)
})

/** Deletes what is delivered and not kept of batches of which the rest still waits. */
export const dropDelivered = (live: Live): void => {
  for (const [peer, held] of live.held) {
    if (!held.isPartial || keptNow(held, live.saveHistory)) continue
    write(live, peer, held, separate(held, false))
    live.flush.wrote()
    live.upkeep.wrote(true)
  }
}

const giveBack = Effect.fnUntraced(function* (live: Live): Effect.fn.Return<void, StoreError> {
  const { path, database } = live
  const free = attempt(path, () => pageBytes(database).free)
  let now = yield* free
  let before = Number.POSITIVE_INFINITY
  while (now > FREE_BYTES_MAX && now < before) {
    yield* attempt(path, () => shrink(database, SHRINK_PAGES))
    yield* Effect.yieldNow
    before = now
    now = yield* free
  }
})

/** One round after a deletion. */
const tidy = Effect.fnUntraced(function* (live: Live): Effect.fn.Return<void> {
  yield* quiet(live)
  yield* attempt(live.path, () => dropDelivered(live)).pipe(
    Effect.andThen(giveBack(live)),
    Effect.catch(({ reason }) => {
      noteFailure(live, reason)
      return Effect.logWarning('the store could not be tidied', reason)
    })
  )
  live.upkeep.deletion.closeUnsafe()
  if (yield* emptied(live)) return
  yield* Effect.sleep(RETRY)
  live.upkeep.deletion.openUnsafe()
})

const keepRetention = Effect.fnUntraced(function* (
  live: Live,
  retention: Retention
): Effect.fn.Return<never> {
  for (let thorough = true; ; thorough = false) {
    // The first round is not in the way of the start.
    yield* Effect.yieldNow
    yield* retain(live, retention, thorough).pipe(
      Effect.catch(({ reason }) => {
        noteFailure(live, reason)
        return Effect.logWarning('old messages could not be deleted', reason)
      })
    )
    yield* Effect.sleep(RETENTION_EVERY)
  }
})

/** A bug in here ends what is done beside the conversations, and not them. */
const telling = <A>(work: Effect.Effect<A>): Effect.Effect<A> =>
  Effect.tapDefect(work, (defect) => Effect.logError('the store is not looked after', defect))

/** Looks after the store for as long as the scope lives. */
export const lookAfter = Effect.fnUntraced(function* (
  live: Live,
  retention: Retention
): Effect.fn.Return<void, never, Scope> {
  const { longLog, deletion } = live.upkeep
  const when = (latch: Latch.Latch, work: Effect.Effect<void>) =>
    Effect.forkScoped(telling(Effect.forever(Effect.andThen(latch.await, work))))
  yield* when(longLog, renewed(live))
  yield* when(deletion, tidy(live))
  if (retention.days > 0 || retention.bytes > 0)
    yield* Effect.forkScoped(telling(keepRetention(live, retention)))
})
