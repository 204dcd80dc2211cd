/** Bytes of a pipe cut into lines, with a bound on what is kept of one. */

const NEWLINE = 0x0a
const RETURN = 0x0d

/** Cuts chunks at \n; a \r in front of it goes too. Invalid UTF-8 becomes U+FFFD. */
export class LineCutter {
  readonly #bytesMax: number
  // One decoder for whole lines, never for halves: a line is decoded when its end is known.
  readonly #decoder = new TextDecoder('utf-8')
  #parts: Uint8Array[] = []
  #kept = 0

  /** @param bytesMax bytes kept of one line; the rest of a longer one is dropped. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  #keep(bytes: Uint8Array): void {
    const room = this.#bytesMax - this.#kept
    if (room <= 0 || bytes.length === 0) return
    const part = bytes.length > room ? bytes.subarray(0, room) : bytes
    this.#parts.push(part)
    this.#kept += part.length
  }

  #take(): string {
    const only = this.#parts.length === 1 ? this.#parts[0] : undefined
    const line = only ?? Buffer.concat(this.#parts)
    this.#parts = []
    this.#kept = 0
    const end = line.at(-1) === RETURN ? line.length - 1 : line.length
    return this.#decoder.decode(line.subarray(0, end))
  }

  /** The lines that end in this chunk. The chunk must not be changed afterwards. */
  push(chunk: Uint8Array): readonly string[] {
    const lines: string[] = []
    let from = 0
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, at))
      lines.push(this.#take())
      from = at + 1
    }
    this.#keep(chunk.subarray(from))
    return lines
  }

  /** At the end of the input: the last line, if it had no line end. */
  finish(): readonly string[] {
    return this.#kept === 0 ? [] : [this.#take()]
  }
}
