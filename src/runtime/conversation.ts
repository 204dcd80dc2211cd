/**
 * The talk with one peer. It outlives links and, in the store, processes: a new link goes on where the
 * last one ended. The outbox and the inbox are its two sides; this joins them to a link, and to the store.
 */
import * as Effect from 'effect/Effect'
import type { StoreError, StoreFailure } from '../domain/failures.ts'
import type { PeerMessage } from '../domain/items.ts'
import { encodeMessage } from '../protocol/codec.ts'
import * as taken from '../protocol/delivery/incoming.ts'
import { judge, type Loss, type Verdict } from '../protocol/delivery/lost-state.ts'
import { type KeptLog, makeOutgoing, type Outgoing } from '../protocol/delivery/outgoing.ts'
import { restart } from '../protocol/delivery/renumbering.ts'
import type { Item, Log, Ready } from '../protocol/messages.ts'
import { RECEIVED_LOGS_MAX } from '../protocol/payloads.ts'
import type { Ledger } from '../services/store.ts'
import { AttachedLink, type Work } from './attached-link.ts'
import type { Carrier } from './carrier.ts'
import { Inbox, type InboxWorld } from './inbox.ts'
import { type Contribution, LedgerLoop, type LedgerWorld } from './ledger-loop.ts'
import { KnownIds } from './known-ids.ts'
import { openingChanges, type Restart, restartFor } from './link-opening.ts'
import { Outbox, type OutboxWorld } from './outbox.ts'
import type { Writer } from './outbound.ts'

export interface ConversationWorld
  extends Omit<OutboxWorld, 'out' | 'kick'>,
    Omit<InboxWorld, 'incoming' | 'kick'>,
    Omit<LedgerWorld, 'onBroken'> {
  /** 16 hex digits, never used before. */
  readonly newEpoch: () => string
  readonly takenIds: Effect.Effect<ReadonlySet<string>, StoreError>
  readonly onBroken: (failure: StoreFailure) => void
}

const keptOf = (ledger: Ledger): KeptLog | undefined =>
  ledger.epoch === undefined ? undefined : { ...ledger, epoch: ledger.epoch }

export class Conversation {
  /** Whether the user wants it kept; undefined: as the settings say. */
  keep: boolean | undefined
  readonly #world: ConversationWorld
  readonly #out: Outgoing
  readonly #incoming: taken.Incoming
  readonly #outbox: Outbox
  readonly #inbox: Inbox
  readonly #loop: LedgerLoop
  /** Of an earlier run, which may have ended before it showed them. */
  #unshown: readonly PeerMessage[]
  #retired: readonly string[]
  /** Because of whose store our log began anew last: ours is the sender of it. */
  #loser: Log['lost'] = 'sender'
  #link: AttachedLink | undefined

