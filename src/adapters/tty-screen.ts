/**
 * The line being typed at the bottom of a terminal, the standing lines right above it, and what is
 * printed above those. Over node:readline, which edits, completes and keeps the history; to it the
 * standing lines are the first rows of its prompt.
 */
import * as readline from 'node:readline'
import type { WriteStream } from 'node:tty'
import { isCommandLine } from '../domain/command-line.ts'
import type { Line } from '../services/terminal.ts'
import { cutKeys, isText, KeySource } from './tty-keys.ts'
import { StandingLines, textOf } from './tty-lines.ts'
import { rowsOf } from './tty-rows.ts'
import type { Inner, ScreenEvents, ScreenOptions } from './tty-screen.types.ts'
import { RESTORE_CURSOR, SAVE_CURSOR, StatusRows } from './tty-status.ts'

/** Lines that the arrow keys bring back. */
const HISTORY_LINES_MAX = 500
/** Keys that are kept while there is no prompt. */
const AHEAD_CHARS_MAX = 64 * 1024
const CTRL_C = '\x03'
const CTRL_L = '\f'
const ENTER = /[\r\n]/
export class Screen {
  readonly #output: WriteStream
  readonly #keys: KeySource
  readonly #line: readline.Interface & Inner
  readonly #events: ScreenEvents
  readonly #options: ScreenOptions
  /** What stands above the line being typed. */
  readonly #standing = new StandingLines()
  readonly #status = new StatusRows()
  /** The prompt without the standing lines. */
  #prompt = ''
  /** Characters of the longest line so far: no key makes more of the one being typed. */
  #longest = 0
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
    this.#options = options
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
    const found = this.#options.complete(line)
    // Readline may list what it cannot complete, in how many rows it does not tell.
    if (found.length > 1 || found[0] === line) {
      this.#standing.forget()
      // Below a prompt of several rows it would overwrite its list.
      this.#draw([])
    }
    return [[...found], line]
  }

  /** A terminal that wraps anew has moved the cursor's row; another has left it where it was. */
  readonly #resized = (): void => {
    if (this.#shown && this.#options.reflows) {
      const { rows, cols } = this.#line.getCursorPos()
      // Behind a row that is exactly full the cursor may stand on that row or on the next: a row too
      // few leaves a part of the typed line, a row too many would take a line of the chat.
      this.#line.prevRows = cols === 0 ? Math.max(0, rows - 1) : rows
    }
    // Of another width, every line may take other rows than it did.
    if (this.#output.columns !== this.#columns) this.#standing.forget()
    this.#columns = this.#output.columns
    // Readline is told next, and draws it.
    if (this.#shown) this.#line.setPrompt(this.#promptWith(this.#line.line))
    this.#fit()
  }

  /** Rows of the line being typed with its prompt. */
  #typedRows(text: string, prompt = this.#line.getPrompt()): number {
    return this.#line._getDisplayPos(prompt + text).rows + 1
  }

  /** The standing lines that fit above this text, and leave a row to the talk. */
  #fitting(text: string): readonly string[] {
    if (this.#answering || this.#status.wanted.length === 0) return []
    const room = this.#output.rows - this.#typedRows(text, this.#prompt) - 1
    return this.#status.fitting(room, this.#output.columns)
  }

  /** The prompt with the standing lines that fit above this text. */
  #promptWith(text: string): string {
    return this.#status.promptWith(this.#fitting(text), this.#prompt)
  }

  /** Draws other standing lines: each where it stands, where they are as many as before. */
  #draw(lines: readonly string[]): void {
    const changed = this.#status.changed(lines)
    const before = this.#status.rows
    if (lines.length === before && changed.length === 0) return
    this.#line.setPrompt(this.#status.promptWith(lines, this.#prompt))
    if (lines.length !== before || !this.#isCertain(this.#line.line)) {
      this.#output.cork()
      this.#line.prompt(true)
      this.#output.uncork()
    } else this.#output.write(this.#status.rewritten(changed, this.#line.prevRows))
  }

  /** Lines between the talk and the line being typed, which stay there; none takes them away. */
  setStatus(lines: readonly string[]): void {
    this.#status.wanted = lines
    this.#fit()
  }

  /** true: the line may come to have so many rows by a key that the standing lines do not fit. */
  #mayOutgrow(keys: string): boolean {
    const chars = this.#line.line.length + this.#longest + keys.length
    const rows = this.#typedRows('') + Math.ceil((chars * 2) / this.#output.columns)
    return rows >= this.#output.rows
  }

  /** Rows of the screen above the line being typed; without one, above the cursor. */
  #room(): number {
    return this.#output.rows - (this.#shown ? this.#typedRows(this.#line.line) : 1)
  }

  /** The line being typed may have grown, and pushed what is above it out of sight. */
  #fit(): void {
    if (this.#shown && !this.#closed) {
      this.#longest = Math.max(this.#longest, this.#line.line.length)
      this.#draw(this.#fitting(this.#line.line))
    }
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
    this.#prompt = ''
    this.#line.setPrompt(this.#status.promptWith([], ''))
    this.#events.line(text)
  }

  /** true: every terminal gives the line being typed as many rows as readline counts. */
  #isCertain(text: string): boolean {
    const typed = this.#prompt + text
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
    const { pieces, unfinished } = cutKeys(text)
    const goesOn = this.#unfinished
    this.#unfinished = unfinished !== ''
    if (goesOn) return this.#key(text)
    for (const piece of pieces) {
      // After an answer there is no prompt until the next question.
      if (!this.#shown) this.#ahead += piece
      else if (isText(piece)) this.#write(piece)
      else this.#key(piece)
    }
    if (unfinished !== '') this.#key(unfinished)
  }

  #key(text: string): void {
    if (this.#closed) return
    // A line that is entered stays without the standing lines, which come again with the next prompt.
    if (this.#status.rows > 0 && (ENTER.test(text) || this.#mayOutgrow(text))) this.#draw([])
    this.#keys.emit('data', text)
    // It clears the screen.
    if (text.includes(CTRL_L)) this.#standing.forget()
    this.#fit()
  }

  #write(text: string): void {
    const { line } = this.#line
    // First, since what a long line pushes out of the window nobody can take back.
    if (this.#status.rows > 0) this.#draw(this.#fitting(line + text))
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
    this.#prompt = prompt
    this.#line.setPrompt(this.#promptWith(this.#line.line))
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
