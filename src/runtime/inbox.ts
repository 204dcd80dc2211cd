/**
 * The peer's side of one conversation: what comes is written to the store, and only then shown and
 * acknowledged. `protocol/delivery/incoming` takes each number once.
 */
import type * as Effect from 'effect/Effect'
import * as Latch from 'effect/Latch'
import type { EarshotEvent } from '../domain/events.ts'
import type { PeerRef } from '../domain/peer-ref.ts'
import type { ProtocolViolation, StoreFailure } from '../domain/failures.ts'
import type { PeerMessage } from '../domain/items.ts'
import { MESSAGE_BYTES_MAX } from '../domain/limits.ts'
import { encodeMessage } from '../protocol/codec.ts'
import * as delivery from '../protocol/delivery/incoming.ts'
import type { Item } from '../protocol/messages.ts'
import { itemBytes } from '../protocol/payloads.ts'
import { type Joined, joinPart, makeJoiner, resetJoiner } from '../protocol/text-parts.ts'
import { isViolation } from '../protocol/violation.ts'
import type { StoreChange } from '../services/store.ts'
import { type Arrived, messagesOf, takenChanges, type Took } from './arrived.ts'
import type { Carrier } from './carrier.ts'
import type { KnownIds } from './known-ids.ts'
import type { Contribution } from './ledger-loop.ts'

export interface InboxWorld {
  readonly incoming: delivery.Incoming
  readonly emit: (events: readonly EarshotEvent[]) => void
  readonly refOf: () => PeerRef
  readonly onRenamed: (nickname: string) => void
  /** There may be something to write. */
  readonly kick: () => void
  /** Milliseconds since the epoch. */
  readonly wallNow: () => number
}

export class Inbox {
  readonly #world: InboxWorld
  readonly #incoming: delivery.Incoming
  readonly #joiner = makeJoiner()
  #arrived: Arrived[] = []
  /** Of the items that came since, or belong to an unfinished message. */
  #bytes = 0
  /** What our user was shown, to be noted in the store. */
  #shown: readonly StoreChange[] = []
  /** Where there are earlier epochs of the peer. */
  #known: KnownIds | undefined
  /** true: the store takes nothing now, and the user knows. */
  #held = false
  #carrier: Carrier | undefined
  /** The process of the peer whose items were taken last, by this run. */
  #sender: string | undefined
  /** An item came on this link; before that, READY has said what we could acknowledge. */
  #heard = false
  /** Told as read on this link, up to here. */
  #toldRead = 0
  readonly #settled = Latch.makeUnsafe(true)
  messagesIn = 0

  constructor(world: InboxWorld) {
    this.#world = world
    this.#incoming = world.incoming
  }

  /** Completes when everything that came is in the store and acknowledged, or there is no link. */
  get settled(): Effect.Effect<void> {
    return this.#settled.await
  }

  /** Ids of what came and was not given to the store yet. */
  waitingIds(): readonly string[] {
    return this.#arrived.flatMap(({ took }) => messagesOf(took)).map(({ id }) => id)
  }

