/**
 * The line being typed at the bottom of a terminal, and what is printed above it. Over
 * node:readline, which edits, completes and keeps the history.
 */
import * as readline from 'node:readline'
import { Readable } from 'node:stream'
import type { WriteStream } from 'node:tty'
import { isCommandLine } from '../domain/command-line.ts'
import { completeCommand } from '../domain/complete-command.ts'
import type { Line } from '../services/terminal.ts'
import { StandingLines, textOf } from './tty-lines.ts'
import { rowsOf } from './tty-rows.ts'

/** Lines that the arrow keys bring back. */
const HISTORY_LINES_MAX = 500
/** Keys that are kept while there is no prompt. */
const AHEAD_CHARS_MAX = 64 * 1024
const DELETE = '\x7f'
const CTRL_C = '\x03'
const CTRL_L = '\f'
/** The cursor as it was, with `ESC 8` (DECSC, DECRC: every terminal since the VT100). */
const SAVE_CURSOR = '\x1b7'
const RESTORE_CURSOR = '\x1b8'
// One key: an escape sequence (CSI, SS3, or ESC and a character), or one control; else a run of text.
// oxlint-disable-next-line no-control-regex -- keys are control characters
const KEY_OR_TEXT = /\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O.|[^[O])|[\x00-\x1f\x7f]|[^\x00-\x1f\x7f]+/gsu
// oxlint-disable-next-line no-control-regex -- the same
const UNFINISHED = /\x1b(?:\[[0-9;?]*[ -/]*|O)?$/

/**
 * What readline does not document but has had since Node 10: how many rows the cursor is below the
 * first row of the prompt, as last drawn, and where the end of a text falls.
 */
interface Inner {
  prevRows: number
  readonly _getDisplayPos: (text: string) => { readonly rows: number; readonly cols: number }
}

export interface ScreenEvents {
  readonly line: (text: string) => void
  readonly end: () => void
  readonly suspend: () => void
}

export interface ScreenOptions {
  readonly output: WriteStream
  readonly setRawMode: (raw: boolean) => void
  /** true: the terminal wraps its old lines anew when its width changes, as most do. */
  readonly reflows: boolean
}

/** A readable that readline listens to and that we feed by hand, so that order is kept. */
class KeySource extends Readable {
  readonly isTTY = true
  readonly setRawMode: (raw: boolean) => void

  constructor(setRawMode: (raw: boolean) => void) {
    super()
    this.setRawMode = setRawMode
  }

  override _read(): void {
    // Keys are emitted as they come; nothing is pulled.
  }
}

export class Screen {
  readonly #output: WriteStream
  readonly #keys: KeySource
  readonly #line: readline.Interface & Inner
  readonly #events: ScreenEvents
  readonly #reflows: boolean
  /** What stands above the line being typed. */
  readonly #standing = new StandingLines()
  #columns: number
  #shown = false
  #answering = false
  #closed = false
  #ahead = ''
  /** true: the last keys ended in the middle of an escape sequence, or with the Escape key. */
  #unfinished = false

  constructor(options: ScreenOptions, events: ScreenEvents) {
    this.#output = options.output
    this.#events = events
    this.#reflows = options.reflows
    this.#columns = options.output.columns
    this.#keys = new KeySource(options.setRawMode)
    // Before readline's own listener, which then redraws from the right row.
    options.output.on('resize', this.#resized)
    this.#line = readline.createInterface({
      input: this.#keys,
      output: options.output,
      terminal: true,
      historySize: HISTORY_LINES_MAX,
      prompt: '',
      completer: this.#complete
    }) as readline.Interface & Inner
    this.#line.prevRows = 0
    this.#line.on('line', this.#entered)
    this.#line.on('SIGINT', events.end)
    this.#line.on('SIGTSTP', events.suspend)
    this.#line.on('close', events.end)
  }

  readonly #complete = (line: string): [string[], string] => {
    const found = completeCommand(line)
    // Readline may list what it cannot complete, in how many rows it does not tell.
    if (found.length > 1 || found[0] === line) this.#standing.forget()
    return [[...found], line]
  }

  /** A terminal that wraps anew has moved the cursor's row; another has left it where it was. */
  readonly #resized = (): void => {
    if (this.#shown && this.#reflows) {
      const { rows, cols } = this.#line.getCursorPos()
      // Behind a row that is exactly full the cursor may stand on that row or on the next: a row too
      // few leaves a part of the typed line, a row too many would take a line of the chat.
      this.#line.prevRows = cols === 0 ? Math.max(0, rows - 1) : rows
    }
    // Of another width, every line may take other rows than it did.
    if (this.#output.columns !== this.#columns) this.#standing.forget()
    this.#columns = this.#output.columns
    this.#fit()
  }

  /** Rows of the line being typed with its prompt. */
  #typedRows(text: string): number {
    return this.#line._getDisplayPos(this.#line.getPrompt() + text).rows + 1
  }

  /** Rows of the screen above the line being typed; without one, above the cursor. */
  #room(): number {
    return this.#output.rows - (this.#shown ? this.#typedRows(this.#line.line) : 1)
  }

  /** The line being typed may have grown, and pushed what is above it out of sight. */
  #fit(): void {
    if (this.#standing.rows > 0) this.#standing.fit(this.#room())
  }

  readonly #entered = (text: string): void => {
    const rows = this.#typedRows(text)
    if (!isCommandLine(text) && this.#shown && !this.#answering) {
      // A text is printed as "You: …" by the view, so its typed form goes. The cursor stands one
      // row below the last row of the line.
      this.#standing.fit(this.#output.rows - rows - 1)
      readline.moveCursor(this.#output, 0, -rows)
      readline.cursorTo(this.#output, 0)
      readline.clearScreenDown(this.#output)
    } else if (this.#isCertain(text)) this.#standing.pass(rows, this.#output.rows - 1)
    else this.#standing.forget()
    this.#shown = false
    // On a resize readline draws its prompt again, also one that is not there now.
    this.#line.setPrompt('')
    this.#events.line(text)
  }

  /** true: every terminal gives the line being typed as many rows as readline counts. */
  #isCertain(text: string): boolean {
    const typed = this.#line.getPrompt() + text
    const { least, most } = rowsOf(typed, this.#output.columns, this.#output.rows)
    return least === most
  }

  get shown(): boolean {
    return this.#shown
  }

  /** Keys as the terminal sent them. What is typed ahead of the prompt waits for it, but Ctrl+C. */
  feed(text: string): void {
    if (this.#closed) return
    if (this.#shown) this.#press(text)
    else if (text.includes(CTRL_C)) this.#events.end()
    else if (this.#ahead.length < AHEAD_CHARS_MAX) this.#ahead += text
  }

  /**
   * Readline inserts a chunk of many characters one by one and does not redraw on the way, so it
   * loses count of its rows (Node 24.21). Runs of text are therefore inserted whole.
   */
  #press(text: string): void {
    const unfinished = UNFINISHED.exec(text)?.[0] ?? ''
    const whole = text.slice(0, text.length - unfinished.length)
    const goesOn = this.#unfinished
    this.#unfinished = unfinished !== ''
    if (goesOn) return this.#key(text)
    for (const piece of whole.match(KEY_OR_TEXT) ?? []) {
      // After an answer there is no prompt until the next question.
      if (!this.#shown) this.#ahead += piece
      else if (piece >= ' ' && piece !== DELETE) this.#write(piece)
      else this.#key(piece)
    }
    if (unfinished !== '') this.#key(unfinished)
  }

  #key(text: string): void {
    if (this.#closed) return
    this.#keys.emit('data', text)
    // It clears the screen.
    if (text.includes(CTRL_L)) this.#standing.forget()
    this.#fit()
  }

  #write(text: string): void {
    this.#line.write(text)
    this.#fit()
  }

  /** Puts a text without line breaks into the line, where the cursor is. */
  insert(text: string): void {
    if (this.#closed || text === '') return
    if (this.#shown) this.#write(text)
    else if (this.#ahead.length < AHEAD_CHARS_MAX) this.#ahead += text
  }

  /** Shows the prompt, or redraws it. @param answering the typed line stays on the screen. */
  show(prompt: string, answering: boolean): void {
    if (this.#closed) return
    this.#answering = answering
    this.#line.setPrompt(prompt)
    if (!this.#shown) this.#line.prevRows = 0
    this.#shown = true
    this.#line.prompt(true)
    this.#fit()
    const ahead = this.#ahead
    this.#ahead = ''
    if (ahead !== '') this.feed(ahead)
  }

  /** Takes the prompt and the line off the screen; what was typed is kept in memory. */
  #erase(): void {
    readline.moveCursor(this.#output, 0, -this.#line.prevRows)
    readline.cursorTo(this.#output, 0)
    readline.clearScreenDown(this.#output)
    this.#line.prevRows = 0
  }

  /** Writes lines above the line being typed. */
  print(lines: readonly Line[]): void {
    const text = `${lines.map(textOf).join('\n')}\n`
    if (!this.#shown || this.#closed) this.#output.write(text)
    else {
      // Corked: one write, so the terminal never shows the line half drawn.
      this.#output.cork()
      this.#erase()
      this.#output.write(text)
      this.#line.prompt(true)
      this.#output.uncork()
    }
    if (!this.#closed) this.#standing.print(lines, this.#output.columns, this.#room())
  }

  /** Changes marks of printed lines where they stand, without touching the line being typed. */
  mark(marks: ReadonlyMap<string, string>): void {
    const changes = this.#standing.mark(marks)
    if (changes.length === 0) return
    // A typed line that terminals wrap differently may begin on another row than readline thinks.
    if (this.#shown && !this.#isCertain(this.#line.line)) return this.#standing.forget()
    const below = this.#shown ? this.#line.prevRows : 0
    const written = changes.map(
      ({ above, text }) => `${SAVE_CURSOR}\x1b[${above + below}A\r${text}${RESTORE_CURSOR}`
    )
    this.#output.write(written.join(''))
  }

  /** Draws the line afresh where the cursor is, after something else used the terminal. */
  redraw(): void {
    this.#standing.forget()
    this.#line.prevRows = 0
    if (this.#shown && !this.#closed) this.#line.prompt(true)
  }

  /** Gives the terminal back: no prompt, cooked mode; printing goes on plainly. Idempotent. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    if (this.#shown) this.#erase()
    this.#shown = false
    this.#standing.forget()
    this.#output.off('resize', this.#resized)
    this.#line.close()
  }
}
