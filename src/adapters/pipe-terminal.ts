/**
 * The terminal port over plain streams: pipes, files, and screens that understand no escape
 * sequences (TERM=dumb, --plain). Lines in, lines out, nothing redrawn.
 */
import type { Readable, Writable } from 'node:stream'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import type { Scope } from 'effect/Scope'
import { INPUT_LINE_BYTES_MAX, OUTPUT_WAITING_BYTES_MAX } from '../domain/limits.ts'
import { Terminal } from '../services/terminal.ts'
import { afterWrites } from './written-output.ts'
import { LineCutter } from './pipe-lines.ts'

export interface PipeStreams {
  readonly input: Readable
  readonly output: Writable
  /** true: a person types, on a screen that shows plain lines only. */
  readonly interactive: boolean
}

/** Pulls lines from a stream: bytes are read only when lines are asked for. */
class PipeInput {
  readonly #input: Readable
  readonly #cutter = new LineCutter(INPUT_LINE_BYTES_MAX)
  #lines: string[] = []
  #ended = false
  #wake: (() => void) | undefined

  constructor(input: Readable) {
    this.#input = input
    const end = () => this.end()
    // A read that fails (EIO of a vanished terminal, EISDIR) is the end of the input.
    input.once('end', end).once('error', end).once('close', end)
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#lines.push(...this.#cutter.finish())
    this.#wake?.()
  }

  #fill(): void {
    while (this.#lines.length === 0 && !this.#ended) {
      const chunk: unknown = this.#input.read()
      if (!(chunk instanceof Uint8Array)) return
      // Not a spread: one chunk may hold more lines than a call may have arguments.
      for (const line of this.#cutter.push(chunk)) this.#lines.push(line)
    }
  }

  /** The first `count` waiting lines, at least one; undefined at the end. */
  readonly take = (count: number): Effect.Effect<readonly string[] | undefined> =>
    Effect.callback<readonly string[] | undefined>((resume) => {
      const attempt = () => {
        this.#fill()
        if (this.#lines.length === 0 && !this.#ended) return
        stop()
        resume(
          Effect.sync(() => (this.#lines.length === 0 ? undefined : this.#lines.splice(0, count)))
        )
      }
      const stop = () => {
        this.#wake = undefined
        this.#input.off('readable', attempt)
      }
      this.#wake = attempt
      this.#input.on('readable', attempt)
      attempt()
      return Effect.sync(stop)
    })
}

/** Makes the port over two streams; closing it stops reading and leaves the output open. */
export const makePipeTerminal = (
  streams: PipeStreams
): Effect.Effect<Terminal['Service'], never, Scope> =>
  Effect.gen(function* () {
    const { input, output, interactive } = streams
    const lines = new PipeInput(input)
    let writable = true
    const gone = () => {
      // Nobody reads any more (EPIPE): the program has nothing left to do, so its input ends.
      writable = false
      lines.end()
    }
    output.on('error', gone)
    const write = (text: string) => {
      if (!writable || text === '') return
      output.write(text)
      // Writing to a pipe never waits, so a reader that has stopped would cost memory without end.
      if (output.writableLength > OUTPUT_WAITING_BYTES_MAX) gone()
    }
    const close = Effect.sync(() => {
      lines.end()
      input.destroy()
    })
    // The error listener stays: a write may still fail after the end, and must not be a crash.
    yield* Effect.addFinalizer(() => close)
    return {
      interactive,
      styled: false,
      columns: () => 80,
      print: (printed) => {
        const texts = printed.map((line) => (typeof line === 'string' ? line : line.text))
        if (texts.length > 0) write(`${texts.join('\n')}\n`)
      },
      whenWritten: (work) => {
        if (writable) afterWrites(output, work)
      },
      mark: () => undefined,
      setStatus: () => undefined,
      setPrompt: () => undefined,
      readLines: lines.take(Number.POSITIVE_INFINITY),
      question: (prompt) =>
        Effect.sync(() => {
          if (interactive) write(prompt)
        }).pipe(
          Effect.andThen(lines.take(1)),
          Effect.map((answer) => answer?.[0])
        ),
      bell: () => undefined,
      close
    }
  })

/** The port over the given streams, as a layer. */
export const layerPipeTerminal = (streams: PipeStreams): Layer.Layer<Terminal> =>
  Layer.effect(Terminal, makePipeTerminal(streams))
