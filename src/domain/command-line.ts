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
  /** What else it does with other arguments. */
  readonly more?: readonly { readonly args: string; readonly help: string }[]
  /** Words that may be its argument, for completion. */
  readonly words?: readonly string[]
}

/** Most lines of the history that are asked for at once; `earshot history` shows all. */
export const HISTORY_LINES_MAX = 1000

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
    help: 'show or confirm the safety number',
    words: ['match']
  },
  { name: '/accept', aliases: [], args: '[WHO]', help: 'let in a peer that knocks' },
  { name: '/decline', aliases: [], args: '[WHO]', help: 'turn away a peer that knocks' },
  { name: '/connect', aliases: [], args: 'HOST:PORT|WHO', help: 'call a peer' },
  { name: '/queue', aliases: [], args: '', help: 'what waits to be delivered' },
  {
    name: '/cancel',
    aliases: [],
    args: 'N|all',
    help: 'take back what waits',
    words: ['all']
  },
  {
    name: '/history',
    aliases: [],
    args: '[WHO] [N]',
    help: 'show the last lines',
    more: [
      { args: 'on|off|default', help: 'keep this talk, or not' },
      { args: 'erase', help: 'delete what is kept of it' }
    ],
    words: ['on', 'off', 'default', 'erase']
  },
  { name: '/search', aliases: [], args: 'WORDS', help: 'find them in the history' },
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

// What no name of a peer is likely to hold, or that says that an address is meant.
const ADDRESS_LIKE = /[:/@[\]]|^-|^[\d.]+$/

/**
 * What is wrong with whom to call: an address, or what names a known peer (a nickname or an id), which
 * only the runtime can tell. undefined: nothing.
 */
export const calleeFault = (target: string): string | undefined => {
  if (!ADDRESS_LIKE.test(target)) return undefined
  // The port of a bare host is the runtime's to choose; here only the form is checked.
  const parsed = parseEndpoint(target, 1)
  return Result.isFailure(parsed) ? parsed.failure : undefined
}

const parseConnect = (line: string, rest: string): Command => {
  if (rest === '')
    return invalidCommand(line, 'an address or a known peer belongs behind it: /connect HOST:PORT')
  const fault = calleeFault(rest)
  return fault === undefined ? { type: 'connect', target: rest } : invalidCommand(line, fault)
}

/** A whole number from 1 on; undefined: something else. */
const countOf = (text: string): number | undefined => {
  const count = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : 0
  return Number.isSafeInteger(count) && count > 0 ? count : undefined
}

const parseCancel = (line: string, rest: string): Command => {
  if (rest.toLowerCase() === 'all') return { type: 'cancel', which: 'all' }
  const which = countOf(rest)
  return which === undefined
    ? invalidCommand(line, 'a number that /queue shows belongs behind it, or "all"', '/queue')
    : { type: 'cancel', which }
}

const parseErase = (line: string, rest: string): Command => {
  if (rest === '') return { type: 'history-erase', confirm: false }
  return rest.toLowerCase() === 'yes'
    ? { type: 'history-erase', confirm: true }
    : invalidCommand(
        line,
        'only "yes" may follow; it is about the peer that you talk to',
        '/history erase yes'
      )
}

/** The last lines: `[WHO] [N]`, where WHO may hold spaces. */
const parseLines = (line: string, rest: string): Command => {
  const [, who = '', digits] = /^(.*?)(?:(?:^|\s)(\d+))?$/su.exec(rest) ?? []
  const count = digits === undefined ? undefined : countOf(digits)
  if (digits !== undefined && (count === undefined || count > HISTORY_LINES_MAX))
    return invalidCommand(line, `how many lines is a number from 1 to ${HISTORY_LINES_MAX}`)
  return {
    type: 'history',
    ...(count === undefined ? {} : { count }),
    ...(who.trim() === '' ? {} : { who: who.trim() })
  }
}

const parseHistory = (line: string, rest: string): Command => {
  const [, word = '', after = ''] = /^(\S*)\s*(.*)$/su.exec(rest) ?? []
  const keep = word.toLowerCase()
  switch (keep) {
    case 'on':
    case 'off':
    case 'default':
      return after === ''
        ? { type: 'history-keep', keep }
        : invalidCommand(
            line,
            `nothing may follow "${keep}"; it is about the peer that you talk to`,
            `/history ${keep}`
          )
    case 'erase':
      return parseErase(line, after)
    default:
      return parseLines(line, rest)
  }
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
    case '/queue':
      return none({ type: 'queue' })
    case '/cancel':
      return parseCancel(line, rest)
    case '/history':
      return parseHistory(line, rest)
    case '/search':
      return rest === ''
        ? invalidCommand(line, 'what to look for belongs behind it: /search WORDS')
        : { type: 'search', words: rest }
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

/**
 * Tab completion: the commands that begin with what is typed, each with the space for its argument;
 * behind a whole command, the words that may follow it.
 */
export const completeCommand = (line: string): readonly string[] => {
  const [, word = '', begun] = /^(\/\S*)(?:\s+(\S*))?$/u.exec(line.toLowerCase()) ?? []
  if (word === '') return []
  if (begun !== undefined) {
    const name = CANONICAL.get(word)
    const words = COMMANDS.find((entry) => entry.name === name)?.words ?? []
    return words.filter((each) => each.startsWith(begun)).map((each) => `${word} ${each}`)
  }
  return COMMANDS.filter(({ name }) => name.startsWith(word)).map(({ name, args }) =>
    args === '' ? name : `${name} `
  )
}
