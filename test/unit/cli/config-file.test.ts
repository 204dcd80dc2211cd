/**
 * Goal: a configuration file is read into values with their lines, and every fault of it is named
 * with its line and with what would be right.
 * Method: texts in, values or failures out; each key gets values that it must refuse. The finder of
 * lines is checked on TOML's awkward corners and, by generated documents, against known places.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Result from 'effect/Result'
import fc from 'fast-check'
import { readConfigText } from '../../../src/cli/config/file.ts'
import { CONFIG_KEYS, CONFIG_NAMES, type ConfigName } from '../../../src/cli/config/keys.ts'
import { locateKeys } from '../../../src/cli/config/locate.ts'
import { configTemplate } from '../../../src/cli/config/template.ts'

const FILE = '/etc/config.toml'

const valuesOf = (text: string) => {
  const read = readConfigText(FILE, text)
  if (Result.isFailure(read)) throw new Error(JSON.stringify(read.failure))
  return Object.fromEntries(read.success)
}

const faultsOf = (text: string) => {
  const read = readConfigText(FILE, text)
  return Result.isFailure(read) ? read.failure : []
}

/** Per key: values that are of the wrong type or out of range. */
const WRONG: Readonly<Record<ConfigName, readonly string[]>> = {
  nickname: ['""', '"   "', '7', '"a\\nb"', `"${'x'.repeat(33)}"`],
  default_port: ['"8080"', '-1', '65536', '80.5', 'true'],
  listen_host: ['""', '5', '"a b"', '"http://x/"'],
  unknown_peers: ['"always"', 'false', '""'],
  heartbeat_interval_secs: ['0', '-5', '3601', '"5"', 'nan', 'inf'],
  reconnect_attempts: ['-1', '1001', '1.5', '"many"'],
  reconnect_delay_secs: ['0', '61', '"2s"'],
  enable_encryption: ['"true"', '1'],
  message_size_max_kb: ['0', '1025', '"1MB"'],
  buffer_size: ['1023', '4194305', '"64k"'],
  log_level: ['"verbose"', '3', '"INFO"'],
  max_file_size_mb: ['-1', '1.5', '"100MB"'],
  download_dir: ['"downloads"', '""', '7', '"../x"'],
  auto_open_media: ['"no"', '0'],
  media_extensions: ['"png"', '[".png"]', '["PNG"]', '[1]', '["../x"]'],
  save_history: ['"yes"', '1'],
  history_file: ['"history.db"', 'true'],
  history_lines: ['-1', '1001', '1.5', '"10"'],
  history_days: ['-1', '36501', '0.5'],
  history_size_max_mb: ['-1', '1000001', '"big"'],
  passphrase_file: ['"secret"', '0'],
  read_receipts: ['"no"', '0']
}

