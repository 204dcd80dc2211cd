/**
 * The command line, as commander describes it: flags, commands, help. Nothing runs from here:
 * `parseArgv` turns arguments into an Invocation or a failure, and completions and the manual page
 * are made from the same description.
 */
import { Command, CommanderError } from 'commander'
import * as Result from 'effect/Result'
import type { StartFailure } from '../domain/failures.ts'
import { nearestName } from '../domain/nearest-name.ts'
import { HELP_AFTER } from './help-text.ts'
import type { Invocation } from './invocation.ts'
import { addCommands } from './program-commands.ts'
import { chatFlags, chatOptions, type Settle } from './program-flags.ts'
import { VERSION } from './version.ts'

/** The whole command line. @param settle told what was asked for, once, while arguments are parsed. */
export const buildProgram = (settle: Settle): Command => {
  const program = new Command('earshot')
    .description(
      'Talk straight to each other from the terminal: no server, no account, encrypted end to end.'
    )
    .usage('[options] [command]')
    .version(`earshot ${VERSION}`, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', HELP_AFTER)
    .configureHelp({ showGlobalOptions: false })
    .action((_own: unknown, command: Command) =>
      settle({ _tag: 'Chat', flags: chatFlags(command) })
    )
  for (const option of chatOptions()) program.addOption(option)
  addCommands(program, settle)
  return program
}

/** Commands of commands report like the program does. */
const everyCommand = (command: Command): readonly Command[] => [
  command,
  ...command.commands.flatMap(everyCommand)
]

const usage = (detail: string, next: string): StartFailure => ({
  _tag: 'UsageInvalid',
  detail,
  next
})

const HELP = 'earshot --help explains it.'

/** Commander's clause as a sentence. */
const sentence = (clause: string): string => {
  const text = `${clause.slice(0, 1).toUpperCase()}${clause.slice(1)}`
  return /[.?!]$/.test(text) ? text : `${text}.`
}

/** The word that should have been a command, and the commands of its level. */
const strayWord = (
  program: Command,
  words: readonly string[]
): { readonly word: string; readonly names: readonly string[] } | undefined => {
  let level = program
  for (const word of words) {
    if (level.commands.length === 0) return undefined
    const next = level.commands.find((command) => command.name() === word)
    if (next === undefined) return { word, names: level.commands.map((each) => each.name()) }
    level = next
  }
  return undefined
}

const usageFailure = (error: CommanderError, program: Command): StartFailure => {
  const [first = '', ...others] = error.message.replace(/^error: /, '').split('\n')
  // A word that is no command goes to the default one, which can only say that there are too many.
  const stray =
    error.code === 'commander.excessArguments' ? strayWord(program, program.args) : undefined
  if (stray !== undefined) {
    const meant = nearestName(stray.word.toLowerCase(), stray.names)
    const guess = meant === undefined ? '' : `Did you mean ${meant}? `
    const next = /[:.\d]/.test(stray.word)
      ? `To dial a peer: earshot --connect ${stray.word}`
      : `${guess}${HELP}`
    return usage(`There is no command '${stray.word}'.`, next)
  }
  const hint = others.join(' ').replaceAll(/[()]/g, '').trim()
  return usage(sentence(first), `${hint === '' ? '' : `${hint} `}${HELP}`)
}

/**
 * Understands the arguments (without node and script).
 * @param columns the width that help is wrapped to. @returns a usage failure for anything unknown.
 */
export const parseArgv = (
  argv: readonly string[],
  columns = 80
): Result.Result<Invocation, StartFailure> => {
  let found: Invocation | undefined
  let printed = ''
  const program = buildProgram((invocation) => {
    found = invocation
  })
  for (const command of everyCommand(program))
    command.exitOverride().configureOutput({
      writeOut: (text) => {
        printed += text
      },
      writeErr: () => {},
      getOutHelpWidth: () => columns,
      getOutHasColors: () => false
    })
  try {
    program.parse(argv, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return Result.succeed({ _tag: 'Print', text: printed })
    return Result.fail(usageFailure(error, program))
  }
  if (found === undefined) return Result.fail(usage('There is nothing to do.', HELP))
  if (found._tag === 'Chat' && found.flags.plainText && found.flags.expect !== undefined)
    return Result.fail(
      usage('--plain-text proves nobody, so --expect cannot hold.', 'Leave one of the two away.')
    )
  return Result.succeed(found)
}
