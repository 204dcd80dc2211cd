/**
 * Goal: `earshot history` shows what was kept and only that, in every form, also while a conversation goes
 * on; it changes nothing without a word, and what cannot be read is one sentence and an exit code
 * (features.md E13).
 * Method: two built programs talk, and the command looks at what the one that keeps a history has; then
 * its files are taken away, damaged, locked and exchanged.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { startPipe } from './support/pipe.ts'
import { temporaryFolder } from './support/program.ts'
import { type JsonProgram, startJson, startJsonTalk } from './support/talk.ts'
import { startTerminal } from './support/terminal.ts'

const dataOf = (home: string): string => join(home, '.local', 'share', 'earshot')
const storeOf = (home: string): string => join(dataOf(home), 'messages.db')

const history = (home: string, ...args: readonly string[]) =>
  startPipe(['history', ...args], { home, stdin: '' }).exit

/** What a person reads when it failed: lines of ours, and no trace. */
const failed = async (code: number, home: string, ...args: readonly string[]): Promise<string> => {
  const ended = await history(home, ...args)
  expect(ended.stderr).toMatch(/^(?:earshot: [^\n]+\n)+$/)
  expect(ended.stderr).not.toMatch(/ {4}at |Error:/)
  expect({ code: ended.code, stdout: ended.stdout }, ended.stderr).toEqual({ code, stdout: '' })
  return ended.stderr
}

const say = async (from: JsonProgram, to: JsonProgram, text: string): Promise<void> => {
  from.ask({ type: 'say', text })
  const { id } = await to.waitFor('message.received', (event) => event.text === text)
  await from.waitFor('message.delivered', ({ ids }) => ids.includes(id))
}

const quit = async ({ ask, pipe }: JsonProgram): Promise<void> => {
  ask({ type: 'quit' })
  expect((await pipe.exit).code).toBe(0)
}

const TEXTS = ['hello ann', 'Hello Bob,\nhow are you?', 'fine \u001b[2J', 'bye'] as const

/** The home of bob, who keeps what he and ann say, after they have said it. */
const afterTalk = async (...bobArgs: readonly string[]): Promise<string> => {
  const { ann, bob } = await startJsonTalk({ bobArgs: ['--history', ...bobArgs] })
  await say(bob, ann, TEXTS[0])
  await say(ann, bob, TEXTS[1])
  await say(ann, bob, TEXTS[2])
  await say(bob, ann, TEXTS[3])
  await quit(bob)
  await quit(ann)
  return bob.pipe.home
}

interface Shown {
  readonly peer: { readonly id: string }
  readonly direction: string
  readonly state: string
  readonly text: string
  readonly stored: number
}

/** What `--json` printed, an object a line. */
const objects = (text: string): readonly Shown[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Shown)

