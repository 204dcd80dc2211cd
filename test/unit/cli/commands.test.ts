/**
 * Goal: the commands as a user meets them: what goes to which stream, the exit code, the files.
 * Method: the program from its sources, in processes with a home of their own.
 */
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@effect/vitest'
import { writePeers } from '../../../src/adapters/peer-book-format.ts'
import { configTemplate } from '../../../src/cli/config/template.ts'
import { peerIdFromPublicKey } from '../../../src/domain/peer-id.ts'
import type { KnownPeer } from '../../../src/services/peer-book.ts'

const main = join(import.meta.dirname, '..', '..', '..', 'src', 'cli', 'main.ts')
const STRANGER = peerIdFromPublicKey(new Uint8Array(32).fill(7))

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'earshot-home-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const earshot = (args: readonly string[], env: Record<string, string> = {}) => {
  const clean = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('EARSHOT_') && !name.startsWith('XDG_')
  )
  return spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    input: '',
    cwd: home,
    env: { ...Object.fromEntries(clean), HOME: home, ...env }
  })
}

const configFile = () => join(home, '.config', 'earshot', 'config.toml')

describe('earshot config', () => {
  it('writes the commented default once, where --path says, and keeps an existing one', () => {
    expect(earshot(['config', '--path'])).toMatchObject({ status: 0, stdout: `${configFile()}\n` })
    expect(existsSync(configFile())).toBe(false)
    expect(earshot(['config'])).toMatchObject({ status: 0, stdout: `Written: ${configFile()}\n` })
    expect(readFileSync(configFile(), 'utf8')).toBe(configTemplate())
    writeFileSync(configFile(), 'nickname = "mine"')
    const again = earshot(['config'])
    expect(again).toMatchObject({ status: 73, stdout: '' })
    expect(again.stderr).toMatch(/^earshot: .*--force.*\n$/)
    expect(readFileSync(configFile(), 'utf8')).toBe('nickname = "mine"')
    expect(earshot(['config', '--force'])).toMatchObject({ status: 0 })
    expect(readFileSync(configFile(), 'utf8')).toBe(configTemplate())
    expect(readFileSync(`${configFile()}.bak`, 'utf8')).toBe('nickname = "mine"')
  })

  it('honours XDG_CONFIG_HOME, EARSHOT_HOME, --home, EARSHOT_CONFIG and --config, in that order', () => {
    const env: Record<string, string> = {}
    const path = (...args: string[]) => earshot(['config', '--path', ...args], env).stdout.trim()
    env['XDG_CONFIG_HOME'] = join(home, 'x')
    expect(path()).toBe(join(home, 'x', 'earshot', 'config.toml'))
    env['EARSHOT_HOME'] = 'rel'
    expect(path()).toBe(join(home, 'rel', 'config.toml'))
    expect(path('--home', join(home, 'h'))).toBe(join(home, 'h', 'config.toml'))
    env['EARSHOT_CONFIG'] = join(home, 'e.toml')
    expect(path('--home', join(home, 'h'))).toBe(join(home, 'e.toml'))
    expect(path('--config', 'c.toml')).toBe(join(home, 'c.toml'))
  })

  it('--show tells values and their origins', () => {
    mkdirSync(dirname(configFile()), { recursive: true })
    writeFileSync(configFile(), '\nlog_level = "warn"\ndefault_port = 1')
    const args = ['config', '--show', '--nickname', 'bob']
    const shown = earshot(args, { EARSHOT_DEFAULT_PORT: '9' })
    expect(shown).toMatchObject({ status: 0, stderr: '' })
    expect(shown.stdout).toMatch(/^nickname = "bob" +# --nickname$/m)
    expect(shown.stdout).toMatch(/^default_port = 9 +# EARSHOT_DEFAULT_PORT$/m)
    expect(shown.stdout).toContain(`# ${configFile()}:2`)
    expect(JSON.parse(earshot([...args, '--json']).stdout)).toMatchObject({
      nickname: { value: 'bob', origin: { source: 'flag', flag: '--nickname' } }
    })
  })
})

describe('what keeps a start from happening', () => {
  it('all faults of a file, a line each, on standard error; 78', () => {
    mkdirSync(dirname(configFile()), { recursive: true })
    writeFileSync(configFile(), 'nick = "x"\ndefault_port = 70000\n')
    const { status, stdout, stderr } = earshot([])
    expect(status).toBe(78)
    expect(stdout).toBe('')
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^earshot: .*config\.toml:1:1: nick: .*nickname/),
      expect.stringMatching(/^earshot: .*config\.toml:2:1: default_port: must be/),
      ''
    ])
  })

  it('tells a program the same as events', () => {
    const { status, stdout, stderr } = earshot(['--json'], { EARSHOT_ENABLE_ENCRYPTION: 'false' })
    expect(status).toBe(78)
    expect(stderr).toContain('--plain-text')
    expect(JSON.parse(stdout)).toMatchObject({
      v: 1,
      type: 'app.failed',
      failure: { _tag: 'EncryptionRequired' }
    })
  })

  it('a named file that is missing; 74', () => {
    expect(earshot(['--config', 'no.toml'])).toMatchObject({ status: 74, stdout: '' })
  })

  it('wrong arguments; 64, one line, nothing made', () => {
    const { status, stdout, stderr } = earshot(['--port', 'many'])
    expect({ status, stdout }).toEqual({ status: 64, stdout: '' })
    expect(stderr).toMatch(/^earshot: --port must be a whole number .*\n$/)
    expect(existsSync(join(home, '.local'))).toBe(false)
  })
})

