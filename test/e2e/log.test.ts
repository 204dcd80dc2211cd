/**
 * Goal: the log says as much as its level, in its file, and never in the chat (features.md S16).
 * Method: conversations at different levels; the file and the screens are compared.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from './support/program.ts'
import { startCalling, startJson, startListening } from './support/talk.ts'

interface Line {
  readonly level: string
  readonly message: string
}

const linesOf = (file: string): readonly Line[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)

/** A short conversation with words that would be found again; gives ann's log. */
const talkWithLog = async (args: readonly string[], home: string): Promise<string> => {
  const { terminal: ann, address } = await startListening(['-n', 'ann', ...args], { home })
  const bob = startCalling(address, ['-n', 'bob'])
  await bob.waitForHistory('Connected to peer!')
  bob.enter('a secret word')
  await ann.waitForHistory('bob: a secret word')
  ann.enter('another secret word')
  await bob.waitForHistory('ann: another secret word')
  ann.enter('/nosuchcommand')
  await ann.waitForHistory('Not understood')
  ann.enter('/quit')
  await ann.exit
  // Nothing of the log is in the chat: no JSON, no levels.
  expect(ann.history()).not.toMatch(/"level"|\[(DEBUG|INFO)\]|level=/i)
  return ann.history()
}

describe('S16: the log', () => {
  it('is a private file in the state folder: what happened, not what was said', async () => {
    const home = temporaryFolder()
    await talkWithLog([], home)
    const file = join(home, '.local', 'state', 'earshot', 'earshot.log')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const lines = linesOf(file)
    expect(lines.map(({ message }) => message)).toContain('peer.connected')
    expect(new Set(lines.map(({ level }) => level))).not.toContain('debug')
    expect(readFileSync(file, 'utf8')).not.toContain('secret word')
  })

  it.each([
    ['trace', ['message.queued', 'peer.connected']],
    ['debug', ['message.queued', 'peer.connected']],
    ['info', ['peer.connected']],
    ['warn', []],
    ['error', []]
  ])('at level %s', async (level, expected) => {
    const home = temporaryFolder()
    const file = join(home, 'here.log')
    await talkWithLog(['--log-level', level, '--log-file', file], home)
    const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
    const ranks = ['trace', 'debug', 'info', 'warn', 'error']
    const lines = text === '' ? [] : linesOf(file)
    const seen = lines.map(({ message }) => message)
    for (const message of ['message.queued', 'peer.connected'])
      expect(seen.includes(message), message).toBe(expected.includes(message))
    for (const line of lines)
      expect(ranks.indexOf(line.level)).toBeGreaterThanOrEqual(ranks.indexOf(level))
    expect(text).not.toContain('secret word')
  })

  it('--debug says where the log is, and fills it', async () => {
    const home = temporaryFolder()
    const shown = await talkWithLog(['--debug'], home)
    const file = join(home, '.local', 'state', 'earshot', 'earshot.log')
    expect(shown.replaceAll('\n', '')).toContain(`The log, at level debug, is ${file}`)
    expect(linesOf(file).some(({ level }) => level === 'debug')).toBe(true)
  })

  it('EARSHOT_LOG_LEVEL sets it, and a wrong one is named', async () => {
    const home = temporaryFolder()
    const ann = startJson(['-p', '0'], { home, env: { EARSHOT_LOG_LEVEL: 'loud' } })
    const { code, stderr } = await ann.pipe.exit
    expect(stderr).toMatch(/EARSHOT_LOG_LEVEL.*trace.*error/)
    expect(code).toBe(64)
  })

  it('that cannot be written does not stop the conversation', async () => {
    const { terminal: ann, address } = await startListening(['--log-file', '/dev/null/no/log'])
    const bob = startCalling(address, ['-n', 'bob'])
    await bob.waitForHistory('Connected to peer!')
    bob.enter('all the same')
    await ann.waitForHistory('all the same')
  })
})
