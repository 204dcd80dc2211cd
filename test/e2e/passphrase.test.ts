/**
 * Goal: a passphrase locks the key of the messages, is seen by nobody, and is never needed where there
 * is none (features.md E13, security plan 88 and 89).
 * Method: the built program in a terminal, whose every byte is searched for the passphrase, and on
 * pipes with passphrases in files and descriptors.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeKeyFile } from '../../src/adapters/keyring-format.ts'
import { type Pipe, startPipe } from './support/pipe.ts'
import { builtProgram, temporaryFolder } from './support/program.ts'
import { startTerminal, type Terminal, type TerminalOptions } from './support/terminal.ts'

const PASSPHRASE = 'correct horse battery'
const OTHER = 'staple of Zwölf 🐎'

const keyOf = (home: string): string => join(home, '.local', 'share', 'earshot', 'store.key')
const keyText = (home: string): string => readFileSync(keyOf(home), 'utf8')
const isLocked = (home: string): boolean => keyText(home).includes('argon2id')

/** A file with a passphrase. */
const fileWith = (passphrase: string, mode = 0o600): string => {
  const file = join(temporaryFolder(), 'secret')
  writeFileSync(file, `${passphrase}\n`, { mode })
  chmodSync(file, mode)
  return file
}

const onPipes = (home: string, ...args: readonly string[]): Pipe['exit'] =>
  startPipe(args, { home, stdin: '' }).exit

/** A home whose key is locked by PASSPHRASE. */
const lockedHome = async (): Promise<string> => {
  const home = temporaryFolder()
  const { code } = await onPipes(
    home,
    'passphrase',
    'set',
    '--passphrase-file',
    fileWith(PASSPHRASE)
  )
  expect(code).toBe(0)
  expect(isLocked(home)).toBe(true)
  return home
}

const inTerminal = (home: string, action: string, options: TerminalOptions = {}): Terminal =>
  startTerminal(['passphrase', action], { ...options, home })

/** Answers the next time that the question is on the screen. */
const answer = async (terminal: Terminal, question: string, text: string, time = 1) => {
  await terminal.waitForHistory((shown) => shown.split(question).length > time)
  terminal.enter(text)
}

/** Nothing that was typed is in any byte that the program wrote. */
const expectUnseen = (terminal: Terminal): void => {
  for (const word of ['correct', 'horse', 'battery', 'staple', 'Zwölf', '🐎', 'short'])
    expect(terminal.raw()).not.toContain(word)
}

