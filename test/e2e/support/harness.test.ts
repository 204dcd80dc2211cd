/**
 * Goal: the harness of the e2e tests shows what a program does in a terminal and on pipes, and lets
 * nothing live on.
 * Method: a small program that greets, echoes and obeys is run by it.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startPipe } from './pipe.ts'
import { freePort, killHard, temporaryFolder } from './program.ts'
import { startTerminal } from './terminal.ts'

const file = join(import.meta.dirname, 'fixtures', 'echo.mjs')

/** What a test leaves behind for the next one to look at. */
const left = { pid: 0, folder: '' }

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('a terminal', () => {
  it('shows the screen, and apart from it all that was written', async () => {
    const terminal = startTerminal([], { file, cols: 60, rows: 6 })
    left.pid = terminal.pid
    left.folder = terminal.home
    await terminal.waitForScreen('ready 60 columns')
    expect(terminal.raw()).toContain('\x1b[1mready')
    expect(terminal.screen()).not.toContain('\x1b')
    terminal.enter('hello')
    await terminal.waitForScreen(/heard hello/)
    terminal.resize(41, 6)
    await terminal.waitForScreen((screen) => screen.includes('now 41 columns'))
    for (let i = 0; i < 20; i += 1) terminal.enter(`line ${i}`)
    await terminal.waitForScreen('heard line 19')
    expect(terminal.screen()).not.toContain('heard line 3\n')
    expect(terminal.history()).toContain('heard line 3\n')
    expect(terminal.cursor().x).toBe(0)
  })

  it('is killed after its test, and its home removed', () => {
    expect(left.pid).toBeGreaterThan(0)
    expect(isAlive(left.pid)).toBe(false)
    expect(existsSync(left.folder)).toBe(false)
  })

  it('gives the exit code of a key press, and of a command', async () => {
    const stopped = startTerminal([], { file })
    await stopped.waitForScreen('ready')
    stopped.press('ctrl-c')
    expect(await stopped.exit).toEqual({ code: 130, signal: 0 })
    const leaving = startTerminal([], { file })
    leaving.enter('leave')
    expect((await leaving.exit).code).toBe(7)
  })

  it('says what it showed when the awaited never comes', async () => {
    const terminal = startTerminal([], { file })
    await terminal.waitForScreen('ready')
    terminal.enter('leave')
    await expect(terminal.waitForScreen('never')).rejects.toThrow(
      /ended \(exit code 7\).*waiting for never[\s\S]*ready/
    )
  })

  it('can be killed hard', async () => {
    const terminal = startTerminal([], { file })
    await terminal.waitForScreen('ready')
    killHard(terminal.pid)
    expect((await terminal.exit).signal).toBe(9)
  })
})

describe('a pipe', () => {
  it('gives what was written, line by line, and the exit code', async () => {
    const pipe = startPipe([], { file })
    expect(await pipe.waitForLine('ready')).toContain('no columns')
    pipe.write('one\ncomplain loudly\n')
    expect(await pipe.waitForLine(/^heard/)).toBe('heard one')
    await pipe.waitForLine('loudly', { of: 'stderr' })
    pipe.write('leave\n')
    const { code, stdout, stderr } = await pipe.exit
    expect({ code, stderr }).toEqual({ code: 7, stderr: 'loudly\n' })
    expect(stdout).toMatch(/^.*ready.*\nheard one\n$/)
  })

  it('takes its whole input at once, and sees its end', async () => {
    const pipe = startPipe([], { file, stdin: 'only\n' })
    await pipe.waitForLine('end of input')
    expect((await pipe.exit).code).toBe(0)
  })

  it('runs in a home of its own, or in one that is given', async () => {
    const home = temporaryFolder()
    const pipe = startPipe([], { file, home, env: { EARSHOT_LOG_LEVEL: 'debug' } })
    expect(await pipe.waitForLine('ready')).toContain(`home=${home}`)
    pipe.kill('SIGTERM')
    expect((await pipe.exit).code).toBe(143)
  })
})

it('finds ports that can be listened on', async () => {
  const ports = [await freePort(), await freePort()]
  for (const port of ports) expect(port).toBeGreaterThan(1023)
})
