/**
 * Where this run takes passphrases from: a file that was named, or a person at a terminal, who is asked
 * on standard error without showing what is typed. Nothing else: a passphrase is never an argument.
 */
import * as Effect from 'effect/Effect'
import * as Scope from 'effect/Scope'
import { type HiddenQuestions, hiddenQuestions } from '../adapters/hidden-question.ts'
import { type AskPassphrase, type Keyring, openKeyring } from '../adapters/keyring.ts'
import { readPassphraseFile } from '../adapters/passphrase-file.ts'
import { StartError } from '../domain/failures.ts'
import { normalPassphrase, passphraseFault } from '../domain/passphrase.ts'

/** Tries at a terminal. A file has one. */
const TRIES = 3

export interface Passphrases {
  /** The passphrase that a key has now. A person who gives up interrupts. */
  readonly current: AskPassphrase
  /**
   * A new one, which has been typed twice or stands in `file`. Fails with UsageInvalid where it
   * cannot be one, or where nobody can be asked and `flag` was not given.
   */
  readonly fresh: (file: string | undefined, flag: string) => Effect.Effect<string, StartError>
}

const usage = (detail: string, next: string): StartError =>
  new StartError({ reason: { _tag: 'UsageInvalid', detail, next } })

/** undefined: nobody is there to ask, or nobody would see the question. */
const terminalOf = (): Effect.Effect<HiddenQuestions, never, Scope.Scope> | undefined =>
  process.stdin.isTTY === true && process.stderr.isTTY === true
    ? hiddenQuestions({ input: process.stdin, output: process.stderr })
    : undefined

/** Who gives up wants the command to end, as with Ctrl+C anywhere else. */
const answered = (terminal: HiddenQuestions, question: string): Effect.Effect<string, StartError> =>
  terminal.ask(question).pipe(
    Effect.filterOrElse(
      (answer) => answer !== undefined,
      () => Effect.interrupt
    )
  )

const askCurrent =
  (terminal: Effect.Effect<HiddenQuestions> | undefined): AskPassphrase =>
  ({ path, attempt }) =>
    Effect.gen(function* () {
      if (terminal === undefined)
        return yield* new StartError({ reason: { _tag: 'PassphraseNeeded', path } })
      if (attempt > TRIES)
        return yield* new StartError({ reason: { _tag: 'PassphraseWrong', path } })
      const person = yield* terminal
      if (attempt > 1) person.say(`That is not it. Tries left: ${TRIES + 1 - attempt}.`)
      return yield* answered(person, 'Passphrase: ')
    })

const currentInFile =
  (file: string): AskPassphrase =>
  ({ path, attempt }) =>
    attempt === 1
      ? readPassphraseFile(file)
      : Effect.fail(new StartError({ reason: { _tag: 'PassphraseWrong', path } }))

const freshInFile = Effect.fnUntraced(function* (
  file: string
): Effect.fn.Return<string, StartError> {
  const passphrase = yield* readPassphraseFile(file)
  const fault = passphraseFault(passphrase)
  if (fault === undefined) return passphrase
  return yield* usage(`The passphrase in ${file} ${fault}.`, 'Nothing was changed.')
})

/** Asks until the same good one was typed twice. */
const askFresh = Effect.fnUntraced(function* (
  person: HiddenQuestions
): Effect.fn.Return<string, StartError> {
  for (;;) {
    const first = yield* answered(person, 'New passphrase: ')
    const fault = passphraseFault(first)
    if (fault !== undefined) {
      person.say(`That passphrase ${fault}.`)
      continue
    }
    const second = yield* answered(person, 'The same again: ')
    if (normalPassphrase(first) === normalPassphrase(second)) return first
    person.say('The two differ.')
  }
})

/** @param file as --passphrase-file and its like say; undefined: a person is asked. */
export const passphrasesFrom = Effect.fnUntraced(function* (
  file: string | undefined
): Effect.fn.Return<Passphrases, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const opened = terminalOf()
  // Only once somebody is asked, and then until the scope ends: what is typed early is not shown.
  const terminal =
    opened === undefined ? undefined : yield* Effect.cached(Scope.provide(opened, scope))
  return {
    current: file === undefined ? askCurrent(terminal) : currentInFile(file),
    fresh: (named, flag) => {
      if (named !== undefined) return freshInFile(named)
      if (terminal !== undefined) return Effect.flatMap(terminal, askFresh)
      return Effect.fail(
        usage(
          'There is no terminal to ask for the new passphrase.',
          `Name a file whose first line it is: ${flag} FILE.`
        )
      )
    }
  }
})

/**
 * The key of the store of a profile, unlocked: made on the first run, asked for where it has a
 * passphrase. Call it before the conversation takes the terminal.
 * @param directory the profile's. @param file `passphrase_file`, if set.
 */
export const unlockKeyring = (
  directory: string,
  file: string | undefined
): Effect.Effect<Keyring, StartError> =>
  Effect.scoped(
    Effect.flatMap(passphrasesFrom(file), ({ current }) => openKeyring({ directory, ask: current }))
  )
