/**
 * The state of a conversation as it is stored: everything but its messages, as JSON. It is
 * authenticated under the store's key, so that what has the right mac is as we wrote it.
 */
import type { TakenLog } from '../../domain/items.ts'
import { type Conversation, noConversation } from '../../services/store-model/conversation.ts'

/** What is known of a conversation without a look at its messages. */
export interface State {
  /** Its lists of messages are empty here. */
  readonly at: Conversation
  /** Pending messages of ours, and how many of them are texts. */
  readonly waiting: number
  readonly waitingTexts: number
  /** Pending messages of the peer. */
  readonly unshown: number
  /** Settled messages that are kept. */
  readonly settled: number
  /** Ids that were ever taken. */
  readonly takenCount: number
  /** true: of some batch a part is settled. */
  readonly isPartial: boolean
  /** Of the newest data key, from 1; 0: there was none yet. How often it sealed. */
  readonly generation: number
  readonly seals: number
}

interface Written {
  readonly epoch: string | null
  readonly last: number
  readonly acked: number
  readonly ceiling: number
  readonly reads: readonly (readonly [string, number])[]
  readonly retired: readonly string[]
  readonly taken: readonly TakenLog[]
  readonly shown: number
  readonly peerInstance: string | null
  readonly keep: boolean | null
  readonly next: number
  readonly counts: Omit<State, 'at'>
}

export const noState: State = {
  at: noConversation(),
  waiting: 0,
  waitingTexts: 0,
  unshown: 0,
  settled: 0,
  takenCount: 0,
  isPartial: false,
  generation: 0,
  seals: 0
}

export const writeState = (state: State): string => {
  const { at, waiting, waitingTexts, unshown, settled, takenCount } = state
  const { isPartial, generation, seals } = state
  const written: Written = {
    epoch: at.epoch ?? null,
    last: at.last,
    acked: at.acked,
    ceiling: at.ceiling,
    reads: [...at.reads],
    retired: at.retired,
    taken: at.taken,
    shown: at.shown,
    peerInstance: at.peerInstance ?? null,
    keep: at.keep ?? null,
    next: at.next,
    counts: {
      waiting,
      waitingTexts,
      unshown,
      settled,
      takenCount,
      isPartial,
      generation,
      seals
    }
  }
  return JSON.stringify(written)
}

/** @param text has its mac. */
export const readState = (text: string): State => {
  const { counts, reads, ...written } = JSON.parse(text) as Written
  const at: Conversation = {
    ...noConversation(),
    ...written,
    epoch: written.epoch ?? undefined,
    peerInstance: written.peerInstance ?? undefined,
    keep: written.keep ?? undefined,
    reads: new Map(reads)
  }
  return { at, ...counts }
}
