/** Messages that were delivered to a peer that tells what is read, until it tells. */
import type { OwnMessage } from '../domain/items.ts'
import { UNREAD_MESSAGES_MAX } from '../domain/limits.ts'
import { Deque } from '../protocol/deque.ts'

export class UnreadMessages {
  /** In order: the last number of each, and its id. */
  readonly #all = new Deque<{ readonly upTo: number; readonly id: string }>()

  /** The oldest are forgotten when they are too many. */
  push(messages: readonly OwnMessage[]): void {
    for (const { first, items, id } of messages) {
      this.#all.push({ upTo: first + items - 1, id })
      if (this.#all.length > UNREAD_MESSAGES_MAX) this.#all.shift()
    }
  }

  /** Ids of those that were read with the number `upTo`; they are forgotten. */
  take(upTo: number): readonly string[] {
    const ids: string[] = []
    for (let head = this.#all.at(0); head !== undefined && head.upTo <= upTo; ) {
      ids.push(head.id)
      this.#all.shift()
      head = this.#all.at(0)
    }
    return ids
  }

  clear(): void {
    while (this.#all.shift() !== undefined);
  }
}
