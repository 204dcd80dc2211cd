/**
 * Copying the log into the database and emptying it, which is also what rids the disk of deleted text.
 *
 * SQLite would flush both files on the event loop. So the flushing is done before, beside it: the log is
 * made safe; its pages are copied without a flush, while a reader keeps the log from being begun anew;
 * the database is made safe; and the checkpoint proper finds next to nothing left to do. A power cut at
 * any of these steps leaves the whole log, from which SQLite does it again.
 */
import * as fs from 'node:fs'
import * as Effect from 'effect/Effect'
import { StoreError } from '../../domain/failures.ts'
import { codeOf } from '../private-files.ts'
import { emptyLog, withoutFlushing } from './database.ts'
import { type Live, noteFailure } from './live.ts'
import { attempt } from './store-failure.ts'

/** Makes the database safe as it is written now. */
const flushDatabase = ({ path, databaseDescriptor }: Live): Effect.Effect<void, StoreError> =>
  Effect.callback((resume) => {
    fs.fdatasync(databaseDescriptor, (error) =>
      resume(
        error === null
          ? Effect.void
          : Effect.fail(new StoreError({ reason: { _tag: 'StoreIo', path, code: codeOf(error) } }))
      )
    )
  })

const holdLog = ({ path, holding }: Live): Effect.Effect<void, StoreError> =>
  attempt(path, () => {
    holding.exec('BEGIN')
    // A transaction begins to hold with the first look.
    holding.prepare('SELECT 1 FROM meta').get()
  })

const copyAhead = (live: Live): Effect.Effect<void, StoreError> =>
  Effect.acquireUseRelease(
    holdLog(live),
    () =>
      Effect.andThen(
        attempt(live.path, () => withoutFlushing(live.database, 'wal_checkpoint(PASSIVE)')),
        flushDatabase(live)
      ),
    () => Effect.sync(() => live.holding.exec('ROLLBACK'))
  )

/**
 * Empties the log. A checkpoint that fails is tried again later: the log holds everything until then.
 * @returns false: it is not empty, since that failed or another process reads from it.
 */
export const checkpoint = (live: Live): Effect.Effect<boolean> =>
  live.flush.synced.pipe(
    Effect.andThen(Effect.uninterruptible(copyAhead(live))),
    Effect.andThen(attempt(live.path, () => emptyLog(live.database))),
    Effect.ensuring(Effect.sync(() => live.upkeep.checkpointed())),
    Effect.catch(({ reason }) => {
      noteFailure(live, reason)
      return Effect.as(
        Effect.logWarning('the log of the store could not be emptied', reason),
        false
      )
    }),
    live.checkpoints.withPermits(1)
  )
