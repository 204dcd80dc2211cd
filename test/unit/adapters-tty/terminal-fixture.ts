/**
 * A program for the pty tests: asks one question, then echoes lines as the chat would, and prints
 * what it is told to by a line `#print N`. It ends with the input.
 */
import * as Effect from 'effect/Effect'
import { layerTerminal } from '../../../src/adapters/tty-layer.ts'
import { Terminal } from '../../../src/services/terminal.ts'

const program = Effect.gen(function* () {
  const terminal = yield* Terminal
  if (process.argv.includes('--ask')) {
    const answer = yield* terminal.question('Your name? ')
    terminal.print([`Hello ${answer ?? 'nobody'}`])
  }
  terminal.setPrompt('> ')
  // The parent tells us by a signal that a message has come in from somewhere else.
  let count = 0
  process.on('SIGUSR2', () => {
    count += 1
    terminal.print([`bob: message ${count}`])
  })
  terminal.print(['ready'])
  for (
    let lines = yield* terminal.readLines;
    lines !== undefined;
    lines = yield* terminal.readLines
  )
    terminal.print(lines.map((line) => `You: ${JSON.stringify(line)}`))
  yield* terminal.close
  terminal.print(['bye'])
})

await Effect.runPromise(Effect.scoped(Effect.provide(program, layerTerminal({ plain: false }))))
