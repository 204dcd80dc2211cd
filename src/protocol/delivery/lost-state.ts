/**
 * How an end notices that a store is not the one that took part so far: deleted, restored from an older
 * copy, or copied to a second machine (docs/PROTOCOL.md §6). Both stores are judged by what READY says
 * of our log against what we know of it.
 */
import type { TakenLog } from '../../domain/items.ts'
import type { Ready } from '../messages.ts'
import { idEndingAt, type Outgoing } from './outgoing.ts'

/** What we know of the talk, and what a new link says of it. */
export interface Known {
  readonly out: Outgoing
  /** Earlier epochs of our log. */
  readonly retired: readonly string[]
  /** The process of the peer that acknowledged last. */
  readonly acker: string | undefined
  /** The peer's logs, as they are in our store. */
  readonly logs: readonly TakenLog[]
  readonly ready: Ready
  /** The process of the peer at the other end of the link. */
  readonly instance: string
}

/** new: it knows nothing of the talk; behind: it knows an earlier state of it. */
export type Loss = 'new' | 'behind'

export interface Verdict {
  readonly ours: Loss | undefined
  readonly theirs: Loss | undefined
  /** Our log cannot go on as it is: its numbers mean different things at the two ends. */
  readonly restarts: boolean
  /** Epochs of ours that the peer knows and we do not. */
  readonly foreign: readonly string[]
  /** The peer's number for our log; undefined: it has none. */
  readonly received: number | undefined
}

/** What a READY says about a log. */
const receivedOf = (epoch: string, { received }: Ready): TakenLog | undefined =>
  received.find((log) => log.epoch === epoch)

/**
 * The peer took what our log does not hold: more than we ever sent, or under a number that is pending here
 * another message, which a copy of our store on another machine sent.
 */
const isAhead = (out: Outgoing, received: TakenLog | undefined): boolean => {
  if (received === undefined || received.upTo <= out.acked) return false
  if (received.upTo > out.sentEver) return true
  const { upTo, id } = received
  return id !== undefined && idEndingAt(out, upTo) !== id
}

const hasPast = ({ out, retired, logs }: Known): boolean =>
  out.last > 0 || retired.length > 0 || logs.some(({ upTo }) => upTo > 0)

const ourLoss = (
  known: Known,
  received: TakenLog | undefined,
  foreign: readonly string[]
): Loss | undefined => {
  if (isAhead(known.out, received)) return 'behind'
  if (foreign.length === 0) return undefined
  return hasPast(known) ? 'behind' : 'new'
}

const theirLoss = (
  { out, retired, acker, logs, ready, instance }: Known,
  received: number | undefined
): Loss | undefined => {
  // A process commits before it acknowledges, so another one of the same store knows no less. Of one
  // and the same process READY may be older than its first or its last ACK.
  const isShort = (received ?? 0) < out.acked
  const knowsUs = ready.received.some(({ epoch }) => epoch === out.epoch || retired.includes(epoch))
  if (isShort && instance !== acker) return knowsUs ? 'behind' : 'new'
  const isUnknown = logs.every(({ epoch }) => epoch !== ready.epoch)
  return isUnknown && !knowsUs && logs.some(({ upTo }) => upTo > 0) ? 'new' : undefined
}

/** Judges both stores at the opening of a link. */
export const judge = (known: Known): Verdict => {
  const { out, retired, ready } = known
  const received = receivedOf(out.epoch, ready)
  const foreign = ready.received.flatMap(({ epoch }) =>
    epoch === out.epoch || retired.includes(epoch) ? [] : [epoch]
  )
  const theirs = theirLoss(known, received?.upTo)
  return {
    ours: ourLoss(known, received, foreign),
    theirs,
    restarts: isAhead(out, received) || (theirs !== undefined && out.acked > 0),
    foreign,
    received: received?.upTo
  }
}
