/**
 * From the changes of a commit to what is done to the tables, without touching them. The model of the
 * store (services/store-model.ts) decides what changes mean; here is which batches hold what.
 */
import type { StoreChange } from '../../services/store.ts'
import {
  type Contradiction,
  type Conversation,
  contradiction,
  isContradiction,
  nothing
} from '../../services/store-model/conversation.ts'
import { changed } from '../../services/store-model.ts'
import { type Held, keptNow, type Plan, separate, type Step, UNBOUND } from './held.ts'
import { shown, taken } from './plan-incoming.ts'
import { acknowledged, queued, renumbered, restarted } from './plan-outgoing.ts'

const kept = (before: Held, at: Conversation, saveHistory: boolean): Plan => {
  const [was, is] = [keptNow(before, saveHistory), at.keep ?? saveHistory]
  const parts = was === is ? { held: before, steps: [] } : separate(before, was)
  return { ...parts, held: { ...parts.held, at } }
}

const planChange = (
  before: Held,
  change: StoreChange,
  saveHistory: boolean
): Plan | Contradiction => {
  const next = changed(before.at, change, saveHistory)
  if (isContradiction(next)) return contradiction(`${change.type}: ${next.detail}`)
  if (next === before.at) return { held: before, steps: [] }
  // Settled messages and ids are looked up where they are stored.
  const at = {
    ...next,
    keptOut: nothing<never>(),
    keptIn: nothing<never>(),
    takenIds: nothing<never>()
  }
  const isKept = keptNow(before, saveHistory)
  switch (change.type) {
    case 'queued':
      return queued(before, at)
    case 'acknowledged':
      return acknowledged(before, at, isKept)
    case 'requeued':
      return renumbered(before, at, isKept)
    case 'restarted':
      return restarted(before, at, isKept)
    case 'taken':
      return taken(before, at, isKept)
    case 'shown':
    case 'recovered':
      return shown(before, at, isKept)
    case 'sending': {
      const held = { ...before, at }
      return change.upTo === UNBOUND || isKept ? { held, steps: [] } : separate(held, false)
    }
    case 'keep':
      return kept(before, at, saveHistory)
    case 'read':
    case 'disowned':
      return { held: { ...before, at }, steps: [] }
  }
}

/** What a commit comes to. The held conversation is the same object where nothing changes. */
export const plan = (
  held: Held,
  changes: readonly StoreChange[],
  saveHistory: boolean
): Plan | Contradiction => {
  let now = held
  const steps: Step[] = []
  for (const change of changes) {
    const next = planChange(now, change, saveHistory)
    if (isContradiction(next)) return next
    now = next.held
    steps.push(...next.steps)
  }
  return { held: now, steps }
}
