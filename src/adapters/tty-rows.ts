/** How many rows a line takes on a screen: between the least and the most that terminals make of it. */
import { columnsOf } from '../domain/text-columns.ts'

export interface Rows {
  readonly least: number
  readonly most: number
}

// oxlint-disable-next-line no-control-regex -- our own colours
const COLOUR = /\x1b\[[0-9;]*m/y
const ESCAPE = 0x1b
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/

/** Where the next character goes: a terminal wraps what does not fit whole. */
class Pen {
  readonly #columns: number
  #column = 0
  rows = 1

  constructor(columns: number) {
    this.#columns = columns
  }

  move(width: number): void {
    if (this.#column + width <= this.#columns) this.#column += width
    else {
      this.rows += 1
      this.#column = width
    }
  }
}

/**
 * The rows of one line without line breaks, our own colours aside. A line that fills its last row
 * exactly begins no further one. @param rowsMax nobody needs to know more: counting ends beyond it.
 */
export const rowsOf = (text: string, columns: number, rowsMax: number): Rows => {
  if (PRINTABLE_ASCII.test(text)) {
    const rows = Math.max(1, Math.ceil(text.length / columns))
    return { least: rows, most: rows }
  }
  const least = new Pen(columns)
  const most = new Pen(columns)
  for (let at = 0; at < text.length && least.rows <= rowsMax; ) {
    const code = text.codePointAt(at) ?? 0
    COLOUR.lastIndex = at
    if (code === ESCAPE && COLOUR.test(text)) {
      at = COLOUR.lastIndex
      continue
    }
    const [few, many] = columnsOf(code)
    least.move(few)
    most.move(many)
    at += code > 0xffff ? 2 : 1
  }
  return { least: least.rows, most: most.rows }
}
