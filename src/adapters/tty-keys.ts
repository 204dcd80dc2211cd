/** What a keyboard sends, cut into keys and runs of text, and handed to readline in our order. */
import { Readable } from 'node:stream'

// One key: an escape sequence (CSI, SS3, or ESC and a character), or one control; else a run of text.
// oxlint-disable-next-line no-control-regex -- keys are control characters
const KEY_OR_TEXT = /\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O.|[^[O])|[\x00-\x1f\x7f]|[^\x00-\x1f\x7f]+/gsu
// oxlint-disable-next-line no-control-regex -- the same
const UNFINISHED = /\x1b(?:\[[0-9;?]*[ -/]*|O)?$/
const DELETE = '\x7f'

export interface Keys {
  /** Keys and runs of text, in order. */
  readonly pieces: readonly string[]
  /** The begin of an escape sequence at the end, or the Escape key. */
  readonly unfinished: string
}

export const cutKeys = (text: string): Keys => {
  const unfinished = UNFINISHED.exec(text)?.[0] ?? ''
  const whole = text.slice(0, text.length - unfinished.length)
  return { pieces: whole.match(KEY_OR_TEXT) ?? [], unfinished }
}

/** true: a run of text, not a key. */
export const isText = (piece: string): boolean => piece >= ' ' && piece !== DELETE

/** A readable that readline listens to and that we feed by hand, so that order is kept. */
export class KeySource extends Readable {
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
