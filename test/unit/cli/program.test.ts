/**
 * Goal: arguments become what was asked for, or one sentence that says what is wrong and what to do.
 * Method: the pure parser, on every flag and command, and on slips of the fingers.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Result from 'effect/Result'
import fc from 'fast-check'
import { explainStart } from '../../../src/domain/explain.ts'
import { peerIdFromPublicKey } from '../../../src/domain/peer-id.ts'
import { parseArgv } from '../../../src/cli/program.ts'
import { VERSION } from '../../../src/cli/version.ts'

const ID = peerIdFromPublicKey(new Uint8Array(32).fill(7))
const OTHER = peerIdFromPublicKey(new Uint8Array(32).fill(8))

const asked = (...argv: readonly string[]) => {
  const parsed = parseArgv(argv)
  if (Result.isFailure(parsed)) throw new Error(JSON.stringify(parsed.failure))
  return parsed.success
}

const refused = (...argv: readonly string[]) => {
  const parsed = parseArgv(argv)
  if (Result.isSuccess(parsed)) throw new Error(`taken: ${JSON.stringify(parsed.success)}`)
  const { text, next } = explainStart(parsed.failure)
  expect(parsed.failure._tag).toBe('UsageInvalid')
  expect(next, text).toBeTruthy()
  return `${text} ${next}`
}

describe('the chat', () => {
  it('is what no arguments ask for', () => {
    expect(asked()).toEqual({
      _tag: 'Chat',
      flags: {
        home: undefined,
        profile: undefined,
        config: undefined,
        json: false,
        color: true,
        keys: {},
        connect: undefined,
        expect: undefined,
        stay: false,
        plainText: false,
        debug: false,
        logFile: undefined
      }
    })
  })

  it('takes every flag, those of the configuration as text', () => {
    expect(
      asked(
        ...['--port', '9', '--connect', 'h:1', '--nickname', 'a b', '--debug', '--json'],
        ...['--expect', ID.toUpperCase(), '--unknown-peers', 'ask', '--profile', 'work'],
        ...['--home', 'x', '--config', 'c', '--listen', '::1', '--stay', '--no-color'],
        ...['--log-level', 'warn', '--log-file', 'l', '--no-history']
      )
    ).toEqual({
      _tag: 'Chat',
      flags: {
        home: 'x',
        profile: 'work',
        config: 'c',
        json: true,
        color: false,
        keys: {
          default_port: { flag: '--port', text: '9' },
          nickname: { flag: '--nickname', text: 'a b' },
          listen_host: { flag: '--listen', text: '::1' },
          unknown_peers: { flag: '--unknown-peers', text: 'ask' },
          log_level: { flag: '--log-level', text: 'warn' },
          save_history: { flag: '--no-history', text: 'false' }
        },
        connect: { host: 'h', port: 1 },
        expect: ID,
        stay: true,
        plainText: false,
        debug: true,
        logFile: 'l'
      }
    })
  })

  it.each([
    [['-p', '9', '-n', 'x', '-d'], 'short flags'],
    [['-p9', '-nx', '-d'], 'values without a space'],
    [['--port=9', '--nickname=x', '--debug'], 'values behind =']
  ] as const)('takes %j: %s', (argv, _) => {
    expect(asked(...argv)).toMatchObject({
      flags: {
        keys: {
          default_port: { text: '9' },
          nickname: { text: 'x' },
          log_level: { flag: '--debug', text: 'debug' }
        }
      }
    })
  })

  it.each([
    ['127.0.0.1:8080', '127.0.0.1', 8080],
    ['[2001:db8::7]:9', '2001:db8::7', 9],
    ['friend.example:1', 'friend.example', 1],
    ['friend.example', 'friend.example', 0],
    ['::1', '::1', 0]
  ])('dials %s', (text, host, port) => {
    expect(asked('-c', text)).toMatchObject({ flags: { connect: { host, port } } })
  })

  it('keeps the history, or not, as the last of both flags says', () => {
    const kept = (...argv: readonly string[]) => asked(...argv)
    const said = (flag: string, text: string) => ({
      flags: { keys: { save_history: { flag, text } } }
    })
    expect(kept('--history')).toMatchObject(said('--history', 'true'))
    expect(kept('--history', '--no-history')).toMatchObject(said('--no-history', 'false'))
    expect(kept('--no-history', '--history')).toMatchObject(said('--history', 'true'))
  })

  it('takes plain text together with JSON', () => {
    expect(asked('--plain-text', '--json')).toMatchObject({
      flags: { plainText: true, json: true }
    })
  })
})

describe('commands', () => {
  it('config', () => {
    expect(asked('config')).toMatchObject({ _tag: 'Config', mode: 'write', force: false })
    expect(asked('config', '--force')).toMatchObject({ mode: 'write', force: true })
    expect(asked('config', '--path', '--json')).toMatchObject({
      mode: 'path',
      flags: { json: true }
    })
    expect(asked('config', '--show', '--port', '9', '--home', 'h')).toMatchObject({
      mode: 'show',
      flags: { home: 'h', keys: { default_port: { flag: '--port', text: '9' } } }
    })
  })

  it('id, peers and completion', () => {
    expect(asked('id', '--json')).toMatchObject({ _tag: 'Id', flags: { json: true } })
    expect(asked('--profile', 'p', 'peers')).toMatchObject({
      _tag: 'Peers',
      action: { _tag: 'List' },
      flags: { profile: 'p' }
    })
    expect(asked('peers', 'list', '--json')).toMatchObject({ flags: { json: true } })
    expect(asked('peers', 'forget', ID)).toMatchObject({ action: { _tag: 'Forget', id: ID } })
    expect(asked('peers', 'block', ID)).toMatchObject({ action: { _tag: 'Block', id: ID } })
    expect(asked('peers', 'unblock', ID)).toMatchObject({ action: { _tag: 'Unblock', id: ID } })
    expect(asked('peers', 'rekey', ID, OTHER)).toMatchObject({
      action: { _tag: 'Rekey', from: ID, to: OTHER }
    })
    expect(asked('completion', 'fish')).toEqual({ _tag: 'Completion', shell: 'fish' })
  })

  it('history: the list, what to show of one, and what to change', () => {
    expect(asked('history', '--json')).toMatchObject({
      _tag: 'History',
      action: { _tag: 'List' },
      flags: { json: true }
    })
    const shown = { _tag: 'Show', who: 'bob', limit: 20, since: undefined, words: [] }
    expect(asked('history', 'bob')).toMatchObject({ action: { ...shown, path: undefined } })
    expect(asked('history', 'bob', '--search', ' a  b ')).toMatchObject({
      action: { ...shown, words: ['a', 'b'] }
    })
    for (const argv of [['--all'], ['--since', '3d'], ['--export', 'x.md']])
      expect(asked('history', 'bob', ...argv)).toMatchObject({ action: { limit: undefined } })
    expect(asked('history', '--erase', 'bob')).toMatchObject({
      action: { _tag: 'Erase', who: 'bob', confirmed: false }
    })
    expect(asked('history', 'bob', '--erase', '--yes')).toMatchObject({
      action: { confirmed: true }
    })
    expect(asked('history', 'bob', '--keep', 'off')).toMatchObject({
      action: { _tag: 'Keep', who: 'bob', keep: 'off' }
    })
  })

  it.each([
    [['history', 'bob', '-n', '5']],
    [['history', '-n5', 'bob']],
    [['-n', '5', 'history', 'bob']],
    [['history', 'bob', '--lines', '5']],
    [['history', 'bob', '--lines=5', '--since', '3d']],
    [['history', 'bob', '-n', '5', '--export', 'bob.json']]
  ])('%j asks for five messages', (argv) => {
    expect(asked(...argv)).toMatchObject({ action: { _tag: 'Show', who: 'bob', limit: 5 } })
  })

  it('help and the version go to standard output', () => {
    expect(asked('--version', '--json')).toEqual({ _tag: 'Print', text: `earshot ${VERSION}\n` })
    for (const argv of [['--help'], ['-h'], ['help']]) {
      const help = asked(...argv)
      expect(help).toMatchObject({ _tag: 'Print' })
      for (const part of ['Examples:', 'When it does not work:', 'Environment', 'Exit codes:'])
        expect('text' in help && help.text).toContain(part)
    }
    expect(asked('help', 'config')).toMatchObject({ text: expect.stringContaining('--show') })
    expect(asked('peers', '--help')).toMatchObject({ text: expect.stringContaining('rekey') })
  })

  it.each([[['--help']], [['history', '--help']], [['passphrase', '--help']]])(
    '%j fits 80 columns',
    (argv) => {
      const help = asked(...argv)
      for (const line of 'text' in help ? help.text.split('\n') : [])
        expect(line.length, line).toBeLessThanOrEqual(80)
    }
  )
})

describe('slips', () => {
  it.each([
    [['--prot', '1'], 'Did you mean --port?'],
    [['--conect', 'h'], 'Did you mean --connect?'],
    [['cofnig'], 'Did you mean config?'],
    [['peer'], 'Did you mean peers?'],
    [['peers', 'forgte', ID], 'Did you mean forget?'],
    [['127.0.0.1:8080'], 'earshot --connect 127.0.0.1:8080'],
    [['--port'], "'-p, --port <number>' argument missing"],
    [['--connect', 'a b:1'], 'It is not HOST:PORT'],
    [['--connect', 'h:0'], 'a port is a number from 1 to 65535'],
    [['--connect', 'user@h:1'], 'nothing before or after'],
    [['--expect', ID.slice(1)], 'An id has 56 characters.'],
    [['--expect', ID.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'))], 'check digits'],
    [['--unknown-peers', 'all'], 'Allowed choices are accept-new, ask, deny.'],
    [['--log-level', 'loud'], 'Allowed choices are trace'],
    [['--profile', 'My Work'], '1 to 32 small letters'],
    [['--home', ''], 'It is not a path.'],
    [['--plain-text', '--expect', ID], 'Leave one of the two away.'],
    [['config', '--path', '--force'], 'cannot be used with'],
    [['config', '--path', '--show'], 'cannot be used with'],
    [['completion', 'tcsh'], 'bash, zsh, fish'],
    [['completion'], "'shell'"],
    [['peers', 'forget'], "'id'"],
    [['id', 'extra'], 'too many arguments'],
    [['hsitory'], 'Did you mean history?'],
    [['history', '--all'], 'The peer is missing.'],
    [['history', '-n', '5'], 'The peer is missing.'],
    [['history', '--erase', '--yes'], 'The peer is missing.'],
    [['history', 'bob', 'eve'], 'too many arguments'],
    [['history', 'bob', '-n', 'x'], "'-n, --lines <number>' argument 'x' is invalid"],
    [['history', 'bob', '-n', '0'], 'a whole number from 1 on'],
    [['history', 'bob', '--lines', '1.5'], 'a whole number from 1 on'],
    [['history', 'bob', '-n', '5', '--all'], 'does not go with --all'],
    [['history', 'bob', '--lines', '5', '--all'], 'cannot be used with'],
    [['history', 'bob', '--search', ' '], 'Name at least one word.'],
    [['history', 'bob', '--export', 'bob.pdf'], '.txt, .md, .json, .jsonl'],
    [['history', 'bob', '--export', ''], 'It is not a path.'],
    [['history', 'bob', '--export'], 'argument missing'],
    [['history', 'bob', '--keep', 'maybe'], 'on, off, default'],
    [['history', 'bob', '--keep', 'on', '--erase'], 'cannot be used with'],
    [['history', 'bob', '--erase', '--since', '3d'], 'cannot be used with'],
    [['history', 'bob', '--yes'], 'goes with --erase only'],
    [['history', 'bob', '-n', '5', '--erase', '--yes'], 'does not go with --erase']
  ] as const)('%j', (argv, part) => {
    expect(refused(...argv).toLowerCase()).toContain(part.toLowerCase())
  })

  it('shows arguments without their terminal escapes', () => {
    const said = refused('--\u001b[2Jx') + refused('\u009b31m\u202e')
    expect(said).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
  })

  it('understands or refuses whatever is given, and never throws', () => {
    const word = fc.oneof(
      fc.constantFrom(
        ...['--port', '-p', '--', '-', 'config', '--json=1', 'peers', '--no-color', ''],
        ...['history', '-n', '--erase', '--export', '--yes']
      ),
      fc.string()
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), (argv) => {
        const parsed = parseArgv(argv)
        if (Result.isFailure(parsed)) expect(parsed.failure._tag).toBe('UsageInvalid')
      })
    )
  })
})
