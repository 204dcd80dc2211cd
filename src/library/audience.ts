/**
 * Who hears what a peer tells: listeners at once, readers of streams when they ask. A received message
 * that nobody listens for yet waits for whoever does first, so that none is lost between two lines of a
 * program.
 */
import { EarshotError } from './earshot-error.ts'
import { EventQueue } from './event-stream.ts'
import type { Listener, PeerEvent, PeerEventType } from './peer-events.ts'
import type { Room } from './room.ts'

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
  readonly #room: Room
  readonly #onListenerError: OnListenerError
  readonly #subscriptions = new Set<Subscription>()
  readonly #queues = new Set<EventQueue>()
  /** Received messages that nobody has heard. */
  #unheard: PeerEvent[] = []
  #ended: { readonly error: Error | undefined } | undefined
  #isClosing = false

  constructor(room: Room, onListenerError: OnListenerError = raise) {
    this.#room = room
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
    const queue = new EventQueue(types, this.#room, (stopped) => this.#queues.delete(stopped))
    this.#queues.add(queue)
    this.#tellUnheard()
    if (this.#ended !== undefined) queue.end(this.#ended.error)
    return queue
  }

  tell(event: PeerEvent): void {
    if (event.type === 'message.received' && (this.#unheard.length > 0 || !this.#hears(event))) {
      this.#room.take(event)
      this.#unheard.push(event)
    } else this.#hand(event)
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
    const events = this.#unheard
    this.#unheard = []
    for (const [index, event] of events.entries()) {
      // A listener may have left in the midst of it.
      if (!this.#hears(event)) {
        this.#unheard = [...events.slice(index), ...this.#unheard]
        return
      }
      this.#room.free(event)
      this.#hand(event)
    }
  }

  #hand(event: PeerEvent): void {
    for (const queue of this.#queues) if (queue.types.has(event.type)) queue.push(event)
    for (const subscription of [...this.#subscriptions])
      if (subscription.type === event.type && this.#subscriptions.has(subscription))
        this.#call(subscription.listener, event)
  }

  /** A listener that fails harms neither the peer nor the other listeners. */
  #call(listener: Listener, event: PeerEvent): void {
    const failed = (error: unknown): void => this.#report(error, event)
    try {
      const result = listener(event)
      if (isThenable(result)) void result.then(undefined, failed)
    } catch (error) {
      failed(error)
    }
  }

  #report(error: unknown, event: PeerEvent): void {
    if (this.#isClosing && error instanceof EarshotError && error.code === 'Closed') return
    try {
      this.#onListenerError(error, event)
    } catch (another) {
      raise(another)
    }
  }
}
