/** The terminal port over a real terminal: raw mode, a prompt that output never breaks, paste. */
import type { ReadStream, WriteStream } from 'node:tty'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import type { Scope } from 'effect/Scope'
import { INPUT_LINE_BYTES_MAX } from '../domain/limits.ts'
import { type Line, Terminal } from '../services/terminal.ts'
import { PASTE_OFF, PASTE_ON, PasteSplitter, restorePaste, showPaste } from './tty-paste.ts'
import { Screen } from './tty-screen.ts'
import { afterWrites } from './written-output.ts'

export interface TtyStreams {
  readonly input: ReadStream
  readonly output: WriteStream
  /** true: the terminal wraps its lines anew when its width changes; see `terminalReflows`. */
  readonly reflows: boolean
  /** The lines that what is typed may become, for the Tab key. */
  readonly complete: (line: string) => readonly string[]
}

/** Typed lines that wait; above it the keyboard is not read. */
const WAITING_LINES_MAX = 1024

/**
 * Whether a terminal wraps the prompt anew on a new width. Most do; xterm wraps nothing anew, and
 * that of VS Code leaves the line with the cursor alone.
 */
export const terminalReflows = (env: Readonly<Record<string, string | undefined>>): boolean =>
  env['TMUX'] !== undefined ||
  (env['TERM_PROGRAM'] !== 'vscode' && env['XTERM_VERSION'] === undefined)

class TtyTerminal {
  readonly #streams: TtyStreams
  readonly #splitter = new PasteSplitter(INPUT_LINE_BYTES_MAX)
  readonly #screen: Screen | undefined
  #reading: 'nothing' | 'lines' | 'answer' = 'nothing'
  #lines: string[] = []
  #prompt = ''
  #ended = false
  #closed = false
  #writable = true
  #wake: (() => void) | undefined

