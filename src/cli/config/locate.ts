/**
 * Where each key stands in a TOML text. The parser gives places for syntax errors only, and a wrong
 * value has to be named with its line too. The text has been parsed before, so that this walk may
 * rely on it being TOML (v1.0.0): it skips what it does not need instead of checking it.
 */

/** 1-based, as editors count; columns in UTF-16 code units. */
export interface Place {
  readonly line: number
  readonly column: number
}

const BARE = /[A-Za-z0-9_-]/

/** A cursor over the text. */
interface Walk {
  readonly text: string
  at: number
}

const skipLine = (walk: Walk): void => {
  const end = walk.text.indexOf('\n', walk.at)
  walk.at = end < 0 ? walk.text.length : end
}

const skipBlanks = (walk: Walk): void => {
  while (/[ \t\r\n]/.test(walk.text[walk.at] ?? '')) walk.at++
}

/** Moves over a string of any of the four kinds; gives what is between its quotes, unescaped or not. */
const takeString = (walk: Walk): string => {
  const quote = walk.text[walk.at] ?? ''
  const mark = walk.text.startsWith(quote.repeat(3), walk.at) ? quote.repeat(3) : quote
  const start = walk.at + mark.length
  let at = start
  while (at < walk.text.length && !walk.text.startsWith(mark, at))
    at += quote === '"' && walk.text[at] === '\\' ? 2 : 1
  walk.at = at + mark.length
  // A multi-line string may end in up to two more quotes of its own.
  while (mark.length === 3 && walk.text[walk.at] === quote) walk.at++
  return walk.text.slice(start, at)
}

/** Moves over a key, dotted or not, and gives its first part. */
const takeKey = (walk: Walk): string => {
  let first: string | undefined
  for (;;) {
    while (/[ \t]/.test(walk.text[walk.at] ?? '')) walk.at++
    const char = walk.text[walk.at] ?? ''
    let part = ''
    if (char === '"' || char === "'") part = takeString(walk)
    else while (BARE.test(walk.text[walk.at] ?? '')) part += walk.text[walk.at++]
    first ??= part
    while (/[ \t]/.test(walk.text[walk.at] ?? '')) walk.at++
    if (walk.text[walk.at] !== '.') return first
    walk.at++
  }
}

/** Moves over a value, which ends with its line unless a string, array or table is open. */
const skipValue = (walk: Walk): void => {
  let depth = 0
  while (walk.at < walk.text.length) {
    const char = walk.text[walk.at] ?? ''
    if (char === '"' || char === "'") {
      takeString(walk)
      continue
    }
    if (char === '#') {
      skipLine(walk)
      continue
    }
    if (char === '\n' && depth === 0) return
    if (char === '[' || char === '{') depth++
    if (char === ']' || char === '}') depth--
    walk.at++
  }
}

/** The first place of every top-level key and of every section, which is a top-level key as well. */
export const locateKeys = (text: string): ReadonlyMap<string, Place> => {
  const places = new Map<string, Place>()
  const walk: Walk = { text, at: 0 }
  let inSection = false
  let line = 1
  let counted = 0
  let lineStart = 0
  for (;;) {
    skipBlanks(walk)
    if (walk.at >= text.length) return places
    for (; counted < walk.at; counted++)
      if (text[counted] === '\n') {
        line++
        lineStart = counted + 1
      }
    if (text[walk.at] === '#') {
      skipLine(walk)
      continue
    }
    const place = { line, column: walk.at - lineStart + 1 }
    const isHeader = text[walk.at] === '['
    while (text[walk.at] === '[') walk.at++
    const key = takeKey(walk)
    if ((isHeader || !inSection) && !places.has(key)) places.set(key, place)
    if (isHeader) {
      inSection = true
      skipLine(walk)
    } else skipValue(walk)
  }
}
