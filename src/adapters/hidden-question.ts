/**
 * Questions at a terminal whose answers are not shown, as a passphrase is asked for. From the first
 * one to the end of the scope nothing that is typed is shown, also not what is typed too early.
 */
import type { ReadStream, WriteStream } from 'node:tty'
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import { HiddenLine } from './hidden-line.ts'

export interface HiddenStreams {
  readonly input: ReadStream
  /** Where the questions are written: standard error, since standard output may be piped on. */
  readonly output: WriteStream
}

export interface HiddenQuestions {
  /** The answer; undefined: the person gave up (Ctrl+C, Ctrl+D), or the terminal is gone. */
  readonly ask: (question: string) => Effect.Effect<string | undefined>
  /** Writes a line between questions. */
  readonly say: (line: string) => void
}

class HiddenTerminal implements HiddenQuestions {
  readonly #streams: HiddenStreams
  #question = ''
  #line = new HiddenLine()
  #answer: ((text: string | undefined) => void) | undefined
  #gone = false

  constructor(streams: HiddenStreams) {
    this.#streams = streams
    const { input, output } = streams
    input.once('end', this.#end).once('close', this.#end).on('error', this.#end)
    output.on('error', this.#end)
    process.on('SIGCONT', this.#resume)
  }

  readonly ask = (question: string): Effect.Effect<string | undefined> =>
    Effect.callback<string | undefined>((resume) => {
      this.#question = question
      this.#line = new HiddenLine()
      this.#answer = (text) => {
        this.#settle()
        resume(Effect.succeed(text))
      }
      this.#setRawMode(true)
      if (this.#gone) return this.#answer?.(undefined)
      this.#streams.output.write(question)
      this.#streams.input.on('readable', this.#read)
      this.#read()
      return Effect.sync(() => this.#settle())
    })

  readonly say = (line: string): void => {
    this.#streams.output.write(`${line}\n`)
  }

  #settle(): void {
    if (this.#answer === undefined) return
    this.#answer = undefined
    this.#streams.input.off('readable', this.#read)
    if (!this.#gone) this.#streams.output.write('\n')
  }

  readonly #read = (): void => {
    while (this.#answer !== undefined) {
      const chunk: unknown = this.#streams.input.read()
      if (!(chunk instanceof Uint8Array)) return
      const typed = this.#line.take(chunk)
      if (typed._tag === 'Suspended') this.#suspend()
      if (typed._tag === 'GivenUp') this.#answer?.(undefined)
      if (typed._tag === 'Entered') {
        // Pasted or typed ahead: the next question's, or the conversation's.
        if (typed.rest.length > 0) this.#streams.input.unshift(typed.rest)
        this.#answer?.(typed.text)
      }
    }
  }

  readonly #end = (): void => {
    this.#gone = true
    this.#answer?.(undefined)
  }

  #setRawMode(raw: boolean): void {
    try {
      this.#streams.input.setRawMode(raw)
    } catch {
      // The terminal is gone (EIO after a hang-up): there is nothing left to set.
      this.#end()
    }
  }

  /** Ctrl+Z. The whole process group stops, as it would if keys made signals here. */
  #suspend(): void {
    this.#setRawMode(false)
    process.kill(0, 'SIGTSTP')
    // Where nobody can stop us (no shell above), no SIGCONT comes either; going on is then right.
    this.#streams.output.write('', this.#resume)
  }

  /** Asks the same again; what was typed before it stopped is gone. */
  readonly #resume = (): void => {
    if (this.#answer === undefined) return
    // Off first: the stream remembers that it is raw, although the shell has changed it since.
    this.#setRawMode(false)
    this.#setRawMode(true)
    this.#line = new HiddenLine()
    this.#streams.output.write(`\r${this.#question}`)
  }

  readonly close = (): void => {
    const { input, output } = this.#streams
    process.off('SIGCONT', this.#resume)
    this.#settle()
    if (!this.#gone) this.#setRawMode(false)
    input.off('end', this.#end).off('close', this.#end).off('error', this.#end)
    output.off('error', this.#end)
  }
}

/** Asks at a terminal until the scope ends, which gives it back as it was. */
export const hiddenQuestions = (
  streams: HiddenStreams
): Effect.Effect<HiddenQuestions, never, Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => new HiddenTerminal(streams)),
    (terminal) => Effect.sync(terminal.close)
  )
