/**
 * Goal: who is asked for a file sees what comes and where it goes, and takes it by typing; what moves is seen
 * at both ends, above a line that goes on being typed (features.md S11, E2, E3).
 * Method: two built programs in terminals, where it matters over a slow line.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { slowLine } from '../../bench/slow-line.ts'
import { bytesOf, downloadsOf, putFile, quoted, takenNames } from './support/files.ts'
import { temporaryFolder } from './support/program.ts'
import { startCalling, startListening, startTalk } from './support/talk.ts'
import type { Terminal, TerminalOptions } from './support/terminal.ts'

const FILE_BYTES = 6_000_000
/** Both files together take a minute; no test waits for their end. */
const LINE = { bytesPerSecond: 200_000, delayMs: 5 }

/** Ann listens, and bob calls her over a slow line. */
const startSlowTalk = async (
  options: TerminalOptions = {}
): Promise<{ readonly ann: Terminal; readonly bob: Terminal }> => {
  const { terminal: ann, port } = await startListening(['--nickname', 'ann'], options)
  const relay = await slowLine({ line: LINE, port })
  onTestFinished(relay.close)
  const bob = startCalling(`127.0.0.1:${relay.port}`, ['--nickname', 'bob'])
  await Promise.all([
    ann.waitForHistory(/First contact with bob/),
    bob.waitForHistory(/First contact with ann/)
  ])
  return { ann, bob }
}

const lastLines = (screen: string, count: number): readonly string[] =>
  screen.split('\n').slice(-count)

describe('S11: an offer', () => {
  it('says what it is, where it goes, what clashes and what is risky; /accept takes it', async () => {
    const { ann, bob } = await startTalk({ bob: { cols: 100 } })
    const path = putFile(join(temporaryFolder(), 'run us.sh'), 'hello', 0o755)
    const there = putFile(join(downloadsOf(bob.home), 'run us.sh'), 'mine')
    ann.enter(`/send ${quoted(path)}`)
    const asked = await bob.waitForHistory('Turn it away: /decline t1')
    const question = asked.slice(asked.indexOf('* A file of'))
    expect(question).toContain('* A file of 5 bytes, offered as t1 by ann: run us.sh')
    expect(question).toContain('That name is taken there, so it gets another one.')
    expect(question).toContain(`It would become ${join(downloadsOf(bob.home), 'run us (1).sh')}`)
    expect(question).toMatch(/Room on that disk: [\d.]+ [kMGT]?B/)
    expect(question).toContain('can be run as a program: run us.sh')
    expect(question).toContain('Take it: /accept t1 anyway')
    bob.enter('/accept t1')
    await bob.waitForHistory('there is something risky in it')
    const taken = join(downloadsOf(bob.home), 'run us (1).sh')
    expect(existsSync(taken)).toBe(false)
    bob.enter('/accept t1 anyway')
    await ann.waitForHistory(/Sent t1, 5 bytes .*, checked and stored by bob: run us\.sh/)
    await bob.waitForHistory(/Received t1, 5 bytes in /)
    expect(readFileSync(taken, 'utf8')).toBe('hello')
    expect(readFileSync(there, 'utf8')).toBe('mine')
  })

  it('of much with long names leaves its question in sight, and all of a peer can be taken', async () => {
    const { ann, bob } = await startTalk()
    const source = temporaryFolder()
    const many = join(source, 'm'.repeat(190))
    for (let n = 0; n < 300; n += 1) putFile(join(many, `${n}-${'n'.repeat(190)}.txt`), `${n}`)
    ann.enter(`/send ${quoted(many)}`)
    const screen = await bob.waitForScreen('Turn it away: /decline t1')
    expect(screen).toContain('and 292 more files')
    expect(lastLines(screen, 2).join()).toContain('Take it: /accept t1   Turn it away: /decline t1')
    bob.enter('/decline t1')
    await ann.waitForHistory('The peer declined t1, bob: mmm')
    ann.enter('/transfers')
    await ann.waitForHistory(/declined, 790 bytes, to bob/)
    bob.enter('/accept-all')
    await bob.waitForHistory('all from ann but what is risky')
    ann.enter('/retry t1')
    await ann.waitForHistory(/Sent t2, .*checked and stored by bob/)
    expect(takenNames(bob.home)).toEqual(['m'.repeat(190)])
    expect(bob.history()).not.toContain('/accept t2')
    ann.enter('/quit')
    expect((await ann.exit).code).toBe(0)
  })

  it('is not answered by what was typed before it, and Tab completes what is sent', async () => {
    const cwd = temporaryFolder()
    putFile(join(cwd, 'two words of ours.txt'), 'hello')
    mkdirSync(join(cwd, 'elsewhere'))
    const { ann, bob } = await startTalk({ ann: { cwd } })
    ann.type('/send two')
    ann.press('tab')
    await ann.waitForScreen(/> \/send \S?two.* words.* ours\.txt/)
    bob.type('/accept')
    ann.press('enter')
    bob.press('enter')
    await bob.waitForHistory('Turn it away: /decline t1')
    await bob.waitForHistory(/an offer came while you typed|nobody|nothing|no offer/i)
    expect(takenNames(bob.home)).toEqual([])
    bob.enter('/accept t1')
    await bob.waitForHistory('Received t1, 5 bytes')
    expect(takenNames(bob.home)).toEqual(['two words of ours.txt'])
  })
})