  /** Messages of an earlier run, which may have ended before it showed them. */
  recover(messages: readonly PeerMessage[]): void {
    if (messages.length === 0) return
    const peer = this.#world.refOf()
    this.#world.emit(
      messages.map((message) => ({ ...this.#event(peer, message), again: true as const }))
    )
    this.#shown = [{ type: 'recovered' }]
    this.#world.kick()
  }

  /** The peer's log on the link that is opening. @param known ids that are not to be shown again. */
  bind(epoch: string, known: KnownIds | undefined): void {
    delivery.bindEpoch(this.#incoming, epoch)
    // Its sender begins an unfinished message again.
    resetJoiner(this.#joiner)
    this.#incoming.uncommittedBytes -= this.#bytes
    this.#bytes = 0
    this.#toldRead = 0
    if (known !== undefined) this.#known = known
  }

  /**
   * The store is to know that this log is the current one before anything of it comes: a new one is not a
   * stranger's next time, and both remember the same ones.
   */
  note(): void {
    const log = delivery.wholeOf(this.#incoming)
    if (log === undefined) return
    this.#arrived.push({ log, took: [], bytes: 0 })
    this.#world.kick()
  }

  /**
   * More was taken than our READY said, and not from the process at the other end of the link: that one may
   * hold an older copy of the log, and give the numbers to other messages.
   */
  isAhead({ ready, told, instance }: Carrier): boolean {
    if (this.#sender === undefined || this.#sender === instance) return false
    const upTo = told.received.find(({ epoch }) => epoch === ready.epoch)?.upTo ?? 0
    return (delivery.wholeOf(this.#incoming)?.upTo ?? 0) > upTo
  }

  /** What is said on this link. What was read may have been told on one that was lost. */
  open(carrier: Carrier): void {
    this.#carrier = carrier
    this.#heard = false
    const epoch = delivery.epochOf(this.#incoming)
    this.#tellRead(carrier.told.received.find((log) => log.epoch === epoch)?.upTo ?? 0)
  }

  close(): void {
    this.#carrier = undefined
    this.#settled.openUnsafe()
  }

  /** Items of one read. */
  receive(items: readonly Item[]): ProtocolViolation | undefined {
    const took: Took[] = []
    const at = this.#world.wallNow()
    let violation: ProtocolViolation | undefined
    let isNew = false
    this.#heard = true
    for (const item of items) {
      const bytes = itemBytes(item.body)
      const verdict = delivery.receive(this.#incoming, item, bytes)
      if (verdict === 'duplicate') continue
      if (verdict === 'deliver') {
        this.#bytes += bytes
        this.#sender = this.#carrier?.instance
      }
      const outcome = verdict === 'deliver' ? this.#join(item) : verdict
      if (outcome === undefined) continue
      if (isViolation(outcome)) {
        violation = outcome
        break
      }
      isNew = true
      this.#keep(outcome, at, took)
    }
    // What is new is acknowledged once it is in the store. What was taken before is so again, and parts
    // of a message get the number of the last whole one: its sender hears that we live.
    if (isNew) this.#arrive(took)
    else this.#acknowledge()
    return violation
  }

  /** Whatever else is written: what was shown comes first, while its log is still the current one. */
  readonly shownContribution = (): Contribution | undefined => {
    const changes = this.#shown
    if (changes.length === 0) return undefined
    this.#shown = []
    return {
      changes,
      durability: 'written',
      onStored: () => undefined,
      onFailed: () => {
        this.#shown = [...changes, ...this.#shown]
      }
    }
  }

  readonly contribution = (isRetry: boolean): Contribution | undefined => {
    const arrived = this.#arrived
    if (arrived.length === 0 || (this.#held && !isRetry)) return undefined
    this.#arrived = []
    return {
      changes: takenChanges(arrived),
      durability: 'synced',
      onStored: () => this.#stored(arrived),
      onFailed: (failure) => {
        this.#arrived = [...arrived, ...this.#arrived]
        this.hold(failure)
      }
    }
  }

  /** The message that this item completes. */
  #join(item: Item): Joined | ProtocolViolation | undefined {
    const joined = joinPart(this.#joiner, item, MESSAGE_BYTES_MAX)
    if (joined !== undefined && !isViolation(joined)) delivery.completed(this.#incoming, item.id)
    return joined
  }

  /** A message that was taken under another epoch counts as taken, and is not shown again. */
  #keep({ id, seq, at, body }: Joined, receivedAt: number, took: Took[]): void {
    if (body.kind === 'nick') took.push(body)
    else if (this.#known?.has(id) !== true) {
      this.#known?.add(id)
      took.push({ kind: 'text', message: { id, seq, at, body, receivedAt } })
    }
  }

  #arrive(took: readonly Took[]): void {
    const log = delivery.wholeOf(this.#incoming)
    if (log === undefined) return
    const unfinished = this.#joiner.bytes
    const bytes = this.#bytes - unfinished
    this.#bytes = unfinished
    this.#arrived.push({ log, took, bytes })
    this.#settled.closeUnsafe()
    this.#world.kick()
  }

  #stored(arrived: readonly Arrived[]): void {
    for (const { log, bytes } of arrived) delivery.committed(this.#incoming, log, bytes)
    this.resumed()
    for (const { took } of arrived) this.#show(took)
    const last = arrived.at(-1)?.log
    if (last === undefined) return
    const isOne = arrived.every(({ log }) => log.epoch === last.epoch)
    const others: readonly StoreChange[] = isOne ? [] : [{ type: 'recovered' }]
    this.#shown = [...this.#shown, ...others, { type: 'shown', upTo: last.upTo }]
    this.#acknowledge()
    this.#settle()
  }

  #settle(): void {
    if (this.#arrived.length === 0) this.#settled.openUnsafe()
  }

  #show(took: readonly Took[]): void {
    let events: EarshotEvent[] = []
    const peer = this.#world.refOf()
    for (const each of took)
      if (each.kind === 'text') events.push(this.#event(peer, each.message))
      else {
        if (events.length > 0) this.#world.emit(events)
        events = []
        this.#world.onRenamed(each.nickname)
      }
    if (events.length > 0) this.#world.emit(events)
    this.messagesIn += messagesOf(took).length
  }

  #event(
    peer: PeerRef,
    { id, seq, at, receivedAt, body }: PeerMessage
  ): Extract<EarshotEvent, { readonly type: 'message.received' }> {
    return { type: 'message.received', peer, id, seq, text: body.text, sentAt: at, receivedAt }
  }

  /** What is in the store has been shown as well. */
  #acknowledge(): void {
    if (!this.#heard) return
    const upTo = delivery.ackOf(this.#incoming)
    this.#carrier?.writer.together(() => {
      this.#carrier?.writer.send(encodeMessage({ type: 'ack', upTo }))
      this.#tellRead(upTo)
    })
  }

  #tellRead(upTo: number): void {
    if (this.#carrier?.receipts !== true || upTo <= this.#toldRead) return
    this.#toldRead = upTo
    this.#carrier.writer.send(encodeMessage({ type: 'read', upTo }))
  }

  resumed(): void {
    if (!this.#held) return
    this.#held = false
    this.#world.emit([{ type: 'delivery.resumed', peer: this.#world.refOf() }])
  }

  /** What comes waits at the peer, since the store takes nothing. */
  hold(failure: StoreFailure): void {
    if (this.#held) return
    this.#held = true
    this.#world.emit([{ type: 'delivery.held', peer: this.#world.refOf(), failure }])
  }
}
