/** A line that is typed without being shown, and the few keys that edit it. */
import { StringDecoder } from 'node:string_decoder'
import { PASSPHRASE_BYTES_MAX } from '../domain/limits.ts'

/** More than can be right is kept, so that it is refused for its length instead of being cut. */
const CHARS_MAX = 2 * PASSPHRASE_BYTES_MAX
const NEWLINE = 0x0a
const RETURN = 0x0d
const CTRL_C = '\x03'
const CTRL_D = '\x04'
const BACKSPACES: readonly string[] = ['\b', '\x7f']
const ESCAPE = '\x1b'
const CTRL_U = '\x15'
const CTRL_W = '\x17'
const CTRL_Z = '\x1a'
// One key: a control sequence (an arrow, a paste's marker), or one character.
// oxlint-disable-next-line no-control-regex -- keys are control characters
const KEY = /\x1b\[[0-9;?]*[ -/]*[@-~]|\x1bO[A-Z]|[\s\S]/gu
// oxlint-disable-next-line no-control-regex -- the same
const UNFINISHED = /\x1b(?:\[[0-9;?]*[ -/]*)?$/

/**
 * What the keys came to. `rest`: the bytes behind the end of the line, which belong to whoever reads
 * next, with line ends that also those know who read lines.
 */
export type Typed =
  | { readonly _tag: 'More' }
  | { readonly _tag: 'Entered'; readonly text: string; readonly rest: Uint8Array }
  /** Ctrl+C or Ctrl+D: no answer is given. */
  | { readonly _tag: 'GivenUp' }
  /** Ctrl+Z. */
  | { readonly _tag: 'Suspended' }

const MORE: Typed = { _tag: 'More' }

/** Where the line ends in these bytes, which no character of UTF-8 has inside; -1: not here. */
const endIn = (bytes: Uint8Array): number =>
  bytes.findIndex((byte) => byte === NEWLINE || byte === RETURN)

export class HiddenLine {
  readonly #decoder = new StringDecoder('utf8')
  #text = ''
  #held = ''

  /** Takes bytes as the terminal sent them. After anything but More the line is over, or was left. */
  take(bytes: Uint8Array): Typed {
    const end = endIn(bytes)
    const text = this.#decoder.write(end < 0 ? bytes : bytes.subarray(0, end))
    // What follows the Escape key by itself is text, unless it can only be the rest of a sequence.
    const keys = this.#held === ESCAPE && !text.startsWith('[') ? text : this.#held + text
    this.#held = end < 0 ? (UNFINISHED.exec(keys)?.[0] ?? '') : ''
    for (const key of keys.slice(0, keys.length - this.#held.length).match(KEY) ?? []) {
      if (key === CTRL_C || key === CTRL_D) return { _tag: 'GivenUp' }
      if (key === CTRL_Z) return { _tag: 'Suspended' }
      this.#press(key)
    }
    if (end < 0) return MORE
    const rest = bytes.slice(end + 1).map((byte) => (byte === RETURN ? NEWLINE : byte))
    return { _tag: 'Entered', text: this.#text, rest }
  }

  #press(key: string): void {
    if (BACKSPACES.includes(key)) this.#text = Array.from(this.#text).slice(0, -1).join('')
    else if (key === CTRL_U) this.#text = ''
    else if (key === CTRL_W) this.#text = this.#text.replace(/\S+\s*$/, '')
    // What is no character (an arrow, Escape, Tab) changes nothing.
    else if (!/\p{Cc}/u.test(key) && this.#text.length < CHARS_MAX) this.#text += key
  }
}
