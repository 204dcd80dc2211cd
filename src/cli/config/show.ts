/** `earshot config --show`: every value and where it comes from, for people and for programs. */
import { safeJson } from '../../domain/safe-text.ts'
import { CONFIG_NAMES } from './keys.ts'
import type { Origin, Resolved } from './resolve.ts'
import { defaultOf } from './template.ts'

export const originText = (origin: Origin): string => {
  switch (origin.source) {
    case 'flag':
      return origin.flag
    case 'environment':
      return origin.variable
    case 'file':
      return origin.line === undefined ? origin.file : `${origin.file}:${origin.line}`
    case 'default':
      return 'default'
  }
}

/** One line a key: `name = value  # origin`. What is not set stands as a comment, so it is TOML. */
export const showResolved = ({ values, origins }: Resolved): readonly string[] => {
  const left = CONFIG_NAMES.map((name) =>
    values[name] === undefined
      ? `# ${name}: ${defaultOf(name)}`
      : `${name} = ${Array.isArray(values[name]) ? `[${values[name].map(safeJson).join(', ')}]` : safeJson(values[name])}`
  )
  // One long list must not push every origin out of sight.
  const width = Math.min(40, Math.max(...left.map((text) => text.length)))
  return left.map((text, index) => {
    const name = CONFIG_NAMES[index]
    return name === undefined ? text : `${text.padEnd(width)}  # ${originText(origins[name])}`
  })
}

/** The same as one JSON object: `{key: {value, origin}}`; `value` is null where nothing is set. */
export const showResolvedJson = ({ values, origins }: Resolved): string =>
  safeJson(
    Object.fromEntries(
      CONFIG_NAMES.map((name) => [name, { value: values[name] ?? null, origin: origins[name] }])
    )
  )
