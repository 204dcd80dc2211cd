/** Events for `for await`: they wait here, in order, until they are asked for. */
import { Deque } from '../protocol/deque.ts'
import type { PeerEvent, PeerEventType } from './peer-events.ts'
import type { Room } from './room.ts'

interface Waiter {
  readonly resolve: (result: IteratorResult<PeerEvent, undefined>) => void
  readonly reject: (error: unknown) => void
}

const DONE = { done: true, value: undefined } as const

/** One reader's queue. It ends when its reader stops (`break`), or when the peer is closed and all is read. */
export class EventQueue {
  readonly types: ReadonlySet<PeerEventType>
  readonly #room: Room
  readonly #onStop: (queue: EventQueue) => void
  readonly #waiting = new Deque<PeerEvent>()
  readonly #askers: Waiter[] = []
  #ended = false
  #error: Error | undefined

  constructor(types: ReadonlySet<PeerEventType>, room: Room, onStop: (queue: EventQueue) => void) {
    this.types = types
    this.#room = room
    this.#onStop = onStop
  }

  push(event: PeerEvent): void {
    const asker = this.#askers.shift()
    if (asker !== undefined) return asker.resolve({ done: false, value: event })
    this.#room.take(event)
    this.#waiting.push(event)
  }

  /** No more events will come. @param error what is thrown behind the last one. */
  end(error?: Error): void {
    this.#ended = true
    this.#error = error
    for (const asker of this.#askers.splice(0)) this.#end(asker)
  }

  next(): Promise<IteratorResult<PeerEvent, undefined>> {
    return new Promise((resolve, reject) => {
      const event = this.#waiting.shift()
      if (event !== undefined) {
        this.#room.free(event)
        resolve({ done: false, value: event })
      } else if (this.#ended) this.#end({ resolve, reject })
      else this.#askers.push({ resolve, reject })
    })
  }

  /** The reader wants no more: what waits is dropped. */
  stop(): void {
    for (let event = this.#waiting.shift(); event !== undefined; event = this.#waiting.shift())
      this.#room.free(event)
    this.#error = undefined
    this.end()
    this.#onStop(this)
  }

  #end({ resolve, reject }: Waiter): void {
    const error = this.#error
    // Thrown once; a reader that asks again is at the end.
    this.#error = undefined
    if (error === undefined) resolve(DONE)
    else reject(error)
  }
}

/** A queue as the language iterates. */
export const iterate = <T extends PeerEventType>(
  queue: EventQueue
): AsyncIterableIterator<PeerEvent<T>, undefined> => {
  const iterator: AsyncIterableIterator<PeerEvent<T>, undefined> = {
    next: () => queue.next() as Promise<IteratorResult<PeerEvent<T>, undefined>>,
    return: () => {
      queue.stop()
      return Promise.resolve(DONE)
    },
    [Symbol.asyncIterator]: () => iterator
  }
  return iterator
}