  constructor(streams: TtyStreams) {
    this.#streams = streams
    const { input, output } = streams
    this.#screen = new Screen(
      {
        output,
        reflows: streams.reflows,
        complete: streams.complete,
        setRawMode: (raw) => this.#setRawMode(raw)
      },
      { line: this.#entered, end: this.end, suspend: this.#suspend }
    )
    input.on('data', this.#typed)
    input.once('end', this.end).once('close', this.end).on('error', this.end)
    output.on('error', this.#gone)
    output.write(PASTE_ON)
    process.on('SIGCONT', this.#resume)
    // The last resort: whatever ends the process, the shell gets a sane terminal back.
    process.once('exit', this.close)
  }

  #setRawMode(raw: boolean): void {
    try {
      this.#streams.input.setRawMode(raw)
    } catch {
      // The terminal is gone (EIO after a hang-up): there is nothing left to set.
      this.end()
    }
  }

  readonly end = (): void => {
    if (this.#ended) return
    this.#ended = true
    // Also reached from within the making of the screen, when the terminal is gone by then.
    this.#screen?.close()
    this.#wake?.()
  }

  readonly #gone = (): void => {
    this.#writable = false
    this.end()
  }

  readonly #typed = (chunk: Uint8Array): void => {
    for (const piece of this.#splitter.push(chunk)) {
      if (piece.kind === 'keys') this.#screen?.feed(piece.text)
      else this.#screen?.insert(showPaste(piece.text))
    }
  }

  readonly #entered = (line: string): void => {
    this.#lines.push(restorePaste(line))
    if (this.#lines.length >= WAITING_LINES_MAX) this.#streams.input.pause()
    if (this.#reading === 'lines' && !this.#ended) this.#screen?.show(this.#prompt, false)
    this.#wake?.()
  }

  /** Ctrl+Z. The whole process group stops, as it would in cooked mode (npm start included). */
  readonly #suspend = (): void => {
    this.#streams.output.write(PASTE_OFF)
    this.#setRawMode(false)
    process.kill(0, 'SIGTSTP')
    // Where nobody can stop us (no shell above), no SIGCONT comes either; going on is then right.
    this.#streams.output.write('', this.#resume)
  }

  readonly #resume = (): void => {
    if (this.#closed) return
    // Off first: the stream remembers that it is raw, although the shell has changed it since.
    this.#setRawMode(false)
    this.#setRawMode(true)
    this.#streams.output.write(`\r${PASTE_ON}`)
    this.#screen?.redraw()
  }

  readonly print = (lines: readonly Line[]): void => {
    if (this.#writable && lines.length > 0) this.#screen?.print(lines)
  }

  readonly whenWritten = (work: () => void): void => {
    if (this.#writable) afterWrites(this.#streams.output, work)
  }

  readonly mark = (marks: ReadonlyMap<string, string>): void => {
    if (this.#writable) this.#screen?.mark(marks)
  }

  readonly setStatus = (lines: readonly string[]): void => {
    if (this.#writable) this.#screen?.setStatus(lines)
  }

  readonly setPrompt = (text: string): void => {
    this.#prompt = text
    if (this.#screen?.shown === true && this.#reading === 'lines') this.#screen.show(text, false)
  }

  readonly bell = (): void => {
    if (this.#writable && !this.#closed) this.#streams.output.write('\x07')
  }

  /** The first `count` waiting lines. `question`: what to ask; undefined for lines of the chat. */
  readonly take = (
    count: number,
    question: string | undefined
  ): Effect.Effect<readonly string[] | undefined> =>
    Effect.callback<readonly string[] | undefined>((resume) => {
      const attempt = () => {
        if (this.#lines.length === 0 && !this.#ended) return
        this.#wake = undefined
        if (question !== undefined) this.#reading = 'nothing'
        resume(Effect.sync(() => this.#drain(count)))
      }
      this.#wake = attempt
      this.#ask(question)
      attempt()
      return Effect.sync(() => {
        this.#wake = undefined
      })
    })

  #ask(question: string | undefined): void {
    this.#reading = question === undefined ? 'lines' : 'answer'
    if (this.#ended || this.#lines.length > 0) return
    if (question !== undefined) this.#screen?.show(question, true)
    else if (this.#screen?.shown !== true) this.#screen?.show(this.#prompt, false)
  }

  #drain(count: number): readonly string[] | undefined {
    const taken = this.#lines.splice(0, count)
    if (!this.#ended) this.#streams.input.resume()
    return taken.length === 0 ? undefined : taken
  }

  readonly close = (): void => {
    if (this.#closed) return
    this.#closed = true
    this.end()
    process.off('SIGCONT', this.#resume)
    process.off('exit', this.close)
    this.#screen?.close()
    if (this.#writable) this.#streams.output.write(PASTE_OFF)
    this.#streams.input.off('data', this.#typed)
    this.#streams.input.pause()
  }
}

/** Takes over a terminal until the scope ends. */
const makeTtyTerminal = (streams: TtyStreams): Effect.Effect<Terminal['Service'], never, Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => new TtyTerminal(streams)),
    (terminal) => Effect.sync(terminal.close)
  ).pipe(
    Effect.map((terminal) => ({
      interactive: true,
      styled: true,
      columns: () => streams.output.columns || 80,
      print: terminal.print,
      whenWritten: terminal.whenWritten,
      mark: terminal.mark,
      setStatus: terminal.setStatus,
      setPrompt: terminal.setPrompt,
      readLines: terminal.take(Number.POSITIVE_INFINITY, undefined),
      question: (prompt: string) =>
        terminal.take(1, prompt).pipe(Effect.map((lines) => lines?.[0])),
      bell: terminal.bell,
      close: Effect.sync(terminal.close)
    }))
  )

/** The port over the given terminal, as a layer. */
export const layerTtyTerminal = (streams: TtyStreams): Layer.Layer<Terminal> =>
  Layer.effect(Terminal, makeTtyTerminal(streams))
