// Goal: output never breaks the line being typed, a paste is one message, and the terminal is sane
// afterwards. Method: a small program over the adapter in a pseudo-terminal; an emulator shows what
// a person would see. Nothing waits on time: every step waits for what must appear.
import { afterEach, describe, expect, it } from '@effect/vitest'
import { terminalReflows } from '../../../src/adapters/tty-terminal.ts'
import { type Pty, type PtyOptions, startPty } from './pty.ts'

const FIXTURE = new URL('terminal-fixture.ts', import.meta.url).pathname

const open: Pty[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.dispose()
})

const start = async (options: PtyOptions = {}, args: readonly string[] = []): Promise<Pty> => {
  const program = startPty([FIXTURE, ...args], options)
  open.push(program)
  if (args.length === 0) await program.until((screen) => screen.endsWith('ready\n>'))
  return program
}

const count = (text: string, char: string): number => text.split(char).length - 1
const MESSAGE = /bob: message (\d+)/g
/** A message from elsewhere, and the screen that follows when the prompt is back. */
const receive = async (program: Pty, number: number, tail: string): Promise<string> => {
  program.signal('SIGUSR2')
  return program.until((screen) => screen.includes(`message ${number}`) && screen.endsWith(tail))
}

describe('the line being typed', () => {
  it('stays below what is printed, with the cursor where it was', async () => {
    const program = await start()
    program.type('hello world')
    await program.until((screen) => screen.endsWith('> hello world'))
    program.type('\u001b[D'.repeat(5))
    const screen = await receive(program, 1, '> hello world')
    expect(screen).toBe('ready\nbob: message 1\n> hello world')
    program.type('X')
    await program.until((shown) => shown.endsWith('> hello Xworld'))
    program.type('\r')
    expect(await program.until((shown) => shown.includes('You:') && shown.endsWith('\n>'))).toBe(
      'ready\nbob: message 1\nYou: "hello Xworld"\n>'
    )
  })

  it('survives wrapped rows, pasted in one write, with the cursor on any row', async () => {
    const program = await start({ columns: 20, rows: 20 })
    const typed = 'x'.repeat(50)
    program.type(typed)
    await program.until((screen) => count(screen, 'x') === 50)
    for (const [round, keys] of ['', '\u001b[D'.repeat(20), '\u001b[H', '\u001b[F'].entries()) {
      program.type(keys)
      const screen = await receive(program, round + 1, 'x'.repeat(12))
      expect(count(screen, 'x'), `round ${round}`).toBe(50)
      expect([...screen.matchAll(MESSAGE)].map((match) => match[1])).toEqual(
        ['1', '2', '3', '4'].slice(0, round + 1)
      )
      expect(screen.startsWith('ready\nbob: message 1\n')).toBe(true)
    }
    program.type('\r')
    const screen = await program.until((shown) => shown.includes('You:') && shown.endsWith('\n>'))
    expect(screen.replaceAll('\n', '')).toContain(`You: "${typed}"`)
    expect(count(screen, 'x')).toBe(50)
  })

  it.each([18, 38])('survives a row that is exactly full (%i)', async (length) => {
    const program = await start({ columns: 20 })
    program.type('q'.repeat(length))
    await program.until((screen) => count(screen, 'q') === length)
    const screen = await receive(program, 1, 'q')
    expect(screen.startsWith('ready\nbob: message 1\n> q')).toBe(true)
    expect(count(screen, 'q')).toBe(length)
    program.type('\r')
    const after = await program.until((shown) => shown.includes('You:') && shown.endsWith('\n>'))
    expect(after.startsWith('ready\nbob: message 1\nYou: "q')).toBe(true)
  })

  it('survives wide characters that do not fit the end of a row', async () => {
    const program = await start({ columns: 21, rows: 20 })
    const typed = '中'.repeat(25)
    program.type(typed)
    await program.until((screen) => count(screen, '中') === 25)
    const screen = await receive(program, 1, '中')
    expect(screen.startsWith('ready\nbob: message 1\n> 中')).toBe(true)
    expect(count(screen, '中')).toBe(25)
    program.type('\r')
    const after = await program.until((shown) => shown.includes('You:') && shown.endsWith('\n>'))
    expect(count(after, '中')).toBe(25)
  })

  it.each([
    [true, 40, 20],
    [true, 20, 40],
    [false, 20, 40],
    [false, 40, 60]
  ])('survives a resize (reflow %s, %i to %i columns)', async (reflows, from, to) => {
    const program = await start({
      columns: from,
      rows: 20,
      reflowCursorLine: reflows,
      ...(reflows ? {} : { env: { TERM_PROGRAM: 'vscode' } })
    })
    await receive(program, 1, '\n>')
    program.type('z'.repeat(50))
    await program.until((screen) => count(screen, 'z') === 50)
    const before = program.raw().length
    await program.resize(to, 20)
    // The program has seen the new size when it has drawn its line again.
    await program.until((screen) => program.raw().length > before && count(screen, 'z') === 50)
    const screen = await receive(program, 2, 'z')
    expect(screen.startsWith('ready\nbob: message 1\nbob: message 2\n> z')).toBe(true)
    expect(count(screen, 'z')).toBe(50)
  })

  it('completes commands, keeps them on the screen, and brings back old lines', async () => {
    const program = await start()
    program.type('/he\t')
    await program.until((screen) => screen.endsWith('> /help'))
    program.type('\r')
    await program.until((screen) => screen.endsWith('> /help\nYou: "/help"\n>'))
    program.type('\u001b[A')
    await program.until((screen) => screen.endsWith('\n> /help'))
  })
})

