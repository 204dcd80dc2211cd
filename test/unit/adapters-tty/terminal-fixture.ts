/**
 * A program for the pty tests: asks one question, then echoes lines as the chat would, with marks where
 * it is told to. A signal is a message from elsewhere, and news of all that was echoed. It ends with the
 * input.
 */
import * as Effect from 'effect/Effect'
import { layerTerminal } from '../../../src/adapters/tty-layer.ts'
import { type Line, Terminal } from '../../../src/services/terminal.ts'

const program = Effect.gen(function* () {
  const terminal = yield* Terminal
  if (process.argv.includes('--ask')) {
    const answer = yield* terminal.question('Your name? ')
    terminal.print([`Hello ${answer ?? 'nobody'}`])
  }
  terminal.setPrompt('> ')
  const marks = process.argv.includes('--marks')
  const ids: string[] = []
  const echo = (text: string): Line => {
    if (!marks) return text
    const id = `${ids.length}`
    ids.push(id)
    return { text, id, mark: '  ·' }
  }
  // The parent tells us by a signal that a message has come in from somewhere else.
  let count = 0
  process.on('SIGUSR2', () => {
    count += 1
    terminal.print([`bob: message ${count}`])
    terminal.mark(new Map(ids.map((id) => [id, '  ✓'])))
  })
  terminal.print(['ready'])
  for (
    let lines = yield* terminal.readLines;
    lines !== undefined;
    lines = yield* terminal.readLines
  )
    terminal.print(lines.map((line) => echo(`You: ${JSON.stringify(line)}`)))
  yield* terminal.close
  terminal.print(['bye'])
})

await Effect.runPromise(Effect.scoped(Effect.provide(program, layerTerminal({ plain: false }))))
