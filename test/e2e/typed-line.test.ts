/**
 * Goal: colours as features.md S5 says, and a line being typed that nothing breaks.
 * Method: ann types in a terminal of a known size while bob talks; a terminal emulator tells what a
 * person sees. Then the line is sent, and bob has to get exactly what was typed.
 */
import { describe, expect, it } from 'vitest'
import { startPipe } from './support/pipe.ts'
import {
  type JsonProgram,
  startCalling,
  startJson,
  startJsonListening,
  startListening,
  startTalk
} from './support/talk.ts'
import type { Terminal, TerminalOptions } from './support/terminal.ts'

/** Ann in a terminal, and bob as a program that says and hears. */
const startTyping = async (
  options: TerminalOptions
): Promise<{ readonly ann: Terminal; readonly bob: JsonProgram }> => {
  const { terminal: ann, address } = await startListening(['-n', 'ann'], options)
  const bob = startJson(['--port', '0', '-c', address, '-n', 'bob'])
  await bob.waitFor('peer.connected')
  await ann.waitForHistory('First contact with bob')
  await ann.waitForScreen(/\n>$/)
  return { ann, bob }
}

/** The typed line as it stands in the window: everything from the prompt on, rows joined. */
const typedLine = (screen: string): string => {
  const rows = screen.split('\n')
  return rows.slice(rows.findLastIndex((row) => row.startsWith('> '))).join('')
}

const sent = async (bob: JsonProgram, text: string): Promise<void> => {
  const received = await bob.waitFor('message.received', (event) => event.text.includes('typed'))
  expect(received.text).toBe(text)
}

describe('S5: an incoming message never breaks the line being typed', () => {
  it('a short one, with the cursor at its end', async () => {
    const { ann, bob } = await startTyping({})
    ann.type('half a typed line')
    await ann.waitForScreen(/\n> half a typed line$/)
    for (const text of ['one', 'two', 'three']) bob.ask({ type: 'say', text })
    const screen = await ann.waitForScreen(/bob: one\nbob: two\nbob: three\n> half a typed line$/)
    expect(screen.split('half a').length).toBe(2)
    ann.enter(' and its end')
    await sent(bob, 'half a typed line and its end')
    const shown = await ann.waitForScreen(
      /bob: three\nYou: half a typed line and its end(?:  .| ✓✓)\n>$/
    )
    expect(shown).not.toContain('> half')
  })

  it('one that is wrapped over three rows', async () => {
    const { ann, bob } = await startTyping({ cols: 40 })
    const typed = `typed ${'abcdefghi '.repeat(10)}`
    ann.type(typed)
    await ann.waitForScreen((screen) => typedLine(screen) === `> ${typed}`.trimEnd())
    for (let i = 0; i < 5; i += 1) bob.ask({ type: 'say', text: `message ${i}` })
    await ann.waitForScreen(
      (screen) => screen.includes('bob: message 4\n> typed') && typedLine(screen).endsWith('ghi')
    )
    expect(typedLine(ann.screen())).toBe(`> ${typed}`.trimEnd())
    const history = ann.history()
    for (let i = 0; i < 5; i += 1) expect(history).toContain(`bob: message ${i}\n`)
    expect(history.split('> typed').length).toBe(2)
    ann.enter('end')
    await sent(bob, `${typed}end`)
    await ann.waitForHistory(`You: ${typed}end`)
    expect(ann.history()).not.toContain('> typed')
  })

  it('one of wide characters that fills its row', async () => {
    const { ann, bob } = await startTyping({ cols: 40 })
    const typed = `typed ${'日本語の文章'.repeat(5)}👍👍`
    ann.type(typed)
    await ann.waitForScreen((screen) => typedLine(screen).endsWith('👍👍'))
    const before = typedLine(ann.screen())
    bob.ask({ type: 'say', text: '你好 👋' })
    bob.ask({ type: 'say', text: 'second' })
    await ann.waitForScreen((screen) => screen.includes('bob: second\n> typed'))
    expect(typedLine(ann.screen())).toBe(before)
    expect(ann.screen()).toContain('bob: 你好 👋\nbob: second\n')
    expect(ann.history().split('> typed').length).toBe(2)
    ann.press('backspace')
    ann.enter('末')
    await sent(bob, `${typed.slice(0, -2)}末`)
  })

  it('one with the cursor in its middle, which stays there', async () => {
    const { ann, bob } = await startTyping({ cols: 40 })
    ann.type(`typed ${'x'.repeat(60)}`)
    ann.press('ctrl-a', 'right', 'right', 'right', 'right', 'right')
    await ann.waitForScreen(() => ann.cursor().x === 7)
    bob.ask({ type: 'say', text: 'hello' })
    await ann.waitForScreen(/bob: hello\n> typed x+\nx+$/)
    await ann.waitForScreen(() => ann.cursor().x === 7)
    ann.enter('!')
    await sent(bob, `typed! ${'x'.repeat(60)}`)
  })

  it('one in a window that is resized', async () => {
    const { ann, bob } = await startTyping({ cols: 60, rows: 20 })
    const typed = `typed ${'0123456789'.repeat(10)}`
    ann.type(typed)
    await ann.waitForScreen((screen) => typedLine(screen) === `> ${typed}`)
    for (const [round, cols] of [35, 80, 50, 100].entries()) {
      ann.resize(cols, 20)
      bob.ask({ type: 'say', text: `round ${round}` })
      await ann.waitForScreen(
        (screen) => screen.includes(`bob: round ${round}\n`) && typedLine(screen) === `> ${typed}`
      )
    }
    ann.enter('')
    await sent(bob, typed)
    await ann.waitForHistory(`You: ${typed}`)
  })

  it('one that is typed ahead while many lines come in', async () => {
    const { ann, bob } = await startTyping({})
    const burst = Array.from({ length: 500 }, (_, i) => `burst ${i}`)
    bob.pipe.write(burst.map((text) => `${JSON.stringify({ type: 'say', text })}\n`).join(''))
    const typed = 'typed while it rains'
    for (const char of typed) ann.type(char)
    await ann.waitForScreen((screen) => screen.endsWith(`bob: burst 499\n> ${typed}`))
    const shown = ann.history().match(/bob: burst \d+$/gm)
    expect(shown).toEqual(burst.map((text) => `bob: ${text}`))
    ann.enter('')
    await sent(bob, typed)
  })
})

