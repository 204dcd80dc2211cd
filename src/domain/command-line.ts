/** What a person types (S8) as commands. The one table from which /help, completion and docs come. */
import * as Result from 'effect/Result'
import type { Command } from './commands.ts'
import { parseEndpoint } from './endpoint.ts'
import { nearestName } from './nearest-name.ts'
import { cleanNickname } from './nicknames.ts'
import { safeLine } from './safe-text.ts'

/** One command of the table. */
export interface CommandEntry {
  /** With its slash, as all names here. */
  readonly name: string
  readonly aliases: readonly string[]
  /** Its arguments as help shows them; empty without any. */
  readonly args: string
  readonly help: string
}

/** Every command, in the order of /help. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: '/help', aliases: ['/?'], args: '', help: 'show this list' },
  { name: '/quit', aliases: ['/exit'], args: '', help: 'leave' },
  { name: '/info', aliases: [], args: '', help: 'ids, addresses, encryption, times' },
  { name: '/nick', aliases: ['/nickname'], args: 'NAME', help: 'change your nickname' },
  { name: '/peers', aliases: ['/list'], args: '', help: 'list the peers' },
  { name: '/to', aliases: [], args: 'WHO', help: 'talk to this peer' },
  {
    name: '/verify',
    aliases: [],
    args: '[match]',
    help: 'show or confirm the safety number'
  },
  { name: '/accept', aliases: [], args: '[WHO]', help: 'let in a peer that knocks' },
  { name: '/decline', aliases: [], args: '[WHO]', help: 'turn away a peer that knocks' },
  { name: '/connect', aliases: [], args: 'HOST:PORT', help: 'call a peer' },
  { name: '/send', aliases: ['/file'], args: 'FILE', help: 'send a file' },
  { name: '/autoopen', aliases: ['/auto'], args: '', help: 'open received media: on or off' }
]

const CANONICAL: ReadonlyMap<string, string> = new Map(
  COMMANDS.flatMap(({ name, aliases }) => [name, ...aliases].map((each) => [each, name] as const))
)

/** Characters of the input that an `invalid` command repeats. */
const ECHO_CHARS_MAX = 200

/** A command that cannot be carried out, with the reason. */
export const invalidCommand = (input: string, detail: string, suggestion?: string): Command => ({
  type: 'invalid',
  input: safeLine(input, ECHO_CHARS_MAX),
  detail,
  ...(suggestion === undefined ? {} : { suggestion })
})

const NOT_A_COMMAND = 'to send a text that begins with /, type // instead'

const unknown = (line: string, word: string): Command => {
  const shown = safeLine(word, 40)
  const nearest = nearestName(word.toLowerCase(), [...CANONICAL.keys()])
  return invalidCommand(line, `there is no command ${shown}; ${NOT_A_COMMAND}`, nearest)
}

const parseNick = (line: string, rest: string): Command => {
  if (rest === '') return invalidCommand(line, 'a name belongs behind it: /nick NAME')
  const nickname = cleanNickname(rest)
  return nickname === undefined
    ? invalidCommand(line, 'that name has nothing visible in it')
    : { type: 'nick', nickname }
}

const parseVerify = (line: string, rest: string): Command => {
  if (rest === '') return { type: 'verify', confirm: false }
  return rest.toLowerCase() === 'match'
    ? { type: 'verify', confirm: true }
    : invalidCommand(line, 'only "match" may follow /verify', '/verify match')
}

const parseConnect = (line: string, rest: string): Command => {
  if (rest === '') return invalidCommand(line, 'an address belongs behind it: /connect HOST:PORT')
  // The port of a bare host is the runtime's to choose; here only the form is checked.
  const parsed = parseEndpoint(rest, 1)
  return Result.isFailure(parsed)
    ? invalidCommand(line, parsed.failure)
    : { type: 'connect', target: rest }
}

const withPeer = (type: 'accept' | 'decline', rest: string): Command =>
  rest === '' ? { type } : { type, who: rest }

const parseSlash = (line: string): Command => {
  const text = line.trim()
  const space = text.search(/\s/)
  const word = space < 0 ? text : text.slice(0, space)
  const rest = space < 0 ? '' : text.slice(space).trim()
  const none = (command: Command): Command =>
    rest === '' ? command : invalidCommand(line, `nothing may follow ${word}`, word)
  switch (CANONICAL.get(word.toLowerCase())) {
    case '/help':
      return none({ type: 'help' })
    case '/quit':
      return none({ type: 'quit' })
    case '/info':
      return none({ type: 'info' })
    case '/peers':
      return none({ type: 'peers' })
    case '/autoopen':
      return none({ type: 'autoopen' })
    case '/nick':
      return parseNick(line, rest)
    case '/verify':
      return parseVerify(line, rest)
    case '/connect':
      return parseConnect(line, rest)
    case '/accept':
      return withPeer('accept', rest)
    case '/decline':
      return withPeer('decline', rest)
    case '/to':
      return rest === ''
        ? invalidCommand(line, 'a peer belongs behind it: /to WHO')
        : { type: 'to', who: rest }
    case '/send':
      return rest === ''
        ? invalidCommand(line, 'a file belongs behind it: /send FILE')
        : { type: 'send', paths: rest }
    default:
      return unknown(line, word)
  }
}

/**
 * One line of input as a command: `/word` is a command, `//text` says "/text", everything else is
 * said as it stands. undefined: the line is blank and asks for nothing.
 */
export const parseLine = (line: string): Command | undefined => {
  if (line.trim() === '') return undefined
  if (line.startsWith('//')) return { type: 'say', text: line.slice(1) }
  return isCommandLine(line) ? parseSlash(line) : { type: 'say', text: line }
}

/** true: a command, not a text; its typed line stays on the screen, where a text becomes "You: …". */
export const isCommandLine = (line: string): boolean =>
  line.startsWith('/') && !line.startsWith('//')

/** Tab completion: the commands that begin with what is typed, each with the space for its argument. */
export const completeCommand = (line: string): readonly string[] => {
  if (!line.startsWith('/') || /\s/.test(line)) return []
  return COMMANDS.filter(({ name }) => name.startsWith(line.toLowerCase())).map(({ name, args }) =>
    args === '' ? name : `${name} `
  )
}
