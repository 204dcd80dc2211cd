/**
 * The one source of chance of a simulated world: a seed gives the same draws for ever. It also
 * stands in for the unpredictable bytes of an identity, so nothing it makes is a secret.
 */
import type * as Random from 'effect/Random'

/** Draws of one stream. Each draw moves it on; `fork` does not. */
export interface Dice {
  /** What this stream was made from; printed so that a run can be repeated. */
  readonly seed: string
  /** 32 random bits, as an unsigned number. */
  readonly uint32: () => number
  /** A number of 53 random bits in [0, 1). */
  readonly float: () => number
  /** A whole number from `least` to `most`, both possible. */
  readonly integer: (least: number, most: number) => number
  /** true with this probability (0 to 1). */
  readonly chance: (probability: number) => boolean
  /** One of the items. An empty list is a programming error and throws. */
  readonly pick: <A>(items: readonly A[]) => A
  readonly bytes: (count: number) => Uint8Array
  /**
   * A stream of its own that depends on the seed and the label only, never on what was drawn before:
   * one part of the world that draws more than it did leaves the others as they were.
   */
  readonly fork: (label: string) => Dice
  /** The same stream as Effect's Random service. */
  readonly random: Random.Random
}

/** The four 32-bit words of the generator; not all zero. */
export type DiceState = readonly [number, number, number, number]

const rotateLeft = (word: number, by: number): number => (word << by) | (word >>> (32 - by))

/**
 * The generator xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators", 2021): four 32-bit words, period 2^128 − 1.
 */
export const xoshiro128 = (state: DiceState): (() => number) => {
  let [a, b, c, d] = state
  return () => {
    const drawn = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotateLeft(d, 11)
    return drawn
  }
}

/** The finaliser of MurmurHash3 (Appleby, 2011): every bit of the input moves every bit out. */
const mix = (word: number): number => {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** FNV-1a over the text's code units, started anew for each word of the state. */
const hashSeed = (seed: string, word: number): number => {
  let hash = mix(0x811c9dc5 + word)
  for (let at = 0; at < seed.length; at++)
    hash = Math.imul(hash ^ seed.charCodeAt(at), 0x01000193) >>> 0
  return mix(hash)
}

const stateOf = (seed: string): DiceState => [
  hashSeed(seed, 0) || 1,
  hashSeed(seed, 1),
  hashSeed(seed, 2),
  hashSeed(seed, 3)
]

const TWO_32 = 2 ** 32
const TWO_53 = 2 ** 53

/** The dice of a seed. A number and its decimal text are one seed. */
export const makeDice = (seed: number | string): Dice => {
  const text = String(seed)
  const uint32 = xoshiro128(stateOf(text))
  const float = () => ((uint32() >>> 5) * 2 ** 26 + (uint32() >>> 6)) / TWO_53
  const integer = (least: number, most: number) => least + Math.floor(float() * (most - least + 1))
  return {
    seed: text,
    uint32,
    float,
    integer,
    chance: (probability) => float() < probability,
    pick: (items) => {
      if (items.length === 0) throw new RangeError('nothing to pick from')
      return items[integer(0, items.length - 1)] as (typeof items)[number]
    },
    bytes: (count) => Uint8Array.from({ length: count }, () => uint32() & 0xff),
    fork: (label) => makeDice(`${text}/${label}`),
    random: {
      nextDoubleUnsafe: float,
      /** 53 random bits and a sign: the safe integers, as Effect's own service gives them. */
      nextIntUnsafe: () => {
        const magnitude = (uint32() >>> 11) * TWO_32 + uint32()
        return uint32() & 1 ? magnitude : 0 - magnitude
      }
    }
  }
}
