/**
 * Goal: a conversation whose key is locked begins with the passphrase, and not without it; who has
 * none is asked nothing (features.md E13).
 * Method: the built program, locked, in a terminal and on pipes.
 */
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startPipe } from './support/pipe.ts'
import { temporaryFolder } from './support/program.ts'
import { portOf, startJson, startJsonListening, startListening } from './support/talk.ts'
import { startTerminal } from './support/terminal.ts'

const PASSPHRASE = 'correct horse battery'
const QUESTION = 'Passphrase:'

/** A file with a passphrase. */
const passphraseFile = (passphrase = PASSPHRASE): string => {
  const file = join(temporaryFolder(), 'secret')
  writeFileSync(file, `${passphrase}\n`, { mode: 0o600 })
  chmodSync(file, 0o600)
  return file
}

const change = (home: string, ...args: readonly string[]) =>
  startPipe(['passphrase', ...args, '--passphrase-file', passphraseFile()], { home, stdin: '' })
    .exit

/** A home whose key is locked. */
const lockedHome = async (): Promise<string> => {
  const home = temporaryFolder()
  expect((await change(home, 'set')).code).toBe(0)
  return home
}

/** Everything that Earshot has written there, as one text. */
const allFiles = (home: string): string =>
  readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('.cache'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')

describe('E13: a conversation in a terminal', () => {
  it('asks first, again after a wrong answer, and goes on as ever', async () => {
    const home = await lockedHome()
    const terminal = startTerminal(['--log-level', 'trace'], { home })
    await terminal.waitForHistory(QUESTION)
    expect(terminal.history()).not.toContain('Enter peer address')
    terminal.enter('horse correct')
    await terminal.waitForHistory('That is not it. Tries left: 2.')
    // What is typed too early is not shown either, and is the answer to the next question.
    terminal.type(`${PASSPHRASE}\r`)
    await terminal.waitForHistory('Enter peer address')
    terminal.enter('')
    await terminal.waitForHistory('Enter port to listen on')
    terminal.enter('0')
    await portOf(terminal)
    terminal.enter('/help')
    await terminal.waitForHistory('/quit')
    terminal.press('ctrl-c')
    expect((await terminal.exit).code).toBe(0)
    expect(terminal.raw()).not.toMatch(/correct|horse/)
    expect(allFiles(home)).not.toMatch(/correct|horse/)
  })

  it('ends after three wrong answers, and nothing was opened', async () => {
    const home = await lockedHome()
    const terminal = startTerminal(['--port', '0'], { home })
    for (const time of [1, 2, 3]) {
      await terminal.waitForHistory((shown) => shown.split(QUESTION).length > time)
      terminal.enter(`wrong ${time}`)
    }
    expect((await terminal.exit).code).toBe(77)
    expect(terminal.history().replaceAll('\n', '')).toContain('The passphrase is wrong')
    expect(terminal.history()).not.toContain('Listening')
  })

  it.each(['ctrl-c', 'ctrl-d'] as const)('ends at the question: %s', async (key) => {
    const terminal = startTerminal(['--port', '0'], { home: await lockedHome() })
    await terminal.waitForHistory(QUESTION)
    terminal.press(key)
    expect((await terminal.exit).code).toBe(0)
    expect(terminal.history().trim()).toBe(QUESTION)
  })

  it('asks on standard error, so that the events of --json stay whole', async () => {
    const home = await lockedHome()
    const events = join(home, 'events')
    const shell = `{ "$@"; echo "[ended $?]" >&2; } | tee '${events}'`
    const terminal = startTerminal(['--json', '--port', '0'], { home, shell })
    await terminal.waitForHistory(QUESTION)
    terminal.enter(PASSPHRASE)
    await terminal.waitForHistory('listen.waiting')
    terminal.enter('{"type":"quit"}')
    await terminal.waitForHistory('[ended 0]')
    for (const line of readFileSync(events, 'utf8').trimEnd().split('\n'))
      expect(JSON.parse(line)).toHaveProperty('type')
  })

  it('asks nobody who has no passphrase, nor for a conversation that stores nothing', async () => {
    const { terminal } = await startListening()
    expect(terminal.raw()).not.toContain(QUESTION)
    const plain = startTerminal(['--plain-text', '--port', '0'], { home: await lockedHome() })
    await plain.waitForHistory(/Listening|waiting/i)
    expect(plain.raw()).not.toContain(QUESTION)
  })

  it('cannot have its passphrase changed under it', async () => {
    const { terminal } = await startListening()
    const { home, pid } = terminal
    const ended = await change(home, 'set')
    expect(ended).toMatchObject({ code: 75, stderr: expect.stringContaining(`process ${pid}`) })
    expect((await change(home, 'show')).code).toBe(0)
  })
})

describe('E13: a conversation without a terminal', () => {
  it('says that it needs a file', async () => {
    const home = await lockedHome()
    const { pipe, events } = startJson(['--port', '0'], { home, stdin: '' })
    const { code, stderr } = await pipe.exit
    expect(code).toBe(77)
    expect(stderr).toMatch(/^earshot: The key .*store\.key is locked by a passphrase.*\n$/)
    expect(events()).toMatchObject([{ type: 'app.failed', failure: { _tag: 'PassphraseNeeded' } }])
  })

  it.each(['the flag', 'the variable', 'the configuration'])(
    'takes it as %s says',
    async (where) => {
      const home = await lockedHome()
      const file = passphraseFile()
      const config = join(home, 'own.toml')
      writeFileSync(config, `passphrase_file = ${JSON.stringify(file)}\n`)
      const args = {
        'the flag': ['--passphrase-file', file],
        'the variable': [],
        'the configuration': ['--config', config]
      }[where]
      const env = where === 'the variable' ? { EARSHOT_PASSPHRASE_FILE: file } : {}
      const { program } = await startJsonListening(args, { home, env })
      program.ask({ type: 'quit' })
      expect((await program.pipe.exit).code).toBe(0)
      expect(program.pipe.stdout() + allFiles(home)).not.toMatch(/correct|horse/)
    }
  )
})

describe('E13: what was said', () => {
  it('is read with the passphrase only, after a change of it with the new one', async () => {
    const home = await lockedHome()
    const own = ['--passphrase-file', passphraseFile()]
    const { program: ann, address } = await startJsonListening(['--history', ...own], { home })
    const bob = startJson(['--port', '0', '-c', address, '-n', 'bob'])
    await ann.waitFor('peer.connected')
    bob.ask({ type: 'say', text: 'the words that are kept' })
    await bob.waitFor('message.delivered')
    ann.ask({ type: 'quit' })
    expect((await ann.pipe.exit).code).toBe(0)
    expect(allFiles(home)).not.toContain('words')
    const history = (...args: readonly string[]) =>
      startPipe(['history', 'bob', ...args], { home, stdin: '' }).exit
    expect(await history()).toMatchObject({
      code: 77,
      stdout: '',
      stderr: expect.stringContaining('locked by a passphrase')
    })
    expect((await history(...own)).stdout).toContain('bob: the words that are kept')
    const other = passphraseFile('staple, paper, glue')
    expect((await change(home, 'change', '--new-passphrase-file', other)).code).toBe(0)
    expect((await history(...own)).code).toBe(77)
    const read = await history('--passphrase-file', other)
    expect(read.stdout).toContain('bob: the words that are kept')
    const asked = startTerminal(['history', 'bob'], { home })
    await asked.waitForHistory(QUESTION)
    asked.enter('staple, paper, glue')
    expect((await asked.exit).code).toBe(0)
    expect(asked.history()).toContain('bob: the words that are kept')
    expect(asked.raw()).not.toContain('staple')
  })
})
