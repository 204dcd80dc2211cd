/** UTF-8 lengths and cuts of JavaScript's UTF-16 strings, without encoding them. */

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff
const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff

/**
 * The index behind the longest piece of `text` that begins at `from` and takes at most `bytesMax`
 * bytes of UTF-8, without cutting a surrogate pair. A lone surrogate counts as U+FFFD, 3 bytes.
 */
export const utf8Cut = (text: string, from: number, bytesMax: number): number => {
  let bytes = 0
  let at = from
  while (at < text.length) {
    const unit = text.charCodeAt(at)
    const pair = isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(at + 1))
    bytes += unit < 0x80 ? 1 : unit < 0x800 ? 2 : pair ? 4 : 3
    if (bytes > bytesMax) break
    at += pair ? 2 : 1
  }
  return at
}

/** Bytes of `text` in UTF-8. */
export const utf8Bytes = (text: string): number => {
  let bytes = text.length
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit < 0x80) continue
    if (unit < 0x800) {
      bytes += 1
    } else if (isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(at + 1))) {
      bytes += 2
      at += 1
    } else {
      bytes += 2
    }
  }
  return bytes
}
