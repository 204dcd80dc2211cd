/**
 * What a program asks (E7): one JSON object a line, of the same union as typed commands. Strict: an
 * unknown type, a missing, unknown or mistyped field is refused with the reason, never guessed at.
 */
import * as Result from 'effect/Result'
import type { Command } from './commands.ts'
import { calleeFault, HISTORY_LINES_MAX, invalidCommand } from './command-line.ts'
import { nearestName } from './nearest-name.ts'
import { cleanNickname } from './nicknames.ts'
import { parsePeerId } from './peer-id.ts'
import { safeLine } from './safe-text.ts'

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) > 0

/** What a field may hold. */
const KINDS = {
  string: { wanted: 'a string', fits: (value) => typeof value === 'string' },
  boolean: { wanted: 'a boolean', fits: (value) => typeof value === 'boolean' },
  count: { wanted: 'a whole number from 1', fits: isCount },
  'count-or-all': {
    wanted: 'a whole number from 1, or "all"',
    fits: (value) => value === 'all' || isCount(value)
  },
  keep: {
    wanted: '"on", "off" or "default"',
    fits: (value) => value === 'on' || value === 'off' || value === 'default'
  },
  'peer-id': {
    wanted: 'a whole peer id',
    fits: (value) => typeof value === 'string' && Result.isSuccess(parsePeerId(value))
  }
} as const satisfies Record<
  string,
  { readonly wanted: string; readonly fits: (value: unknown) => boolean }
>

interface Field {
  readonly kind: keyof typeof KINDS
  readonly optional: boolean
}

const must = (kind: Field['kind']): Field => ({ kind, optional: false })
const may = (kind: Field['kind']): Field => ({ kind, optional: true })

/** The fields that each command carries, besides `type`. docs/EVENTS.md lists the same. */
export const JSON_COMMANDS = {
  say: { text: must('string'), to: may('peer-id') },
  help: {},
  quit: {},
  info: {},
  nick: { nickname: must('string') },
  peers: {},
  to: { who: must('string') },
  verify: { confirm: must('boolean'), who: may('string') },
  accept: { who: may('string'), anyway: may('boolean') },
  decline: { who: may('string') },
  'accept-all': { who: may('string'), on: must('boolean') },
  autoopen: {},
  send: { paths: must('string'), to: may('peer-id') },
  transfers: {},
  pause: { which: must('count-or-all') },
  resume: { which: must('count-or-all') },
  retry: { which: must('count-or-all') },
  'transfer-cancel': { which: must('count-or-all') },
  connect: { target: must('string'), expect: may('peer-id'), call: may('string') },
  'hang-up': { call: must('string') },
  queue: {},
  cancel: { which: must('count-or-all') },
  history: { count: may('count'), who: may('string') },
  'history-keep': { keep: must('keep') },
  'history-erase': { confirm: must('boolean') },
  search: { words: must('string') }
} as const satisfies Record<Exclude<Command['type'], 'invalid'>, Readonly<Record<string, Field>>>

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const parseJson = (line: string): Result.Result<unknown, string> => {
  try {
    return Result.succeed(JSON.parse(line) as unknown)
  } catch {
    // V8's message quotes the input; ours does not.
    return Result.fail('the line is not valid JSON')
  }
}

const fieldFault = (
  object: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, Field>>
): string | undefined => {
  for (const key of Object.keys(object))
    if (key !== 'type' && !Object.hasOwn(fields, key)) return `unknown field "${safeLine(key, 40)}"`
  for (const [name, { kind, optional }] of Object.entries(fields)) {
    if (!Object.hasOwn(object, name)) {
      if (optional) continue
      return `field "${name}" is missing`
    }
    const { wanted, fits } = KINDS[kind]
    if (!fits(object[name])) return `field "${name}" must be ${wanted}`
  }
  return undefined
}

/** What is wrong with the values of a command whose fields are there. */
const valueFault = (command: Command): string | undefined => {
  for (const [name, value] of Object.entries(command))
    if (value === '') return `field "${name}" is empty`
  if (command.type === 'nick' && cleanNickname(command.nickname) === undefined)
    return 'field "nickname" has nothing visible in it'
  if (command.type === 'search' && command.words.trim() === '') return 'field "words" is empty'
  if (command.type === 'history' && (command.count ?? 1) > HISTORY_LINES_MAX)
    return `field "count" is at most ${HISTORY_LINES_MAX}`
  if (command.type === 'connect') {
    const fault = calleeFault(command.target)
    if (fault !== undefined) return `field "target": ${fault}`
  }
  return undefined
}

/** An id may be written in groups; from here on it has one form. */
const compactId = (value: unknown): unknown =>
  Result.getOrElse(parsePeerId(String(value)), () => value)

const build = (
  type: keyof typeof JSON_COMMANDS,
  object: Readonly<Record<string, unknown>>
): Command => {
  // Only named fields are copied, so nothing else of the line can get in (`__proto__` included).
  const copy: Record<string, unknown> = { type }
  const fields: Readonly<Record<string, Field>> = JSON_COMMANDS[type]
  for (const [name, { kind }] of Object.entries(fields))
    if (Object.hasOwn(object, name))
      copy[name] = kind === 'peer-id' ? compactId(object[name]) : object[name]
  const command = copy as Command
  return command.type === 'nick'
    ? { type: 'nick', nickname: cleanNickname(command.nickname) ?? command.nickname }
    : command
}

/** One line of `--json` input as a command. undefined: the line is blank. */
export const parseJsonCommand = (line: string): Command | undefined => {
  if (line.trim() === '') return undefined
  const parsed = parseJson(line)
  if (Result.isFailure(parsed)) return invalidCommand(line, parsed.failure)
  const object = parsed.success
  if (!isRecord(object)) return invalidCommand(line, 'the line is not a JSON object')
  const type = Object.hasOwn(object, 'type') ? object['type'] : undefined
  if (typeof type !== 'string') return invalidCommand(line, 'field "type" must be a string')
  if (!Object.hasOwn(JSON_COMMANDS, type))
    return invalidCommand(
      line,
      `unknown type "${safeLine(type, 40)}"`,
      nearestName(type, Object.keys(JSON_COMMANDS))
    )
  const known = type as keyof typeof JSON_COMMANDS
  const fault = fieldFault(object, JSON_COMMANDS[known])
  if (fault !== undefined) return invalidCommand(line, fault)
  const command = build(known, object)
  const wrong = valueFault(command)
  return wrong === undefined ? command : invalidCommand(line, wrong)
}
