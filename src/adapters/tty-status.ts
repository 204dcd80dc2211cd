/**
 * The standing lines right above the line being typed: as they were given, and as they are drawn now, a
 * row each. To readline they are the first rows of its prompt.
 */
import { rowsOf } from './tty-rows.ts'

/** The cursor as it was, with `ESC 8` (DECSC, DECRC: every terminal since the VT100). */
export const SAVE_CURSOR = '\x1b7'
export const RESTORE_CURSOR = '\x1b8'
const CLEAR_TO_THE_RIGHT = '\x1b[K'

export class StatusRows {
  /** What is to stand there. */
  wanted: readonly string[] = []
  #drawn: readonly string[] = []

  /** How many are drawn. */
  get rows(): number {
    return this.#drawn.length
  }

  /** Those for which there is room. @param room rows that they may take. */
  fitting(room: number, columns: number): readonly string[] {
    return this.wanted
      .filter((line) => rowsOf(line, columns, 1).most === 1)
      .slice(0, Math.max(0, room))
  }

  /** These are drawn from now on: the prompt of readline that holds them. @param prompt without them. */
  promptWith(lines: readonly string[], prompt: string): string {
    this.#drawn = lines
    return [...lines, prompt].join('\n')
  }

  /** Where these differ from what is drawn; all differ where they are more or fewer. */
  changed(lines: readonly string[]): readonly number[] {
    const all = [...lines.keys()]
    return lines.length === this.rows ? all.filter((at) => lines[at] !== this.#drawn[at]) : all
  }

  /** Writes some of the drawn lines where they stand. @param below rows from the first one down to the cursor. */
  rewritten(places: readonly number[], below: number): string {
    return places
      .map(
        (at) =>
          `${SAVE_CURSOR}\x1b[${below - at}A\r${this.#drawn[at]}${CLEAR_TO_THE_RIGHT}${RESTORE_CURSOR}`
      )
      .join('')
  }
}
