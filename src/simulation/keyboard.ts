/** The Console port, driven by the script of a simulated world. */
import * as Effect from 'effect/Effect'
import type { Command } from '../domain/commands.ts'
import type { Console, Input } from '../services/console.ts'
import type { SimulatedClock } from './clock.ts'
import { Wakeup } from './wakeup.ts'

/** What a person or script types. Commands wait here until the program reads them. */
export class Keyboard {
  readonly #changed: Wakeup
  #waiting: Command[] = []
  #ended = false

  constructor(clock: SimulatedClock) {
    this.#changed = new Wakeup(clock)
  }

  enter(command: Command): void {
    this.#waiting.push(command)
    this.#changed.notify()
  }

  end(): void {
    this.#ended = true
    this.#changed.notify()
  }

  /** The port. Both flags: see services/console.ts. */
  service(flags: { readonly interactive: boolean; readonly paced: boolean }): Console['Service'] {
    const read: Effect.Effect<Input> = Effect.suspend(() => {
      const commands = this.#waiting
      if (commands.length > 0) {
        this.#waiting = []
        return Effect.succeed({ _tag: 'Commands', commands } as const)
      }
      if (this.#ended) return Effect.succeed({ _tag: 'End' } as const)
      return Effect.flatMap(this.#changed.wait, () => read)
    })
    return { ...flags, read }
  }
}
