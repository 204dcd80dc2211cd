/**
 * A history from its oldest message to its newest, a page at a time: a store gives pages from the
 * newest one back. So it is walked back first, of which only the places of the pages are kept, and
 * then forwards again: 10^6 messages never are in memory at once.
 */
import * as Effect from 'effect/Effect'
import type { HistoryEntry, PageQuery } from '../../services/store.ts'

/** Messages that are in memory at once, each of at most a megabyte. */
export const PAGE_ENTRIES = 256

/** Reads the newest entries before a place, as a store does. */
export type ReadPage<E> = (
  query: Pick<PageQuery, 'limit' | 'before'>
) => Effect.Effect<readonly HistoryEntry[], E>

/** A page that was seen: its entries have places from `from` to `upTo`. */
interface Stretch {
  readonly from: number
  readonly upTo: number
  readonly length: number
}

/**
 * Hands on the newest `limit` entries (undefined: all), page by page, oldest first, until `use` gives
 * false. @returns how many were handed on.
 */
export const eachPage = Effect.fnUntraced(function* <E>(
  read: ReadPage<E>,
  limit: number | undefined,
  use: (entries: readonly HistoryEntry[]) => Effect.Effect<boolean, E>
): Effect.fn.Return<number, E> {
  const stretches: Stretch[] = []
  let page: readonly HistoryEntry[] = []
  let left = limit ?? Number.POSITIVE_INFINITY
  for (let before: number | undefined; left > 0; ) {
    const asked = Math.min(left, PAGE_ENTRIES)
    const found = yield* read(before === undefined ? { limit: asked } : { limit: asked, before })
    const [first, last] = [found[0], found.at(-1)]
    if (first === undefined || last === undefined) break
    page = found
    stretches.push({ from: first.n, upTo: last.n, length: found.length })
    if (found.length < asked) break
    left -= found.length
    before = first.n
  }
  // The oldest page was read last, and is still here.
  let count = page.length
  if (stretches.pop() === undefined || !(yield* use(page))) return count
  for (const { from, upTo, length } of stretches.toReversed()) {
    // What was deleted meanwhile makes room for older entries, which were handed on already.
    const again = yield* read({ limit: length, before: upTo + 1 })
    const entries = again.filter(({ n }) => n >= from)
    count += entries.length
    if (!(yield* use(entries))) break
  }
  return count
})
