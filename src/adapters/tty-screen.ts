/**
 * The line being typed at the bottom of a terminal, and what is printed above it. Over
 * node:readline, which edits, completes and keeps the history.
 */
import * as readline from 'node:readline'
import { Readable } from 'node:stream'
import type { WriteStream } from 'node:tty'
import { completeCommand, isCommandLine } from '../domain/command-line.ts'

/** Lines that the arrow keys bring back. */
const HISTORY_LINES_MAX = 500
/** Keys that are kept while there is no prompt. */
const AHEAD_CHARS_MAX = 64 * 1024
const DELETE = '\x7f'
const CTRL_C = '\x03'
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
    this.#keys = new KeySource(options.setRawMode)
    // Before readline's own listener, which then redraws from the right row.
    options.output.on('resize', this.#resized)
    this.#line = readline.createInterface({
      input: this.#keys,
      output: options.output,
      terminal: true,
      historySize: HISTORY_LINES_MAX,
      prompt: '',
      completer: (line: string) => [completeCommand(line), line]
    }) as readline.Interface & Inner
    this.#line.prevRows = 0
    this.#line.on('line', this.#entered)
    this.#line.on('SIGINT', events.end)
    this.#line.on('SIGTSTP', events.suspend)
    this.#line.on('close', events.end)
  }

  /** A terminal that wraps anew has moved the cursor's row; another has left it where it was. */
  readonly #resized = (): void => {
    if (this.#shown && this.#reflows) this.#line.prevRows = this.#line.getCursorPos().rows
  }

  readonly #entered = (text: string): void => {
    if (!isCommandLine(text) && this.#shown && !this.#answering) {
      // A text is printed as "You: …" by the view, so its typed form goes. The cursor stands one
      // row below the last row of the line.
      const { rows } = this.#line._getDisplayPos(this.#line.getPrompt() + text)
      readline.moveCursor(this.#output, 0, -(rows + 1))
      readline.cursorTo(this.#output, 0)
      readline.clearScreenDown(this.#output)
    }
    this.#shown = false
    // On a resize readline draws its prompt again, also one that is not there now.
    this.#line.setPrompt('')
    this.#events.line(text)
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
      else if (piece >= ' ' && piece !== DELETE) this.#line.write(piece)
      else this.#key(piece)
    }
    if (unfinished !== '') this.#key(unfinished)
  }

  #key(text: string): void {
    if (!this.#closed) this.#keys.emit('data', text)
  }

  /** Puts a text without line breaks into the line, where the cursor is. */
  insert(text: string): void {
    if (this.#closed || text === '') return
    if (this.#shown) this.#line.write(text)
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

  /** Writes text that ends in a line break above the line being typed. */
  print(text: string): void {
    if (!this.#shown || this.#closed) {
      this.#output.write(text)
      return
    }
    // Corked: one write, so the terminal never shows the line half drawn.
    this.#output.cork()
    this.#erase()
    this.#output.write(text)
    this.#line.prompt(true)
    this.#output.uncork()
  }

  /** Draws the line afresh where the cursor is, after something else used the terminal. */
  redraw(): void {
    this.#line.prevRows = 0
    if (this.#shown && !this.#closed) this.#line.prompt(true)
  }

  /** Gives the terminal back: no prompt, cooked mode; printing goes on plainly. Idempotent. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    if (this.#shown) this.#erase()
    this.#shown = false
    this.#output.off('resize', this.#resized)
    this.#line.close()
  }
}
