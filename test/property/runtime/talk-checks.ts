/** What must be true of everything that the two users of a talk are told, when it is told and at the end. */
import type { EarshotEvent } from '../../../src/domain/events.ts'
import type { PeerId } from '../../../src/domain/peer-id.ts'
import type { Message } from '../../../src/protocol/messages.ts'
import { type Book, conversationOf } from '../../../src/services/store-model.ts'
import type { TalkEnd } from '../../support/talk-end.ts'
import { SaidTexts } from './said-texts.ts'

export type Side = 'a' | 'b'

export const other = (side: Side): Side => (side === 'a' ? 'b' : 'a')

/** Where a frame comes from: how often its end had lost its store, and the log that items mean. */
export interface Origin {
  readonly life: number
  epoch: string
}

/** A text was shown. */
interface Showing {
  readonly text: string
  /** Of the store that it was shown from. */
  readonly life: number
  /** Where it came from. */
  readonly origin: string
}

const fault = (what: string): never => {
  throw new Error(what)
}

const peerOf = (book: Book): PeerId => [...book.keys()][0] ?? ('nobody' as PeerId)

export class TalkChecks {
  readonly texts = { a: new SaidTexts(), b: new SaidTexts() }
  /** How often the store was replaced. */
  readonly lives = { a: 0, b: 0 }
  readonly #ends: Record<Side, TalkEnd>
  /** Ids that were ever safe in a side's store as taken. */
  readonly #taken = { a: new Set<string>(), b: new Set<string>() }
  readonly #shown: Record<Side, Showing[]> = { a: [], b: [] }
  /** Which message a number of a log means to one life of its reader. */
  readonly #meant = new Map<string, string>()
  /** By reader and id: which life and log of its sender brought a message last. */
  readonly #brought = new Map<string, string>()

  constructor(ends: Record<Side, TalkEnd>) {
    this.#ends = ends
    for (const side of ['a', 'b'] as const) ends[side].onEvent = (event) => this.#told(side, event)
  }

  get wasLost(): boolean {
    return this.lives.a + this.lives.b > 0
  }

  /** A frame is about to reach this side. */
  comes(side: Side, from: Origin, frame: Message): void {
    if (frame.type === 'log') from.epoch = frame.epoch
    if (frame.type !== 'item') return
    this.#brought.set(`${side} ${frame.id}`, `${from.life} ${from.epoch}`)
    // Where a store was lost a number may be on its way twice; it is taken once (`#received`).
    if (!this.wasLost) this.#mean(`${side} ${from.epoch} ${frame.seq}`, frame.id)
  }

  /** Notes what is safe in this side's store now. */
  noteTaken(side: Side): void {
    const { durable } = this.#ends[side].store
    for (const id of conversationOf(durable, peerOf(durable)).takenIds.toArray())
      this.#taken[side].add(id)
  }

  /** What holds once everything has settled. */
  checkEnd(): void {
    for (const side of ['a', 'b'] as const) {
      this.#checkRest(side)
      const shown = this.#shown[other(side)]
      this.texts[side].check(shown)
      let last = { index: 0, lives: '' }
      for (const { text, life, origin } of shown) {
        const index = this.texts[side].indexOf(text)
        const lives = `${life} ${origin}`
        if (lives === last.lives && index <= last.index) fault(`${index} comes after ${last.index}`)
        last = { index, lives }
      }
    }
  }

  /** Nothing is left anywhere, and nobody saw a fault. */
  #checkRest(side: Side): void {
    const { talk, violations, broken, store, defects, events } = this.#ends[side]
    if (defects.length > 0) throw defects[0]
    if (violations.length > 0) fault(`${side} saw a violation: ${JSON.stringify(violations)}`)
    if (broken.length > 0) fault(`${side} broke: ${JSON.stringify(broken)}`)
    if (talk.waiting() > 0) fault(`${side} has ${talk.waiting()} left`)
    if (talk.waitingBytes() !== 0) fault(`${side} counts ${talk.waitingBytes()} bytes`)
    if (store.ledger.outbox.length > 0) fault(`the store of ${side} has messages left`)
    if (store.ledger.inbox.length > 0) fault(`the store of ${side} has unshown messages`)
    const losses = events.filter(({ event }) => event.type === 'delivery.restarted')
    if (!this.wasLost && losses.length > 0) fault(`${side} tells a loss: ${JSON.stringify(losses)}`)
  }

  /** A number means the same message as ever. */
  #mean(number: string, id: string): void {
    const before = this.#meant.get(number) ?? id
    if (before !== id) fault(`number ${number} meant ${before}, and means ${id}`)
    this.#meant.set(number, id)
  }

  #told(side: Side, event: EarshotEvent): void {
    const texts = this.texts[side]
    switch (event.type) {
      case 'message.queued':
        texts.queued(event.text, event.id)
        return this.#checkSafe(side, [event.id])
      case 'message.failed':
        return texts.failed(event.text)
      case 'message.cancelled':
        return texts.cancelled(event.ids, this.lives[side] > 0)
      case 'message.sent':
        texts.sent(event.ids)
        return this.#checkSafe(side, event.ids)
      case 'message.delivered':
        texts.delivered(event.ids, this.#ends[side].run)
        return this.#checkDelivered(side, event.ids)
      case 'message.received':
        return this.#received(side, event)
      case 'message.read':
        return this.#checkRead(side, event.ids)
      default:
        return undefined
    }
  }

  /** What a power cut could undo is not told as queued, and not sent. */
  #checkSafe(side: Side, ids: readonly string[]): void {
    const { durable } = this.#ends[side].store
    const { outbox } = conversationOf(durable, peerOf(durable))
    const safe = new Set(outbox.toArray().map(({ message }) => message.id))
    for (const id of ids) if (!safe.has(id)) fault(`${id} is sent, and not safe`)
  }

  #checkDelivered(side: Side, ids: readonly string[]): void {
    this.noteTaken(other(side))
    for (const id of ids)
      if (!this.#taken[other(side)].has(id)) fault(`${id} is told as delivered, and is not`)
  }

  #checkRead(side: Side, ids: readonly string[]): void {
    const shown = new Set(this.#shown[other(side)].map(({ text }) => text))
    for (const text of this.texts[side].textsOf(ids))
      if (!shown.has(text)) fault(`${text} is told as read, and was not shown`)
  }

  #received(
    side: Side,
    { id, seq, text, again }: Extract<EarshotEvent, { readonly type: 'message.received' }>
  ): void {
    const { durable } = this.#ends[side].store
    if (!conversationOf(durable, peerOf(durable)).takenIds.toArray().includes(id))
      fault(`${id} is shown, and not safe`)
    const life = this.lives[side]
    const origin = this.#brought.get(`${side} ${id}`) ?? fault(`nobody sent ${id}`)
    this.#mean(`${side} ${life} ${origin} ${seq}`, id)
    const isKnown = this.#shown[side].some((each) => each.text === text)
    // A run that follows a crash does not know whether it was shown.
    if (again !== true || !isKnown) this.#shown[side].push({ text, life, origin })
  }
}