describe('E13: a passphrase at a terminal', () => {
  it('is set: says what it is for, asks twice, takes no short one, shows nothing', async () => {
    const home = temporaryFolder()
    const terminal = inTerminal(home, 'set')
    await answer(terminal, 'New passphrase:', 'short')
    await terminal.waitForHistory('has only 5 of the 8 characters that it needs')
    await answer(terminal, 'New passphrase:', '', 2)
    await terminal.waitForHistory('That passphrase is empty.')
    await answer(terminal, 'New passphrase:', OTHER, 3)
    await answer(terminal, 'The same again:', PASSPHRASE)
    await terminal.waitForHistory('The two differ.')
    await answer(terminal, 'New passphrase:', PASSPHRASE, 4)
    await answer(terminal, 'The same again:', PASSPHRASE, 2)
    expect((await terminal.exit).code).toBe(0)
    expect(terminal.history()).toContain('Nobody can recover it')
    expect(terminal.history()).toContain('It does not lock who you are (identity.key)')
    expect(terminal.history()).toContain('Set.')
    expectUnseen(terminal)
    expect(isLocked(home)).toBe(true)
    expect(statSync(keyOf(home)).mode & 0o777).toBe(0o600)
    expect(readdirSync(dirname(keyOf(home)))).toEqual(['store.key'])
  })

  it('is changed after a wrong try, and the old one opens nothing then', async () => {
    const home = await lockedHome()
    const terminal = inTerminal(home, 'change')
    await answer(terminal, 'Passphrase:', 'horse correct')
    await terminal.waitForHistory('That is not it. Tries left: 2.')
    await answer(terminal, 'Passphrase:', PASSPHRASE, 2)
    await answer(terminal, 'New passphrase:', OTHER)
    await answer(terminal, 'The same again:', OTHER)
    expect((await terminal.exit).code).toBe(0)
    expectUnseen(terminal)
    const old = await onPipes(
      home,
      'passphrase',
      'remove',
      '--passphrase-file',
      fileWith(PASSPHRASE)
    )
    expect(old.code).toBe(77)
    const now = await onPipes(home, 'passphrase', 'remove', '--passphrase-file', fileWith(OTHER))
    expect(now.code).toBe(0)
  })

  it('that is wrong three times ends the command, and changes nothing', async () => {
    const home = await lockedHome()
    const before = keyText(home)
    const terminal = inTerminal(home, 'remove')
    for (const time of [1, 2, 3]) await answer(terminal, 'Passphrase:', `horse ${time}`, time)
    expect((await terminal.exit).code).toBe(77)
    expect(terminal.history().replaceAll('\n', '')).toContain('The passphrase is wrong')
    expect(terminal.raw()).not.toContain('horse')
    expect(keyText(home)).toBe(before)
  })

  it('is removed, and the key is the one that it was', async () => {
    const home = temporaryFolder()
    const file = fileWith(PASSPHRASE)
    mkdirSync(dirname(keyOf(home)), { recursive: true, mode: 0o700 })
    const before = writeKeyFile({ kdf: null, key: new Uint8Array(32).fill(7) })
    writeFileSync(keyOf(home), before, { mode: 0o600 })
    expect((await onPipes(home, 'passphrase', 'set', '--passphrase-file', file)).code).toBe(0)
    expect(keyText(home)).not.toBe(before)
    const terminal = inTerminal(home, 'remove')
    await answer(terminal, 'Passphrase:', PASSPHRASE)
    expect((await terminal.exit).code).toBe(0)
    expectUnseen(terminal)
    expect(keyText(home)).toBe(before)
  })

  it.each([
    ['Ctrl+C at the first question', '\x03'],
    ['Ctrl+D at the first question', '\x04'],
    ['Ctrl+C on half an answer', 'corr\x03'],
    ['Ctrl+C at the second question', `${OTHER}\r\x03`]
  ])('%s: nothing is changed, and the terminal is as it was', async (_, keys) => {
    const home = temporaryFolder()
    const shell = 'stty -a; "$@"; echo "[ended $?]"; stty -a; echo "[last]"'
    const terminal = inTerminal(home, 'set', { shell, rows: 60 })
    await terminal.waitForHistory('New passphrase:')
    terminal.type(keys)
    await terminal.waitForHistory('[last]')
    expect(terminal.history()).toContain('Nothing was changed.\n[ended 0]')
    expect(isLocked(home)).toBe(false)
    const [before, after] = [
      ...terminal.raw().matchAll(/speed \d+ baud;[\s\S]*?echoke[^\r\n]*/g)
    ].map(([text]) => text)
    expect(before).toContain(' echo ')
    expect(after).toBe(before)
    expectUnseen(terminal)
  })

  it('is the same after SIGTERM in the middle of a change', async () => {
    const home = await lockedHome()
    const before = keyText(home)
    const terminal = inTerminal(home, 'change')
    await answer(terminal, 'Passphrase:', PASSPHRASE)
    await terminal.waitForHistory('New passphrase:')
    terminal.kill('SIGTERM')
    expect((await terminal.exit).code).toBe(0)
    expect(keyText(home)).toBe(before)
  })

  it('is nowhere for other users to see: not in the arguments, not in the environment', async () => {
    const terminal = inTerminal(temporaryFolder(), 'set')
    await answer(terminal, 'New passphrase:', PASSPHRASE)
    await terminal.waitForHistory('The same again:')
    for (const name of ['cmdline', 'environ'])
      expect(readFileSync(`/proc/${terminal.pid}/${name}`, 'latin1')).not.toContain('horse')
  })
})

