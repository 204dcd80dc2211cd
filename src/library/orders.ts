/** What a program asks of its peer, as the run reads it: the Console port over a queue. */
import * as Effect from 'effect/Effect'
import * as Latch from 'effect/Latch'
import type { Command } from '../domain/commands.ts'
import type { Console, Input } from '../services/console.ts'

/** Commands that are handed over in one read, so that a flood of them leaves time for the links. */
const BATCH = 512

export class Orders {
  readonly #some = Latch.makeUnsafe(false)
  #waiting: Command[] = []

  /** Takes commands; those of one call follow each other without another one between them. */
  push(...commands: readonly Command[]): void {
    this.#waiting.push(...commands)
    this.#some.openUnsafe()
  }

  readonly console: Console['Service'] = {
    interactive: false,
    paced: false,
    // Whoever opens the latch may be a listener in the midst of what it is told: that is done first.
    read: this.#some.await.pipe(
      Effect.andThen(Effect.yieldNow),
      Effect.andThen(Effect.sync((): Input => this.#take()))
    )
  }

  #take(): Input {
    const commands = this.#waiting.slice(0, BATCH)
    this.#waiting = this.#waiting.slice(BATCH)
    if (this.#waiting.length === 0) this.#some.closeUnsafe()
    return { _tag: 'Commands', commands }
  }
}
