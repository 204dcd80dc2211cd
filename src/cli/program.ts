/**
 * The command line, as commander describes it: flags, commands, help. Nothing runs from here:
 * `parseArgv` turns arguments into an Invocation or a failure, and completions and the manual page
 * are made from the same description.
 */
import { Argument, Command, CommanderError, Option } from 'commander'
import * as Result from 'effect/Result'
import type { StartFailure } from '../domain/failures.ts'
import { nearestName } from '../domain/nearest-name.ts'
import type { PeerId } from '../domain/peer-id.ts'
import { LOG_LEVELS, UNKNOWN_PEERS } from '../domain/settings.ts'
import type { ConfigName } from './config/keys.ts'
import type { FlagTexts } from './config/resolve.ts'
import { readEndpoint, readPath, readPeerId, readProfile } from './flag-values.ts'
import { HELP_AFTER } from './help-text.ts'
import type { ChatFlags, CommonFlags, Invocation, PeersAction, Shell } from './invocation.ts'
import { VERSION } from './version.ts'

/** The flags that set a key of the configuration. */
const KEY_FLAGS = [
  ['port', '--port', 'default_port'],
  ['nickname', '--nickname', 'nickname'],
  ['listen', '--listen', 'listen_host'],
  ['unknownPeers', '--unknown-peers', 'unknown_peers'],
  ['logLevel', '--log-level', 'log_level']
] as const satisfies readonly (readonly [string, string, ConfigName])[]

const CONVERSATION = 'Conversation:'
const OUTPUT = 'Input and output:'
const PLACES = 'Identity, files and log:'

const flag = (group: string, flags: string, about: string): Option =>
  new Option(flags, about).helpGroup(group)

const chatOptions = (): readonly Option[] => [
  flag(CONVERSATION, '-p, --port <number>', 'listen on this TCP port (0: any free one)'),
  flag(
    CONVERSATION,
    '-c, --connect <address>',
    'dial a peer: HOST:PORT, [IPV6]:PORT or a name'
  ).argParser(readEndpoint),
  flag(CONVERSATION, '-n, --nickname <name>', 'the name that peers see'),
  flag(CONVERSATION, '--listen <host>', 'listen on this address only, as 127.0.0.1'),
  flag(CONVERSATION, '--expect <id>', 'talk only to the peer with this id').argParser(readPeerId),
  flag(CONVERSATION, '--unknown-peers <policy>', 'who may talk without being known').choices(
    UNKNOWN_PEERS
  ),
  flag(CONVERSATION, '--plain-text', 'UNPROTECTED lines of text, for netcat and its like'),
  flag(OUTPUT, '--json', 'events out and commands in, one JSON object a line'),
  flag(OUTPUT, '--stay', 'after the end of piped input, stay until the peer leaves'),
  flag(OUTPUT, '--no-color', 'no colours (so does NO_COLOR in the environment)'),
  flag(PLACES, '--profile <name>', 'be the person of this name, with a key of their own').argParser(
    readProfile
  ),
  flag(PLACES, '--home <folder>', 'keep everything under this folder').argParser(readPath),
  flag(PLACES, '--config <file>', 'read this configuration file').argParser(readPath),
  flag(PLACES, '--log-level <level>', 'how much goes into the log').choices(LOG_LEVELS),
  flag(PLACES, '--log-file <file>', 'write the log here').argParser(readPath),
  flag(PLACES, '-d, --debug', 'the same as --log-level debug, and say where the log is')
]

type Settle = (invocation: Invocation) => void

const commonFlags = (command: Command): CommonFlags => {
  const given = command.optsWithGlobals()
  const keys: Partial<Record<ConfigName, { flag: string; text: string }>> = {}
  if (given['debug'] === true) keys.log_level = { flag: '--debug', text: 'debug' }
  for (const [option, written, name] of KEY_FLAGS)
    if (typeof given[option] === 'string') keys[name] = { flag: written, text: given[option] }
  return {
    home: given['home'],
    profile: given['profile'],
    config: given['config'],
    json: given['json'] === true,
    color: given['color'] !== false,
    keys: keys satisfies FlagTexts
  }
}

const chatFlags = (command: Command): ChatFlags => {
  const given = command.optsWithGlobals()
  return {
    ...commonFlags(command),
    connect: given['connect'],
    expect: given['expect'],
    stay: given['stay'] === true,
    plainText: given['plainText'] === true,
    debug: given['debug'] === true,
    logFile: given['logFile']
  }
}

const addConfig = (program: Command, settle: Settle): void => {
  program
    .command('config')
    .summary('write the commented default configuration, or show what holds')
    .description(
      'Writes a configuration file in which every key is explained and shown with its default. An existing file is left alone.'
    )
    .addOption(new Option('--path', 'print where the file is or would be').conflicts('show'))
    .addOption(new Option('--show', 'print every setting and where its value comes from'))
    .addOption(
      new Option(
        '--force',
        'replace an existing file; the old one stays as config.toml.bak'
      ).conflicts(['path', 'show'])
    )
    .option('--json', 'with --show or --path: as one JSON object')
    .action((own: Record<string, unknown>, command: Command) => {
      const mode = own['path'] === true ? 'path' : own['show'] === true ? 'show' : 'write'
      settle({ _tag: 'Config', flags: commonFlags(command), mode, force: own['force'] === true })
    })
}

/** What can be done about one known peer. */
const PEER_CHANGES = [
  {
    name: 'forget',
    tag: 'Forget',
    description: 'forget a peer and the addresses that are pinned to its key'
  },
  {
    name: 'block',
    tag: 'Block',
    description: 'shut a known peer out: it can neither call nor be called'
  },
  {
    name: 'unblock',
    tag: 'Unblock',
    description: 'let a peer in again; what was verified has to be verified again'
  }
] as const

const addPeers = (program: Command, settle: Settle): void => {
  const peers = program
    .command('peers')
    .summary('list, forget, block or re-key the peers that you know')
    .description('The peers that you have met, and the keys that they are pinned to.')
  const act = (action: PeersAction, command: Command): void =>
    settle({ _tag: 'Peers', flags: commonFlags(command), action })
  peers
    .command('list', { isDefault: true })
    .description('print the known peers')
    .option('--json', 'as JSON, one peer a line')
    .action((_own: unknown, command: Command) => act({ _tag: 'List' }, command))
  for (const { name, tag, description } of PEER_CHANGES)
    peers
      .command(name)
      .description(description)
      .addArgument(new Argument('<id>', 'its whole id').argParser(readPeerId))
      .action((id: PeerId, _own: unknown, command: Command) => act({ _tag: tag, id }, command))
  peers
    .command('rekey')
    .description(
      'move what is pinned to a peer over to its new key, after you asked them in person'
    )
    .addArgument(new Argument('<old>', 'the id that is known').argParser(readPeerId))
    .addArgument(new Argument('<new>', 'the id that it has now').argParser(readPeerId))
    .action((from: PeerId, to: PeerId, _own: unknown, command: Command) =>
      act({ _tag: 'Rekey', from, to }, command)
    )
}

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
  addConfig(program, settle)
  program
    .command('id')
    .description('print your id, where its key is kept, and the addresses of this machine')
    .option('--json', 'as one JSON object')
    .action((_own: unknown, command: Command) =>
      settle({ _tag: 'Id', flags: commonFlags(command) })
    )
  addPeers(program, settle)
  program
    .command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .action((shell: Shell) => settle({ _tag: 'Completion', shell }))
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
