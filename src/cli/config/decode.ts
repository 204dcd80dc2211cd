/** One value of one key: from TOML or text to what the program uses, or to a sentence. */
import * as Result from 'effect/Result'
import * as Schema from 'effect/Schema'
import { safeJson } from '../../domain/safe-text.ts'
import { CONFIG_KEYS, type ConfigName, type ConfigValues, type Kind } from './keys.ts'

const SHOWN_CHARS_MAX = 60

/** A value as a person wrote it, bounded and free of terminal escapes. */
export const shown = (value: unknown): string => {
  const text = safeJson(value)
  return text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}…` : text
}

/** @returns the value, or what is wrong with it: `must be …, not VALUE`. */
export const decodeValue = <N extends ConfigName>(
  name: N,
  raw: unknown,
  written: string = shown(raw)
): Result.Result<ConfigValues[N], string> => {
  const key = CONFIG_KEYS[name]
  const decoded = Schema.decodeUnknownResult(key.schema as Schema.Decoder<ConfigValues[N]>)(raw)
  return Result.mapError(decoded, () => `must be ${key.expected}, not ${written}`)
}

/** What TOML would have given for the text of a flag or variable; text that fits nothing stays text. */
const fromText = (kind: Kind, text: string): unknown => {
  switch (kind) {
    case 'text':
      return text
    case 'number':
      return /^[+-]?\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Number(text) : text
    case 'boolean':
      if (text === 'true' || text === '1') return true
      return text === 'false' || text === '0' ? false : text
    case 'list':
      return text.split(',').map((part) => part.trim())
  }
}

/** Like `decodeValue`, for a flag's or an environment variable's text. */
export const decodeText = <N extends ConfigName>(
  name: N,
  text: string
): Result.Result<ConfigValues[N], string> =>
  decodeValue(name, fromText(CONFIG_KEYS[name].kind, text), shown(text))
