/**
 * The Store port for those who hear late, as a program that listens when it likes, or a pipe that is full:
 * the run notes a message as shown when it has told it, and here that note waits until it was heard. A
 * process that dies before is told it again.
 *
 * Numbers are noted only up to the first message of their log that was not heard; messages of earlier logs
 * and runs (`recovered`), once nothing is unheard.
 */
import * as Effect from 'effect/Effect'
import type { PeerId } from '../domain/peer-id.ts'
import type { Ledger, Store, StoreChange } from '../services/store.ts'

/** A message that was taken and not noted as shown. */
interface Taken {
  /** undefined: of an earlier run. */
  readonly epoch: string | undefined
  readonly seq: number
  isHeard: boolean
}

/** What is known of one peer. */
interface Inbox {
  /** By `keyOf`, in the order in which they were taken. */
  readonly taken: Map<string, Taken>
  /** The current log of the peer. */
  epoch: string | undefined
  /** Up to here the run noted that log as shown. */
  told: number
  /** Up to here it is noted in the store. */
  noted: number
  /** The run noted messages of earlier logs as shown, and they are not all heard. */
  owesEarlier: boolean
}

type Heard = { readonly id: string; readonly seq: number }

const keyOf = ({ id, seq }: Heard): string => `${seq} ${id}`

const hasUnheard = ({ taken }: Inbox): boolean => {
  for (const { isHeard } of taken.values()) if (!isHeard) return true
  return false
}

/** Up to where the current log may be noted. What an earlier run left may be of it, too. */
const heardUpTo = ({ taken, epoch, told, noted }: Inbox): number => {
  for (const one of taken.values()) {
    if (one.isHeard) continue
    if (one.epoch === undefined) return noted
    if (one.epoch === epoch) return Math.min(told, one.seq - 1)
  }
  return told
}

/** What is to be noted now. To note it twice does no harm. */
const takeDue = (inbox: Inbox): readonly StoreChange[] => {
  const due: StoreChange[] = []
  const upTo = heardUpTo(inbox)
  if (upTo > inbox.noted) due.push({ type: 'shown', upTo })
  if (inbox.owesEarlier && !hasUnheard(inbox)) {
    due.push({ type: 'recovered' })
    // Where it cannot be written, the run notes it again.
    inbox.owesEarlier = false
  }
  return due
}

/** It is in the store. @param epoch the current log when it was noted. */
const forget = (inbox: Inbox, due: readonly StoreChange[], epoch: string | undefined): void => {
  for (const change of due) {
    if (change.type === 'shown' && inbox.epoch === epoch)
      inbox.noted = Math.max(inbox.noted, change.upTo)
    for (const [key, taken] of inbox.taken)
      if (taken.isHeard && (change.type === 'recovered' || isNoted(taken, change, epoch)))
        inbox.taken.delete(key)
  }
}

const isNoted = (taken: Taken, change: StoreChange, epoch: string | undefined): boolean =>
  change.type === 'shown' && taken.epoch === epoch && taken.seq <= change.upTo

/** A commit of the run on its way: what becomes of its changes, and what to do when it is over. */
class Passing {
  readonly #inbox: Inbox
  readonly #onStored: (() => void)[] = []
  readonly #onFailed: (() => void)[] = []
  readonly changes: readonly StoreChange[]

