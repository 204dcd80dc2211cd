/** How far a search has come, on a screen, once it takes a while. */

const SILENT_MS = 1000
const BETWEEN_MS = 200

export interface Progress {
  /** As SearchQuery's onProgress. */
  readonly on: (done: number, total: number) => void
  /** Takes the line away again. */
  readonly clear: () => void
}

/**
 * @param write to the screen. @param now milliseconds since the epoch. A line is written over itself, so
 * that nothing of it is left.
 */
export const searchProgress = (write: (text: string) => void, now: () => number): Progress => {
  const started = now()
  let last = started
  let shown = ''
  const draw = (line: string): void => {
    write(`\r${line.padEnd(shown.length)}`)
    shown = line
  }
  return {
    on: (done, total) => {
      const time = now()
      if (time - started < SILENT_MS || time - last < BETWEEN_MS) return
      last = time
      draw(`Searched ${done} of ${total} messages…`)
    },
    clear: () => {
      if (shown === '') return
      draw('')
      write('\r')
    }
  }
}
