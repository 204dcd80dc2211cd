/**
 * Copying the log into the database, so that it can be used again; or emptying it then, which is also
 * what rids the disk of deleted text.
 *
 * SQLite would flush both files on the event loop. So the flushing is done before, beside it: the log is
 * made safe; its pages are copied without a flush, while a reader keeps the log from being begun anew;
 * the database is made safe; and the checkpoint proper finds next to nothing left to do. A power cut at
 * any of these steps leaves the whole log, from which SQLite does it again.
 *
 * SQLite would also flush the first page of a log that begins anew, lest old pages behind an old first
 * one be taken for the newest. Where the log is empty, and that is safe, there are none.
 */
import * as fs from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import * as Effect from 'effect/Effect'
import { StoreError } from '../../domain/failures.ts'
import { codeOf } from '../private-files.ts'
import { emptyLog, restartLog, setFlushing, withoutFlushing } from './database.ts'
import { type Live, noteFailure } from './live.ts'
import { attempt } from './store-failure.ts'

/** Makes a file of the store safe as it is written now. */
const flushFile = (path: string, descriptor: number): Effect.Effect<void, StoreError> =>
  Effect.callback((resume) => {
    fs.fdatasync(descriptor, (error) =>
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
        flushFile(live.path, live.databaseDescriptor)
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

/** Leaves all flushing to us from now on, until the log is copied the next time. */
const trustEmptyLog = ({ path, database, logDescriptor }: Live): Effect.Effect<void, StoreError> =>
  Effect.andThen(
    Effect.uninterruptible(flushFile(path, logDescriptor)),
    attempt(path, () => setFlushing(database, false))
  )

/** A checkpoint that fails is tried again later: the log holds everything until then. */
const checkpoint = (live: Live, work: Effect.Effect<boolean, StoreError>) =>
  work.pipe(
    Effect.catch(({ reason }) => {
      noteFailure(live, reason)
      return Effect.as(Effect.logWarning('the log of the store could not be copied', reason), false)
    }),
    Effect.tap((begins) => Effect.sync(() => live.upkeep.checkpointed(begins))),
    live.checkpoints.withPermits(1)
  )

/** Copies and empties the log. @returns false: it is not empty, since that failed or it is being read. */
export const emptied = (live: Live): Effect.Effect<boolean> =>
  checkpoint(
    live,
    Effect.tap(copied(live, emptyLog), (isEmpty) => (isEmpty ? trustEmptyLog(live) : Effect.void))
  )

/** Copies a log that is full, and begins it anew in the room that it has, unless that is too much. */
export const renewed = (live: Live): Effect.Effect<boolean> =>
  checkpoint(
    live,
    copied(live, (database) => (live.upkeep.isOverlong ? emptyLog(database) : restartLog(database)))
  )
