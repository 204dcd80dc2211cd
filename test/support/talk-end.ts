/** One end of a talk: the conversation with one peer over a store that is driven by hand, run after run. */
import * as Cause from 'effect/Cause'
import * as Exit from 'effect/Exit'
import type { EarshotEvent } from '../../src/domain/events.ts'
import type { ProtocolViolation, StoreFailure } from '../../src/domain/failures.ts'
import type { PeerId } from '../../src/domain/peer-id.ts'
import type { Item, Message, Ready } from '../../src/protocol/messages.ts'
import { Conversation } from '../../src/runtime/conversation.ts'
import { SimulatedClock } from '../../src/simulation/clock.ts'
import { HandStore } from './hand-store.ts'
import { type KeptFrames, keepingWriter } from './keeping-writer.ts'

export const MESSAGE_BYTES_MAX = 64 * 1024

/** An event, and the run that told it, counted from 1. */
export interface Told {
  readonly run: number
  readonly event: EarshotEvent
}

/** What the user was told, in short. */
export const shortly = (event: EarshotEvent): string => {
  switch (event.type) {
    case 'message.queued':
      return `queued ${event.text}${event.online ? '' : ' offline'}`
    case 'message.received':
      return `received ${event.text}${event.again ? ' again' : ''}`
    case 'message.sent':
    case 'message.delivered':
    case 'message.read':
      return `${event.type.slice('message.'.length)} ${event.ids.length}`
    case 'message.cancelled':
      return `cancelled ${event.ids.length}, too late ${event.tooLate}`
    case 'message.failed':
      return `failed ${event.why} ${event.text}`
    case 'delivery.restarted':
      return `${event.whose} ${event.why}`
    default:
      return event.type
  }
}

/** A link as one end has it. */
export interface LinkEnd extends KeptFrames {
  /** What this end's READY said when the link was greeted. */
  readonly ready: Ready
  readonly instance: string
}

export class TalkEnd {
  readonly name: string
  readonly store: HandStore
  readonly clock: SimulatedClock
  readonly events: Told[] = []
  readonly renamed: string[] = []
  readonly broken: StoreFailure[] = []
  readonly violations: ProtocolViolation[] = []
  /** Bugs that ended work of this end: none, ever. */
  readonly defects: unknown[] = []
  /** Called for every event, as it is told. */
  onEvent: (event: EarshotEvent) => void = () => undefined
  /** Called for a link that is to be lost, since our READY does not hold any more. */
  onAbandoned: (link: LinkEnd) => void = () => undefined
  run = 0
  talk: Conversation
  readonly #peer: PeerId
  #timers: (() => void)[] = []
  #ids = 0
  #epochs = 0
  #wall = 1_000

  constructor(name: string, clock = new SimulatedClock()) {
    this.name = name
    this.clock = clock
    this.#peer = `peer of ${name}` as PeerId
    this.store = new HandStore(clock, this.#peer)
    this.talk = this.#start()
  }

  /** The process that this end is now. */
  get instance(): string {
    return `${this.name}${this.run}`
  }

  /** What the user was told by this run, in short. */
  get told(): readonly string[] {
    return this.events.flatMap(({ run, event }) => (run === this.run ? [shortly(event)] : []))
  }

  /** Texts that were shown, in order, by all runs. */
  get shown(): readonly string[] {
    return this.events.flatMap(({ event }) =>
      event.type === 'message.received' ? [event.text] : []
    )
  }

  /** What this end says of itself on a new link, and where its frames are kept. */
  greet(): LinkEnd {
    const ready: Ready = {
      type: 'ready',
      nickname: undefined,
      port: undefined,
      epoch: this.talk.epoch,
      received: this.talk.received()
    }
    return { ...keepingWriter(MESSAGE_BYTES_MAX), ready, instance: this.instance }
  }

  /** Hands the conversation to a link. */
  attach(ours: LinkEnd, theirs: LinkEnd, receipts = true): void {
    this.talk.attach({
      writer: ours.writer,
      ready: theirs.ready,
      told: ours.ready,
      instance: theirs.instance,
      receipts,
      abandon: () => this.onAbandoned(ours),
      violate: (violation) => this.violations.push(violation)
    })
  }

  /** Frames that came in one read. */
  hear(messages: readonly Message[]): void {
    let items: Item[] = []
    const takeItems = (): void => {
      if (items.length > 0) this.talk.receive(items)
      items = []
    }
    for (const message of messages) {
      if (message.type === 'item') {
        items.push(message)
        continue
      }
      takeItems()
      if (message.type === 'ack') this.talk.acked(message.upTo)
      else if (message.type === 'read') this.talk.read(message.upTo)
      else if (message.type === 'log') this.talk.relog(message)
      else throw new Error(`${this.name} got a ${message.type}`)
    }
    takeItems()
  }

  get timers(): number {
    return this.#timers.length
  }

  /** What was to be done later is done. */
  ring(): void {
    for (const timer of this.#timers.splice(0)) timer()
    this.clock.drain()
  }

  /** The process ends in mid-sentence, and another one begins. @param left commits that survive. */
  restart(left?: number): void {
    this.store.crash(left)
    this.startAgain()
  }

  /** Another process, over what is in the store. */
  startAgain(): void {
    this.#timers = []
    this.talk = this.#start()
    this.talk.recover()
  }

  #start(): Conversation {
    this.run += 1
    const { run } = this
    const isNow = (): boolean => run === this.run
    return new Conversation(
      {
        newEpoch: () => `${this.name}${(this.#epochs += 1)}`.padStart(16, '0'),
        newMessageId: () => `${this.name}${(this.#ids += 1)}`.padStart(22, '-'),
        emit: (events) => {
          if (!isNow()) return
          for (const event of events) {
            this.events.push({ run, event })
            this.onEvent(event)
          }
        },
        refOf: () => ({ id: this.#peer }),
        onRenamed: (nickname) => this.renamed.push(nickname),
        onWaiting: () => undefined,
        commit: this.store.commit,
        takenIds: this.store.takenIds,
        run: (effect) => {
          this.clock.fork(effect).addObserver((exit) => {
            if (Exit.isFailure(exit) && Cause.hasDies(exit.cause))
              this.defects.push(Cause.squash(exit.cause))
          })
        },
        after: (_, work) => {
          if (isNow()) this.#timers.push(work)
        },
        onBroken: (failure) => this.broken.push(failure),
        messageBytesMax: MESSAGE_BYTES_MAX,
        wallNow: () => (this.#wall += 1)
      },
      this.store.ledger
    )
  }
}
