// Goal: nothing of what is typed at a hidden question is shown, whoever reads next gets the rest, and
// the terminal is as it was afterwards. Method: a small program in a pseudo-terminal, alone and under
// a shell that shows the terminal's settings before and after.
import { afterEach, describe, expect, it } from '@effect/vitest'
import { type Pty, startPty } from './pty.ts'

const FIXTURE = new URL('hidden-fixture.ts', import.meta.url).pathname
const SECRET = 'correct horse'

const open: Pty[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.dispose()
})

const start = async (args: readonly string[] = []): Promise<Pty> => {
  const program = startPty([FIXTURE, ...args], { columns: 80 })
  open.push(program)
  await program.until((screen) => screen.endsWith('First:'))
  return program
}

/** The program under a shell, which tells the terminal's settings before and after. */
const startUnderShell = async (): Promise<Pty> => {
  const shell = `stty -a; "$1" "$2"; echo "[ended]"; stty -a; echo "[last]"`
  const script = `const { spawnSync } = require('node:child_process')
spawnSync('/bin/sh', ['-c', ${JSON.stringify(shell)}, 'sh', process.execPath, ${JSON.stringify(FIXTURE)}], { stdio: 'inherit' })`
  const program = startPty(['-e', script], { columns: 80, rows: 60 })
  open.push(program)
  await program.until((screen) => screen.endsWith('First:'))
  return program
}

const settings = (raw: string): readonly string[] =>
  [...raw.matchAll(/speed \d+ baud;[\s\S]*?echoke[^\r\n]*/g)].map(([text]) => text)

const hex = (text: string): string => Buffer.from(text).toString('hex')

describe('a hidden question', () => {
  it('shows the question and nothing of the answer', async () => {
    const program = await start()
    for (const key of SECRET) program.type(key)
    program.type('\r')
    await program.until((screen) => screen.includes(`got ${hex(SECRET)}\nSecond:`))
    program.type(`${SECRET}\x7f\r`)
    // Its exit may be told before the last of its output.
    await program.until((screen) => screen.includes('[end]'))
    await program.exit
    expect(program.screen()).toBe(
      `First: \ngot ${hex(SECRET)}\nSecond: \ngot ${hex(SECRET.slice(0, -1))}\n[end]`
    )
    // No letter, no star, not even a moved cursor.
    expect(program.raw().replaceAll('\r\n', '\n')).toBe(
      `First: \ngot ${hex(SECRET)}\nSecond: \ngot ${hex(SECRET.slice(0, -1))}\n[end]\n`
    )
  })

  it('gives what was typed ahead to the next question, and to the conversation', async () => {
    const program = await start(['--talk'])
    program.type(`one one\rtwo two\rhello\r`)
    await program.until((screen) => screen.includes('heard hello'))
    expect(program.raw()).toContain(`got ${hex('one one')}`)
    expect(program.raw()).toContain(`got ${hex('two two')}`)
    expect(program.raw()).not.toMatch(/one one|two two/)
    program.type('again\r')
    await program.until((screen) => screen.includes('heard again'))
  })

  it.each([
    ['Ctrl+C', '\x03'],
    ['Ctrl+D', '\x04'],
    ['Ctrl+C on half an answer', `${SECRET}\x03`]
  ])('%s gives no answer', async (_, keys) => {
    const program = await start()
    program.type(keys)
    // Its exit may be told before the last of its output.
    await program.until((screen) => screen.includes('[end]'))
    expect(await program.exit).toBe(0)
    expect(program.screen()).toBe('First: \ngot none\n[end]')
    expect(program.raw()).not.toContain(SECRET)
  })

  it.each([
    ['answers', `${SECRET}\r${SECRET}\r`],
    ['Ctrl+C', '\x03'],
    ['Ctrl+D', '\x04']
  ])('leaves the terminal as it was after %s', async (_, keys) => {
    const program = await startUnderShell()
    program.type(keys)
    await program.until((screen) => screen.includes('[last]'))
    const [before, after] = settings(program.raw())
    expect(before).toContain(' echo ')
    expect(after).toBe(before)
  })

  it('asks again after it was stopped and goes on', async () => {
    const program = await start()
    const before = program.raw().length
    program.signal('SIGSTOP')
    program.signal('SIGCONT')
    await program.until(() => program.raw().length > before)
    program.type(`${SECRET}\r`)
    await program.until((screen) => screen.includes(`got ${hex(SECRET)}`))
  })

  it('begins again after Ctrl+Z, also where no shell can stop it', async () => {
    const program = await start()
    program.type(`half\x1a`)
    await program.until(() => program.raw().includes('\rFirst: '))
    program.type(`${SECRET}\r`)
    await program.until((screen) => screen.includes(`got ${hex(SECRET)}`))
  })
})
