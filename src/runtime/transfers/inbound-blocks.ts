/**
 * Where the bytes of one stream wait for the disk: a few blocks, used again and again. Sockets give their bytes
 * in pieces of 16 KiB, each an object of its own; kept until a disk has them they would outlive the young
 * generation, and cost more than this one copy. In large runs they are also hashed and written faster.
 */

/** As much as is hashed or written at once, at best. */
const BLOCK_BYTES = 256 * 1024

interface Block {
  readonly bytes: Uint8Array
  /** Bytes that were put there. */
  filled: number
  /** Of those, the ones that are not needed any more. */
  over: number
}

/** What was put somewhere. */
export interface Put {
  /** All that is there in one run, with what was put before and not cut off. */
  readonly view: Uint8Array
  /** How many bytes were taken. */
  readonly count: number
  /** The run was there before, and is longer now. */
  readonly isLonger: boolean
}

export class InboundBlocks {
  readonly #blockBytes: number
  /** In the order in which they were filled; the last one may have room. */
  readonly #used: Block[] = []
  readonly #free: Block[] = []
  /** Where the run begins that may grow; undefined: the next bytes begin one. */
  #from: number | undefined

  /** @param bytesToCome at most: of little, less room is made. */
  constructor(bytesToCome: number) {
    this.#blockBytes = Math.max(1, Math.min(BLOCK_BYTES, bytesToCome))
  }

  /** Copies as much as fits behind what is there. */
  put(bytes: Uint8Array): Put {
    const block = this.#current()
    const count = Math.min(bytes.length, block.bytes.length - block.filled)
    const isLonger = this.#from !== undefined
    const from = this.#from ?? block.filled
    block.bytes.set(count === bytes.length ? bytes : bytes.subarray(0, count), block.filled)
    block.filled += count
    this.#from = block.filled === block.bytes.length ? undefined : from
    return { view: block.bytes.subarray(from, block.filled), count, isLonger }
  }

  /** What comes next is another run. */
  cut(): void {
    this.#from = undefined
  }

  /** So many bytes, in their order, are not needed any more. */
  done(bytes: number): void {
    for (let left = bytes; left > 0; ) {
      const [block] = this.#used
      if (block === undefined) return
      const over = Math.min(left, block.filled - block.over)
      block.over += over
      left -= over
      if (block.over < block.bytes.length) return
      this.#used.shift()
      this.#free.push(block)
    }
  }

  #current(): Block {
    const last = this.#used.at(-1)
    if (last !== undefined && last.filled < last.bytes.length) return last
    const block = this.#free.pop() ?? {
      bytes: new Uint8Array(this.#blockBytes),
      filled: 0,
      over: 0
    }
    block.filled = 0
    block.over = 0
    this.#used.push(block)
    return block
  }
}
