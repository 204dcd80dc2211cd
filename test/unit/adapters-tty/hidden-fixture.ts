/**
 * A program for the pty tests: asks two hidden questions, tells what it got, and goes on as a
 * conversation that echoes its lines.
 */
import * as Effect from 'effect/Effect'
import { hiddenQuestions } from '../../../src/adapters/hidden-question.ts'
import { layerTerminal } from '../../../src/adapters/tty-layer.ts'
import { Terminal } from '../../../src/services/terminal.ts'

/** Codes, so that what is looked for on the screen cannot be found in them. */
const told = (answer: string | undefined): string =>
  answer === undefined ? 'none' : Buffer.from(answer).toString('hex')

const questions = Effect.gen(function* () {
  const person = yield* hiddenQuestions({ input: process.stdin, output: process.stderr })
  const first = yield* person.ask('First: ')
  person.say(`got ${told(first)}`)
  if (first === undefined) return
  const second = yield* person.ask('Second: ')
  person.say(`got ${told(second)}`)
}).pipe(Effect.scoped)

const lines = Effect.gen(function* () {
  const terminal = yield* Terminal
  terminal.setPrompt('> ')
  for (let read = yield* terminal.readLines; read !== undefined; read = yield* terminal.readLines)
    terminal.print(read.map((line) => `heard ${line}`))
})

await Effect.runPromise(questions)
if (process.argv.includes('--talk'))
  await Effect.runPromise(Effect.scoped(Effect.provide(lines, layerTerminal({ plain: false }))))
process.stdout.write('[end]\n')
process.exit()