describe('E13: earshot history', () => {
  it('of nobody: says that there is nothing, and makes no store', async () => {
    const home = temporaryFolder()
    const { code, stdout, stderr } = await history(home)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^No messages are stored\. .*--history.*save_history = true.*\n$/)
    expect(await history(home, '--json')).toMatchObject({ code: 0, stdout: '' })
    expect(await failed(64, home, 'bob')).toContain("No peer called 'bob' is known.")
    expect(existsSync(storeOf(home))).toBe(false)
  })

  it('lists, shows, counts, searches and bounds what was kept', async () => {
    const home = await afterTalk()
    const listed = await history(home)
    expect(listed.stdout).toMatch(
      /^ann\n {2}id {8}[a-z2-7 ]{63}\n {2}stored {4}4 messages, \d{4}-\d\d-\d\d.*\n {2}history {3}not kept, as save_history says\n$/
    )
    const all = await history(home, 'ann')
    const stamp = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d`
    expect(all.stdout).toMatch(
      new RegExp(
        `^${stamp} You: hello ann\n${stamp} ann: Hello Bob,\n│ how are you\\?\n${stamp} ann: fine ␛\\[2J\n${stamp} You: bye\n$`
      )
    )
    expect(all).toMatchObject({ code: 0, stderr: '' })
    expect((await history(home, 'ann', '-n', '1')).stdout).toMatch(/^[^\n]* You: bye\n$/)
    expect((await history(home, 'ann', '--search', 'BOB hello')).stdout).toMatch(/how are you/)
    expect((await history(home, 'ann', '--since', '1h', '--all')).stdout).toBe(all.stdout)
    const none = await history(home, 'ann', '--since', '2100-01-01')
    expect(none).toMatchObject({ code: 0, stdout: '' })
    expect(none.stderr).toMatch(/^earshot: No such message .* ann is stored\.\n$/)
    const lines = objects((await history(home, 'ann', '--json')).stdout)
    expect(lines.map(({ text }) => text)).toEqual(TEXTS)
    expect(lines.map(({ direction, state }) => `${direction} ${state}`)).toEqual([
      'out read',
      'in received',
      'in received',
      'out read'
    ])
    const id = lines[0]?.peer.id ?? ''
    for (const who of [id, id.slice(2, 8), 'ANN'])
      expect((await history(home, who, '--all')).stdout).toBe(all.stdout)
  })

  it('exports in four forms, for its owner only, and never over a file', async () => {
    const home = await afterTalk()
    for (const [name, part] of [
      ['a.txt', 'You: hello ann\n'],
      ['a.md', '**You**: hello ann\n'],
      ['a.json', '"text":"hello ann"'],
      ['a.jsonl', '"text":"hello ann"']
    ] as const) {
      const path = join(home, name)
      const { code, stdout } = await history(home, 'ann', '--export', name)
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: `Written: ${path} (4 messages, not encrypted)\n`
      })
      expect(readFileSync(path, 'utf8')).toContain(part)
      expect(readFileSync(path, 'utf8')).not.toContain('\u001b')
      expect(statSync(path).mode & 0o777).toBe(0o600)
      expect(await failed(73, home, 'ann', '--export', name)).toContain(`a file at ${path} already`)
    }
    expect(JSON.parse(readFileSync(join(home, 'a.json'), 'utf8'))).toMatchObject(
      TEXTS.map((text) => ({ text }))
    )
    expect(objects(readFileSync(join(home, 'a.jsonl'), 'utf8'))).toHaveLength(4)
    symlinkSync('nowhere', join(home, 'link.txt'))
    await failed(73, home, 'ann', '--export', 'link.txt')
    expect(await failed(74, home, 'ann', '--export', 'none/a.txt')).toContain('(ENOENT)')
    expect(readdirSync(home).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it('in a terminal: days above, no control of a peer gets through, colours can be off', async () => {
    const home = await afterTalk()
    const terminal = startTerminal(['history', 'ann'], { home, cols: 60 })
    expect((await terminal.exit).code).toBe(0)
    expect(terminal.history()).toMatch(
      /^— \d{4}-\d\d-\d\d —\n\d\d:\d\d You: hello ann\n\d\d:\d\d ann: Hello Bob,\n│ how are you\?\n\d\d:\d\d ann: fine ␛\[2J/
    )
    expect(terminal.raw()).toContain('\u001b[32mYou:')
    const plain = startTerminal(['history', 'ann', '--no-color'], { home })
    await plain.exit
    expect(plain.raw()).not.toContain('\u001b[3')
  })

  it('while the conversation goes on: looks, and leaves changes to it', async () => {
    const { ann, bob } = await startJsonTalk({ bobArgs: ['--history'] })
    await say(bob, ann, 'one')
    const { home, pid } = bob.pipe
    expect((await history(home, 'ann')).stdout).toMatch(/You: one\n$/)
    for (const change of [
      ['--erase', '--yes'],
      ['--keep', 'off']
    ]) {
      const said = await failed(75, home, 'ann', ...change)
      expect(said).toContain(`process ${pid}`)
      expect(said).toContain('/history erase')
    }
    await say(ann, bob, 'two')
    expect((await history(home, 'ann')).stdout).toMatch(/You: one\n.*ann: two\n$/)
    await quit(bob)
  })

  it('shows what waits, of those too who keep no history, and nothing once it is delivered', async () => {
    const { ann, bob } = await startJsonTalk()
    await say(bob, ann, 'not kept')
    await quit(ann)
    await bob.waitFor('peer.disconnected')
    bob.ask({ type: 'say', text: 'later' })
    await bob.waitFor('message.queued', ({ text }) => text === 'later')
    const { home } = bob.pipe
    const shown = await history(home, 'ann')
    expect(shown.stdout).toMatch(/^[^\n]* You \(waiting\): later\n$/)
    expect((await history(home)).stdout).toMatch(/waiting {3}1 message, not delivered yet\n/)
    await quit(bob)
    expect((await history(home, 'ann')).stdout).toBe(shown.stdout)
  })

  it('a reader that has seen enough ends it', async () => {
    const home = await afterTalk()
    const terminal = startTerminal(['history', 'ann', '--all'], {
      home,
      shell: '{ "$@"; echo "code $?" >&2; } | head -n 1'
    })
    expect((await terminal.exit).code).toBe(0)
    expect(terminal.screen()).toContain('You: hello ann\n')
    expect(terminal.screen()).toContain('code 0')
  })
})

describe('E13: changes of a history', () => {
  it('deletes only when told twice, and leaves no text behind', async () => {
    const home = await afterTalk()
    expect(await failed(64, home, 'ann', '--erase')).toMatch(/for ever\. .* --erase --yes\n$/)
    expect((await history(home, 'ann')).stdout).toContain('hello ann')
    const erased = await history(home, 'ann', '--erase', '--yes')
    expect(erased).toMatchObject({
      code: 0,
      stdout: 'Deleted: 4 messages of the conversation with ann.\n'
    })
    expect(await history(home, 'ann')).toMatchObject({ code: 0, stdout: '' })
    expect(objects((await history(home, '--json')).stdout)).toMatchObject([{ stored: 0 }])
    expect(
      objects((await history(home, 'ann', '--erase', '--yes', '--json')).stdout)
    ).toMatchObject([{ erased: 0 }])
  })

  it('keeps one conversation, or not, whatever the settings say', async () => {
    const home = await afterTalk()
    const off = await history(home, 'ann', '--keep', 'off')
    expect(off.stdout).toMatch(/^The conversation with ann is not kept from now on\. .* 4 messages/)
    expect((await history(home, '--history')).stdout).toContain('not kept, as you chose')
    expect((await history(home, 'ann', '--keep', 'on')).stdout).toContain('is kept from now on.')
    expect(objects((await history(home, '--json')).stdout)).toMatchObject([
      { kept: true, chosen: true }
    ])
    const unset = await history(home, 'ann', '--keep', 'default', '--json')
    expect(objects(unset.stdout)).toMatchObject([{ kept: false, stored: 4 }])
  })
})

describe('E13: a history that cannot be read', () => {
  it('wrong words: one line that says what would be right', async () => {
    const home = await afterTalk()
    for (const [args, part] of [
      [['ann', '--since', '2026-02-30'], '--since must be a day (2026-11-01)'],
      [['carol'], "No peer called 'carol' is known."],
      [['ann', '-n', 'many'], 'not a whole number'],
      [['ann', '--export', 'a.pdf'], '.txt, .md, .json, .jsonl'],
      [['ann', '--all', '--erase'], 'cannot be used with'],
      [['--since', '3d'], 'The peer is missing.']
    ] as const)
      expect(await failed(64, home, ...args)).toContain(part)
  })

  it('its key is gone, and no new one is made', async () => {
    const home = await afterTalk()
    rmSync(join(dataOf(home), 'store.key'))
    expect(await failed(78, home, 'ann')).toContain('cannot be read with the key')
    expect(existsSync(join(dataOf(home), 'store.key'))).toBe(false)
  })

  it('another key, another owner, a newer version, and what is no store at all', async () => {
    const [home, other] = await Promise.all([afterTalk(), afterTalk()])
    const keep = join(home, 'kept.db')
    copyFileSync(storeOf(home), keep)
    copyFileSync(storeOf(other), storeOf(home))
    expect(await failed(78, home, 'ann')).toMatch(/belongs to another identity|cannot be read/)
    copyFileSync(keep, storeOf(home))
    copyFileSync(join(dataOf(other), 'store.key'), join(dataOf(home), 'store.key'))
    expect(await failed(78, home, 'ann')).toContain('cannot be read with the key')
    const database = new DatabaseSync(storeOf(home))
    database.exec('PRAGMA user_version = 999')
    database.close()
    expect(await failed(78, home, 'ann')).toContain('newer Earshot (version 999')
    writeFileSync(storeOf(home), 'this is no database, but a text of some length'.repeat(100))
    expect(await failed(78, home, 'ann')).toMatch(/messages\.db is damaged/)
    expect(readFileSync(storeOf(home), 'utf8')).toMatch(/^this is no database/)
    rmSync(storeOf(home))
    mkdirSync(storeOf(home))
    const { code, stderr } = await history(home, 'ann')
    expect(stderr).toMatch(/^earshot: .*messages\.db.*\n$/)
    expect(code).toBeGreaterThanOrEqual(73)
  })

  it('is locked by a passphrase: takes it from a file, and needs one', async () => {
    const home = await afterTalk()
    const secret = join(home, 'secret')
    writeFileSync(secret, 'correct horse battery\n', { mode: 0o600 })
    const from = ['--passphrase-file', secret]
    expect((await startPipe(['passphrase', 'set', ...from], { home }).exit).code).toBe(0)
    expect(await failed(77, home, 'ann')).toContain('passphrase')
    expect((await history(home, 'ann', ...from)).stdout).toContain('hello ann')
  })

  it('is where history_file says, for who asks for it', async () => {
    const folder = join(temporaryFolder(), 'deep')
    const path = join(folder, 'own.db')
    mkdirSync(folder, { mode: 0o700 })
    const env = { EARSHOT_HISTORY_FILE: path, EARSHOT_SAVE_HISTORY: '1' }
    const { ann, bob } = await startJsonTalk({ bob: { env } })
    await say(bob, ann, 'elsewhere')
    await quit(bob)
    const { home } = bob.pipe
    expect(existsSync(storeOf(home))).toBe(false)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect((await history(home)).stdout).toMatch(/^No messages are stored\./)
    const shown = await startPipe(['history', 'ann'], { home, env, stdin: '' }).exit
    expect(shown.stdout).toMatch(/You: elsewhere\n$/)
    expect((await startPipe(['history'], { home, env }).exit).stdout).toContain(
      'kept, as save_history says'
    )
  })

  it('--no-history keeps nothing of a run, and what was kept before stays', async () => {
    const home = await afterTalk()
    const env = { EARSHOT_SAVE_HISTORY: '1' }
    const { ann, bob } = await startJsonTalk({ bob: { home, env }, bobArgs: ['--no-history'] })
    await say(bob, ann, 'off the record')
    await quit(bob)
    const listed = objects((await history(home, '--json')).stdout)
    expect(listed.map(({ stored }) => stored).toSorted()).toEqual([0, 4])
    const other = listed.find(({ stored }) => stored === 0)
    expect(await history(home, other?.peer.id ?? '')).toMatchObject({ code: 0, stdout: '' })
  })

  it('a file that two profiles name is used by the first, and never by both', async () => {
    const folder = join(temporaryFolder(), 'deep')
    mkdirSync(folder, { mode: 0o700 })
    const path = join(folder, 'own.db')
    const env = { EARSHOT_HISTORY_FILE: path }
    const first = startJson(['-p', '0'], { env })
    await first.waitFor('listen.opened')
    const { home } = first.pipe
    const second = startJson(['-p', '0'], { env, home })
    const { path: further } = await second.waitFor('store.created')
    expect(further).toBe(join(dataOf(home), 'profiles', 'second', 'messages.db'))
    await quit(second)
    const named = await startPipe(['-p', '0', '--profile', 'work'], { env, home, stdin: '' }).exit
    expect(named.stderr).toContain('belongs to another identity')
    expect(named.code).toBe(78)
    await quit(first)
  })
})
