/** What a person types (S8) as commands: how a line is read. */
import * as Result from 'effect/Result'
import { CANONICAL } from './command-table.ts'
import type { Command } from './commands.ts'
import { parseEndpoint } from './endpoint.ts'
import { nearestName } from './nearest-name.ts'
import { cleanNickname } from './nicknames.ts'
import { safeLine } from './safe-text.ts'
import { parseTransferCancel, parseTransferCommand } from './transfer-commands.ts'

/** Most lines of the history that are asked for at once; `earshot history` shows all. */
export const HISTORY_LINES_MAX = 1000

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
  const transfers = parseTransferCancel(rest)
  if (transfers !== undefined) return transfers
  const which = countOf(rest)
  return which === undefined
    ? invalidCommand(
        line,
        'a number that /queue shows belongs behind it, or "all", or a transfer, as t1, or "files"',
        '/queue'
      )
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

/** What stands behind a command, without the space around it, but with one that a backslash keeps. */
const restOf = (text: string): string => {
  const rest = text.trimStart()
  const trimmed = rest.trimEnd()
  return trimmed.endsWith('\\') ? rest.slice(0, trimmed.length + 1) : trimmed
}

const parseFiles = (line: string, name: string | undefined, rest: string): Command | undefined => {
  const parsed = parseTransferCommand(name, rest)
  if (parsed === undefined || Result.isSuccess(parsed)) return parsed?.success
  return invalidCommand(line, parsed.failure.detail, parsed.failure.suggestion)
}

const parseSlash = (line: string): Command => {
  const text = line.trimStart()
  const space = text.search(/\s/)
  const word = space < 0 ? text : text.slice(0, space)
  const rest = space < 0 ? '' : restOf(text.slice(space))
  const none = (command: Command): Command =>
    rest === '' ? command : invalidCommand(line, `nothing may follow ${word}`, word)
  const name = CANONICAL.get(word.toLowerCase())
  switch (name) {
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
    case '/transfers':
      return none({ type: 'transfers' })
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
    case '/to':
      return rest === ''
        ? invalidCommand(line, 'a peer belongs behind it: /to WHO')
        : { type: 'to', who: rest }
    default:
      return parseFiles(line, name, rest) ?? unknown(line, word)
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
