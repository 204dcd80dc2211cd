/** `earshot history`, as commander describes it: which flags go together, and what they ask for. */
import { Argument, type Command, InvalidArgumentError, Option } from 'commander'
import { readPath, readWholeNumber } from './flag-values.ts'
import { HISTORY_HELP_AFTER } from './help-text.ts'
import { EXPORT_ENDINGS, exportFormOf } from './history/export-form.ts'
import type { HistoryAction, KeepChoice } from './invocation.ts'
import { commonFlags, type Settle } from './program-flags.ts'

/** As many as /history shows. */
const LINES = 20
const LINES_FLAGS = '-n, --lines <number>'

interface Given {
  readonly lines?: number
  readonly all?: true
  readonly since?: string
  readonly search?: readonly string[]
  readonly export?: string
  readonly keep?: KeepChoice
  readonly erase?: true
  readonly yes?: true
}

const readWords = (text: string): readonly string[] => {
  const words = text.split(/\s+/).filter((word) => word !== '')
  if (words.length === 0) throw new InvalidArgumentError('Name at least one word.')
  return words
}

const readExport = (path: string): string => {
  if (exportFormOf(readPath(path)) === undefined)
    throw new InvalidArgumentError(
      `The end of its name says in which form: ${EXPORT_ENDINGS.join(', ')}.`
    )
  return path
}

const historyOptions = (): readonly Option[] => {
  const changes = ['erase', 'keep']
  return [
    new Option(LINES_FLAGS, `only the newest so many messages (else ${LINES})`)
      .argParser(readWholeNumber)
      .conflicts(changes),
    new Option('--all', 'all messages').conflicts(['lines', ...changes]),
    new Option(
      '--since <when>',
      'all since then: 2026-11-01, 2026-11-01T12:00, today, yesterday, 12h, 3d'
    ).conflicts(changes),
    new Option('--search <words>', 'only those in which all of these words occur')
      .argParser(readWords)
      .conflicts(changes),
    new Option(
      '--export <file>',
      `write all into a new file (${EXPORT_ENDINGS.join(', ')}) instead of printing`
    )
      .argParser(readExport)
      .conflicts(changes),
    new Option('--json', 'as JSON, one object a line'),
    new Option(
      '--keep <choice>',
      'keep this conversation from now on, or not, or as save_history says'
    )
      .choices(['on', 'off', 'default'])
      .conflicts(['erase']),
    new Option('--erase', 'delete what is kept of it for ever; only with --yes'),
    new Option('--yes', 'do delete it')
  ]
}

/**
 * How many messages -n asks for. Wherever it stands, commander takes -n for the program's own
 * --nickname, which means nothing to this command: so its value is ours.
 */
const linesOf = (command: Command, given: Given): number | undefined => {
  const { lines } = given
  const taken = (command.optsWithGlobals() as { readonly nickname?: string }).nickname
  if (lines !== undefined || taken === undefined) return lines
  const refuse = (why: string): never =>
    command.error(`error: option '${LINES_FLAGS}' argument '${taken}' is invalid. ${why}`)
  for (const name of ['all', 'erase', 'keep'] as const)
    if (given[name] !== undefined) return refuse(`It does not go with --${name}.`)
  try {
    return readWholeNumber(taken)
  } catch (error) {
    if (error instanceof InvalidArgumentError) return refuse(error.message)
    throw error
  }
}

const actionOf = (who: string, given: Given, lines: number | undefined): HistoryAction => {
  const { all, since, search, export: path } = given
  if (given.erase === true) return { _tag: 'Erase', who, confirmed: given.yes === true }
  if (given.keep !== undefined) return { _tag: 'Keep', who, keep: given.keep }
  const isBounded = all === undefined && since === undefined && path === undefined
  const limit = lines ?? (isBounded ? LINES : undefined)
  return { _tag: 'Show', who, limit, since, words: search ?? [], path }
}

/** Adds the command. */
export const addHistory = (program: Command, settle: Settle): void => {
  const history = program
    .command('history')
    .summary('print, search, export or delete what is kept of conversations')
    .description(
      'Without a peer: the conversations of which something is stored. With one: what was said. Nothing is kept after delivery unless save_history, --history or /history on ask for it.'
    )
    .addArgument(
      new Argument('[peer]', 'a nickname, a short id or a whole id, as earshot peers has them')
    )
    .action((who: string | undefined, given: Given, command: Command) => {
      const flags = commonFlags(command)
      const lines = linesOf(command, given)
      const asks = Object.keys(given).filter((name) => name !== 'json')
      if (given.yes === true && given.erase !== true)
        command.error('error: --yes goes with --erase only.')
      if (who !== undefined) settle({ _tag: 'History', flags, action: actionOf(who, given, lines) })
      else if (lines === undefined && asks.length === 0)
        settle({ _tag: 'History', flags, action: { _tag: 'List' } })
      else command.error('error: The peer is missing.\nearshot history lists those that there are.')
    })
  for (const option of historyOptions()) history.addOption(option)
  history.addHelpText('after', HISTORY_HELP_AFTER)
}
