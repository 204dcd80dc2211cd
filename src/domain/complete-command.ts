/** Tab completion of commands, from their table. */
import { CANONICAL, COMMANDS, type CommandEntry } from './command-table.ts'

/** What may stand behind a command and is not in the table. */
export interface CompletionSources {
  /** What completes the words and paths that are typed behind /send, with all that stands before. */
  readonly paths: (typed: string) => readonly string[]
  /** The transfers that commands may name, as `t1`. */
  readonly transfers: () => readonly string[]
}

const NO_SOURCES: CompletionSources = { paths: () => [], transfers: () => [] }

const argumentsOf = (
  entry: CommandEntry,
  begun: string,
  sources: CompletionSources
): readonly string[] => {
  if (entry.paths === true) return sources.paths(begun)
  const transfers = entry.transfers === true ? sources.transfers() : []
  return [...transfers, ...(entry.words ?? [])].filter((each) =>
    each.startsWith(begun.toLowerCase())
  )
}

/**
 * The commands that begin with what is typed, each with the space for its argument; behind a whole
 * command, what may follow it.
 */
export const completeCommand = (
  line: string,
  sources: CompletionSources = NO_SOURCES
): readonly string[] => {
  const [, typed = '', space, begun = ''] = /^(\/\S*)(?:(\s+)(.*))?$/su.exec(line) ?? []
  if (typed === '') return []
  const word = typed.toLowerCase()
  if (space === undefined)
    return COMMANDS.filter(({ name }) => name.startsWith(word)).map(({ name, args }) =>
      args === '' ? name : `${name} `
    )
  const name = CANONICAL.get(word)
  const entry = COMMANDS.find((each) => each.name === name)
  return entry === undefined
    ? []
    : argumentsOf(entry, begun, sources).map((each) => `${word} ${each}`)
}
