/**
 * The built program in a real terminal: a pseudo-terminal of the operating system, whose output goes
 * through a terminal emulator, so that a test sees what a person would.
 */
import { spawn } from '@lydell/node-pty'
import xterm from '@xterm/headless'
import { onTestFinished } from 'vitest'
import { builtProgram, environmentOf, killHard, temporaryFolder } from './program.ts'
import { Waiting, type WaitOptions } from './waiting.ts'

export interface TerminalOptions {
  readonly cols?: number
  readonly rows?: number
  /** The user's home; a new one where it is not said. Share it to restart as the same user. */
  readonly home?: string
  readonly cwd?: string
  /** Variables to set, or (undefined) to take away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What to run instead of the program, with the same arguments. */
  readonly file?: string
  /** A line for a shell in which `"$@"` is the program with its arguments. */
  readonly shell?: string
}

const KEYS = {
  enter: '\r',
  'ctrl-a': '\x01',
  'ctrl-c': '\x03',
  'ctrl-d': '\x04',
  'ctrl-e': '\x05',
  'ctrl-k': '\x0b',
  'ctrl-l': '\x0c',
  'ctrl-u': '\x15',
  'ctrl-w': '\x17',
  'ctrl-z': '\x1a',
  tab: '\t',
  escape: '\x1b',
  backspace: '\x7f',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D'
} as const

export type Key = keyof typeof KEYS

export interface Exit {
  readonly code: number
  /** The signal's number; 0 or undefined where none ended it. */
  readonly signal: number | undefined
}

export interface Terminal {
  readonly pid: number
  readonly home: string
  /** Types text as a person does, without a line end. */
  readonly type: (text: string) => void
  /** Types text and presses enter. */
  readonly enter: (text: string) => void
  readonly press: (...keys: readonly Key[]) => void
  readonly resize: (cols: number, rows: number) => void
  readonly kill: (signal?: NodeJS.Signals) => void
  /** What is in the window now: one line per row, blanks at the ends cut. */
  readonly screen: () => string
  /** The same with what has scrolled away above it. */
  readonly history: () => string
  /** Column and row of the cursor in the window, from 0. */
  readonly cursor: () => { readonly x: number; readonly y: number }
  /** Every character that the program has written, escape sequences and all. */
  readonly raw: () => string
  /** Until the window holds the text, matches, or satisfies; gives the window. */
  readonly waitForScreen: (
    what: string | RegExp | ((screen: string) => boolean),
    options?: WaitOptions
  ) => Promise<string>
  /** The same of all that was ever shown: the window and what has scrolled away. */
  readonly waitForHistory: (
    what: string | RegExp | ((history: string) => boolean),
    options?: WaitOptions
  ) => Promise<string>
  /** When the program has ended and everything that it wrote is on the screen. */
  readonly exit: Promise<Exit>
}

const matcher = (what: string | RegExp | ((text: string) => boolean)) => (text: string) => {
  if (typeof what === 'string') return text.includes(what)
  return what instanceof RegExp ? what.test(text) : what(text)
}

/** Lines that the terminal wrapped are joined again only in the history. */
const textOf = (screen: xterm.Terminal, from: number, to: number, unwrap: boolean): string => {
  const lines: string[] = []
  for (let y = from; y < to; y += 1) {
    const line = screen.buffer.active.getLine(y)
    const text = line?.translateToString(true) ?? ''
    if (unwrap && line?.isWrapped === true) lines.push(`${lines.pop() ?? ''}${text}`)
    else lines.push(text)
  }
  return lines.join('\n').trimEnd()
}

/** Starts the program (or `file`) in a terminal; it is killed when the test is over. */
export const startTerminal = (args: readonly string[], options: TerminalOptions = {}): Terminal => {
  const { cols = 80, rows = 24, home = temporaryFolder() } = options
  const screen = new xterm.Terminal({
    cols,
    rows,
    scrollback: 10_000,
    allowProposedApi: true,
    // As most terminals do, and as the program assumes of one that it does not know.
    reflowCursorLine: true
  })
  const env = environmentOf(home, options.env)
  const command = [options.file ?? builtProgram(), ...args]
  const shell = ['-c', options.shell ?? '', 'sh', process.execPath, ...command]
  const [file, argv] =
    options.shell === undefined ? [process.execPath, command] : ['/bin/sh', shell]
  const pty = spawn(file, argv, {
    cols,
    rows,
    cwd: options.cwd ?? home,
    env,
    // It goes before what the environment says.
    name: env['TERM'] ?? 'xterm-256color'
  })
  const written: string[] = []
  const show = (): string =>
    textOf(screen, screen.buffer.active.baseY, screen.buffer.active.baseY + screen.rows, false)
  const history = (): string => textOf(screen, 0, screen.buffer.active.length, true)
  const waiting = new Waiting(show)
  pty.onData((data) => {
    written.push(data)
    screen.write(data, () => waiting.arrived())
  })
  // What a terminal answers when it is asked (cursor position, device attributes).
  screen.onData((answer) => pty.write(answer))
  let running = true
  const exit = new Promise<Exit>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      running = false
      screen.write('', () => {
        waiting.ended(
          `The program ended (${signal ? `signal ${signal}` : `exit code ${exitCode}`})`
        )
        resolve({ code: exitCode, signal })
      })
    })
  })
  onTestFinished(async () => {
    if (running) killHard(pty.pid)
    await exit
    screen.dispose()
  })
  const until =
    (read: () => string) =>
    (what: string | RegExp | ((text: string) => boolean), wait: WaitOptions = {}) => {
      const matches = matcher(what)
      return waiting.until(String(what), () => (matches(read()) ? read() : undefined), wait)
    }
  const send = (text: string): void => {
    if (running) pty.write(text)
  }
  return {
    pid: pty.pid,
    home,
    type: send,
    enter: (text) => send(`${text}\r`),
    press: (...keys) => {
      for (const key of keys) send(KEYS[key])
    },
    resize: (width, height) => {
      screen.resize(width, height)
      pty.resize(width, height)
    },
    kill: (signal = 'SIGKILL') => {
      if (running) process.kill(pty.pid, signal)
    },
    screen: show,
    history,
    cursor: () => ({ x: screen.buffer.active.cursorX, y: screen.buffer.active.cursorY }),
    raw: () => written.join(''),
    waitForScreen: until(show),
    waitForHistory: until(history),
    exit
  }
}
