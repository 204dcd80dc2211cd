/** The line being typed over a terminal emulator in this process: many screens, without a program each. */
import { Writable } from 'node:stream'
import type { WriteStream } from 'node:tty'
import xterm from '@xterm/headless'
import { Screen } from '../../../src/adapters/tty-screen.ts'
import { completeCommand } from '../../../src/domain/complete-command.ts'
import type { Line } from '../../../src/services/terminal.ts'

/** Where the program writes: straight into the emulator. */
class EmulatorStream extends Writable {
  readonly isTTY = true
  columns: number
  rows: number
  /** All that was written. */
  raw = ''
  readonly #term: xterm.Terminal

  constructor(term: xterm.Terminal) {
    super({ decodeStrings: false })
    this.#term = term
    this.columns = term.cols
    this.rows = term.rows
  }

  override _write(chunk: string, _encoding: string, done: () => void): void {
    this.raw += chunk
    this.#term.write(chunk, done)
  }
}

export interface Emulated {
  readonly screen: Screen
  /** Keys or text, as the keyboard sends them. */
  readonly type: (text: string) => void
  readonly resize: (columns: number, rows: number) => void
  /** Everything that was ever shown, lines that were wrapped joined again; settled. */
  readonly history: () => Promise<readonly string[]>
  /** How many of those lines begin above the window. */
  readonly hidden: () => Promise<number>
  readonly raw: () => string
}

/** A chat in the small: what is entered is printed with a mark, under the id that `idOf` gives. */
export const emulate = (
  columns: number,
  rows: number,
  onLine: (text: string) => Line | undefined,
  prompt = '> '
): Emulated => {
  const term = new xterm.Terminal({
    cols: columns,
    rows,
    scrollback: 10_000,
    allowProposedApi: true,
    reflowCursorLine: true,
    // What the line discipline of a terminal does, which is not there.
    convertEol: true
  })
  const output = new EmulatorStream(term)
  const screen: Screen = new Screen(
    {
      output: output as unknown as WriteStream,
      reflows: true,
      complete: (line) => completeCommand(line),
      setRawMode: () => undefined
    },
    {
      line: (text) => {
        screen.show(prompt, false)
        const line = onLine(text)
        if (line !== undefined) screen.print([line])
      },
      end: () => undefined,
      suspend: () => screen.redraw()
    }
  )
  screen.show(prompt, false)
  const settled = (): Promise<void> => new Promise((resolve) => output.write('', () => resolve()))
  /** The rows at which lines begin, each with its whole text. */
  const lines = (): readonly { readonly row: number; readonly text: string }[] => {
    const found: { row: number; text: string }[] = []
    for (let row = 0; row < term.buffer.active.length; row += 1) {
      const line = term.buffer.active.getLine(row)
      const text = line?.translateToString(true) ?? ''
      const last = found.at(-1)
      if (line?.isWrapped === true && last !== undefined) last.text += text
      else found.push({ row, text })
    }
    while (found.at(-1)?.text === '') found.pop()
    return found
  }
  return {
    screen,
    type: (text) => screen.feed(text),
    resize: (width, height) => {
      term.resize(width, height)
      output.columns = width
      output.rows = height
      output.emit('resize')
    },
    history: async () => {
      await settled()
      return lines().map(({ text }) => (text === '> ' ? '>' : text))
    },
    hidden: async () => {
      await settled()
      return lines().filter(({ row }) => row < term.buffer.active.baseY).length
    },
    raw: () => output.raw
  }
}
