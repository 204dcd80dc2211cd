/** Completion scripts, made from the program's own description so that they cannot fall behind. */
import type { Command, Option } from 'commander'
import type { Shell } from './invocation.ts'

/** One level of the command line, as the scripts need it. */
interface Level {
  /** Words that lead here, without the program's name. */
  readonly path: readonly string[]
  readonly options: readonly Option[]
  readonly commands: readonly Command[]
  readonly words: readonly string[]
}

const optionsOf = (command: Command): readonly Option[] =>
  command.createHelp().visibleOptions(command)

const commandsOf = (command: Command): readonly Command[] =>
  command.createHelp().visibleCommands(command)

const levelsOf = (command: Command, path: readonly string[] = []): readonly Level[] => [
  {
    path,
    options: optionsOf(command),
    commands: path.length === 0 ? commandsOf(command) : command.commands,
    words: command.registeredArguments.flatMap((argument) => argument.argChoices ?? [])
  },
  ...command.commands.flatMap((child) => levelsOf(child, [...path, child.name()]))
]

const namesOf = (option: Option): readonly string[] =>
  [option.short, option.long].filter((name) => name !== undefined)

const takesValue = (option: Option): boolean => option.required || option.optional

/** What the value of an option is, where it is not one of a few words. */
const valueKind = (option: Option): 'file' | 'folder' | 'other' => {
  if (/<(?:file)>/.test(option.flags)) return 'file'
  return /<folder>/.test(option.flags) ? 'folder' : 'other'
}

const aboutOf = (command: Command): string => command.summary() || command.description()

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

const bashValue = (option: Option): string => {
  if (option.argChoices !== undefined) return `-W ${quoted(option.argChoices.join(' '))}`
  const kind = valueKind(option)
  return kind === 'file' ? '-f' : kind === 'folder' ? '-d' : ''
}

const bash = (levels: readonly Level[]): string => {
  const valued = levels.flatMap(({ options }) => options).filter(takesValue)
  const values = valued.map((option) => {
    const action = bashValue(option)
    // Names of files may hold spaces, so they are split at line ends; compopt quotes them.
    const split = action.startsWith('-W')
      ? ''
      : "local IFS=$'\\n'; compopt -o filenames 2>/dev/null; "
    const reply =
      action === '' ? 'COMPREPLY=()' : `${split}COMPREPLY=($(compgen ${action} -- "$word"))`
    return `    ${namesOf(option).join('|')}) ${reply}; return ;;`
  })
  const cases = levels.map((level) => {
    const own = level.options.flatMap(namesOf)
    const words = [...level.commands.map((command) => command.name()), ...level.words, ...own]
    return `    ${quoted(level.path.join(' '))}) words=${quoted(words.join(' '))} ;;`
  })
  const paths = levels.filter((level) => level.path.length > 0)
  const steps = paths.map(({ path }) => {
    const before = path.slice(0, -1).join(' ')
    return `      ${quoted(`${before}/${path.at(-1) ?? ''}`)}) path=${quoted(path.join(' '))} ;;`
  })
  return `# Completion of earshot for bash. Load it with: source <(earshot completion bash)
_earshot() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" path='' words='' i
  COMPREPLY=()
  case "$before" in
${values.join('\n')}
  esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path/\${COMP_WORDS[i]}" in
${steps.join('\n')}
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _earshot earshot
`
}

/** Inside a zsh `_arguments` specification, brackets and colons end a part. */
const zshText = (text: string): string => text.replaceAll(/[[\]:\\]/g, '\\$&')

const zshOption = (option: Option): readonly string[] => {
  const kind = valueKind(option)
  const action =
    option.argChoices !== undefined
      ? `(${option.argChoices.join(' ')})`
      : kind === 'file'
        ? '_files'
        : kind === 'folder'
          ? '_files -/'
          : ' '
  const value = takesValue(option) ? `:value:${action}` : ''
  return namesOf(option).map((name) => quoted(`${name}[${zshText(option.description)}]${value}`))
}

const zshFunction = (path: readonly string[]): string => ['_earshot', ...path].join('_')

const zshLevel = (level: Level): string => {
  const name = zshFunction(level.path)
  const options = level.options.flatMap(zshOption)
  if (level.commands.length === 0) {
    const word = level.words.length > 0 ? [quoted(`1:value:(${level.words.join(' ')})`)] : []
    return `${name}() {\n  _arguments ${[...options, ...word].join(' \\\n    ')}\n}`
  }
  const described = level.commands.map((command) =>
    quoted(`${zshText(command.name())}:${aboutOf(command)}`)
  )
  const calls = level.commands
    .filter((command) => command.name() !== 'help')
    .map((command) => `    ${command.name()}) ${zshFunction([...level.path, command.name()])} ;;`)
  return `${name}() {
  local state line
  local -a commands=(
    ${described.join('\n    ')}
  )
  _arguments -C ${[...options, quoted('1: :->command'), quoted('*::arg:->rest')].join(' \\\n    ')}
  case "$state" in
    command) _describe command commands ;;
    rest) case "$line[1]" in
${calls.join('\n')}
    esac ;;
  esac
}`
}

const zsh = (levels: readonly Level[]): string => `#compdef earshot
# Completion of earshot for zsh. Load it with: source <(earshot completion zsh)
${levels.toReversed().map(zshLevel).join('\n')}
compdef _earshot earshot
`

const fishLevel = (level: Level): readonly string[] => {
  const children = level.commands.map((command) => command.name()).join(' ')
  const seen = level.path.map((word) => `__fish_seen_subcommand_from ${word}`)
  const noneYet = children === '' ? [] : [`not __fish_seen_subcommand_from ${children}`]
  const condition = (parts: readonly string[]) =>
    parts.length === 0 ? '' : ` -n ${quoted(parts.join('; and '))}`
  const commands = level.commands.map(
    (command) =>
      `complete -c earshot -f${condition([...seen, ...noneYet])} -a ${command.name()} -d ${quoted(aboutOf(command))}`
  )
  const words = level.words.map(
    (word) => `complete -c earshot -f${condition(seen)} -a ${quoted(word)}`
  )
  const options = level.options.map((option) => {
    const short = option.short === undefined ? '' : ` -s ${option.short.slice(1)}`
    const long = option.long === undefined ? '' : ` -l ${option.long.slice(2)}`
    const choices =
      option.argChoices === undefined ? '' : ` -f -a ${quoted(option.argChoices.join(' '))}`
    const value = takesValue(option) ? ` -r${choices}` : ''
    return `complete -c earshot${condition(seen)}${short}${long}${value} -d ${quoted(option.description)}`
  })
  return [...commands, ...words, ...options]
}

const fish = (levels: readonly Level[]): string =>
  [
    '# Completion of earshot for fish. Load it with: earshot completion fish | source',
    'complete -c earshot -e',
    'complete -c earshot -f',
    ...levels.flatMap(fishLevel),
    ''
  ].join('\n')

const WRITERS: Readonly<Record<Shell, (levels: readonly Level[]) => string>> = { bash, zsh, fish }

/** The script that completes `program` in `shell`. */
export const completionScript = (program: Command, shell: Shell): string =>
  WRITERS[shell](levelsOf(program))
