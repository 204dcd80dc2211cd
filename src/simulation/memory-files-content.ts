/** What the files of a simulated host hold: bytes that were written, or that a seed makes when they are read. */
import type { Dice } from './dice.ts'

/** What a file holds. */
export interface FileContent {
  readonly bytes: number
  /** Fills `target` from byte `at` on. @returns how many bytes there were. */
  readonly read: (at: number, target: Uint8Array) => number
}

const WORD_BYTES = 4
const LEAST_ROOM = 256

/** The finaliser of MurmurHash3 (Appleby, 2011). */
const mix = (word: number): number => {
  const mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  const again = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return again ^ (again >>> 16)
}

/** Bytes that depend on the seed and their place only: as many as are wanted cost nothing until they are read. */
export const generatedContent = (seed: number, bytes: number): FileContent => ({
  bytes,
  read: (at, target) => {
    const count = Math.max(0, Math.min(target.length, bytes - at))
    let word = 0
    for (let index = 0; index < count; index++) {
      const place = at + index
      const inWord = place % WORD_BYTES
      if (index === 0 || inWord === 0) word = mix(seed ^ mix(Math.floor(place / WORD_BYTES)))
      target[index] = word >>> (inWord * 8)
    }
    return count
  }
})

/** Bytes that a program wrote, and how many of them a power cut cannot take. */
export class WrittenContent implements FileContent {
  #room = new Uint8Array(0)
  #bytes = 0
  #safe = 0

  get bytes(): number {
    return this.#bytes
  }

  read(at: number, target: Uint8Array): number {
    const there = this.#room.subarray(Math.min(at, this.#bytes), this.#bytes)
    const read = there.subarray(0, target.length)
    target.set(read)
    return read.length
  }

  /** Writes over what is there, or behind it; a gap before `at` is zeros. */
  write(at: number, bytes: Uint8Array): void {
    const end = at + bytes.length
    this.#grow(end)
    if (at > this.#bytes) this.#room.fill(0, this.#bytes, at)
    this.#room.set(bytes, at)
    this.#bytes = Math.max(this.#bytes, end)
    this.#safe = Math.min(this.#safe, at)
  }

  /** What is behind is gone; a power cut before the next sync does not bring it back. */
  truncate(bytes: number): void {
    this.#bytes = Math.min(this.#bytes, bytes)
    this.#safe = Math.min(this.#safe, bytes)
  }

  sync(): void {
    this.#safe = this.#bytes
  }

  /** Of what was not synced the dice leave the first bytes, and zeros in the place of some of them. */
  cutPower(dice: Dice): void {
    const length = dice.integer(this.#safe, this.#bytes)
    const whole = dice.chance(0.5) ? length : dice.integer(this.#safe, length)
    this.#room.fill(0, whole, length)
    this.#bytes = length
    this.sync()
  }

  #grow(bytes: number): void {
    if (bytes <= this.#room.length) return
    const room = new Uint8Array(Math.max(bytes, this.#room.length * 2, LEAST_ROOM))
    room.set(this.#room.subarray(0, this.#bytes))
    this.#room = room
  }
}

/** Whether two hold the same bytes. */
export const isSameContent = (one: FileContent, other: FileContent): boolean => {
  if (one.bytes !== other.bytes) return false
  const [here, there] = [new Uint8Array(64 * 1024), new Uint8Array(64 * 1024)]
  for (let at = 0; at < one.bytes; at += here.length) {
    const count = one.read(at, here)
    other.read(at, there)
    for (let index = 0; index < count; index++) if (here[index] !== there[index]) return false
  }
  return true
}
