/**
 * Who hears what a peer tells: listeners at once, readers of streams when they ask. A received message
 * that nobody listens for, or that a reader left unread, waits for whoever listens next, so that none is
 * lost between two lines of a program.
 */
import { EarshotError } from './earshot-error.ts'
import { EventQueue } from './event-stream.ts'
import type { Listener, PeerEvent, PeerEventType } from './peer-events.ts'
import { Told, type ToldWorld } from './told.ts'

/** Told what a listener threw, or what its promise failed with. */
export type OnListenerError = (error: unknown, event: PeerEvent) => void

/** As with any promise that fails unheard: the process decides (`unhandledRejection`). */
const raise = (error: unknown): void => {
  void Promise.reject(error)
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'

interface Subscription {
  readonly type: PeerEventType
  readonly listener: Listener
}

export class Audience {
  readonly #world: ToldWorld
  readonly #onListenerError: OnListenerError | undefined
  readonly #subscriptions = new Set<Subscription>()
  readonly #queues = new Set<EventQueue>()
  /** Received messages that nobody has taken, in order. */
  #unheard: Told[] = []
  #told = 0
  #ended: { readonly error: Error | undefined } | undefined
  #isClosing = false

  /** @param onListenerError by default the process hears of what a listener throws. */
  constructor(world: ToldWorld, onListenerError: OnListenerError | undefined) {
    this.#world = world
    this.#onListenerError = onListenerError
  }

  /** @returns ends it. */
  on<T extends PeerEventType>(type: T, listener: Listener<T>): () => void {
    const subscription = { type, listener: listener as Listener }
    this.#subscriptions.add(subscription)
    // Later, so that whoever subscribes holds what ends it before it hears anything.
    if (this.#unheard.length > 0) void Promise.resolve().then(() => this.#tellUnheard())
    return () => {
      this.#subscriptions.delete(subscription)
    }
  }

  /** A queue of the events of these types from now on. */
  open(types: ReadonlySet<PeerEventType>): EventQueue {
    const queue = new EventQueue(types, (stopped, unread) => this.#stopped(stopped, unread))
    this.#queues.add(queue)
    this.#tellUnheard()
    if (this.#ended !== undefined) queue.end(this.#ended.error)
    return queue
  }

  tell(event: PeerEvent): void {
    const told = new Told(event, this.#told++, this.#world)
    if (event.type === 'message.received' && (this.#unheard.length > 0 || !this.#hears(event))) {
      told.wait()
      this.#unheard.push(told)
    } else this.#hand(told)
  }

  /** The peer is being closed: what a listener still asks of it is refused, which is not its fault. */
  closing(): void {
    this.#isClosing = true
  }

  /** Nothing more will be told. @param error what readers meet behind the last event. */
  end(error?: Error): void {
    this.#ended = { error }
    for (const queue of this.#queues) queue.end(error)
  }

  #hears({ type }: PeerEvent): boolean {
    for (const subscription of this.#subscriptions) if (subscription.type === type) return true
    for (const queue of this.#queues) if (queue.types.has(type)) return true
    return false
  }

  #tellUnheard(): void {
    const waiting = this.#unheard
    this.#unheard = []
    for (const [index, told] of waiting.entries()) {
      // A listener may have left in the midst of it.
      if (!this.#hears(told.event)) {
        this.#unheard = [...waiting.slice(index), ...this.#unheard]
        return
      }
      told.waited()
      this.#hand(told)
    }
  }

  /** What a reader leaves, and nobody else has, is unheard again. */
  #stopped(queue: EventQueue, unread: readonly Told[]): void {
    this.#queues.delete(queue)
    for (const told of unread) {
      told.hands -= 1
      if (told.event.type !== 'message.received' || told.isHeard || told.hands > 0) continue
      told.wait()
      this.#unheard.push(told)
    }
    this.#unheard.sort((one, other) => one.place - other.place)
    if (this.#unheard.length > 0) this.#tellUnheard()
  }

  #hand(told: Told): void {
    const { type } = told.event
    for (const queue of this.#queues)
      if (queue.types.has(type)) {
        told.hands += 1
        queue.push(told)
      }
    for (const subscription of [...this.#subscriptions])
      if (subscription.type === type && this.#subscriptions.has(subscription)) {
        told.hands += 1
        this.#call(subscription.listener, told)
      }
  }

  /** A listener that fails harms neither the peer nor the other listeners. */
  #call(listener: Listener, told: Told): void {
    const heard = (): void => told.heard()
    const failed = (error: unknown): void => this.#failed(error, told)
    try {
      const result = listener(told.event)
      if (isThenable(result)) void result.then(heard, failed)
      else heard()
    } catch (error) {
      failed(error)
    }
  }

  /** What failed counts as heard where somebody in the program takes care of it. */
  #failed(error: unknown, told: Told): void {
    if (this.#isClosing && error instanceof EarshotError && error.code === 'Closed') return
    if (this.#onListenerError === undefined) return raise(error)
    try {
      this.#onListenerError(error, told.event)
      told.heard()
    } catch (another) {
      raise(another)
    }
  }
}
