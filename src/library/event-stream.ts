/** Events for `for await`: they wait here, in order, until they are asked for. */
import { Deque } from '../protocol/deque.ts'
import type { PeerEvent, PeerEventType } from './peer-events.ts'
import type { Told } from './told.ts'

interface Asker {
  readonly resolve: (result: IteratorResult<PeerEvent, undefined>) => void
  readonly reject: (error: unknown) => void
}

const DONE = { done: true, value: undefined } as const

/** One reader's queue. It ends when its reader stops (`break`), or when the peer is closed and all is read. */
export class EventQueue {
  readonly types: ReadonlySet<PeerEventType>
  readonly #onStop: (queue: EventQueue, unread: readonly Told[]) => void
  readonly #waiting = new Deque<Told>()
  readonly #askers: Asker[] = []
  /** What its reader has, and is not known to be done with. */
  readonly #taken: Told[] = []
  #ended = false
  #error: Error | undefined

  /** @param onStop told when the reader wants no more, with what it did not take. */
  constructor(
    types: ReadonlySet<PeerEventType>,
    onStop: (queue: EventQueue, unread: readonly Told[]) => void
  ) {
    this.types = types
    this.#onStop = onStop
  }

  push(told: Told): void {
    const asker = this.#askers.shift()
    if (asker === undefined) {
      told.wait()
      this.#waiting.push(told)
    } else this.#give(told, asker)
  }

  /** No more events will come. @param error what is thrown behind the last one. */
  end(error?: Error): void {
    this.#ended = true
    this.#error = error
    for (const asker of this.#askers.splice(0)) this.#end(asker)
  }

  /** Whoever asks for the next one is done with those before it. */
  next(): Promise<IteratorResult<PeerEvent, undefined>> {
    this.#finish()
    return new Promise((resolve, reject) => {
      const told = this.#waiting.shift()
      if (told !== undefined) {
        told.waited()
        this.#give(told, { resolve, reject })
      } else if (this.#ended) this.#end({ resolve, reject })
      else this.#askers.push({ resolve, reject })
    })
  }

  /** The reader is done, and wants no more. */
  stop(): void {
    this.#finish()
    const unread: Told[] = []
    for (let told = this.#waiting.shift(); told !== undefined; told = this.#waiting.shift()) {
      told.waited()
      unread.push(told)
    }
    this.#error = undefined
    this.end()
    this.#onStop(this, unread)
  }

  #give(told: Told, { resolve }: Asker): void {
    this.#taken.push(told)
    resolve({ done: false, value: told.event })
  }

  #finish(): void {
    for (const told of this.#taken.splice(0)) told.heard()
  }

  #end({ resolve, reject }: Asker): void {
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
