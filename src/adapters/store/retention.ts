/** Deleting settled messages that are too old, or too many. */
import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import type { StoreError } from '../../domain/failures.ts'
import { pageBytes } from './database.ts'
import { deleteSettled, type Whose } from './deleting.ts'
import type { Live } from './live.ts'
import type { Retention } from './options.ts'
import type { SettledRow } from './statements.ts'
import { attempt } from './store-failure.ts'

const DAY_MS = 24 * 60 * 60 * 1000

const all = (live: Live): Effect.Effect<readonly Whose[], StoreError> =>
  attempt(live.path, () => live.sql.conversations().map(({ id, peer }) => ({ id, peer })))

/**
 * Deletes batches of which all is older than that many days. @param thorough also behind younger ones,
 * as a clock that was set back leaves them.
 */
const deleteOld = Effect.fnUntraced(function* (
  live: Live,
  days: number,
  thorough: boolean
): Effect.fn.Return<void, StoreError> {
  const earliest = (yield* Clock.currentTimeMillis) - days * DAY_MS
  for (const whose of yield* all(live)) {
    yield* deleteSettled(live, whose, ({ until }) => {
      if (until < earliest) return 'goes'
      return thorough ? 'stays' : 'stop'
    })
    yield* Effect.yieldNow
  }
})

interface Oldest extends Whose {
  readonly row: SettledRow
}

const oldestOf = ({ sql }: Live, whose: Whose): Oldest | undefined => {
  for (const row of sql.settledBatches(whose.id, 0)) return { ...whose, row }
  return undefined
}

/** Deletes the oldest batches of all conversations until no more than so many bytes are in use. */
const deleteExcess = Effect.fnUntraced(function* (
  live: Live,
  bytesMax: number
): Effect.fn.Return<void, StoreError> {
  const { path } = live
  const whose = yield* all(live)
  const excess = attempt(path, () => pageBytes(live.database).used - bytesMax)
  for (let left = yield* excess; left > 0; left = yield* excess) {
    const ends = yield* attempt(path, () => whose.flatMap((each) => oldestOf(live, each) ?? []))
    const [oldest, second] = ends.toSorted((a, b) => a.row.until - b.row.until)
    if (oldest === undefined) return
    let bytes = 0
    yield* deleteSettled(live, oldest, ({ n, until, bytes: size }) => {
      const isNext = n === oldest.row.n || (bytes < left && until <= (second?.row.until ?? until))
      bytes += size
      return isNext ? 'goes' : 'stop'
    })
    yield* Effect.yieldNow
  }
})

/** Deletes what the user does not want kept any longer. */
export const retain = Effect.fnUntraced(function* (
  live: Live,
  { days, bytes }: Retention,
  thorough: boolean
): Effect.fn.Return<void, StoreError> {
  if (days > 0) yield* deleteOld(live, days, thorough)
  if (bytes > 0) yield* deleteExcess(live, bytes)
})
