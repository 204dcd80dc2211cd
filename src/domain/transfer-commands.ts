/**
 * What is typed about files, as commands. A transfer is called by its number, t1, t2, …, which no other
 * one gets in this run: an answer that names it can only mean what it was typed for.
 */
import * as Result from 'effect/Result'
import type { Command } from './commands.ts'

/** Why a line is no command. */
export interface Refusal {
  readonly detail: string
  readonly suggestion?: string
}

type Parsed = Result.Result<Command, Refusal>

const refuse = (detail: string, suggestion?: string): Parsed =>
  Result.fail({ detail, ...(suggestion === undefined ? {} : { suggestion }) })

/** The number in `t12`, in any case; undefined: something else. */
export const transferNumberOf = (word: string): number | undefined => {
  const digits = /^t([1-9]\d{0,15})$/i.exec(word)?.[1]
  const number = digits === undefined ? undefined : Number(digits)
  return Number.isSafeInteger(number) ? number : undefined
}

/** `[tN|WHO] [anyway]`, where WHO may hold spaces. */
const parseAccept = (rest: string): Parsed => {
  const [, who = '', anyway] = /^(.*?)(?:(?:^|\s)(anyway))?$/isu.exec(rest) ?? []
  return Result.succeed({
    type: 'accept',
    ...(who.trim() === '' ? {} : { who: who.trim() }),
    ...(anyway === undefined ? {} : { anyway: true })
  })
}

/** `[WHO] [off]`. */
const parseAcceptAll = (rest: string): Parsed => {
  const [, who = '', off] = /^(.*?)(?:(?:^|\s)(off))?$/isu.exec(rest) ?? []
  if (transferNumberOf(who.trim()) !== undefined)
    return refuse('a peer belongs behind /accept-all, not a transfer', `/accept ${who.trim()}`)
  return Result.succeed({
    type: 'accept-all',
    ...(who.trim() === '' ? {} : { who: who.trim() }),
    on: off === undefined
  })
}

const parseSend = (rest: string): Parsed =>
  rest === ''
    ? refuse('a file or folder belongs behind it: /send PATH')
    : Result.succeed({ type: 'send', paths: rest })

/** `tN|all`; a bare number is understood too, since nothing else can be meant. */
const parseWhich = (type: 'pause' | 'resume' | 'retry', rest: string): Parsed => {
  if (rest.toLowerCase() === 'all') return Result.succeed({ type, which: 'all' })
  const which = transferNumberOf(rest) ?? transferNumberOf(`t${rest}`)
  return which === undefined
    ? refuse('a transfer belongs behind it, as t1, or "all"; /transfers lists them', '/transfers')
    : Result.succeed({ type, which })
}

/** What of /cancel is about files: `tN` or `files`. undefined: it is about messages. */
export const parseTransferCancel = (rest: string): Command | undefined => {
  if (rest.toLowerCase() === 'files') return { type: 'transfer-cancel', which: 'all' }
  const which = transferNumberOf(rest)
  return which === undefined ? undefined : { type: 'transfer-cancel', which }
}

/** Reads what stands behind a command of this page; undefined: it is none. @param name with its slash. */
export const parseTransferCommand = (
  name: string | undefined,
  rest: string
): Parsed | undefined => {
  switch (name) {
    case '/send':
      return parseSend(rest)
    case '/accept':
      return parseAccept(rest)
    case '/decline':
      return Result.succeed({ type: 'decline', ...(rest === '' ? {} : { who: rest }) })
    case '/accept-all':
      return parseAcceptAll(rest)
    case '/pause':
      return parseWhich('pause', rest)
    case '/resume':
      return parseWhich('resume', rest)
    case '/retry':
      return parseWhich('retry', rest)
    default:
      return undefined
  }
}