describe('values', () => {
  it('keeps values and the lines they stand on', () => {
    const text =
      '# mine\n\nnickname = "alice" # me\n"default_port" = 9_000\nmedia_extensions = [\n "png", # one\n "mp4",\n]\nlog_level = "debug"'
    expect(valuesOf(text)).toEqual({
      nickname: { value: 'alice', line: 3 },
      default_port: { value: 9000, line: 4 },
      media_extensions: { value: ['png', 'mp4'], line: 5 },
      log_level: { value: 'debug', line: 9 }
    })
  })

  it('takes every example of the key table, and the template with all keys uncommented', () => {
    for (const name of CONFIG_NAMES)
      expect(valuesOf(`${name} = ${CONFIG_KEYS[name].example}`), name).toHaveProperty(name)
    expect(valuesOf(configTemplate())).toEqual({})
    const uncommented = configTemplate().replaceAll(/^# (?=[a-z_]+ = )/gm, '')
    expect(Object.keys(valuesOf(uncommented)).toSorted()).toEqual(CONFIG_NAMES.toSorted())
  })

  it('takes an empty text as nothing set', () => {
    expect(valuesOf('')).toEqual({})
    expect(valuesOf('\n# nothing\n')).toEqual({})
  })
})

describe('faults', () => {
  it.each(CONFIG_NAMES)(
    '%s: each wrong value is named with its line and the right form',
    (name) => {
      for (const wrong of WRONG[name]) {
        const faults = faultsOf(`# first\n\n  ${name} = ${wrong}\n`)
        expect(faults, wrong).toHaveLength(1)
        expect(faults[0], wrong).toMatchObject({
          _tag: 'ConfigInvalid',
          file: FILE,
          line: 3,
          column: 3,
          key: name,
          next: `For example: ${name} = ${CONFIG_KEYS[name].example}`
        })
        expect(faults[0] !== undefined && 'detail' in faults[0] && faults[0].detail).toContain(
          CONFIG_KEYS[name].expected
        )
      }
    }
  )

  it('names an unknown key, its place and the key that was meant', () => {
    expect(faultsOf('nickname = "a"\ndefualt_port = 1')).toEqual([
      {
        _tag: 'ConfigInvalid',
        file: FILE,
        line: 2,
        column: 1,
        key: 'defualt_port',
        detail: 'There is no such key.',
        next: 'Did you mean default_port? earshot config --show lists all keys.'
      }
    ])
    expect(faultsOf('port_of_call = 1')[0]).toMatchObject({
      next: 'earshot config --show lists all keys.'
    })
  })

  it('names keys that a plain object would have already', () => {
    for (const name of ['constructor', '__proto__', 'toString'])
      expect(faultsOf(`${name} = 1`)[0]).toMatchObject({
        _tag: 'ConfigInvalid',
        key: name,
        line: 1
      })
  })

  it('refuses sections, at the line of their header', () => {
    expect(faultsOf('\n[network]\ndefault_port = 1')[0]).toMatchObject({
      line: 2,
      key: 'network',
      detail: 'There are no sections; every key stands by itself.'
    })
  })

  it('says where the text is not TOML', () => {
    expect(faultsOf('nickname = "a"\ndefault_port 8080\n')[0]).toMatchObject({
      _tag: 'ConfigInvalid',
      line: 2,
      detail: expect.stringMatching(/^This is not TOML: .+\.$/)
    })
    expect(faultsOf('nickname = "a"\nnickname = "b"')[0]).toMatchObject({ line: 2 })
  })

  it('tells all faults at once, in the order of the lines', () => {
    const text = 'log_level = "loud"\nnick = "x"\ndefault_port = -1\nnickname = "fine"'
    expect(faultsOf(text).map((fault) => 'line' in fault && fault.line)).toEqual([1, 2, 3])
  })

  it('refuses enable_encryption = false as what it is', () => {
    expect(faultsOf('enable_encryption = false')).toEqual([{ _tag: 'EncryptionRequired' }])
  })

  it('shows a wrong value bounded and without terminal escapes', () => {
    const [fault] = faultsOf(`nickname = "\\u001b[31m\\u202e${'x'.repeat(500)}"`)
    const detail = fault !== undefined && 'detail' in fault ? fault.detail : ''
    expect(detail.length).toBeLessThan(200)
    expect(detail).not.toMatch(/[\u0000-\u001f\u202e]/)
  })
})

describe('locateKeys', () => {
  it('is not misled by strings, comments, arrays and tables that look like keys', () => {
    const text = [
      'a = """', // 1
      'b = 1', // 2
      '"""', // 3
      "c = '''", // 4
      "d = ''''''", // 5
      'e = [ # f = 2', // 6
      '  "g = 3]",', // 7
      ']', // 8
      'h = { i = 1 }', // 9
      '  "j" = "\\"k = 1"', // 10
      'l.m = 1', // 11
      '[n]', // 12
      'a = 1', // 13
      '[[ "o" ]]' // 14
    ].join('\r\n')
    expect(Object.fromEntries(locateKeys(text))).toEqual({
      a: { line: 1, column: 1 },
      c: { line: 4, column: 1 },
      e: { line: 6, column: 1 },
      h: { line: 9, column: 1 },
      j: { line: 10, column: 3 },
      l: { line: 11, column: 1 },
      n: { line: 12, column: 1 },
      o: { line: 14, column: 1 }
    })
  })

  it('finds every key of generated documents where it was put', () => {
    const value = fc.constantFrom(
      '1',
      '"x = 1"',
      "'#'",
      '"""\nq = 1\n"""',
      "'''\n[r]\n'''",
      '[1,\n # s = 2\n 3]',
      '{ t = 1, u = "}" }',
      '1979-05-27'
    )
    const between = fc.constantFrom('', '# k0 = 1\n', '\n', '  \t\n')
    fc.assert(
      fc.property(fc.array(fc.tuple(between, value), { maxLength: 12 }), (entries) => {
        let text = ''
        const places: [string, number][] = []
        entries.forEach(([gap, written], index) => {
          text += gap
          places.push([`k${index}`, text.split('\n').length])
          text += `k${index} = ${written}\n`
        })
        const found = [...locateKeys(text)].map(([name, { line }]) => [name, line])
        expect(found).toEqual(places)
      })
    )
  })

  it('ends on any text at all, also on what is not TOML', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab=[]{}"\'#.\\\n ') }), (text) => {
        expect(locateKeys(text)).toBeInstanceOf(Map)
      }),
      { numRuns: 500 }
    )
  })
})
