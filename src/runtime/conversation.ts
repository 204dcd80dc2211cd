/**
 * The talk with one peer. It outlives links and, in the store, processes: a new link goes on where the
 * last one ended. The outbox and the inbox are its two sides; this joins them to a link, and to the store.
 */
import * as Effect from 'effect/Effect'
import type { ProtocolViolation, StoreError, StoreFailure } from '../domain/failures.ts'
import type { OwnMessage } from '../domain/items.ts'
import { WINDOW_BYTES_MAX, WINDOW_ITEMS_MAX } from '../domain/limits.ts'
import { encodeMessage } from '../protocol/codec.ts'
import * as taken from '../protocol/delivery/incoming.ts'
import { judge, type Loss, type Verdict } from '../protocol/delivery/lost-state.ts'
import { type KeptLog, makeOutgoing, type Outgoing } from '../protocol/delivery/outgoing.ts'
import { planRestart, restart } from '../protocol/delivery/renumbering.ts'
import type { Item, Log, Ready } from '../protocol/messages.ts'
import { itemBytes, RECEIVED_LOGS_MAX } from '../protocol/payloads.ts'
import type { Ledger, StoreChange } from '../services/store.ts'
import type { Carrier } from './carrier.ts'
import { Inbox, type InboxWorld } from './inbox.ts'
import { type Contribution, LedgerLoop, type LedgerWorld } from './ledger-loop.ts'
import { Outbox, type OutboxWorld } from './outbox.ts'
import type { Writer } from './outbound.ts'

export interface ConversationWorld
  extends Omit<OutboxWorld, 'out' | 'kick'>,
    Omit<InboxWorld, 'incoming' | 'kick'>,
    Omit<LedgerWorld, 'onBroken'> {
  readonly ledger: Ledger
  /** 16 hex digits, never used before. */
  readonly newEpoch: () => string
  readonly takenIds: Effect.Effect<ReadonlySet<string>, StoreError>
  readonly onBroken: (failure: StoreFailure) => void
}

type Side = 'ours' | 'theirs'

const BEYOND_WINDOW = {
  _tag: 'FrameIllegal',
  type: 'item',
  state: 'beyond the window'
} as const satisfies ProtocolViolation
type Work = () => ProtocolViolation | undefined

/** The link that is to carry the talk, or carries it. */
interface Attached {
  readonly carrier: Carrier
  /** What came and waits; undefined: the link is open, and nothing waits. */
  held: Work[] | undefined
  heldItems: number
  heldBytes: number
  /** true: the store may be told that the link opens. */
  isReady: boolean
  /** Ids taken under earlier epochs of the peer; undefined: there was none. */
  known: ReadonlySet<string> | undefined
  /** Whose loss our user was told of on this link. */
  readonly told: Set<Side>
}

const keptOf = (ledger: Ledger): KeptLog | undefined =>
  ledger.epoch === undefined ? undefined : { ...ledger, epoch: ledger.epoch }

export class Conversation {
  readonly #world: ConversationWorld
  readonly #out: Outgoing
  readonly #incoming: taken.Incoming
  readonly #outbox: Outbox
  readonly #inbox: Inbox
  readonly #loop: LedgerLoop
  #retired: readonly string[]
  /** Because of whose store our log began anew last: ours is the sender of it. */
  #loser: Log['lost'] = 'sender'
  #link: Attached | undefined

  constructor(world: ConversationWorld) {
    this.#world = world
    const { ledger } = world
    const kick = (): void => this.#loop.kick()
    this.#out = makeOutgoing(ledger.epoch ?? world.newEpoch(), keptOf(ledger))
    this.#incoming = taken.makeIncoming(ledger.taken)
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

  /** Whether the user wants it kept; undefined: as the settings say. */
  get keeps(): boolean | undefined {
    return this.#world.ledger.keep
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
    this.#inbox.recover(this.#world.ledger.inbox)
  }

  /** Both ends know of everything that this link brought; completes at once without one. */
  get settled(): Effect.Effect<void> {
    return Effect.andThen(this.#outbox.settled, this.#inbox.settled)
  }

  /** A link is to carry the talk from now on: what the peer has not got is sent again. */
  attach(carrier: Carrier): void {
    this.#leave()
    const link: Attached = {
      carrier,
      held: [],
      heldItems: 0,
      heldBytes: 0,
      isReady: false,
      known: undefined,
      told: new Set()
    }
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
    const link = this.#link
    if (link?.held !== undefined) {
      link.heldItems += items.length
      link.heldBytes += items.reduce((sum, { body }) => sum + itemBytes(body), 0)
    }
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
      link.held = []
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
    const violation = link.held === undefined ? work() : this.#hold(link, link.held, work)
    if (violation !== undefined) this.#violate(link, violation)
  }

  #hold(link: Attached, held: Work[], work: Work): ProtocolViolation | undefined {
    held.push(work)
    const items = Math.max(link.heldItems, held.length)
    const isWithin = items <= WINDOW_ITEMS_MAX && link.heldBytes <= WINDOW_BYTES_MAX
    return isWithin ? undefined : BEYOND_WINDOW
  }

  /** Nothing after it counts. */
  #violate(link: Attached, violation: ProtocolViolation): void {
    this.#leave()
    link.carrier.violate(violation)
  }