describe('earshot id and peers', () => {
  it('makes a key once, tells the same id ever after, and says where things are', () => {
    const first = earshot(['id', '--json', '--home', 'h'])
    expect(first).toMatchObject({ status: 0, stderr: '' })
    const told = JSON.parse(first.stdout) as { id: string; key: string }
    expect(told).toMatchObject({ id: expect.stringMatching(/^[a-z2-7]{56}$/), profile: 'default' })
    expect(told.key).toBe(join(home, 'h', 'data', 'identity.key'))
    expect(statSync(told.key).mode & 0o777).toBe(0o600)
    const text = earshot(['id', '--home', 'h']).stdout
    expect(text.replaceAll(' ', '')).toContain(`Id:${told.id}`)
    const other = earshot(['id', '--json', '--home', 'h', '--profile', 'work']).stdout
    expect(JSON.parse(other)).toMatchObject({
      profile: 'work',
      id: expect.not.stringMatching(told.id)
    })
  })

  it('peers: an empty book, and a peer that is not in it', () => {
    expect(earshot(['peers'])).toMatchObject({ status: 0, stdout: 'No peer is known yet.\n' })
    expect(earshot(['peers', '--json'])).toMatchObject({ status: 0, stdout: '' })
    const forget = earshot(['peers', 'forget', STRANGER])
    expect(forget.status).toBe(64)
    expect(forget.stderr).toMatch(/^earshot: No peer with the id .* is known\..*\n$/)
  })

  it('peers: a known one is blocked, let in again, and never called verified by that', () => {
    const data = join(home, '.local', 'share', 'earshot')
    mkdirSync(data, { recursive: true, mode: 0o700 })
    const known: KnownPeer = {
      id: STRANGER,
      trust: 'verified',
      claimedNickname: 'mallory',
      targets: [],
      firstSeen: 1,
      lastSeen: 2
    }
    const book = writePeers(new Map([[STRANGER, known]]))
    writeFileSync(join(data, 'peers.json'), book, { mode: 0o600 })
    expect(earshot(['peers', 'block', STRANGER]).status).toBe(0)
    expect(earshot(['peers']).stdout).toContain('mallory (shut out)')
    expect(earshot(['peers', 'unblock', STRANGER]).status).toBe(0)
    expect(earshot(['peers']).stdout).toContain('known since the first contact, not compared')
    expect(earshot(['peers', 'unblock', STRANGER]).status).toBe(64)
  })
})
