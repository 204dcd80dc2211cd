/**
 * Bracketed paste (xterm's private mode 2004): tells what was pasted from what was typed, so that a
 * paste of many lines is one message and its control characters are never taken for keys.
 */
import { StringDecoder } from 'node:string_decoder'
import { safeText } from '../domain/safe-text.ts'

export const PASTE_ON = '\x1b[?2004h'
export const PASTE_OFF = '\x1b[?2004l'
const BEGIN = '\x1b[200~'
const END = '\x1b[201~'
// A lone ESC or ESC [ at the end of a read is a key; only what must be a marker is waited for.
const BEGIN_HELD_MIN = 3

/** Stand for a line break and a tab in the line being edited: the pictures of LF and HT. */
const NEWLINE_SHOWN = '\u240a'
const TAB_SHOWN = '\u2409'

/** One piece of input: keys as the terminal sent them, or a whole paste. */
export type KeyInput =
  | { readonly kind: 'keys'; readonly text: string }
  | { readonly kind: 'paste'; readonly text: string }

/** How many characters at the end of `text` begin `marker`; 0 when none do. */
const heldLength = (text: string, marker: string): number => {
  for (let size = Math.min(text.length, marker.length - 1); size > 0; size -= 1)
    if (text.endsWith(marker.slice(0, size))) return size
  return 0
}

/** Splits what a terminal sends into keys and pastes, however the bytes are cut. */
export class PasteSplitter {
  readonly #decoder = new StringDecoder('utf8')
  readonly #charsMax: number
  #pasting = false
  #held = ''
  #parts: string[] = []
  #kept = 0

  /** @param charsMax UTF-16 units kept of one paste; the rest is dropped. */
  constructor(charsMax: number) {
    this.#charsMax = charsMax
  }

  #keep(text: string): void {
    const part = text.slice(0, this.#charsMax - this.#kept)
    this.#kept += part.length
    if (part !== '') this.#parts.push(part)
  }

  /** The pieces that this chunk completes, in order. */
  push(chunk: Uint8Array): readonly KeyInput[] {
    const pieces: KeyInput[] = []
    let rest = this.#held + this.#decoder.write(chunk)
    this.#held = ''
    while (rest !== '') {
      const marker = this.#pasting ? END : BEGIN
      const at = rest.indexOf(marker)
      const held = at < 0 ? heldLength(rest, marker) : 0
      const keeps = this.#pasting || held >= BEGIN_HELD_MIN ? held : 0
      const text = at < 0 ? rest.slice(0, rest.length - keeps) : rest.slice(0, at)
      if (this.#pasting) this.#keep(text)
      else if (text !== '') pieces.push({ kind: 'keys', text })
      if (at < 0) {
        this.#held = rest.slice(rest.length - keeps)
        break
      }
      if (this.#pasting) {
        pieces.push({ kind: 'paste', text: this.#parts.join('') })
        this.#parts = []
        this.#kept = 0
      }
      this.#pasting = !this.#pasting
      rest = rest.slice(at + marker.length)
    }
    return pieces
  }
}

/** A paste as it stands in the line being edited: one line, nothing live in it. */
export const showPaste = (text: string): string =>
  safeText(text.replaceAll('\t', TAB_SHOWN), { charsMax: text.length + 1 })
    .replace(/\n+$/, '')
    .replaceAll('\n', NEWLINE_SHOWN)

/** The text that an edited line stands for. */
export const restorePaste = (line: string): string =>
  line.replaceAll(NEWLINE_SHOWN, '\n').replaceAll(TAB_SHOWN, '\t')
