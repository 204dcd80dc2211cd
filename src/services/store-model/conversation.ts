/** What the model of the store keeps of one peer. */
import type { OwnMessage, PeerMessage, TakenLog } from '../../domain/items.ts'
import { GrowingList } from './growing-list.ts'

/** Most logs that are remembered of either end: RECEIVED_LOGS_MAX of protocol/payloads.ts. */
export const LOGS_MAX = 16

/** A message with its place in the conversation and the epoch of the log that it belongs to. */
export interface Placed<M> {
  readonly n: number
  readonly epoch: string
  readonly message: M
}

/** All that is kept of one peer. */
export interface Conversation {
  readonly epoch: string | undefined
  readonly last: number
  readonly acked: number
  /** The number of the newest `sending`; what is queued below it counts as sent. */
  readonly ceiling: number
  /** By epoch of ours: read up to and including this. */
  readonly reads: ReadonlyMap<string, number>
  readonly retired: readonly string[]
  readonly taken: readonly TakenLog[]
  readonly shown: number
  readonly peerInstance: string | undefined
  readonly keep: boolean | undefined
  readonly outbox: GrowingList<Placed<OwnMessage>>
  readonly inbox: readonly Placed<PeerMessage>[]
  /** Settled and kept; texts only, each in the order of `n`. */
  readonly keptOut: GrowingList<Placed<OwnMessage>>
  readonly keptIn: GrowingList<Placed<PeerMessage>>
  readonly takenIds: GrowingList<string>
  /** The place of the next message. */
  readonly next: number
}

/** Changes that cannot follow on what is there: a bug of whoever asked for them. */
export interface Contradiction {
  readonly type: 'contradiction'
  readonly detail: string
}

export const contradiction = (detail: string): Contradiction => ({ type: 'contradiction', detail })

/** What a change comes to. */
export type Next = Conversation | Contradiction

export const isContradiction = (value: object): value is Contradiction =>
  'type' in value && value.type === 'contradiction'

export const nothing = <A>(): GrowingList<A> => new GrowingList<A>()

export const noConversation = (): Conversation => ({
  epoch: undefined,
  last: 0,
  acked: 0,
  ceiling: 0,
  reads: new Map(),
  retired: [],
  taken: [],
  shown: 0,
  peerInstance: undefined,
  keep: undefined,
  outbox: nothing(),
  inbox: [],
  keptOut: nothing(),
  keptIn: nothing(),
  takenIds: nothing(),
  next: 1
})

export const endOf = ({ first, items }: OwnMessage): number => first + items - 1

export const readOf = ({ epoch, reads }: Conversation): number => reads.get(epoch ?? '') ?? 0

export const sentEverOf = ({ ceiling, last }: Conversation): number => Math.min(ceiling, last)

/** Settled ones among the kept. They come in order but for those that a later run caught up with. */
export const inPlace = <M>(
  kept: GrowingList<Placed<M>>,
  settled: readonly Placed<M>[]
): GrowingList<Placed<M>> => {
  const first = settled[0]
  if (first === undefined || first.n > (kept.at(kept.length - 1)?.n ?? 0))
    return kept.append(settled)
  return new GrowingList([...kept.toArray(), ...settled].sort((a, b) => a.n - b.n))
}
