/** What came from a peer and is on its way to the store. */
import type { PeerMessage, TakenLog } from '../domain/items.ts'
import type { StoreChange } from '../services/store.ts'

export type Took =
  | { readonly kind: 'text'; readonly message: PeerMessage }
  | { readonly kind: 'nick'; readonly nickname: string }

/** Whole messages of one log that came together. */
export interface Arrived {
  /** As far as it was taken with them. */
  readonly log: TakenLog
  readonly took: readonly Took[]
  /** Of its items. */
  readonly bytes: number
}

export const messagesOf = (took: readonly Took[]): readonly PeerMessage[] =>
  took.flatMap((each) => (each.kind === 'text' ? [each.message] : []))

/** As few changes as there are logs in turn: each costs the store as much as what waits in it. */
export const takenChanges = (arrived: readonly Arrived[]): readonly StoreChange[] => {
  const runs: { log: TakenLog; readonly messages: PeerMessage[] }[] = []
  for (const { log, took } of arrived) {
    const last = runs.at(-1)
    const run = last?.log.epoch === log.epoch ? last : { log, messages: [] }
    if (run !== last) runs.push(run)
    run.log = log
    for (const message of messagesOf(took)) run.messages.push(message)
  }
  return runs.map(({ log, messages }) => ({ type: 'taken', ...log, messages }))
}