  constructor(inbox: Inbox, changes: readonly StoreChange[]) {
    this.#inbox = inbox
    this.changes = changes.flatMap((change) => this.#pass(change))
  }

  readonly stored = Effect.sync(() => {
    for (const done of this.#onStored) done()
  })

  readonly failed = Effect.sync(() => {
    for (const undo of this.#onFailed.toReversed()) undo()
  })

  #pass(change: StoreChange): readonly StoreChange[] {
    switch (change.type) {
      case 'taken':
        this.#take(change)
        return [change]
      case 'shown':
        this.#inbox.told = Math.max(this.#inbox.told, change.upTo)
        return this.#note()
      case 'recovered':
        this.#inbox.owesEarlier = true
        return this.#note()
      default:
        return [change]
    }
  }

  #note(): readonly StoreChange[] {
    const inbox = this.#inbox
    const { epoch } = inbox
    const due = takeDue(inbox)
    this.#onStored.push(() => forget(inbox, due, epoch))
    return due
  }

  #take({ epoch, messages }: Extract<StoreChange, { readonly type: 'taken' }>): void {
    const inbox = this.#inbox
    if (epoch !== inbox.epoch) {
      const { epoch: before, told, noted } = inbox
      this.#onFailed.push(() => Object.assign(inbox, { epoch: before, told, noted }))
      // What is left of the log before can be noted only as `recovered`.
      if (inbox.taken.size > 0) inbox.owesEarlier = true
      Object.assign(inbox, { epoch, told: 0, noted: 0 })
    }
    for (const message of messages) {
      const key = keyOf(message)
      inbox.taken.set(key, { epoch, seq: message.seq, isHeard: false })
      this.#onFailed.push(() => inbox.taken.delete(key))
    }
  }
}

export class HeardStore {
  readonly #store: Store['Service']
  readonly #run: (effect: Effect.Effect<void>) => void
  readonly #inboxes = new Map<PeerId, Inbox>()
  readonly #due = new Set<PeerId>()
  #isOver = false

  /** @param run starts work that nobody waits for. */
  constructor(store: Store['Service'], run: (effect: Effect.Effect<void>) => void) {
    this.#store = store
    this.#run = run
  }

  /** Notes what was heard; what is heard from now on is told again by the next run. */
  readonly finish: Effect.Effect<void> = Effect.suspend(() =>
    Effect.forEach([...this.#inboxes.keys()], (peer) => this.#noteLate(peer), { discard: true })
  ).pipe(
    Effect.andThen(
      Effect.sync(() => {
        this.#isOver = true
      })
    )
  )

  /** The store as the run sees it. */
  get service(): Store['Service'] {
    const store = this.#store
    return {
      ...store,
      ledger: (peer) => Effect.map(store.ledger(peer), (ledger) => this.#read(peer, ledger)),
      commit: (peer, changes, durability) =>
        Effect.suspend(() => {
          const inbox = this.#inboxes.get(peer)
          if (inbox === undefined) return store.commit(peer, changes, durability)
          const passing = new Passing(inbox, changes)
          if (passing.changes.length === 0) return Effect.void
          return store.commit(peer, passing.changes, durability).pipe(
            Effect.tap(() => passing.stored),
            Effect.tapError(() => passing.failed)
          )
        })
    }
  }

  /** A message was heard: the program is done with it, or it has left the process. */
  heard(peer: PeerId, message: Heard): void {
    const taken = this.#inboxes.get(peer)?.taken.get(keyOf(message))
    if (taken === undefined || taken.isHeard) return
    taken.isHeard = true
    if (this.#due.has(peer)) return
    this.#due.add(peer)
    // Together with what else is heard in this turn; mostly the run notes it by itself until then.
    this.#run(
      Effect.andThen(
        Effect.yieldNow,
        Effect.suspend(() => this.#noteLate(peer))
      )
    )
  }

  #read(peer: PeerId, ledger: Ledger): Ledger {
    if (this.#inboxes.has(peer)) return ledger
    const taken = ledger.inbox.map((message): readonly [string, Taken] => [
      keyOf(message),
      { epoch: undefined, seq: message.seq, isHeard: false }
    ])
    this.#inboxes.set(peer, {
      taken: new Map(taken),
      epoch: ledger.taken.at(-1)?.epoch,
      told: ledger.shown,
      noted: ledger.shown,
      owesEarlier: false
    })
    return ledger
  }

  #noteLate(peer: PeerId): Effect.Effect<void> {
    this.#due.delete(peer)
    const inbox = this.#inboxes.get(peer)
    const due = inbox === undefined || this.#isOver ? [] : takeDue(inbox)
    if (inbox === undefined || due.length === 0) return Effect.void
    const { epoch } = inbox
    // A failure is the run's to tell, which writes to the same store.
    return Effect.match(this.#store.commit(peer, due, 'written'), {
      onSuccess: () => forget(inbox, due, epoch),
      onFailure: () => {
        inbox.owesEarlier ||= due.some(({ type }) => type === 'recovered')
      }
    })
  }
}