describe('a mark', () => {
  it('changes in a real terminal where its line stands, and the typed line stays', async () => {
    const program = await start({ columns: 20 }, ['--marks'])
    await program.until((screen) => screen.endsWith('ready\n>'))
    program.type('first\r')
    await program.until((screen) => screen.endsWith('You: "first"  ·\n>'))
    program.type(`${'x'.repeat(30)}\r`)
    await program.until((screen) => screen.endsWith(`${'x'.repeat(16)}"  ·\n>`))
    program.type('half a line that takes rows')
    await program.until((screen) => screen.endsWith('akes rows'))
    program.type('\u001b[H')
    program.signal('SIGUSR2')
    const screen = await program.until((shown) => shown.split('  ✓').length === 3)
    expect(screen).toBe(
      [
        'ready',
        'You: "first"  ✓',
        `You: "${'x'.repeat(14)}`,
        `${'x'.repeat(16)}"  ✓`,
        'bob: message 1',
        '> half a line that t',
        'akes rows'
      ].join('\n')
    )
    program.type('\u000b\r\u0004')
    expect(await program.exit).toBe(0)
  })

  it('is not written where lines cannot be changed', async () => {
    const program = startPty([FIXTURE, '--marks'], { env: { TERM: 'dumb' } })
    open.push(program)
    await program.until((screen) => screen.includes('ready'))
    program.type('hi\r')
    await program.until((screen) => screen.includes('You: "hi"'))
    program.signal('SIGUSR2')
    await program.until((screen) => screen.includes('message 1'))
    program.type('on\r')
    await program.until((screen) => screen.includes('You: "on"'))
    expect(program.raw()).not.toMatch(/[·✓\u001b]/)
  })
})

describe('a paste', () => {
  it('of several lines is one message', async () => {
    const program = await start()
    program.type('a \u001b[200~one\rtwo\r\n\tthree\r\u001b[201~ z')
    await program.until((screen) => screen.endsWith('> a one␊two␊␉three z'))
    program.type('\r')
    const screen = await program.until((shown) => shown.includes('You:') && shown.endsWith('\n>'))
    expect(screen).toBe('ready\nYou: "a one\\ntwo\\n\\tthree z"\n>')
  })

  it('acts as no key: Ctrl+C and Ctrl+D in it end nothing', async () => {
    const program = await start()
    program.type('\u001b[200~a\u0003\u0004b\u001b[201~\r')
    await program.until((screen) => screen.includes('You: "a␃␄b"'))
  })
})

describe('the end', () => {
  it.each([
    ['Ctrl+D on an empty line', '\u0004'],
    ['Ctrl+C', '\u0003'],
    ['Ctrl+C with text typed', 'half a line\u0003']
  ])('by %s leaves a sane terminal', async (_, keys) => {
    const program = await start()
    program.type(keys)
    expect(await program.exit).toBe(0)
    const screen = await program.until((shown) => shown.endsWith('bye'))
    expect(screen).toBe('ready\nbye')
    expect(count(program.raw(), '\u001b[?2004h')).toBe(1)
    expect(program.raw().lastIndexOf('\u001b[?2004l')).toBeGreaterThan(
      program.raw().lastIndexOf('\u001b[?2004h')
    )
  })

  it('answers undefined to a question', async () => {
    const program = await start({}, ['--ask'])
    await program.until((screen) => screen.endsWith('Your name?'))
    program.type('\u0004')
    await program.until((screen) => screen.includes('Hello nobody'))
    expect(await program.exit).toBe(0)
  })

  it('is not reached by Ctrl+Z: the line is drawn again', async () => {
    const program = await start()
    program.type('half')
    await program.until((screen) => screen.endsWith('> half'))
    const before = program.raw().length
    program.type('\u001a')
    // Alone in its session the program cannot be stopped, so it takes the terminal back at once.
    await program.until(() => program.raw().slice(before).includes('\u001b[?2004h'))
    program.signal('SIGCONT')
    program.type(' a line\r')
    await program.until((screen) => screen.includes('You: "half a line"'))
  })
})

describe('questions', () => {
  it('keep their answers on the screen, and what is typed ahead waits for the prompt', async () => {
    const program = await start({}, ['--ask'])
    await program.until((screen) => screen.endsWith('Your name?'))
    program.type('Ann\rhello')
    const screen = await program.until((shown) => shown.endsWith('> hello'))
    expect(screen).toBe('Your name? Ann\nHello Ann\nready\n> hello')
  })
})

describe('a terminal that understands nothing', () => {
  it('gets plain lines and no escape sequences', async () => {
    const program = startPty([FIXTURE], { env: { TERM: 'dumb' } })
    open.push(program)
    await program.until((screen) => screen.includes('ready'))
    program.type('hi\r')
    await program.until((screen) => screen.includes('You: "hi"'))
    expect(program.raw()).not.toContain('\u001b')
  })

  it('is told apart by what it does on a new width', () => {
    expect(terminalReflows({})).toBe(true)
    expect(terminalReflows({ TERM_PROGRAM: 'vscode' })).toBe(false)
    expect(terminalReflows({ XTERM_VERSION: 'XTerm(388)' })).toBe(false)
    expect(terminalReflows({ XTERM_VERSION: 'XTerm(388)', TMUX: '/tmp/x' })).toBe(true)
  })
})
