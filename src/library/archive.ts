/** What is kept of conversations, as a program asks for it: straight from the store of the run. */
import type { PeerId } from '../domain/peer-id.ts'
import {
  type ConversationSummary,
  type HistoryEntry,
  type PageQuery,
  Store
} from '../services/store.ts'
import type { HistoryQuery } from './api.ts'
import { misuse } from './earshot-error.ts'
import type { Run } from './run.ts'

const LIMIT = 50
const LIMIT_MAX = 10_000

const isPlace = (value: unknown): boolean =>
  value === undefined || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0)

/** @throws EarshotError UsageInvalid */
const queryOf = ({ limit = LIMIT, before, since }: HistoryQuery): PageQuery => {
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX)
    throw misuse(`The limit must be a whole number from 1 to ${LIMIT_MAX}.`, 'Ask for pages.')
  if (!isPlace(before))
    throw misuse('The place before which to look is the n of an entry.', 'Leave it out to begin.')
  if (!isPlace(since))
    throw misuse('A time is in milliseconds since the epoch.', 'Date.now() gives such a one.')
  return {
    limit,
    ...(before === undefined ? {} : { before }),
    ...(since === undefined ? {} : { since })
  }
}

/** @throws EarshotError UsageInvalid */
const wordsOf = (words: unknown): readonly string[] => {
  const found = typeof words === 'string' ? words.split(/\s+/).filter((word) => word !== '') : []
  if (found.length > 0) return found
  throw misuse('There is nothing to look for.', 'Give words, with spaces between them.')
}

export class Archive {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  page(peer: PeerId, query: HistoryQuery): Promise<readonly HistoryEntry[]> {
    const asked = queryOf(query)
    return this.#run.ask(Store.use((store) => store.page(peer, asked)))
  }

  search(peer: PeerId, words: string, query: HistoryQuery): Promise<readonly HistoryEntry[]> {
    const asked = { ...queryOf(query), words: wordsOf(words) }
    return this.#run.ask(Store.use((store) => store.search(peer, asked)))
  }

  /** @returns how many messages there were. */
  erase(peer: PeerId): Promise<number> {
    return this.#run.ask(Store.use((store) => store.erase(peer)))
  }

  /** @param keep undefined: as the options say. */
  async keep(peer: PeerId, keep: boolean | undefined): Promise<void> {
    if (keep !== undefined && typeof keep !== 'boolean')
      throw misuse(
        'A conversation is kept, or not: true or false.',
        'undefined: as the options say.'
      )
    await this.#run.ask(
      Store.use((store) => store.commit(peer, [{ type: 'keep', keep }], 'synced'))
    )
  }

  conversations(): Promise<readonly ConversationSummary[]> {
    return this.#run.ask(Store.use((store) => store.conversations))
  }
}
