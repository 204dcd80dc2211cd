/** The questions of a start without arguments (features.md S1). */
import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import { parseEndpoint } from '../domain/endpoint.ts'
import type { Endpoint } from '../domain/failures.ts'
import type { Terminal } from '../services/terminal.ts'
import type { Answers } from './chat-settings.ts'
import { VERSION } from './version.ts'

export const BANNER: readonly string[] = [
  `Earshot ${VERSION}: talk straight to each other, encrypted end to end.`,
  '',
  'Usage:',
  '  earshot --port 8080          wait for a friend',
  '  earshot --connect HOST:PORT  call a friend',
  '  earshot --help               everything else',
  ''
]

export const ADDRESS_QUESTION = 'Enter peer address (or press Enter to start as server): '
export const portQuestion = (preset: number): string =>
  `Enter port to listen on (default ${preset}): `

/**
 * undefined: an empty answer, so we wait to be called. A failure is a sentence.
 * @param peerPort the port of an address that names none.
 */
export const readAddress = (
  answer: string,
  peerPort: number
): Result.Result<Endpoint | undefined, string> => {
  const text = answer.trim()
  if (text === '') return Result.succeed(undefined)
  return Result.mapError(
    parseEndpoint(text, peerPort),
    (fault) => `That is not an address: ${fault}. For example: 192.168.1.20:8080`
  )
}

export const readPort = (
  answer: string,
  preset: number
): Result.Result<Pick<Answers, 'port' | 'portNamed'>, string> => {
  const text = answer.trim()
  if (text === '') return Result.succeed({ port: preset, portNamed: false })
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  return port <= 65_535
    ? Result.succeed({ port, portNamed: true })
    : Result.fail('That is not a port: a whole number from 0 to 65535 (0: any free one).')
}

/** Asks until the answer can be used; undefined when the input ends instead. */
const ask = Effect.fnUntraced(function* <A>(
  terminal: Terminal['Service'],
  question: string,
  read: (answer: string) => Result.Result<A, string>
): Effect.fn.Return<{ readonly value: A } | undefined> {
  for (;;) {
    const answer = yield* terminal.question(question)
    if (answer === undefined) return undefined
    const value = read(answer)
    if (Result.isSuccess(value)) return { value: value.success }
    terminal.print([value.failure])
  }
})

/**
 * Shows the banner and asks whom to call and where to listen.
 * @param preset the port that an empty answer takes. @param peerPort as for `readAddress`. @returns undefined: the user ended the input.
 */
export const askHowToStart = Effect.fnUntraced(function* (
  terminal: Terminal['Service'],
  preset: number,
  peerPort: number
): Effect.fn.Return<Answers | undefined> {
  terminal.print(BANNER)
  const address = yield* ask(terminal, ADDRESS_QUESTION, (answer) => readAddress(answer, peerPort))
  if (address === undefined) return undefined
  const port = yield* ask(terminal, portQuestion(preset), (answer) => readPort(answer, preset))
  return port === undefined ? undefined : { connect: address.value, ...port.value }
})
