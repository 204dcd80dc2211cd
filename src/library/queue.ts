/** What waits to be delivered: the answers to `queue` and `cancel`, whose commands know numbers only. */
import type { Command } from '../domain/commands.ts'
import type { EarshotEvent, QueuedLine } from '../domain/events.ts'
import { EarshotError, misuse } from './earshot-error.ts'
import type { Promised } from './questions.ts'

interface Cancelling extends Promised<boolean> {
  readonly id: string
}

export interface QueueWorld {
  /** Hands over commands; done when they were carried out, fails where one was refused. */
  readonly ask: (...commands: readonly Command[]) => Promise<unknown>
}

export class Queue {
  readonly #world: QueueWorld
  readonly #asked: Promised<readonly QueuedLine[]>[] = []
  #cancelling: Cancelling | undefined
  /** One after the other: numbers hold until the queue is asked for again. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(world: QueueWorld) {
    this.#world = world
  }

  /** Everything that waits, of all peers. */
  show(): Promise<readonly QueuedLine[]> {
    return this.#next(() => this.#show())
  }

  /** @returns false: it was sent, or does not wait. */
  cancel(id: string): Promise<boolean> {
    return this.#next(async () => {
      const line = (await this.#show()).find((one) => one.id === id)
      if (line === undefined) return false
      const cancelled = new Promise<boolean>((resolve, reject) => {
        this.#cancelling = { id, resolve, reject }
      })
      cancelled.catch(() => undefined)
      try {
        await this.#world.ask({ type: 'cancel', which: line.number })
      } catch (error) {
        this.#cancelling = undefined
        // It was delivered in between.
        if (error instanceof EarshotError && error.code === 'UsageInvalid') return false
        throw error
      }
      return cancelled
    })
  }

  hear(event: EarshotEvent): void {
    if (event.type === 'queue.shown') this.#asked.shift()?.resolve(event.entries)
    else if (event.type === 'command.unavailable' && event.command === '/queue')
      this.#asked.shift()?.reject(misuse(event.detail, 'The store has to be readable.'))
    else if (event.type === 'message.cancelled' && this.#cancelling !== undefined) {
      this.#cancelling.resolve(event.ids.includes(this.#cancelling.id))
      this.#cancelling = undefined
    }
  }

  end(error: EarshotError): void {
    for (const { reject } of this.#asked.splice(0)) reject(error)
    this.#cancelling?.reject(error)
  }

  #next<A>(work: () => Promise<A>): Promise<A> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => undefined)
    return result
  }

  #show(): Promise<readonly QueuedLine[]> {
    const answer = new Promise<readonly QueuedLine[]>((resolve, reject) => {
      this.#asked.push({ resolve, reject })
    })
    const asked = this.#world.ask({ type: 'queue' })
    return Promise.all([answer, asked]).then(([entries]) => entries)
  }
}
