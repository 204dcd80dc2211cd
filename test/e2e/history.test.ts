/**
 * Goal: what is kept is shown when a known peer comes, found and bounded in the chat; what is not kept
 * leaves nothing on the disk of either end once it is delivered; a clock that is wrong changes no order
 * (features.md E13, pain 18).
 * Method: two built programs in terminals, and a look at every file of their homes: for the text, and for
 * the sealed bytes that stood for it while it waited.
 */
import { readdirSync, readFileSync, statSync, watch } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { DAY_MS, later } from './support/clock.ts'
import { startPipe } from './support/pipe.ts'
import { temporaryFolder } from './support/program.ts'
import { startCalling, startListening } from './support/talk.ts'
import type { Terminal } from './support/terminal.ts'
import { Waiting } from './support/waiting.ts'

const KEEPS = { EARSHOT_SAVE_HISTORY: 'true' }

interface Homes {
  readonly ann: string
  readonly bob: string
}

const newHomes = (): Homes => ({ ann: temporaryFolder(), bob: temporaryFolder() })

interface Environments {
  readonly ann?: Readonly<Record<string, string>>
  readonly bob?: Readonly<Record<string, string>>
}

/** Bob waits, and ann has called him. */
const meet = async (
  homes: Homes,
  env: Environments = {}
): Promise<{ readonly ann: Terminal; readonly bob: Terminal; readonly address: string }> => {
  const { terminal: bob, address } = await startListening(['-n', 'bob'], {
    home: homes.bob,
    env: env.bob ?? {}
  })
  const ann = startCalling(address, ['-n', 'ann'], { home: homes.ann, env: env.ann ?? {} })
  await Promise.all([
    ann.waitForHistory('Connected to peer!'),
    bob.waitForHistory('Peer connected from')
  ])
  return { ann, bob, address }
}

const quit = async (...terminals: readonly Terminal[]): Promise<void> => {
  for (const terminal of terminals) {
    terminal.enter('/quit')
    expect(await terminal.exit).toMatchObject({ code: 0 })
  }
}

/** Says it, and waits until it is read there. */
const say = async (from: Terminal, text: string): Promise<void> => {
  from.enter(text)
  await from.waitForHistory(new RegExp(`You: ${text} ✓✓`))
}

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)

/** The files of a home that hold these bytes. */
const holding = (home: string, bytes: Uint8Array | string): readonly string[] => {
  const wanted = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
  return filesIn(home).filter((path) => readFileSync(path).indexOf(wanted) >= 0)
}

const storeOf = (home: string): string => join(home, '.local', 'share', 'earshot', 'messages.db')

/** The sealed texts of a store, as they lie on the disk. */
const sealedIn = (home: string): readonly Uint8Array[] => {
  const database = new DatabaseSync(storeOf(home), { readOnly: true })
  try {
    const rows = database.prepare('SELECT sealed FROM batch ORDER BY id').all()
    return rows.map(({ sealed }) => sealed as Uint8Array)
  } finally {
    database.close()
  }
}

/** Until no file of the home holds these bytes, looked for whenever one of them changes. */
const gone = async (home: string, bytes: Uint8Array): Promise<void> => {
  const waiting = new Waiting(() => holding(home, bytes).join('\n'))
  const watcher = watch(dirname(storeOf(home)), () => waiting.arrived())
  try {
    await waiting.until('an empty disk', () => holding(home, bytes).length === 0 || undefined)
  } finally {
    watcher.close()
  }
}

const history = async (home: string, ...args: readonly string[]): Promise<string> => {
  const { stdout, code } = await startPipe(['history', ...args], { home, stdin: '' }).exit
  expect(code).toBe(0)
  return stdout
}

describe('E13: a talk that is kept', () => {
  it('shows its last lines when the known peer comes, and as many as are asked for', async () => {
    const homes = newHomes()
    const first = await meet(homes, { ann: KEEPS })
    for (let n = 1; n <= 12; n += 1) await say(n % 2 === 0 ? first.ann : first.bob, `line ${n}`)
    await quit(first.ann, first.bob)

    const { ann, bob } = await meet(homes, { ann: { ...KEEPS, EARSHOT_HISTORY_LINES: '4' } })
    await ann.waitForScreen(
      /— earlier with bob —\n— .* —\n.* bob: line 9\n.* You: line 10 ✓✓\n.* bob: line 11\n.* You: line 12 ✓✓\n— now —\n/
    )
    expect(bob.history()).not.toContain('earlier with')
    ann.press('ctrl-l')
    ann.enter('/history 2')
    await ann.waitForScreen(/— .* —\n.* bob: line 11\n.* You: line 12 ✓✓\n— now —\n/)
    await quit(bob)
    await ann.waitForHistory('Peer disconnected')
    await quit(ann)

    // Also of who is not here, by name.
    const alone = await startListening(['-n', 'ann'], { home: homes.ann, env: KEEPS })
    alone.terminal.enter('/history bob 3')
    await alone.terminal.waitForScreen(
      /— earlier with bob —\n— .* —\n.* You: line 10 ✓✓\n.* bob: line 11\n.* You: line 12 ✓✓\n— now —\n/
    )
    alone.terminal.enter('/history carol')
    await alone.terminal.waitForScreen(/! .*carol/)
  })

  it('is searched in any writing, for all of the words', async () => {
    const { ann, bob } = await meet(newHomes(), { ann: KEEPS })
    for (const text of ['Straße nach Köln', 'красное вино', 'vino tinto', '漢字 🍷'])
      await say(ann, text)
    await say(bob, 'KÖLN oder Bonn')
    ann.press('ctrl-l')
    ann.enter('/search köln')
    await ann.waitForScreen(
      /Found in 2 messages with bob: köln\n.*\n.* You: Straße nach Köln ✓✓\n.* bob: KÖLN oder Bonn\n/
    )
    for (const [words, found] of [
      ['bonn köln', 'bob: KÖLN oder Bonn'],
      ['ВИНО', 'You: красное вино ✓✓'],
      ['🍷 漢', 'You: 漢字 🍷 ✓✓']
    ] as const) {
      ann.press('ctrl-l')
      ann.enter(`/search ${words}`)
      await ann.waitForScreen(new RegExp(`Found in 1 message with bob: .*\\n.*\\n.* ${found}\\n`))
    }
    ann.enter('/search köln вино')
    await ann.waitForScreen('Nothing found in the talk with bob: köln вино')
  })

  it('is switched off and on, and deleted, by its user', async () => {
    const homes = newHomes()
    const { ann, bob } = await meet(homes, { ann: KEEPS })
    await say(ann, 'kept')
    ann.enter('/history off')
    await ann.waitForScreen('From now on not kept: the talk with bob')
    await say(ann, 'unkept one')
    await say(bob, 'unkept two')
    ann.enter('/history on')
    await ann.waitForScreen('From now on kept: the talk with bob')
    await say(bob, 'kept again')
    expect(await history(homes.ann, 'bob')).toMatch(/^.* You: kept\n.* bob: kept again\n$/)
    ann.enter('/history erase')
    await ann.waitForScreen('This would delete 2 messages of the talk with bob')
    const sealed = sealedIn(homes.ann)
    expect(sealed.length).toBeGreaterThan(0)
    ann.enter('/history erase yes')
    await ann.waitForScreen('Deleted here: 2 messages of the talk with bob')
    for (const bytes of sealed) await gone(homes.ann, bytes)
    expect(sealedIn(homes.ann)).toEqual([])
    expect(await history(homes.ann, 'bob')).toBe('')
  })
})

