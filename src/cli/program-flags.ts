/** The flags of the command line, and what was given of them. */
import { type Command, Option } from 'commander'
import { LOG_LEVELS, UNKNOWN_PEERS } from '../domain/settings.ts'
import type { ConfigName } from './config/keys.ts'
import type { FlagTexts } from './config/resolve.ts'
import { readAbsolutePath, readEndpoint, readPath, readPeerId, readProfile } from './flag-values.ts'
import type { ChatFlags, CommonFlags, Invocation } from './invocation.ts'

/** Told what was asked for, once. */
export type Settle = (invocation: Invocation) => void

/** The flags that set a key of the configuration. */
const KEY_FLAGS = [
  ['port', '--port', 'default_port'],
  ['nickname', '--nickname', 'nickname'],
  ['listen', '--listen', 'listen_host'],
  ['unknownPeers', '--unknown-peers', 'unknown_peers'],
  ['logLevel', '--log-level', 'log_level'],
  ['passphraseFile', '--passphrase-file', 'passphrase_file']
] as const satisfies readonly (readonly [string, string, ConfigName])[]

const CONVERSATION = 'Conversation:'
const OUTPUT = 'Input and output:'
const PLACES = 'Identity, files and log:'

const flag = (group: string, flags: string, about: string): Option =>
  new Option(flags, about).helpGroup(group)

/** What the program itself takes, in the order of `--help`. */
export const chatOptions = (): readonly Option[] => [
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
  flag(CONVERSATION, '--history', 'keep what is said on disk, whatever save_history says'),
  flag(CONVERSATION, '--no-history', 'keep nothing of it after delivery'),
  flag(CONVERSATION, '--plain-text', 'UNPROTECTED lines of text, for netcat and its like'),
  flag(OUTPUT, '--json', 'events out and commands in, one JSON object a line'),
  flag(OUTPUT, '--stay', 'after the end of piped input, stay until the peer leaves'),
  flag(OUTPUT, '--no-color', 'no colours (so does NO_COLOR in the environment)'),
  flag(PLACES, '--profile <name>', 'be the person of this name, with a key of their own').argParser(
    readProfile
  ),
  flag(PLACES, '--home <folder>', 'keep everything under this folder').argParser(readPath),
  flag(PLACES, '--config <file>', 'read this configuration file').argParser(readPath),
  flag(
    PLACES,
    '--passphrase-file <file>',
    'its first line is the passphrase of your messages'
  ).argParser(readAbsolutePath),
  flag(PLACES, '--log-level <level>', 'how much goes into the log').choices(LOG_LEVELS),
  flag(PLACES, '--log-file <file>', 'write the log here').argParser(readPath),
  flag(PLACES, '-d, --debug', 'the same as --log-level debug, and say where the log is')
]

/** What every command may be given, in front of its name or behind it. */
export const commonFlags = (command: Command): CommonFlags => {
  const given = command.optsWithGlobals()
  const keys: Partial<Record<ConfigName, { flag: string; text: string }>> = {}
  if (given['debug'] === true) keys.log_level = { flag: '--debug', text: 'debug' }
  const history = given['history']
  if (typeof history === 'boolean')
    keys.save_history = { flag: history ? '--history' : '--no-history', text: `${history}` }
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

/** What a conversation was given. */
export const chatFlags = (command: Command): ChatFlags => {
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
