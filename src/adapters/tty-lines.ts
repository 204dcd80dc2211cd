/**
 * The printed lines that stand on the screen above the line being typed, so that the marks of some can
 * be changed where they stand. Only what is surely there is remembered: a line of which terminals may
 * make more or fewer rows hides all that is above it, and so does whatever moved the screen unseen.
 */
import type { Line } from '../services/terminal.ts'
import { rowsOf } from './tty-rows.ts'

/** One line of the screen. */
interface Standing {
  readonly rows: number
  /** undefined: it never changes. */
  readonly marked: { readonly id: string; readonly text: string; mark: string } | undefined
}

/** A line to be written anew. */
export interface Change {
  /** Rows from its first row down to the line being typed. */
  readonly above: number
  readonly text: string
}

export const textOf = (line: Line): string =>
  typeof line === 'string' ? line : `${line.text}${line.mark}`

export class StandingLines {
  /** From top to bottom. */
  #lines: Standing[] = []
  #rows = 0

  get rows(): number {
    return this.#rows
  }

  /** Lines were printed, in order. @param rowsMax as for `fit`: what does not fit is not looked at. */
  print(lines: readonly Line[], columns: number, rowsMax: number): void {
    const added: Standing[] = []
    let rows = 0
    for (const line of lines.toReversed()) {
      const { least, most } = rowsOf(textOf(line), columns, rowsMax)
      if (least !== most || rows + least > rowsMax) {
        this.forget()
        break
      }
      rows += least
      added.push({ rows: least, marked: typeof line === 'string' ? undefined : { ...line } })
    }
    this.#lines.push(...added.reverse())
    this.#rows += rows
    this.fit(rowsMax)
  }

  /** Something of so many rows was written as a line. */
  pass(rows: number, rowsMax: number): void {
    this.#lines.push({ rows, marked: undefined })
    this.#rows += rows
    this.fit(rowsMax)
  }

  /** @param rowsMax rows of the screen above the line being typed: what is further up has scrolled away. */
  fit(rowsMax: number): void {
    let gone = 0
    for (; this.#rows > rowsMax && gone < this.#lines.length; gone += 1)
      this.#rows -= this.#lines[gone]?.rows ?? 0
    if (gone > 0) this.#lines.splice(0, gone)
  }

  forget(): void {
    this.#lines = []
    this.#rows = 0
  }

  /** Notes marks; gives the lines that look different now, from top to bottom. */
  mark(marks: ReadonlyMap<string, string>): readonly Change[] {
    const changes: Change[] = []
    let above = this.#rows
    for (const { rows, marked } of this.#lines) {
      const mark = marked === undefined ? undefined : marks.get(marked.id)
      if (marked !== undefined && mark !== undefined && mark !== marked.mark) {
        marked.mark = mark
        changes.push({ above, text: `${marked.text}${mark}` })
      }
      above -= rows
    }
    return changes
  }
}