  #release(link: Attached): void {
    const held = link.held ?? []
    link.held = undefined
    for (const work of held) if (this.#link === link) this.#inTurn(work)
  }

  /** Ids that a peer with another store may send once more; `isOnlyLog`: there is nothing to load. */
  #withKnownIds(link: Attached, isOnlyLog: boolean, then: () => void): void {
    const onward = (known: ReadonlySet<string> | undefined): void => {
      if (this.#link !== link) return
      link.known = known
      then()
    }
    if (isOnlyLog) onward(undefined)
    else
      this.#world.run(
        this.#world.takenIds.pipe(
          Effect.match({
            onSuccess: onward,
            onFailure: ({ reason }) => this.#world.onBroken(reason)
          })
        )
      )
  }

  /** The peer's log on this link. One that was not the current one is noted in the store at once. */
  #bind(link: Attached, epoch: string): void {
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
    const verdict = this.#judge(link)
    const epoch = verdict.restarts ? this.#world.newEpoch() : this.#out.epoch
    const messages = verdict.restarts ? planRestart(this.#out) : []
    const upTo = Number.MAX_SAFE_INTEGER
    this.#outbox.isPaused = verdict.restarts
    this.#outbox.isLinked = true
    return {
      changes: [
        { type: 'sending', epoch: this.#out.epoch, upTo },
        ...(verdict.restarts
          ? ([
              { type: 'restarted', epoch, messages },
              { type: 'sending', epoch, upTo }
            ] as const)
          : []),
        ...(verdict.foreign.length > 0
          ? [{ type: 'disowned', epochs: verdict.foreign } as const]
          : [])
      ] satisfies readonly StoreChange[],
      // What was sent may not count as unsent after a power cut: it could be cancelled, or its
      // acknowledgement taken for one of a store that went on elsewhere.
      durability: 'synced',
      onStored: () => {
        this.#outbox.isPaused = false
        this.#retire(verdict.foreign)
        if (verdict.restarts) this.#restart(epoch, messages, verdict)
        this.#inbox.resumed()
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

  #judge({ carrier }: Attached): Verdict {
    return judge({
      out: this.#out,
      retired: this.#retired,
      acker: this.#outbox.acker,
      logs: taken.committedLogs(this.#incoming),
      ready: carrier.ready,
      instance: carrier.instance
    })
  }

  #retire(epochs: readonly string[]): void {
    this.#retired = [...this.#retired, ...epochs].slice(-RECEIVED_LOGS_MAX)
  }

  #restart(epoch: string, messages: readonly OwnMessage[], { theirs }: Verdict): void {
    this.#retire([this.#out.epoch])
    this.#loser = theirs === undefined ? 'sender' : 'receiver'
    restart(this.#out, epoch, messages)
    this.#outbox.forgetNumbers()
  }

  #open(link: Attached, { ours, theirs, restarts, received }: Verdict): void {
    const { carrier } = link
    this.#bind(link, carrier.ready.epoch)
    if (this.#inbox.isAhead(carrier)) {
      this.#leave()
      return carrier.abandon()
    }
    if (ours !== undefined) this.#tellLoss(link, 'ours', ours)
    if (theirs !== undefined) this.#tellLoss(link, 'theirs', theirs)
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

  #tellLoss(link: Attached, whose: Side, why: Loss): void {
    if (link.told.has(whose)) return
    link.told.add(whose)
    const peer = this.#world.refOf()
    this.#world.emit([{ type: 'delivery.restarted', peer, whose, why, waiting: this.waiting() }])
  }
}