  /** @param ledger what earlier runs left. Its messages live as long as they wait, and it no longer. */
  constructor(world: ConversationWorld, ledger: Ledger) {
    this.#world = world
    const kick = (): void => this.#loop.kick()
    this.keep = ledger.keep
    this.#out = makeOutgoing(ledger.epoch ?? world.newEpoch(), keptOf(ledger))
    this.#incoming = taken.makeIncoming(ledger.taken)
    this.#unshown = ledger.inbox
    this.#retired = ledger.retired
    this.#outbox = new Outbox({ ...world, out: this.#out, kick }, ledger.epoch !== undefined)
    this.#outbox.acker = ledger.peerInstance
    this.#inbox = new Inbox({ ...world, incoming: this.#incoming, kick })
    this.#loop = new LedgerLoop(world, [
      this.#inbox.shownContribution,
      this.#outbox.notesContribution,
      this.#openingContribution,
      this.#outbox.contribution,
      this.#inbox.contribution
    ])
  }

  get epoch(): string {
    return this.#out.epoch
  }

  get counts(): { readonly messagesIn: number; readonly messagesOut: number } {
    return { messagesIn: this.#inbox.messagesIn, messagesOut: this.#outbox.messagesOut }
  }

  /** Numbers of the peer's logs, for our READY. */
  received(): Ready['received'] {
    return taken.readyNumbers(this.#incoming)
  }

  /** Messages that the peer has not acknowledged. */
  waiting(): number {
    return this.#outbox.waiting()
  }

  /** Bytes of their texts. */
  waitingBytes(): number {
    return this.#outbox.waitingBytes()
  }

  pending(): ReturnType<Outbox['pending']> {
    return this.#outbox.pending()
  }

  say(texts: readonly string[]): void {
    this.#outbox.say(texts)
  }

  rename(nickname: string): void {
    this.#outbox.rename(nickname)
  }

  cancel(ids: readonly string[]): void {
    this.#outbox.cancel(ids)
  }

  /** Shows what an earlier run took and may not have shown. */
  recover(): void {
    this.#inbox.recover(this.#unshown)
    this.#unshown = []
  }

  /** Stores what a store that failed has left over, if it can: the run ends. */
  flush(): void {
    this.#loop.kick()
  }

  /** Both ends know of everything that this link brought; completes at once without one. */
  get settled(): Effect.Effect<void> {
    return Effect.andThen(this.#outbox.settled, this.#inbox.settled)
  }

  /** A link is to carry the talk from now on: what the peer has not got is sent again. */
  attach(carrier: Carrier): void {
    this.#leave()
    const link = new AttachedLink(carrier)
    this.#link = link
    const { epoch } = carrier.ready
    this.#withKnownIds(link, taken.isOnlyLog(this.#incoming, epoch), () => {
      link.isReady = true
      this.#loop.kick()
    })
  }

  detach(writer: Writer): void {
    if (this.#link?.carrier.writer === writer) this.#leave()
  }

  /** Items of one read. */
  receive(items: readonly Item[]): void {
    this.#link?.count(items)
    this.#inTurn(() => this.#inbox.receive(items))
  }

  acked(upTo: number): void {
    this.#inTurn(() => this.#outbox.acked(upTo))
  }

  read(upTo: number): void {
    this.#inTurn(() => this.#outbox.read(upTo))
  }

  /** The peer's log goes on under another epoch. */
  relog({ epoch, lost }: Log): void {
    this.#inTurn(() => {
      const link = this.#link
      if (link === undefined) return undefined
      link.hold()
      this.#withKnownIds(link, taken.isOnlyLog(this.#incoming, epoch), () => {
        const isNews = !taken.isKnown(this.#incoming, epoch)
        this.#bind(link, epoch)
        if (isNews) this.#tellLoss(link, lost === 'sender' ? 'theirs' : 'ours', 'behind')
        this.#release(link)
      })
      return undefined
    })
  }

  #leave(): void {
    if (this.#link === undefined) return
    this.#link = undefined
    this.#inbox.close()
    this.#outbox.close()
  }

  /** Does it now, or once the link is open. */
  #inTurn(work: Work): void {
    const link = this.#link
    if (link === undefined) return
    const violation = link.inTurn(work)
    if (violation === undefined) return
    // Nothing after it counts.
    this.#leave()
    link.carrier.violate(violation)
  }

  #release(link: AttachedLink): void {
    for (const work of link.release()) if (this.#link === link) this.#inTurn(work)
  }

  /** Ids that a peer with another store may send once more; `isOnlyLog`: there is nothing to load. */
  #withKnownIds(link: AttachedLink, isOnlyLog: boolean, then: () => void): void {
    // What is not in the store yet is not among the ids that it knows.
    const waiting = this.#inbox.waitingIds()
    const onward = (ids: ReadonlySet<string> | undefined): void => {
      if (this.#link !== link) return
      link.known = ids === undefined ? undefined : new KnownIds(ids, waiting)
      then()
    }
    if (isOnlyLog) return onward(undefined)
    const found = Effect.match(this.#world.takenIds, {
      onSuccess: onward,
      onFailure: ({ reason }) => this.#world.onBroken(reason)
    })
    this.#world.run(found)
  }

  /** The peer's log on this link. One that was not the current one is noted in the store at once. */
  #bind(link: AttachedLink, epoch: string): void {
    const isNews =
      !taken.isOnlyLog(this.#incoming, epoch) && taken.epochOf(this.#incoming) !== epoch
    this.#inbox.bind(epoch, link.known)
    if (isNews) this.#inbox.note()
  }

  /** Before a link carries anything, the store knows that it may. */
  readonly #openingContribution = (): Contribution | undefined => {
    const link = this.#link
    if (link === undefined || !link.isReady) return undefined
    link.isReady = false
    const verdict = judge({
      out: this.#out,
      retired: this.#retired,
      acker: this.#outbox.acker,
      logs: taken.committedLogs(this.#incoming),
      ready: link.carrier.ready,
      instance: link.carrier.instance
    })
    const anew = restartFor(this.#out, verdict, this.#world.newEpoch)
    this.#outbox.isPaused = anew !== undefined
    this.#outbox.isLinked = true
    return {
      changes: openingChanges(this.#out, verdict, anew),
      // What was sent may not count as unsent after a power cut: it could be cancelled, or its
      // acknowledgement taken for one of a store that went on elsewhere.
      durability: 'synced',
      onStored: () => {
        this.#outbox.isPaused = false
        if (anew !== undefined) this.#restart(anew, verdict)
        this.#retire(verdict.foreign)
        this.#inbox.resumed()
        // The store will not find out a second time.
        this.#tellLoss(link, 'ours', verdict.ours)
        this.#tellLoss(link, 'theirs', verdict.theirs)
        if (this.#link === link) this.#open(link, verdict)
        else this.#outbox.close()
      },
      onFailed: (failure) => {
        this.#outbox.isPaused = false
        link.isReady = true
        this.#inbox.hold(failure)
      }
    }
  }

  #retire(epochs: readonly string[]): void {
    this.#retired = [...this.#retired, ...epochs].slice(-RECEIVED_LOGS_MAX)
  }

  #restart({ epoch, messages }: Restart, { theirs }: Verdict): void {
    this.#retire([this.#out.epoch])
    this.#loser = theirs === undefined ? 'sender' : 'receiver'
    restart(this.#out, epoch, messages)
    this.#outbox.forgetNumbers()
  }

  #open(link: AttachedLink, { restarts, received }: Verdict): void {
    const { carrier } = link
    this.#bind(link, carrier.ready.epoch)
    if (this.#inbox.isAhead(carrier)) {
      this.#leave()
      return carrier.abandon()
    }
    this.#inbox.open(carrier)
    carrier.writer.together(() => {
      // The log may have begun anew on another link, after our READY on this one.
      const isRenumbered = carrier.told.epoch !== this.#out.epoch
      if (isRenumbered)
        carrier.writer.send(
          encodeMessage({ type: 'log', epoch: this.#out.epoch, lost: this.#loser })
        )
      this.#outbox.open(carrier, restarts ? undefined : received, isRenumbered)
      this.#release(link)
    })
  }

  #tellLoss(link: AttachedLink, whose: 'ours' | 'theirs', why: Loss | undefined): void {
    if (why === undefined || link.told.has(whose)) return
    link.told.add(whose)
    const peer = this.#world.refOf()
    this.#world.emit([{ type: 'delivery.restarted', peer, whose, why, waiting: this.waiting() }])
  }
}
