/** Lines of the history as events tell them: places in the store are the store's own. */
import type { HistoryLine } from '../domain/items.ts'
import type { HistoryEntry } from '../services/store.ts'

export const historyLines = (entries: readonly HistoryEntry[]): readonly HistoryLine[] =>
  entries.map(({ n: _, ...line }) => line)