const GREEN = '\x1b[32mYou:\x1b[39m'
const CYAN = '\x1b[36mbob:\x1b[39m'
const YELLOW = '\x1b[33m* '
const RED = '\x1b[31m! '
const SGR = /\x1b\[[0-9;]*m/

describe('S5: colours', () => {
  it('you green, the peer cyan, status yellow, errors red', async () => {
    const { ann, bob } = await startTalk()
    ann.enter('mine')
    bob.enter('theirs')
    ann.enter('/nothing')
    // A message is shown once it is stored, so the answer to a command may come before it.
    for (const shown of ['You: mine', 'Not understood', 'bob: theirs'])
      await ann.waitForHistory(shown)
    for (const painted of [`${GREEN} mine`, `${CYAN} theirs`, YELLOW, RED])
      expect(ann.raw()).toContain(painted)
  })

  it.each([
    ['NO_COLOR', { env: { NO_COLOR: '1' } }, []],
    ['--no-color', {}, ['--no-color']],
    ['TERM=dumb', { env: { TERM: 'dumb' } }, []]
  ])('none with %s', async (_, options, args) => {
    const { terminal: ann, address } = await startListening(args, options)
    const bob = startCalling(address, ['-n', 'bob'])
    await bob.waitForHistory('First contact')
    bob.enter('theirs')
    await ann.waitForHistory('bob: theirs')
    ann.enter('mine')
    await ann.waitForHistory('You: mine')
    expect(ann.raw()).not.toMatch(SGR)
  })

  it('none without a terminal', async () => {
    const { program: ann, address } = await startJsonListening(['-n', 'ann'])
    const bob = startPipe(['-p', '0', '-c', address])
    await Promise.all([bob.waitForLine('Connected to peer!'), ann.waitFor('peer.connected')])
    ann.ask({ type: 'say', text: 'hello' })
    expect(await bob.waitForLine('hello')).toBe('ann: hello')
    bob.write('mine\n')
    expect(await bob.waitForLine('mine')).toBe('You: mine')
    expect(bob.stdout()).not.toContain('\x1b')
  })
})
