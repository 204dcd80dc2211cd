/** Which value holds, and where it came from: flags over environment over file over defaults. */
import * as Result from 'effect/Result'
import type { StartFailure } from '../../domain/failures.ts'
import { nearestName } from '../../domain/nearest-name.ts'
import { decodeText } from './decode.ts'
import type { FileValues } from './file.ts'
import { CONFIG_KEYS, CONFIG_NAMES, type ConfigName, type ConfigValues, envNameOf } from './keys.ts'

export type Origin =
  | { readonly source: 'flag'; readonly flag: string }
  | { readonly source: 'environment'; readonly variable: string }
  | { readonly source: 'file'; readonly file: string; readonly line: number | undefined }
  | { readonly source: 'default' }

/** What flags set: the text that followed the flag, and the flag as it is written. */
export type FlagTexts = Partial<
  Readonly<Record<ConfigName, { readonly flag: string; readonly text: string }>>
>

export interface Resolved {
  readonly values: ConfigValues
  readonly origins: Readonly<Record<ConfigName, Origin>>
}

export interface Sources {
  readonly flags: FlagTexts
  readonly env: Readonly<Record<string, string | undefined>>
  /** What the file sets, and its name; undefined: there is no file. */
  readonly file: { readonly name: string; readonly values: FileValues } | undefined
}

/** Variables that are ours and not keys of the file. */
export const OTHER_VARIABLES = {
  EARSHOT_HOME: 'folder under which everything of Earshot is kept',
  EARSHOT_CONFIG: 'configuration file',
  EARSHOT_PROFILE: 'profile, which is a person with a key of their own'
} as const

const usage = (detail: string, next: string): StartFailure => ({
  _tag: 'UsageInvalid',
  detail,
  next
})

/** A variable that is almost one of ours is a slip that would go unnoticed. */
const misspelt = (env: Sources['env']): readonly StartFailure[] => {
  const ours = [...CONFIG_NAMES.map(envNameOf), ...Object.keys(OTHER_VARIABLES)]
  const known = new Set(ours)
  return Object.keys(env)
    .filter((name) => name.startsWith('EARSHOT_') && !known.has(name))
    .flatMap((name) => {
      const short = (text: string) => text.slice('EARSHOT_'.length)
      const meant = nearestName(short(name), ours.map(short))
      return meant === undefined
        ? []
        : [usage(`There is no variable ${name}.`, `Did you mean EARSHOT_${meant}?`)]
    })
}

interface Found {
  readonly value: unknown
  readonly origin: Origin
}

const decoded = <A>(label: string, value: Result.Result<A, string>): Result.Result<A, string> =>
  Result.mapError(value, (fault) => `${label} ${fault}.`)

const lookUp = (name: ConfigName, from: Sources): Result.Result<Found, string> => {
  const flag = from.flags[name]
  if (flag !== undefined)
    return Result.map(decoded(flag.flag, decodeText(name, flag.text)), (value) => ({
      value,
      origin: { source: 'flag', flag: flag.flag }
    }))
  const variable = envNameOf(name)
  // A variable that is set to nothing is the shell's way to say that it is not set.
  const text = from.env[variable]
  if (text !== undefined && text !== '')
    return Result.map(decoded(variable, decodeText(name, text)), (value) => ({
      value,
      origin: { source: 'environment', variable }
    }))
  const entry = from.file?.values.get(name)
  if (entry !== undefined && from.file !== undefined)
    return Result.succeed({
      value: entry.value,
      origin: { source: 'file', file: from.file.name, line: entry.line }
    })
  return Result.succeed({ value: CONFIG_KEYS[name].fallback, origin: { source: 'default' } })
}

/** @returns every key's value and origin, or all faults of flags and environment. */
export const resolve = (from: Sources): Result.Result<Resolved, readonly StartFailure[]> => {
  const values: Partial<Record<ConfigName, unknown>> = {}
  const origins: Partial<Record<ConfigName, Origin>> = {}
  const faults: StartFailure[] = [...misspelt(from.env)]
  for (const name of CONFIG_NAMES) {
    const found = lookUp(name, from)
    if (Result.isFailure(found)) {
      faults.push(usage(found.failure, 'earshot --help explains it.'))
      continue
    }
    if (name === 'enable_encryption' && found.success.value === false)
      faults.push({ _tag: 'EncryptionRequired' })
    values[name] = found.success.value
    origins[name] = found.success.origin
  }
  if (faults.length > 0) return Result.fail(faults)
  // Every name of the list was set above, each to what its own schema gave.
  return Result.succeed({ values: values as ConfigValues, origins: origins as Resolved['origins'] })
}
