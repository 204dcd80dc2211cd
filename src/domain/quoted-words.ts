/**
 * Words as a shell reads them, for what is typed behind `/send`: parted by spaces and tabs; single quotes
 * keep everything; double quotes keep all but a backslash in front of `"` or `\`; outside of quotes a backslash
 * keeps the next character. On Windows, where it separates folders, a backslash is a character like any other.
 * No variables, no patterns.
 */
import * as Result from 'effect/Result'

/** Which quotes are open where a text ends. */
export type OpenQuote = '"' | "'" | undefined

/** The word that is being typed at the end of a text. */
export interface OpenWord {
  /** What stands before it, as typed. */
  readonly before: string
  /** The word, without quotes and backslashes. */
  readonly text: string
  readonly quote: OpenQuote
}

interface Scan {
  readonly words: readonly string[]
  readonly last: OpenWord
  /** The text ends with a backslash that keeps nothing. */
  readonly isCut: boolean
}

const isSpace = (char: string): boolean => char === ' ' || char === '\t'

/** The character that a backslash at `at` keeps; undefined: it is a backslash. `''` at the end of the text. */
const keptBy = (typed: string, at: number, quote: OpenQuote): string | undefined => {
  if (quote === "'") return undefined
  const next = typed.charAt(at + 1)
  return quote === undefined || next === '"' || next === '\\' ? next : undefined
}

class Scanner {
  readonly #typed: string
  readonly #hasEscapes: boolean
  readonly #words: string[] = []
  #word: string | undefined
  #start = 0
  #quote: OpenQuote

  constructor(typed: string, isWindows: boolean) {
    this.#typed = typed
    this.#hasEscapes = !isWindows
  }

  scan(): Scan {
    const typed = this.#typed
    let isCut = false
    for (let at = 0; at < typed.length; at += 1) {
      const char = typed.charAt(at)
      const kept = this.#hasEscapes && char === '\\' ? keptBy(typed, at, this.#quote) : undefined
      if (kept === undefined) this.#take(char, at)
      else {
        isCut = kept === ''
        this.#append(kept, at)
        at += 1
      }
    }
    const last = { before: typed.slice(0, this.#start), text: this.#word ?? '', quote: this.#quote }
    if (this.#word === undefined)
      return { words: this.#words, last: { ...last, before: typed }, isCut }
    return { words: [...this.#words, this.#word], last, isCut }
  }

  #append(text: string, at: number): void {
    if (this.#word === undefined) this.#start = at
    this.#word = (this.#word ?? '') + text
  }

  #take(char: string, at: number): void {
    if (char === this.#quote) this.#quote = undefined
    else if (this.#quote !== undefined) this.#append(char, at)
    else if (char === '"' || char === "'") {
      this.#append('', at)
      this.#quote = char
    } else if (!isSpace(char)) this.#append(char, at)
    else if (this.#word !== undefined) {
      this.#words.push(this.#word)
      this.#word = undefined
    }
  }
}

/** The words of a text, or a clause that says what is wrong with it. */
export const splitWords = (
  typed: string,
  isWindows: boolean
): Result.Result<readonly string[], string> => {
  const { words, last, isCut } = new Scanner(typed, isWindows).scan()
  if (last.quote === '"') return Result.fail('a double quote (") is open at the end')
  if (last.quote === "'")
    return Result.fail(
      `a single quote (') is open at the end; a name with one goes into double quotes`
    )
  return isCut ? Result.fail('a backslash at the end keeps nothing') : Result.succeed(words)
}

/** The word at the end of a text that is still being typed: empty behind a space. */
export const openWord = (typed: string, isWindows: boolean): OpenWord =>
  new Scanner(typed, isWindows).scan().last

/** Text that needs no quotes, whatever the system. */
const PLAIN = /^[^\s"'\\]+$/
const PLAIN_ON_WINDOWS = /^[^\s"']+$/

/** On Windows nothing is escaped, so each kind of quote stands in the other. */
const quotedForWindows = (word: string): string => {
  if (!word.includes('"')) return `"${word}"`
  return word
    .split(/("+)/)
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('"') ? `'${part}'` : `"${part}"`))
    .join('')
}

/**
 * One word of a text that means exactly `word`. @param style begins as the user did: in these quotes;
 * undefined: without, with backslashes where the system has them.
 */
export const quoteWord = (word: string, isWindows: boolean, style?: OpenQuote): string => {
  if (style === "'" && !word.includes("'")) return `'${word}'`
  if (isWindows)
    return style === undefined && PLAIN_ON_WINDOWS.test(word) ? word : quotedForWindows(word)
  if (style !== undefined || word === '') return `"${word.replace(/["\\]/g, '\\$&')}"`
  return PLAIN.test(word) ? word : word.replace(/[\s"'\\]/g, '\\$&')
}
