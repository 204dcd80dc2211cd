/**
 * Goal: a store that is deleted, damaged, an older copy or on two machines is noticed by both users, who
 * read what it means; what is said from then on arrives once; nothing is skipped or repeated without a
 * word, and no file is deleted (docs/PROTOCOL.md 6.9, pains 10 and 11).
 * Method: two built programs on real homes, whose files are deleted, exchanged, copied and overwritten
 * between two meetings; each case once with the loser at a screen, and once as a program.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Face, type Person, startPerson } from './support/person.ts'
import { startPipe } from './support/pipe.ts'
import { temporaryFolder } from './support/program.ts'

const dataOf = (home: string): string => join(home, '.local', 'share', 'earshot')
const storeOf = (home: string): string => join(dataOf(home), 'messages.db')

const deleteStore = (home: string): void => {
  for (const part of ['', '-wal', '-shm']) rmSync(`${storeOf(home)}${part}`, { force: true })
}

/** As a backup or a new machine gets it, with its modes. */
const copyHome = (from: string, to: string): void => {
  execFileSync('cp', ['-a', `${from}/.`, to])
}

/** Ann, who keeps everything; and bob, whose home it happens to. */
class Meeting {
  readonly annHome = temporaryFolder()
  readonly bobHome = temporaryFolder()
  readonly #faces: { readonly ann: Face; readonly bob: Face }

  constructor(bob: Face) {
    this.#faces = { ann: bob === 'screen' ? 'json' : 'screen', bob }
  }