describe('E2, E3: what moves', () => {
  it('is seen at both ends while both talk and type, and obeys', async () => {
    const { ann, bob } = await startSlowTalk()
    const source = temporaryFolder()
    ann.enter(`/send ${quoted(putFile(join(source, 'film.mkv'), bytesOf(FILE_BYTES)))}`)
    await bob.waitForHistory('/accept t1')
    bob.enter(`/send ${quoted(putFile(join(source, 'back.zip'), bytesOf(FILE_BYTES)))}`)
    await ann.waitForHistory('/accept t2')
    bob.enter('/accept t1')
    ann.enter('/accept t2')
    const bars = async (who: Terminal, up: string, down: string): Promise<unknown> => {
      const bar = (mark: string, name: string): RegExp =>
        new RegExp(`${mark} ${name}  [█░]+ +[1-9]\\d?%  [\\d.]+ [kM]B/s`)
      return who.waitForScreen((screen) => bar('↑', up).test(screen) && bar('↓', down).test(screen))
    }
    await Promise.all([
      bars(ann, 't1 film.mkv', 't2 back.zip'),
      bars(bob, 't2 back.zip', 't1 film.mkv')
    ])
    bob.type('half a li')
    ann.enter('hello while it moves')
    await bob.waitForScreen(
      (screen) =>
        screen.includes('ann: hello while it moves') &&
        /↓ t1 film\.mkv .*%/.test(screen) &&
        lastLines(screen, 1)[0] === '> half a li'
    )
    bob.enter('ne')
    await ann.waitForScreen(/bob: half a line/)
    await bob.waitForScreen(/You: half a line +✓✓/)

    ann.enter('/pause t1')
    await ann.waitForHistory(/Paused at \d+%, t1: film\.mkv/)
    await bob.waitForHistory(/Paused at \d+% by ann, t1: film\.mkv/)
    await ann.waitForScreen((screen) => !/↑ t1 .*%/.test(screen))
    ann.enter('/resume t1')
    await bob.waitForHistory(/Paused at .*\n(.*\n)*\* (Receiving|Goes on at \d+%,) t1: film\.mkv/)
    await ann.waitForHistory(/Paused at .*\n(.*\n)*\* (Sending|Goes on at \d+%,) t1: film\.mkv/)
    ann.enter('/transfers')
    await ann.waitForHistory(/↑ t1 {2}film\.mkv\n +moving, \d+% of 6\.0 MB, to bob/)
    await ann.waitForHistory(/↓ t2 {2}back\.zip\n +moving, \d+% of 6\.0 MB, from bob/)
    ann.enter('/cancel t2')
    await bob.waitForHistory(/The peer cancelled t2, ann: back\.zip/)
    ann.enter('/cancel t1')
    await bob.waitForHistory(/The peer cancelled t1, ann: film\.mkv/)
    await bob.waitForScreen((screen) => !/[█░]/.test(screen))
    expect(takenNames(bob.home).concat(takenNames(ann.home))).toEqual([])
  })

  it('fits a narrow screen without colours and signs, and says what it waits for', async () => {
    const moves = /^> t1 film\.mkv {2}[1-9]\d?% {2}[\d.]+ kB\/s {2}0:\d\d left$/m
    const narrow = { cols: 40, env: { LANG: 'C', LC_ALL: 'C', NO_COLOR: '1' } }
    const { ann, bob } = await startSlowTalk(narrow)
    const path = putFile(join(temporaryFolder(), 'film.mkv'), bytesOf(FILE_BYTES))
    ann.enter(`/send ${quoted(path)}`)
    await bob.waitForHistory('/accept t1')
    bob.enter('/accept t1')
    await ann.waitForScreen(moves)
    // oxlint-disable-next-line no-control-regex -- colours
    expect(ann.raw()).not.toMatch(/\u001b\[(3|4|9)\d|[█░↑✓]/)
    bob.kill('SIGSTOP')
    await ann.waitForScreen(/t1 film\.mkv .*(the network is slow|waits for the peer's disk)/)
    bob.kill('SIGCONT')
    await ann.waitForScreen(moves)
  })
})