describe('E13: a talk that is not kept', () => {
  const FIRST = 'said while both are here'
  const SECRET = 'the treasure is under the pear tree'

  it('leaves nothing of its text in either home, also before the end', async () => {
    const homes = newHomes()
    const { ann, bob, address } = await meet(homes)
    await say(ann, FIRST)
    await quit(bob)
    await ann.waitForHistory('Peer disconnected')
    ann.enter(SECRET)
    await ann.waitForScreen(/1 waits for bob >$/)
    // It waits, sealed, and has to be on the disk.
    const sealed = sealedIn(homes.ann).at(-1) ?? new Uint8Array()
    expect(sealed.length).toBeGreaterThan(SECRET.length)
    expect(holding(homes.ann, sealed)).not.toEqual([])
    const { terminal: again } = await startListening(
      ['-n', 'bob', '-p', address.split(':')[1] ?? ''],
      { home: homes.bob }
    )
    ann.enter('/connect bob')
    await again.waitForHistory(`ann: ${SECRET}`)
    await ann.waitForScreen(/\n>$/)
    await gone(homes.ann, sealed)
    await quit(ann, again)
    for (const home of [homes.ann, homes.bob]) {
      expect(holding(home, SECRET)).toEqual([])
      expect(holding(home, FIRST)).toEqual([])
      expect(sealedIn(home)).toEqual([])
    }
    expect(await history(homes.bob, 'ann')).toBe('')
  })

  it('nor do texts of the other end that a kill left unshown, once they are shown', async () => {
    const homes = newHomes()
    const { ann, bob, address } = await meet(homes)
    ann.kill('SIGSTOP')
    bob.enter(SECRET)
    await bob.waitForHistory(/You: .*tree +→/)
    ann.kill('SIGKILL')
    await ann.exit
    const next = startCalling(address, ['-n', 'ann'], { home: homes.ann })
    await next.waitForHistory(`bob: ${SECRET}`)
    await bob.waitForHistory(/tree ✓✓/)
    await quit(next, bob)
    for (const home of [homes.ann, homes.bob]) {
      expect(holding(home, SECRET)).toEqual([])
      expect(sealedIn(home)).toEqual([])
    }
  })
})

describe('E13: a clock that is set back by a year', () => {
  it('changes no order, and --since goes by the clock of then', async () => {
    const homes = newHomes()
    const first = await meet(homes, { ann: KEEPS })
    await say(first.ann, 'one')
    await say(first.bob, 'two')
    await quit(first.ann, first.bob)
    const back = later(-365 * DAY_MS)
    const second = await meet(homes, { ann: { ...KEEPS, ...back }, bob: back })
    await second.ann.waitForScreen(/— earlier with bob —\n.*\n.* You: one ✓✓\n.* bob: two\n/)
    await say(second.ann, 'three')
    await say(second.bob, 'four')
    second.ann.press('ctrl-l')
    second.ann.enter('/history')
    await second.ann.waitForScreen(
      /— .* —\n.* You: one ✓✓\n.* bob: two\n— .* —\n.* You: three ✓✓\n.* bob: four\n— now —/
    )
    await quit(second.ann, second.bob)
    const texts = async (...args: readonly string[]): Promise<readonly string[]> =>
      (await history(homes.ann, 'bob', '--json', ...args))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => (JSON.parse(line) as { readonly text: string }).text)
    expect(await texts('--all')).toEqual(['one', 'two', 'three', 'four'])
    expect(await texts('--since', '2d')).toEqual(['one', 'two'])
    expect(await texts('--since', '2d', '-n', '1')).toEqual(['two'])
    expect(await texts('--since', '400d')).toEqual(['one', 'two', 'three', 'four'])
  })
})
