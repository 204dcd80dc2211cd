/** The Console port over the Terminal port: lines in, commands out. */
import * as Effect from 'effect/Effect'
import type { Command } from '../domain/commands.ts'
import type { Console, Input } from '../services/console.ts'
import type { Terminal } from '../services/terminal.ts'

/**
 * @param parse reads a line; undefined for one that asks for nothing.
 * @param attended true: a program reads our events and decides what it sends, though it is a pipe.
 */
export const consoleOver = (
  terminal: Terminal['Service'],
  parse: (line: string) => Command | undefined,
  attended: boolean
): Console['Service'] => ({
  interactive: terminal.interactive,
  paced: !terminal.interactive && !attended,
  read: Effect.gen(function* (): Effect.fn.Return<Input> {
    for (;;) {
      const lines = yield* terminal.readLines
      if (lines === undefined) return { _tag: 'End' }
      const commands = lines.map(parse).filter((command) => command !== undefined)
      if (commands.length > 0) return { _tag: 'Commands', commands }
    }
  })
})
