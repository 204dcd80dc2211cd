/**
 * What the store is to know before a link carries anything: that anything may be sent on it, that our log
 * begins anew, and which epochs of ours the peer knows and we do not.
 */
import type { OwnMessage } from '../domain/items.ts'
import type { Verdict } from '../protocol/delivery/lost-state.ts'
import type { Outgoing } from '../protocol/delivery/outgoing.ts'
import { planRestart } from '../protocol/delivery/renumbering.ts'
import type { StoreChange } from '../services/store.ts'

/** Our log as it goes on under another epoch. */
export interface Restart {
  readonly epoch: string
  readonly messages: readonly OwnMessage[]
}

/** undefined: the log goes on as it is. */
export const restartFor = (
  out: Outgoing,
  { restarts }: Verdict,
  newEpoch: () => string
): Restart | undefined => (restarts ? { epoch: newEpoch(), messages: planRestart(out) } : undefined)

export const openingChanges = (
  { epoch }: Outgoing,
  { foreign }: Verdict,
  restart: Restart | undefined
): readonly StoreChange[] => {
  const upTo = Number.MAX_SAFE_INTEGER
  const changes: StoreChange[] = [{ type: 'sending', epoch, upTo }]
  if (restart !== undefined)
    changes.push({ type: 'restarted', ...restart }, { type: 'sending', epoch: restart.epoch, upTo })
  if (foreign.length > 0) changes.push({ type: 'disowned', epochs: foreign })
  return changes
}
