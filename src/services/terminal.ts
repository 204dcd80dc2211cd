/**
 * The port to the screen and keyboard, or to the pipes that stand in for them. Lines in, lines out;
 * what they mean is decided elsewhere (services/console.ts, cli/views/).
 */
import * as Context from 'effect/Context'
import type * as Effect from 'effect/Effect'

/** A line whose end may change for as long as it can be seen: a message of ours, and how far it came. */
export interface MarkedLine {
  readonly text: string
  /** Names the line to `mark`. Lines of one id change together. */
  readonly id: string
  /** Drawn behind the text, as it stands. All marks of an id have one width, so that nothing moves. */
  readonly mark: string
}

/** What is printed: sanitised, styled, without line breaks. */
export type Line = string | MarkedLine

export class Terminal extends Context.Service<
  Terminal,
  {
    /** true: a person types at a terminal. */
    readonly interactive: boolean
    /** true: the screen understands escape sequences, so a prompt is kept and lines are coloured. */
    readonly styled: boolean
    /** Width of the screen in columns, now; 80 where there is no screen. */
    readonly columns: () => number
    /**
     * Writes whole lines above the line being typed, which stays as it is. The lines must be
     * sanitised already; they hold no line breaks. Ignored once the output is gone. Without a screen
     * no marks are written.
     */
    readonly print: (lines: readonly Line[]) => void
    /**
     * Calls back once all that was printed has left this process, at once where it has. Never, where the
     * output is gone before that.
     */
    readonly whenWritten: (work: () => void) => void
    /**
     * Changes the marks of lines that can still be seen, by id. What has scrolled away, or cannot be
     * found on the screen any more, stays as it was written.
     */
    readonly mark: (marks: ReadonlyMap<string, string>) => void
    /**
     * Lines that stand between what was printed and the line being typed, in place of those before; none
     * takes them away. Sanitised, styled, one row each: what is wider than the screen is not drawn, nor
     * what it has no room for. Nothing without a terminal.
     */
    readonly setStatus: (lines: readonly string[]) => void
    /** The text in front of the line being typed; nothing without a terminal. */
    readonly setPrompt: (text: string) => void
    /**
     * The lines that are waiting, at least one, in order and without their line ends; undefined at
     * the end of the input: end of file, Ctrl+C, Ctrl+D on an empty line, or an output that nobody
     * reads any more (closed, or OUTPUT_WAITING_BYTES_MAX behind). A line above INPUT_LINE_BYTES_MAX bytes is cut there, which leaves it too long
     * for any message, so it is refused by that limit. Nothing is read while nobody asks. For one
     * fiber at a time; an interrupted read loses nothing.
     */
    readonly readLines: Effect.Effect<readonly string[] | undefined>
    /** Asks with `prompt` and gives the answer; undefined at the end of the input. */
    readonly question: (prompt: string) => Effect.Effect<string | undefined>
    /** A short sound where there is a screen. */
    readonly bell: () => void
    /** Gives the terminal back as it was found. Idempotent; the layer's scope calls it as well. */
    readonly close: Effect.Effect<void>
  }
>()('earshot/Terminal') {}
