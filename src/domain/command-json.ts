/**
 * What a program asks (E7): one JSON object a line, of the same union as typed commands. Strict: an
 * unknown type, a missing, unknown or mistyped field is refused with the reason, never guessed at.
 */
import * as Result from 'effect/Result'
import type { Command } from './commands.ts'
import { invalidCommand } from './command-line.ts'
import { parseEndpoint } from './endpoint.ts'
import { nearestName } from './nearest-name.ts'
import { cleanNickname } from './nicknames.ts'
import { safeLine } from './safe-text.ts'

type FieldKind = 'string' | 'boolean' | 'optional-string'

/** The fields that each command carries, besides `type`. docs/EVENTS.md lists the same. */
export const JSON_COMMANDS = {
  say: { text: 'string' },
  help: {},
  quit: {},
  info: {},
  nick: { nickname: 'string' },
  peers: {},
  to: { who: 'string' },
  verify: { confirm: 'boolean' },
  accept: { who: 'optional-string' },
  decline: { who: 'optional-string' },
  autoopen: {},
  send: { paths: 'string' },
  connect: { target: 'string' }
} as const satisfies Record<
  Exclude<Command['type'], 'invalid'>,
  Readonly<Record<string, FieldKind>>
>

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
  fields: Readonly<Record<string, FieldKind>>
): string | undefined => {
  for (const key of Object.keys(object))
    if (key !== 'type' && !Object.hasOwn(fields, key)) return `unknown field "${safeLine(key, 40)}"`
  for (const [name, kind] of Object.entries(fields)) {
    if (!Object.hasOwn(object, name)) {
      if (kind === 'optional-string') continue
      return `field "${name}" is missing`
    }
    const wanted = kind === 'boolean' ? 'boolean' : 'string'
    if (typeof object[name] !== wanted) return `field "${name}" must be a ${wanted}`
  }
  return undefined
}

/** What is wrong with the values of a command whose fields are there. */
const valueFault = (command: Command): string | undefined => {
  if (command.type === 'say' && command.text === '') return 'field "text" is empty'
  if (command.type === 'nick' && cleanNickname(command.nickname) === undefined)
    return 'field "nickname" has nothing visible in it'
  if (command.type === 'connect') {
    const parsed = parseEndpoint(command.target, 1)
    if (Result.isFailure(parsed)) return `field "target": ${parsed.failure}`
  }
  if ((command.type === 'to' || command.type === 'send') && Object.values(command).includes(''))
    return command.type === 'to' ? 'field "who" is empty' : 'field "paths" is empty'
  return undefined
}

const build = (
  type: keyof typeof JSON_COMMANDS,
  object: Readonly<Record<string, unknown>>
): Command => {
  // Only named fields are copied, so nothing else of the line can get in (`__proto__` included).
  const copy: Record<string, unknown> = { type }
  for (const name of Object.keys(JSON_COMMANDS[type]))
    if (Object.hasOwn(object, name)) copy[name] = object[name]
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
