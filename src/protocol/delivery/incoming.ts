/**
 * What was taken of one peer's logs: every item once and in order (docs/PROTOCOL.md §6).
 *
 * State and outputs only. An item is taken in memory first; the message that it completes is written to
 * the store by the caller, who tells so by `committed`. Only what is committed is acknowledged and named
 * in our READY.
 */
import type { ProtocolViolation } from '../../domain/failures.ts'
import type { TakenLog } from '../../domain/items.ts'
import type { Item, Ready } from '../messages.ts'
import { RECEIVED_LOGS_MAX } from '../payloads.ts'

interface IncomingLog {
  readonly epoch: string
  /** The end of the last whole message that was taken; undefined before the first. */
  whole: number | undefined
  /** The same, in the store. */
  committed: number | undefined
}

export interface Incoming {
  /** Oldest first; the last is the one that the link carries. At most RECEIVED_LOGS_MAX. */
  logs: readonly IncomingLog[]
  /** Every item of the current log up to here was taken; undefined or 0: none, so any may be the first. */
  taken: number | undefined
}

/** @param kept of earlier runs, oldest first. */
export const makeIncoming = (kept: readonly TakenLog[] = []): Incoming => ({
  logs: kept.map(({ epoch, upTo }) => ({ epoch, whole: upTo, committed: upTo })),
  taken: kept.at(-1)?.upTo
})

/** The epoch of the current log; undefined before the first link. */
export const epochOf = (incoming: Incoming): string | undefined => incoming.logs.at(-1)?.epoch

/** true: this is the first log of the peer, or the only one. */
export const isOnlyLog = ({ logs }: Incoming, epoch: string): boolean =>
  logs.every((log) => log.epoch === epoch || log.whole === undefined)

export const isKnown = ({ logs }: Incoming, epoch: string): boolean =>
  logs.some((log) => log.epoch === epoch && log.committed !== undefined)

/**
 * The link carries this log of the peer from here on (its READY, or its LOG). One that is not remembered
 * begins fresh. A message of which not all items came is begun again by the sender.
 */
export const bindEpoch = (incoming: Incoming, epoch: string): void => {
  const log: IncomingLog = incoming.logs.find((each) => each.epoch === epoch) ?? {
    epoch,
    whole: undefined,
    committed: undefined
  }
  const others = incoming.logs.filter((each) => each.epoch !== epoch)
  incoming.logs = [...others.slice(1 - RECEIVED_LOGS_MAX), log]
  incoming.taken = log.whole
}

/**
 * Takes one item of the current log. A fresh log begins with whatever number comes first: the sender
 * begins at the oldest message that nobody acknowledged. `bindEpoch` comes before.
 */
export const receive = (
  incoming: Incoming,
  item: Item
): 'deliver' | 'duplicate' | ProtocolViolation => {
  if (incoming.logs.length === 0) return { _tag: 'FrameIllegal', type: 'item', state: 'no epoch' }
  // 0: a log that is known, and of which nothing was taken.
  const before =
    incoming.taken === undefined || incoming.taken === 0 ? item.seq - 1 : incoming.taken
  const expected = before + 1
  if (item.seq > expected) return { _tag: 'SequenceGap', expected, actual: item.seq }
  if (item.seq < expected) return 'duplicate'
  incoming.taken = item.seq
  return 'deliver'
}

/** The item taken last completed a message. */
export const completed = (incoming: Incoming): void => {
  const log = incoming.logs.at(-1)
  if (log !== undefined) log.whole = incoming.taken
}

/** Whole messages of a log up to here are in the store. */
export const committed = (incoming: Incoming, { epoch, upTo }: TakenLog): void => {
  const log = incoming.logs.find((each) => each.epoch === epoch)
  if (log === undefined) return
  log.committed = Math.max(log.committed ?? 0, upTo)
}

/** The number to acknowledge; 0: nothing of the current log is in the store. */
export const ackOf = (incoming: Incoming): number => incoming.logs.at(-1)?.committed ?? 0

/** The logs that the store knows, oldest first; `upTo` is 0 where nothing was taken. */
export const committedLogs = (incoming: Incoming): readonly TakenLog[] =>
  incoming.logs.flatMap(({ epoch, committed: upTo }) =>
    upTo === undefined ? [] : [{ epoch, upTo }]
  )

/** The `received` list of our READY: a log of which nothing was taken is not in it. */
export const readyNumbers = (incoming: Incoming): Ready['received'] =>
  committedLogs(incoming).filter(({ upTo }) => upTo > 0)
