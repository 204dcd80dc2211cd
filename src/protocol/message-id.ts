/** The id of a message as it is written: 16 random bytes in base64url (RFC 4648 §5) without padding. */

export const MESSAGE_ID_BYTES = 16
const MESSAGE_ID_CHARS = 22

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const CODES = Array.from(ALPHABET, (char) => char.charCodeAt(0))

/** One for all ids: a string is made of it in one step, without a part for each character. */
const codes: number[] = Array.from({ length: MESSAGE_ID_CHARS }, () => 0)

/**
 * The id whose bytes begin at `at`. Every message needs one, and a base64 for any length takes seven
 * times as long and leaves a kilobyte behind.
 */
export const messageIdAt = (bytes: Uint8Array, at: number): string => {
  for (let char = 0; char < MESSAGE_ID_CHARS; char += 1) {
    const bit = char * 6
    const index = at + (bit >> 3)
    const next = (bit >> 3) + 1 < MESSAGE_ID_BYTES ? (bytes[index + 1] ?? 0) : 0
    const both = ((bytes[index] ?? 0) << 8) | next
    codes[char] = CODES[(both >> (10 - (bit & 7))) & 63] ?? 0
  }
  return String.fromCharCode(...codes)
}
