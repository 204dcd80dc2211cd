/** What is said in the kills: numbered lines that can be recognised, and compared to the last byte. */

/** Who talks. */
export type Name = 'alice' | 'bob'

const HEAD = /^(alice|bob) (\d+) (\d+): /

/** Line `n` of one end, of about `size` characters, some of them wide. */
export const lineOf = (name: Name, n: number, size: number): string => {
  const head = `${name} ${n} ${size}: `
  const filler = `${(n * 2_654_435_761) % 1_000_003} ħé漢🙂 `
  return head + filler.repeat(Math.ceil(Math.max(0, size - head.length) / filler.length))
}

/** The number of a line of this end; undefined: it is not, or not any more, what was said. */
export const numberOf = (name: Name, text: string): number | undefined => {
  const [, who, n, size] = HEAD.exec(text) ?? []
  return who === name && text === lineOf(name, Number(n), Number(size)) ? Number(n) : undefined
}

/** Numbers that look random and follow from the seed alone (mulberry32). */
export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A whole number from 0 to `count` - 1. */
  below(count: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * count)
  }
}
