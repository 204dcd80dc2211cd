/**
 * Goal: flags go before the environment, the environment before the file, the file before the
 * defaults, for every key, and each value knows where it came from.
 * Method: the pure merge, with each key set in every combination of places; then what is shown.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Result from 'effect/Result'
import { readConfigText } from '../../../src/cli/config/file.ts'
import {
  CONFIG_KEYS,
  CONFIG_NAMES,
  type ConfigName,
  envNameOf
} from '../../../src/cli/config/keys.ts'
import { type FlagTexts, type Resolved, resolve } from '../../../src/cli/config/resolve.ts'
import { originText, showResolved, showResolvedJson } from '../../../src/cli/config/show.ts'

/** Per key three right values that differ, as TOML and as text. */
const VALUES: Readonly<Record<ConfigName, readonly [string, string, string]>> = {
  nickname: ['"a"', '"b"', '"c"'],
  default_port: ['1', '2', '3'],
  listen_host: ['"::1"', '"127.0.0.1"', '"host.example"'],
  unknown_peers: ['"ask"', '"deny"', '"accept-new"'],
  heartbeat_interval_secs: ['1', '2.5', '3'],
  reconnect_attempts: ['1', '2', '3'],
  reconnect_delay_secs: ['1', '2', '0.5'],
  enable_encryption: ['true', 'true', 'true'],
  message_size_max_kb: ['1', '2', '3'],
  buffer_size: ['2000', '3000', '4000'],
  log_level: ['"trace"', '"warn"', '"error"'],
  max_file_size_mb: ['1', '2', '0'],
  download_dir: ['"/a"', '"~/b"', '"C:/c"'],
  auto_open_media: ['true', 'false', 'true'],
  media_extensions: ['["png"]', '["mp4", "gif"]', '["ogg"]'],
  save_history: ['true', 'false', 'true'],
  history_file: ['"/a"', '"/b"', '"~/c"'],
  history_lines: ['0', '5', '1000'],
  history_days: ['1', '30', '0'],
  history_size_max_mb: ['1', '100', '0'],
  passphrase_file: ['"/a"', '"/dev/fd/3"', '"~/c"'],
  read_receipts: ['false', 'true', 'false']
}

/** TOML as a flag or variable has it. */
const asText = (toml: string): string => {
  const value: unknown = JSON.parse(toml)
  return Array.isArray(value) ? value.join(',') : String(value)
}

const fileOf = (text: string) => {
  const values = readConfigText('c.toml', text)
  if (Result.isFailure(values)) throw new Error(JSON.stringify(values.failure))
  return { name: 'c.toml', values: values.success }
}

const resolved = (
  flags: FlagTexts = {},
  env: Record<string, string> = {},
  toml?: string
): Resolved => {
  const merged = resolve({ flags, env, file: toml === undefined ? undefined : fileOf(toml) })
  if (Result.isFailure(merged)) throw new Error(JSON.stringify(merged.failure))
  return merged.success
}

const faults = (flags: FlagTexts, env: Record<string, string>) => {
  const merged = resolve({ flags, env, file: undefined })
  return Result.isFailure(merged) ? merged.failure : []
}

describe('precedence', () => {
  it.each(CONFIG_NAMES)('%s', (name) => {
    const [inFile, inEnv, inFlag] = VALUES[name]
    const flags: FlagTexts = { [name]: { flag: '--it', text: asText(inFlag) } }
    const env = { [envNameOf(name)]: asText(inEnv) }
    const toml = `\n${name} = ${inFile}`
    const cases: readonly (readonly [Resolved, unknown, string])[] = [
      [resolved(), CONFIG_KEYS[name].fallback, 'default'],
      [resolved({}, {}, toml), JSON.parse(inFile), 'c.toml:2'],
      [resolved({}, env, toml), JSON.parse(inEnv), envNameOf(name)],
      [resolved({}, env), JSON.parse(inEnv), envNameOf(name)],
      [resolved(flags, env, toml), JSON.parse(inFlag), '--it'],
      [resolved(flags, {}, toml), JSON.parse(inFlag), '--it'],
      [resolved(flags), JSON.parse(inFlag), '--it']
    ]
    for (const [{ values, origins }, value, origin] of cases) {
      expect(values[name]).toEqual(value)
      expect(originText(origins[name])).toBe(origin)
    }
  })

  it('takes a variable that is set to nothing as not set', () => {
    expect(resolved({}, { EARSHOT_NICKNAME: '' }, 'nickname = "a"').values.nickname).toBe('a')
  })
})

