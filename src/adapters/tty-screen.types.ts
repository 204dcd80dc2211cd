/** What a screen is made from, and what it tells. */
import type { WriteStream } from 'node:tty'

/**
 * What readline does not document but has had since Node 10: how many rows the cursor is below the
 * first row of the prompt, as last drawn, and where the end of a text falls.
 */
export interface Inner {
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
  /** The lines that what is typed may become. */
  readonly complete: (line: string) => readonly string[]
}