describe('E13: a passphrase without a terminal', () => {
  it('comes from files, and each state is told', async () => {
    const home = temporaryFolder()
    const [file, other] = [fileWith(PASSPHRASE), fileWith(OTHER)]
    const shown = async (): Promise<unknown> =>
      JSON.parse((await onPipes(home, 'passphrase', '--json')).stdout)
    expect(await shown()).toEqual({ profile: 'default', key: keyOf(home), locked: null })
    expect(existsSync(keyOf(home))).toBe(false)
    await onPipes(home, 'passphrase', 'set', '--passphrase-file', file)
    expect(await shown()).toMatchObject({ locked: true })
    const change = ['passphrase', 'change', '--new-passphrase-file', other]
    expect((await onPipes(home, ...change, '--passphrase-file', file)).code).toBe(0)
    expect((await onPipes(home, ...change, '--passphrase-file', file)).code).toBe(77)
    const env = { EARSHOT_PASSPHRASE_FILE: other }
    const back = ['passphrase', 'change', '--new-passphrase-file', file]
    const { stdout } = await startPipe(back, { home, env, stdin: '' }).exit
    expect(stdout).toContain(`Write the new one also into ${other}, which every start reads.`)
    expect((await onPipes(home, 'passphrase', 'remove', '--passphrase-file', file)).code).toBe(0)
    expect(await shown()).toMatchObject({ locked: false })
  })

  it.each([
    ['a pipe', 'printf "%s\\n" "$SECRET" | { "$0" "$@" 3<&0 </dev/null; }'],
    ['a file that was opened', '"$0" "$@" 3<"$FILE"']
  ])('comes from a descriptor: %s', async (_, script) => {
    const home = temporaryFolder()
    // The shell has the secret, and takes it from the program's surroundings.
    const shell = join(home, 'start.cjs')
    writeFileSync(
      shell,
      `const { spawnSync } = require('node:child_process')
const { SECRET, FILE, ...env } = process.env
const script = ${JSON.stringify(script)}.replace('"$SECRET"', "'" + SECRET + "'").replace('"$FILE"', FILE)
const args = ['-c', script, process.execPath, ${JSON.stringify(builtProgram())}, ...process.argv.slice(2)]
process.exit(spawnSync('/bin/sh', args, { env, stdio: 'inherit' }).status)`
    )
    const { code } = await startPipe(['passphrase', 'set', '--passphrase-file', '/dev/fd/3'], {
      home,
      file: shell,
      env: { SECRET: PASSPHRASE, FILE: fileWith(PASSPHRASE) }
    }).exit
    expect(code).toBe(0)
    const removal = ['passphrase', 'remove', '--passphrase-file', fileWith(PASSPHRASE)]
    expect((await onPipes(home, ...removal)).code).toBe(0)
  })

  it.each([
    { it: 'needs a file', code: 77, says: /locked by a passphrase, and there is no terminal/ },
    {
      it: 'is not taken from a file that others can read',
      mode: 0o644,
      code: 78,
      says: /others may/
    },
    { it: 'is not nothing', text: '', code: 78, says: /its first line is empty/ },
    { it: 'is not in a file that is not there', path: '/nowhere/x', code: 78, says: /\(ENOENT\)/ },
    { it: 'is not the input', path: '/dev/stdin', code: 78, says: /use another descriptor/ },
    { it: 'has one try', text: 'wrong wrong', code: 77, says: /The passphrase is wrong/ }
  ])('$it', async ({ path, text, mode, code, says }) => {
    const home = await lockedHome()
    const before = keyText(home)
    const isFile = text !== undefined || mode !== undefined
    const file = isFile ? fileWith(text ?? PASSPHRASE, mode) : path
    const flags = file === undefined ? [] : ['--passphrase-file', file]
    const ended = await onPipes(home, 'passphrase', 'remove', ...flags)
    expect(ended.stderr).toMatch(says)
    expect(ended.stderr.split('\n').length).toBe(2)
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: '' })
    expect(keyText(home)).toBe(before)
  })

  it('is not set twice, changed or removed where there is none, nor too short', async () => {
    const home = await lockedHome()
    const again = await onPipes(home, 'passphrase', 'set', '--passphrase-file', fileWith(OTHER))
    expect(again).toMatchObject({ code: 64, stderr: expect.stringContaining('already') })
    const bare = temporaryFolder()
    for (const action of ['change', 'remove'])
      expect(await onPipes(bare, 'passphrase', action)).toMatchObject({
        code: 64,
        stderr: expect.stringContaining('There is no passphrase.')
      })
    const short = await onPipes(bare, 'passphrase', 'set', '--passphrase-file', fileWith('1234567'))
    expect(short).toMatchObject({ code: 64, stderr: expect.stringContaining('only 7 of the 8') })
    expect(isLocked(bare)).toBe(false)
  })
})

describe('security 88, 89: a key that cannot be trusted', () => {
  it.each([
    [
      'asks for 64 GiB of memory',
      (text: string) => text.replace(/"memoryKiB": \d+/, `"memoryKiB": ${64 * 1024 * 1024}`),
      0o600,
      /store\.key is damaged: its kdf has an amount of memory out of bounds/
    ],
    ['is cut short', (text: string) => text.slice(0, 80), 0o600, /store\.key is damaged/],
    ['is open to others', (text: string) => text, 0o644, /store\.key is not safe to use/]
  ])('%s: refused, code 78', async (_, change, mode, sentence) => {
    const home = await lockedHome()
    writeFileSync(keyOf(home), change(keyText(home)))
    chmodSync(keyOf(home), mode)
    const before = keyText(home)
    const removal = ['passphrase', 'remove', '--passphrase-file', fileWith(PASSPHRASE)]
    const { code, stderr } = await onPipes(home, ...removal)
    expect(stderr).toMatch(sentence)
    expect(code).toBe(78)
    expect(keyText(home)).toBe(before)
  })
})
