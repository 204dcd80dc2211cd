/** The commented default file that `earshot config` writes, and the table of docs/CONFIG.md. */
import { CONFIG_KEYS, CONFIG_NAMES, type ConfigKey, type ConfigName, envNameOf } from './keys.ts'

const WIDTH = 78

const wrap = (text: string, prefix: string): readonly string[] => {
  const lines: string[] = []
  let line = prefix
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > WIDTH && line !== prefix) {
      lines.push(line)
      line = prefix
    }
    line += line === prefix ? word : ` ${word}`
  }
  return [...lines, line]
}

/** A value as TOML writes it. JSON's strings, numbers, truths and lists of these are TOML. */
export const tomlOf = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map(tomlOf).join(', ')}]` : JSON.stringify(value)

/** What holds while the key is not set, for people. */
export const defaultOf = (name: ConfigName): string => {
  const key: ConfigKey = CONFIG_KEYS[name]
  return key.fallback === undefined ? (key.absent ?? 'not set') : tomlOf(key.fallback)
}

const entry = (name: ConfigName): readonly string[] => {
  const key: ConfigKey = CONFIG_KEYS[name]
  return [
    ...wrap(key.about, '# '),
    ...wrap(`Must be ${key.expected}.`, '# '),
    ...(key.fallback === undefined ? wrap(`Not set: ${defaultOf(name)}.`, '# ') : []),
    `# ${name} = ${key.fallback === undefined ? key.example : tomlOf(key.fallback)}`,
    ''
  ]
}

/** Every key, commented out, so that a later version's defaults still reach who changed nothing. */
export const configTemplate = (): string =>
  [
    '# Settings of Earshot. TOML: https://toml.io',
    '#',
    ...wrap(
      'Every key is shown with its default. Take away the "#" in front of one to change it. ' +
        'EARSHOT_NAME in the environment goes before this file, and a flag goes before both. ' +
        'What holds, and where it comes from: earshot config --show',
      '# '
    ),
    '',
    ...CONFIG_NAMES.flatMap(entry)
  ].join('\n')

const cell = (text: string): string => text.replaceAll('|', '\\|')

/** docs/CONFIG.md's table of keys. */
export const configTable = (): string =>
  [
    '| key | default | must be | what it does |',
    '|---|---|---|---|',
    ...CONFIG_NAMES.map((name) => {
      const key: ConfigKey = CONFIG_KEYS[name]
      const preset = key.fallback === undefined ? defaultOf(name) : `\`${defaultOf(name)}\``
      return `| \`${name}\`<br>\`${envNameOf(name)}\` | ${cell(preset)} | ${cell(key.expected)} | ${cell(key.about)} |`
    })
  ].join('\n')
