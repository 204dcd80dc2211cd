/** What changes of the peer's log do to the batches that hold it. */
import type { Conversation } from '../../services/store-model/conversation.ts'
import { encodeBatches } from './batch-format.ts'
import {
  firstPending,
  type Held,
  inserts,
  isPartial,
  type Plan,
  type Row,
  rowOf,
  separate,
  settledStep,
  type Step
} from './held.ts'

export const taken = (before: Held, at: Conversation, kept: boolean): Plan => {
  const isSameLog = before.at.taken.at(-1)?.epoch === at.taken.at(-1)?.epoch
  // The numbers of another log do not say any more what of a batch was shown.
  const parts = isSameLog ? { held: before, steps: [] } : separate(before, kept)
  const fresh = at.inbox.slice(before.at.inbox.length)
  const batches = encodeBatches('in', fresh)
  const ids = fresh.map(({ message }) => message.id)
  const held = {
    ...parts.held,
    at,
    in: [...parts.held.in, ...batches.map(rowOf)],
    unshown: at.inbox.length,
    takenCount: before.takenCount + ids.length
  }
  const noted: readonly Step[] = ids.length === 0 ? [] : [{ type: 'ids', ids }]
  return { held, steps: [...parts.steps, ...inserts(batches), ...noted] }
}

export const shown = (before: Held, at: Conversation, kept: boolean): Plan => {
  const isDone = (row: Row) => firstPending(at.inbox, row) === undefined
  const held = {
    ...before,
    at,
    in: before.in.filter((row) => !isDone(row)),
    unshown: at.inbox.length,
    settled: before.settled + (kept ? before.at.inbox.length - at.inbox.length : 0)
  }
  const steps = before.in.filter(isDone).map((row) => settledStep(row, kept))
  return { held: { ...held, isPartial: isPartial(held) }, steps }
}