describe('faults', () => {
  it('names the variable or flag, what is wrong with it and what would be right', () => {
    expect(faults({ default_port: { flag: '--port', text: '70000' } }, {})).toEqual([
      {
        _tag: 'UsageInvalid',
        detail: '--port must be a whole number from 0 to 65535 (0: any free port), not "70000".',
        next: 'earshot --help explains it.'
      }
    ])
    expect(faults({}, { EARSHOT_LOG_LEVEL: 'loud' })).toMatchObject([
      { _tag: 'UsageInvalid', detail: expect.stringContaining('EARSHOT_LOG_LEVEL must be one of') }
    ])
  })

  it.each(['x', '', ' 1', '1e3', '0x10', '-1', '1.5', '99999999999999999999', '８０'])(
    'refuses the port %j',
    (text) => {
      expect(faults({ default_port: { flag: '--port', text } }, {})).toHaveLength(1)
    }
  )

  it('tells all of them together', () => {
    const env = { EARSHOT_BUFFER_SIZE: '1', EARSHOT_SAVE_HISTORY: 'maybe' }
    expect(faults({ nickname: { flag: '--nickname', text: '\u0007' } }, env)).toHaveLength(3)
  })

  it('names a variable that is almost one of ours, and leaves others alone', () => {
    expect(faults({}, { EARSHOT_NICKNAM: 'x' })).toEqual([
      {
        _tag: 'UsageInvalid',
        detail: 'There is no variable EARSHOT_NICKNAM.',
        next: 'Did you mean EARSHOT_NICKNAME?'
      }
    ])
    expect(faults({}, { EARSHOT_HOME: '/x', EARSHOT_BENCHMARKS: '1', NICKNAM: 'x' })).toEqual([])
  })

  it('refuses EARSHOT_ENABLE_ENCRYPTION=false as what it is', () => {
    expect(faults({}, { EARSHOT_ENABLE_ENCRYPTION: 'false' })).toEqual([
      { _tag: 'EncryptionRequired' }
    ])
  })
})

describe('config --show', () => {
  const some = resolved(
    { nickname: { flag: '--nickname', text: 'bob' } },
    { EARSHOT_DEFAULT_PORT: '9' },
    'log_level = "debug"'
  )

  it('shows each key with its value and origin', () => {
    const lines = showResolved(some)
    expect(lines).toHaveLength(CONFIG_NAMES.length)
    expect(lines[0]).toMatch(/^nickname = "bob" +# --nickname$/)
    expect(lines[1]).toMatch(/^default_port = 9 +# EARSHOT_DEFAULT_PORT$/)
    expect(lines.find((line) => line.startsWith('log_level'))).toMatch(/= "debug" +# c\.toml:1$/)
    expect(lines.find((line) => line.startsWith('buffer_size'))).toMatch(/# default$/)
  })

  it('shows TOML that means the same again', () => {
    const again = fileOf(showResolved(some).join('\n'))
    for (const name of CONFIG_NAMES)
      expect(again.values.get(name)?.value, name).toEqual(some.values[name])
  })

  it('shows the same to programs', () => {
    const shown = JSON.parse(showResolvedJson(some)) as Record<string, unknown>
    expect(Object.keys(shown)).toEqual(CONFIG_NAMES)
    expect(shown['default_port']).toEqual({
      value: 9,
      origin: { source: 'environment', variable: 'EARSHOT_DEFAULT_PORT' }
    })
    expect(shown['listen_host']).toEqual({ value: null, origin: { source: 'default' } })
  })
})
