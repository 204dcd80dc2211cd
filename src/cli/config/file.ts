/** The configuration file's text, read into values with their lines, or into all of its faults. */
import * as Result from 'effect/Result'
import { parse, TomlError } from 'smol-toml'
import type { StartFailure } from '../../domain/failures.ts'
import { nearestName } from '../../domain/nearest-name.ts'
import { decodeValue } from './decode.ts'
import { CONFIG_KEYS, CONFIG_NAMES, type ConfigName, isConfigName } from './keys.ts'
import { locateKeys } from './locate.ts'

type ConfigInvalid = Extract<StartFailure, { _tag: 'ConfigInvalid' }>

/** The values that the file sets. */
export type FileValues = ReadonlyMap<
  ConfigName,
  { readonly value: unknown; readonly line: number | undefined }
>

const syntaxFault = (file: string, error: unknown): ConfigInvalid => {
  const next = 'A right file looks like the one that earshot config writes.'
  if (!(error instanceof TomlError))
    return { _tag: 'ConfigInvalid', file, detail: 'This is not TOML.', next }
  const said = error.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '') ?? ''
  return {
    _tag: 'ConfigInvalid',
    file,
    line: error.line,
    column: error.column,
    detail: `This is not TOML: ${said}.`,
    next
  }
}

const unknownFault = (file: string, name: string, value: unknown): ConfigInvalid => {
  const meant = nearestName(name.toLowerCase(), CONFIG_NAMES)
  const isSection = typeof value === 'object' && value !== null && !Array.isArray(value)
  const all = 'earshot config --show lists all keys.'
  return {
    _tag: 'ConfigInvalid',
    file,
    key: name,
    detail: isSection
      ? 'There are no sections; every key stands by itself.'
      : 'There is no such key.',
    next: meant === undefined ? all : `Did you mean ${meant}? ${all}`
  }
}

const wrongFault = (file: string, name: ConfigName, detail: string): ConfigInvalid => ({
  _tag: 'ConfigInvalid',
  file,
  key: name,
  detail,
  next: `For example: ${name} = ${CONFIG_KEYS[name].example}`
})

const inOrderOfLines = (a: StartFailure, b: StartFailure): number =>
  ('line' in a ? (a.line ?? 0) : 0) - ('line' in b ? (b.line ?? 0) : 0)

/** @param file its name, for the faults. @returns the values, or every fault, in order of lines. */
export const readConfigText = (
  file: string,
  text: string
): Result.Result<FileValues, readonly StartFailure[]> => {
  let table: Record<string, unknown>
  try {
    table = parse(text)
  } catch (error) {
    return Result.fail([syntaxFault(file, error)])
  }
  const places = locateKeys(text)
  const values = new Map<ConfigName, { value: unknown; line: number | undefined }>()
  const faults: StartFailure[] = []
  for (const [name, raw] of Object.entries(table)) {
    const place = places.get(name)
    if (!isConfigName(name)) {
      faults.push({ ...unknownFault(file, name, raw), ...place })
      continue
    }
    const decoded = decodeValue(name, raw)
    if (Result.isFailure(decoded)) {
      faults.push({ ...wrongFault(file, name, `${decoded.failure}.`), ...place })
    } else if (name === 'enable_encryption' && decoded.success === false) {
      faults.push({ _tag: 'EncryptionRequired' })
    } else values.set(name, { value: decoded.success, line: place?.line })
  }
  return faults.length > 0 ? Result.fail(faults.toSorted(inOrderOfLines)) : Result.succeed(values)
}
