/**
 * Copying the log into the database, so that it can be used again; or emptying it then, which is also
 * what rids the disk of deleted text.
 *
 * SQLite would flush both files on the event loop. So the flushing is done before, beside it: the log is
 * made safe; its pages are copied without a flush, while a reader keeps the log from being begun anew;
 * the database is made safe; and the checkpoint proper finds next to nothing left to do. A power cut at
 * any of these steps leaves the whole log, from which SQLite does it again.
 */
import * as fs from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import * as Effect from 'effect/Effect'
import { StoreError } from '../../domain/failures.ts'
import { codeOf } from '../private-files.ts'
import { emptyLog, restartLog, withoutFlushing } from './database.ts'
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

/** @returns false: another process reads from the log, which has to go on then. */
const copied = (
  live: Live,
  begin: (database: DatabaseSync) => boolean
): Effect.Effect<boolean, StoreError> =>
  live.flush.synced.pipe(
    Effect.andThen(Effect.uninterruptible(copyAhead(live))),
    Effect.andThen(attempt(live.path, () => begin(live.database)))
  )

/** A checkpoint that fails is tried again later: the log holds everything until then. */
const checkpoint = (live: Live, begin: (database: DatabaseSync) => boolean) =>
  copied(live, begin).pipe(
    Effect.catch(({ reason }) => {
      noteFailure(live, reason)
      return Effect.as(Effect.logWarning('the log of the store could not be copied', reason), false)
    }),
    Effect.tap((begins) => Effect.sync(() => live.upkeep.checkpointed(begins))),
    live.checkpoints.withPermits(1)
  )

/** Copies and empties the log. @returns false: it is not empty, since that failed or it is being read. */
export const emptied = (live: Live): Effect.Effect<boolean> => checkpoint(live, emptyLog)

/** Copies a log that is full, and begins it anew in the room that it has, unless that is too much. */
export const renewed = (live: Live): Effect.Effect<boolean> =>
  checkpoint(live, (database) =>
    live.upkeep.isOverlong ? emptyLog(database) : restartLog(database)
  )
