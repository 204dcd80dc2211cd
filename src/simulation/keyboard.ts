/** The Console port, driven by the script of a simulated world. */
import * as Effect from 'effect/Effect'
import type { Command } from '../domain/commands.ts'
import type { Console, Input } from '../services/console.ts'
import type { SimulatedClock } from './clock.ts'
import { Wakeup } from './wakeup.ts'

/** What a pipe holds, as on Linux (pipe(7)). */
const PIPE_CHARS = 64 * 1024

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

  /** How many of the waiting lines one read of a pipe gives. */
  #pipeful(): number {
    let chars = 0
    const full = this.#waiting.findIndex((command) => {
      chars += command.type === 'say' ? command.text.length : 0
      return chars >= PIPE_CHARS
    })
    return full < 0 ? this.#waiting.length : full + 1
  }

  /** The port. Both flags: see services/console.ts. */
  service(flags: { readonly interactive: boolean; readonly paced: boolean }): Console['Service'] {
    const read: Effect.Effect<Input> = Effect.suspend(() => {
      if (this.#waiting.length > 0) {
        const commands = this.#waiting.splice(0, flags.paced ? this.#pipeful() : Infinity)
        return Effect.succeed({ _tag: 'Commands', commands } as const)
      }
      if (this.#ended) return Effect.succeed({ _tag: 'End' } as const)
      return Effect.flatMap(this.#changed.wait, () => read)
    })
    return { ...flags, read }
  }
}
