/** Plain text mode (docs/PROTOCOL.md): newline-delimited UTF-8 as netcat and its like speak it. */
import { MESSAGE_BYTES_MAX } from '../domain/limits.ts'

const NEWLINE = 0x0a

/** The first bytes of a TLS handshake (RFC 8446 §5.1). */
const looksLikeTls = (chunk: Uint8Array): boolean =>
  chunk[0] === 0x16 && (chunk.length < 2 || chunk[1] === 0x03)

/**
 * Cuts what was read into lines, in any fragmentation. Bytes that are not UTF-8 become U+FFFD, a CR in
 * front of the newline goes, and a line above MESSAGE_BYTES_MAX bytes is handed on in pieces, so
 * nothing grows beyond that.
 */
export class PlainLines {
  readonly #decoder = new TextDecoder('utf-8')
  #rest: Uint8Array[] = []
  #restBytes = 0
  #first = true
  #sawTls = false

  /** true: the other end speaks TLS, so nothing of what it says is plain text. */
  get sawTls(): boolean {
    return this.#sawTls
  }

  /** The lines that are whole now; undefined: the other end speaks TLS. */
  push(chunk: Uint8Array): readonly string[] | undefined {
    if (this.#first && looksLikeTls(chunk)) this.#sawTls = true
    if (this.#sawTls) return undefined
    this.#first = false
    const lines: string[] = []
    let at = 0
    while (at < chunk.length) {
      const newline = chunk.indexOf(NEWLINE, at)
      const room = MESSAGE_BYTES_MAX - this.#restBytes
      const end = Math.min(newline < 0 ? chunk.length : newline, at + room)
      this.#keep(chunk.subarray(at, end))
      at = end
      if (at === newline || this.#restBytes === MESSAGE_BYTES_MAX) lines.push(this.#take())
      if (at === newline) at += 1
    }
    return lines
  }

  /** What stands after the last newline; undefined: nothing. */
  end(): string | undefined {
    return this.#restBytes === 0 ? undefined : this.#take()
  }

  #keep(bytes: Uint8Array): void {
    // Copied, since the chunk belongs to the stream.
    if (bytes.length > 0) this.#rest.push(bytes.slice())
    this.#restBytes += bytes.length
  }

  #take(): string {
    let text = ''
    for (const piece of this.#rest) text += this.#decoder.decode(piece, { stream: true })
    text += this.#decoder.decode()
    this.#rest = []
    this.#restBytes = 0
    return text.endsWith('\r') ? text.slice(0, -1) : text
  }
}