  startAnn(): Person {
    return startPerson(this.#faces.ann, { name: 'ann', other: 'bob', home: this.annHome })
  }

  async startBob(ann: Person, home = this.bobHome): Promise<Person> {
    const args = ['-c', await ann.address()]
    return startPerson(this.#faces.bob, { name: 'bob', other: 'ann', home, args })
  }

  /** Both are there. */
  async begin(home = this.bobHome): Promise<{ readonly ann: Person; readonly bob: Person }> {
    const ann = this.startAnn()
    const bob = await this.startBob(ann, home)
    await Promise.all([ann.connected(), bob.connected()])
    return { ann, bob }
  }

  /** A talk of two lines, from beginning to end. */
  async talk(about: string, home = this.bobHome): Promise<void> {
    const { ann, bob } = await this.begin(home)
    await say(ann, bob, `${about} of ann`)
    await say(bob, ann, `${about} of bob`)
    await bob.quit()
    await ann.quit()
  }
}

const say = async (from: Person, to: Person, text: string): Promise<void> => {
  from.say(text)
  await to.hears(text)
  await from.delivered(text)
}

/** Something waits at the one for the other. */
const sayLater = async (from: Person, other: Person, text: string): Promise<void> => {
  await other.quit()
  from.say(text)
}

describe.each(['screen', 'json'] as const)('E1: a store that was lost (%s)', (face) => {
  it('deleted: new at the one end, known better at the other; what waits arrives', async () => {
    const meeting = new Meeting(face)
    const first = await meeting.begin()
    await say(first.ann, first.bob, 'one')
    await say(first.bob, first.ann, 'two')
    await sayLater(first.ann, first.bob, 'for later')
    await first.ann.quit()
    deleteStore(meeting.bobHome)
    const { ann, bob } = await meeting.begin()
    await bob.learns('ours new')
    await ann.learns('theirs new')
    await bob.hears('for later')
    await say(ann, bob, 'three')
    await say(bob, ann, 'four')
    expect(bob.heard()).toEqual(['for later', 'three'])
    expect(ann.heard()).toEqual(['four'])
    await bob.quit()
    await ann.quit()
    // From then on all is well.
    const next = await meeting.begin()
    await say(next.bob, next.ann, 'five')
    expect([...next.ann.learned(), ...next.bob.learned()]).toEqual([])
  })

  it('deleted at both ends: a new talk between known peers', async () => {
    const meeting = new Meeting(face)
    await meeting.talk('first')
    deleteStore(meeting.annHome)
    deleteStore(meeting.bobHome)
    const { ann, bob } = await meeting.begin()
    await say(ann, bob, 'hello')
    await say(bob, ann, 'again')
    expect([...ann.learned(), ...bob.learned()]).toEqual([])
  })

  it('an older copy: behind at the one end, known better at the other', async () => {
    const meeting = new Meeting(face)
    await meeting.talk('first')
    const kept = temporaryFolder()
    cpSync(storeOf(meeting.bobHome), join(kept, 'messages.db'))
    await meeting.talk('second')
    deleteStore(meeting.bobHome)
    cpSync(join(kept, 'messages.db'), storeOf(meeting.bobHome))
    const { ann, bob } = await meeting.begin()
    await bob.learns('ours behind')
    await ann.learns('theirs behind')
    await say(ann, bob, 'third of ann')
    await say(bob, ann, 'third of bob')
    expect(bob.heard()).toEqual(['third of ann'])
    expect(ann.heard()).toEqual(['third of bob'])
    expect([ann.learned(), bob.learned()]).toEqual([['theirs behind'], ['ours behind']])
  })

  it('an older copy in which something waits that was delivered since: not shown twice', async () => {
    const meeting = new Meeting(face)
    const first = await meeting.begin()
    await say(first.bob, first.ann, 'one')
    await sayLater(first.bob, first.ann, 'two')
    await first.bob.quit()
    const kept = temporaryFolder()
    cpSync(storeOf(meeting.bobHome), join(kept, 'messages.db'))
    const second = await meeting.begin()
    await second.ann.hears('two')
    await say(second.bob, second.ann, 'three')
    await second.bob.quit()
    await second.ann.quit()
    deleteStore(meeting.bobHome)
    cpSync(join(kept, 'messages.db'), storeOf(meeting.bobHome))
    const { ann, bob } = await meeting.begin()
    await bob.learns('ours behind')
    await say(bob, ann, 'four')
    expect(ann.heard()).toEqual(['four'])
  })

  it('damaged: set aside as it was, said, and the talk goes on', async () => {
    const meeting = new Meeting(face)
    await meeting.talk('first')
    const store = storeOf(meeting.bobHome)
    const garbage = Buffer.alloc(readFileSync(store).length, 'garbage')
    writeFileSync(store, garbage)
    const { ann, bob } = await meeting.begin()
    const aside = await bob.damage()
    expect(readFileSync(aside).equals(garbage)).toBe(true)
    await bob.learns('ours new')
    await ann.learns('theirs new')
    await say(ann, bob, 'second of ann')
    await say(bob, ann, 'second of bob')
    expect([ann.heard(), bob.heard()]).toEqual([['second of bob'], ['second of ann']])
  })

  it('damaged in one page: set aside, or as good as before', async () => {
    const meeting = new Meeting(face)
    await meeting.talk('first')
    const store = storeOf(meeting.bobHome)
    const bytes = readFileSync(store)
    bytes.fill(0xa5, 4096, 8192)
    writeFileSync(store, bytes)
    const { ann, bob } = await meeting.begin()
    const aside = await bob.damage()
    expect(readFileSync(aside).equals(bytes)).toBe(true)
    await bob.learns('ours new')
    await say(ann, bob, 'second of ann')
    await say(bob, ann, 'second of bob')
  })
})

describe.each(['screen', 'json'] as const)('E1: one identity on two machines (%s)', (face) => {
  const copied = async (): Promise<{ readonly meeting: Meeting; readonly second: string }> => {
    const meeting = new Meeting(face)
    await meeting.talk('first')
    const second = temporaryFolder()
    copyHome(meeting.bobHome, second)
    return { meeting, second }
  }

  it('in turns: each is behind the other, says so, and loses nothing that is said', async () => {
    const { meeting, second } = await copied()
    await meeting.talk('at home', second)
    for (const [round, home] of [meeting.bobHome, second, meeting.bobHome].entries()) {
      const { ann, bob } = await meeting.begin(home)
      await bob.learns('ours behind')
      await ann.learns('theirs behind')
      await say(ann, bob, `to ${round}`)
      await say(bob, ann, `from ${round}`)
      expect([ann.heard(), bob.heard()]).toEqual([[`from ${round}`], [`to ${round}`]])
      await bob.quit()
      await ann.quit()
    }
  })

  it('with something typed on one that waits there while the other talks', async () => {
    const { meeting, second } = await copied()
    const first = await meeting.begin()
    await sayLater(first.bob, first.ann, 'typed at work')
    await first.bob.quit()
    await meeting.talk('at home', second)
    const { ann, bob } = await meeting.begin()
    await bob.learns('ours behind')
    await ann.hears('typed at work')
    await say(ann, bob, 'to work')
    expect(ann.heard()).toEqual(['typed at work'])
    expect(bob.heard()).toEqual(['to work'])
  })

  it('at once: the second is told that the identity is in use elsewhere', async () => {
    const { meeting, second } = await copied()
    const { ann, bob } = await meeting.begin()
    const late = startPipe(['-p', '0', '-c', await ann.address(), '--json'], { home: second })
    expect(await late.waitForLine('RunningElsewhere')).toContain('dial.failed')
    late.kill('SIGTERM')
    await late.exit
    await say(ann, bob, 'to the first')
    await say(bob, ann, 'from the first')
    expect([...ann.learned(), ...bob.learned()]).toEqual([])
  })
})

describe('E1: a store that is not for this process', () => {
  const begun = async (): Promise<{ readonly ann: string; readonly bob: string }> => {
    const meeting = new Meeting('json')
    await meeting.talk('first')
    return { ann: meeting.annHome, bob: meeting.bobHome }
  }

  const refused = async (
    home: string,
    env: Readonly<Record<string, string>> = {}
  ): Promise<{ readonly code: number | null; readonly stderr: string }> => {
    const { code, stderr } = await startPipe(['-p', '0'], { home, env, stdin: '' }).exit
    expect(stderr).toMatch(/^(?:earshot: [^\n]+\n)+$/)
    return { code, stderr }
  }

  const works = async (home: string, env?: Readonly<Record<string, string>>): Promise<void> => {
    const bob = startPerson('json', { name: 'bob', other: 'ann', home, ...(env && { env }) })
    await bob.address()
    await bob.quit()
  }

  it('of another identity: left as it is, and said whose it is', async () => {
    const { ann, bob } = await begun()
    cpSync(storeOf(ann), storeOf(bob))
    const before = readFileSync(storeOf(bob))
    const { code, stderr } = await refused(bob)
    expect(stderr).toContain('belongs to another identity')
    expect(code).toBe(78)
    expect(readFileSync(storeOf(bob)).equals(before)).toBe(true)
    expect(readdirSync(dataOf(bob)).filter((name) => name.includes('damaged'))).toEqual([])
  })

  it('whose key is gone: left as it is; with the key from a backup all is there', async () => {
    const { bob } = await begun()
    const key = join(dataOf(bob), 'store.key')
    const kept = readFileSync(key)
    rmSync(key)
    const { code, stderr } = await refused(bob)
    expect(stderr).toContain('cannot be read with the key in')
    expect(code).toBe(78)
    expect(existsSync(key)).toBe(false)
    writeFileSync(key, kept, { mode: 0o600 })
    await works(bob)
  })

  it('in use by another profile or another copy: refused, with the process that has it', async () => {
    const folder = temporaryFolder()
    const env = { EARSHOT_HISTORY_FILE: join(folder, 'messages.db') }
    const [home, copy] = [temporaryFolder(), temporaryFolder()]
    await works(home, env)
    copyHome(home, copy)
    const first = startPerson('json', { name: 'bob', other: 'ann', home, env })
    await first.address()
    const busy = await refused(copy, env)
    expect(busy.stderr).toContain(`in use by process ${first.pid}`)
    expect(busy.code).toBe(75)
    const foreign = await refused(temporaryFolder(), env)
    expect(foreign.stderr).toContain('belongs to another identity')
    expect(foreign.code).toBe(78)
    await first.quit()
    await works(copy, env)
  })
})
