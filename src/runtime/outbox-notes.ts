/**
 * What became known of messages of ours, until the store has noted it; a newer fact replaces the older.
 * It is written before anything that gives new numbers.
 */
import type { OwnMessage } from '../domain/items.ts'
import type { Outgoing } from '../protocol/delivery/outgoing.ts'
import type { StoreChange } from '../services/store.ts'
import type { Contribution } from './ledger-loop.ts'

interface Notes {
  acknowledged?: { readonly upTo: number; readonly instance: string }
  read?: number
  /** The link is gone: what was never sent is known again. */
  unlinked?: boolean
}

/** The outbox is this now. Nothing behind `sentEver` was sent, whatever the store has to assume of a link. */
export const requeuing = (
  { epoch, sentEver }: Outgoing,
  messages: readonly OwnMessage[],
  isLinked: boolean
): readonly StoreChange[] => {
  const open = { type: 'sending', epoch, upTo: Number.MAX_SAFE_INTEGER } as const
  return [
    { type: 'sending', epoch, upTo: sentEver },
    { type: 'requeued', messages },
    ...(isLinked ? [open] : [])
  ]
}

export class OutboxNotes {
  readonly #out: Outgoing
  #notes: Notes = {}

  constructor(out: Outgoing) {
    this.#out = out
  }

  acknowledged(upTo: number, instance: string): void {
    this.#notes.acknowledged = { upTo, instance }
  }

  read(upTo: number): void {
    this.#notes.read = upTo
  }

  unlinked(): void {
    this.#notes.unlinked = true
  }

  clear(): void {
    this.#notes = {}
  }

  readonly contribution = (): Contribution | undefined => {
    const notes = this.#notes
    const changes = this.#changes(notes)
    if (changes.length === 0) return undefined
    this.#notes = {}
    return {
      changes,
      durability: 'written',
      onStored: () => undefined,
      onFailed: () => {
        this.#notes = { ...notes, ...this.#notes }
      }
    }
  }

  #changes({ acknowledged, read, unlinked }: Notes): readonly StoreChange[] {
    const { epoch, sentEver } = this.#out
    const changes: StoreChange[] = []
    if (acknowledged !== undefined) changes.push({ type: 'acknowledged', ...acknowledged })
    if (read !== undefined) changes.push({ type: 'read', upTo: read })
    if (unlinked === true) changes.push({ type: 'sending', epoch, upTo: sentEver })
    return changes
  }
}
