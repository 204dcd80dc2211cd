/** What was said and has no number yet: the store is busy with what was said before. */
import type { MessageOf } from '../domain/items.ts'
import { utf8Bytes } from '../protocol/utf8.ts'

const bytesOf = ({ body }: MessageOf): number =>
  utf8Bytes(body.kind === 'text' ? body.text : body.nickname)

export class TypedMessages {
  #messages: MessageOf[] = []
  #bytes = 0

  get all(): readonly MessageOf[] {
    return this.#messages
  }

  /** How many, and UTF-8 bytes of their texts. */
  get size(): { readonly messages: number; readonly bytes: number } {
    return { messages: this.#messages.length, bytes: this.#bytes }
  }

  push(message: MessageOf): void {
    this.#messages.push(message)
    this.#bytes += bytesOf(message)
  }

  /** All of them, in order; none is left. */
  take(): readonly MessageOf[] {
    const messages = this.#messages
    this.#messages = []
    this.#bytes = 0
    return messages
  }

  /** Takes these back; gives those that were there. */
  remove(ids: ReadonlySet<string>): readonly MessageOf[] {
    const removed = this.#messages.filter(({ id }) => ids.has(id))
    this.#messages = this.#messages.filter(({ id }) => !ids.has(id))
    for (const message of removed) this.#bytes -= bytesOf(message)
    return removed
  }
}
