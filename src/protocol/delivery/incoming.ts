/**
 * What was taken of one peer's logs: every item once and in order (docs/PROTOCOL.md §6).
 *
 * State and outputs only. An item is taken in memory first; the message that it completes is written to
 * the store by the caller, who tells so by `committed`. Only what is committed is acknowledged and named
 * in our READY.
 */
import type { ProtocolViolation } from '../../domain/failures.ts'
import type { TakenLog } from '../../domain/items.ts'
import { WINDOW_BYTES_MAX, WINDOW_ITEMS_MAX } from '../../domain/limits.ts'
import type { Item, Ready } from '../messages.ts'
import { RECEIVED_LOGS_MAX } from '../payloads.ts'

interface IncomingLog {
  readonly epoch: string
  /** The end of the last whole message that was taken, and its id; 0 before the first. */
  whole: number
  wholeId: string | undefined
  /** The same, in the store; undefined: the store does not know this log. */
  committed: TakenLog | undefined
}

export interface Incoming {
  /** Oldest first; the last is the one that the link carries. At most RECEIVED_LOGS_MAX. */
  logs: readonly IncomingLog[]
  /** Every item of the current log up to here was taken. */
  taken: number
  /** UTF-8 bytes of the items that were taken and are not in the store. */
  uncommittedBytes: number
}

/** @param kept of earlier runs, oldest first. */
export const makeIncoming = (kept: readonly TakenLog[] = []): Incoming => ({
  logs: kept.map((log) => ({
    epoch: log.epoch,
    whole: log.upTo,
    wholeId: log.id,
    committed: log
  })),
  taken: kept.at(-1)?.upTo ?? 0,
  uncommittedBytes: 0
})

/** The epoch of the current log; undefined before the first link. */
export const epochOf = (incoming: Incoming): string | undefined => incoming.logs.at(-1)?.epoch

/** true: of no other log of the peer was anything taken. */
export const isOnlyLog = ({ logs }: Incoming, epoch: string): boolean =>
  logs.every((log) => log.epoch === epoch || log.whole === 0)

/** This log of the peer was the current one before. */
export const isKnown = ({ logs }: Incoming, epoch: string): boolean =>
  logs.some((log) => log.epoch === epoch)

/**
 * The link carries this log of the peer from here on (its READY, or its LOG). One that is not remembered
 * begins fresh. A message of which not all items came is begun again by the sender.
 */
export const bindEpoch = (incoming: Incoming, epoch: string): void => {
  const log: IncomingLog = incoming.logs.find((each) => each.epoch === epoch) ?? {
    epoch,
    whole: 0,
    wholeId: undefined,
    committed: undefined
  }
  const others = incoming.logs.filter((each) => each.epoch !== epoch)
  incoming.logs = [...others.slice(1 - RECEIVED_LOGS_MAX), log]
  incoming.taken = log.whole
}

/** The number to acknowledge; 0: nothing of the current log is in the store. */
export const ackOf = (incoming: Incoming): number => incoming.logs.at(-1)?.committed?.upTo ?? 0

/** Takes one item of the current log, of so many bytes. `bindEpoch` comes before. */
export const receive = (
  incoming: Incoming,
  item: Item,
  bytes: number
): 'deliver' | 'duplicate' | ProtocolViolation => {
  if (incoming.logs.length === 0) return { _tag: 'FrameIllegal', type: 'item', state: 'no epoch' }
  const expected = incoming.taken + 1
  if (item.seq > expected) return { _tag: 'SequenceGap', expected, actual: item.seq }
  if (item.seq < expected) return 'duplicate'
  const isBeyond =
    item.seq > ackOf(incoming) + WINDOW_ITEMS_MAX ||
    incoming.uncommittedBytes + bytes > WINDOW_BYTES_MAX
  if (isBeyond) return { _tag: 'FrameIllegal', type: 'item', state: 'beyond the window' }
  incoming.taken = item.seq
  incoming.uncommittedBytes += bytes
  return 'deliver'
}

/** The item taken last completed the message of this id. */
export const completed = (incoming: Incoming, id: string): void => {
  const log = incoming.logs.at(-1)
  if (log === undefined) return
  log.whole = incoming.taken
  log.wholeId = id
}

/** What was taken of the current log, whole messages only. */
export const wholeOf = (incoming: Incoming): TakenLog | undefined => {
  const log = incoming.logs.at(-1)
  if (log === undefined) return undefined
  const { epoch, whole: upTo, wholeId: id } = log
  return id === undefined ? { epoch, upTo } : { epoch, upTo, id }
}

/** Whole messages of a log up to here are in the store, and with them so many bytes of items. */
export const committed = (incoming: Incoming, taken: TakenLog, bytes: number): void => {
  incoming.uncommittedBytes -= bytes
  const log = incoming.logs.find((each) => each.epoch === taken.epoch)
  if (log === undefined || taken.upTo < (log.committed?.upTo ?? 0)) return
  log.committed = taken
}

/** The logs that the store knows, oldest first; `upTo` is 0 where nothing was taken. */
export const committedLogs = (incoming: Incoming): readonly TakenLog[] =>
  incoming.logs.flatMap((log) => log.committed ?? [])

/** The `received` list of our READY: a log of which nothing was taken is not in it. */
export const readyNumbers = (incoming: Incoming): Ready['received'] =>
  committedLogs(incoming).filter(({ upTo }) => upTo > 0)
