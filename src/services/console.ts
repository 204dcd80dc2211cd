/** The port to the person or script at the keyboard: lines come in here as commands. */
import * as Context from 'effect/Context'
import type * as Effect from 'effect/Effect'
import type { Command } from '../domain/commands.ts'

/** One read from the input: commands that were waiting, or its end. */
export type Input =
  | { readonly _tag: 'Commands'; readonly commands: readonly Command[] }
  | { readonly _tag: 'End' }

export class Console extends Context.Service<
  Console,
  {
    /** true: a person types; the end of input means "quit". false: a pipe; see Settings.stay. */
    readonly interactive: boolean
    /**
     * true: the input is a text to be delivered (a pipe), so none of it is read before somebody is
     * there to get it, and a failed dial or a peer that leaves ends the run. false: somebody, a person
     * or a program, attends the run and decides what comes next.
     */
    readonly paced: boolean
    /** The next commands. Nothing is read from the keyboard or pipe while nobody asks (backpressure). */
    readonly read: Effect.Effect<Input>
  }
>()('earshot/Console') {}
