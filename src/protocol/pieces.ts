/**
 * The pieces of a transfer: every file is cut into pieces of one size, the last of a file shorter, and they are
 * counted over all files in the order of the list. Empty files and folders have none.
 */
import type { TransferEntry } from '../domain/transfers.ts'

export interface Piece {
  /** Index in the list. */
  readonly entry: number
  /** Of its first byte in the file. */
  readonly offset: number
  readonly length: number
  /** Bytes of the transfer in front of it. */
  readonly bytesBefore: number
}

/** A file that has pieces. */
interface Run {
  readonly entry: number
  readonly bytes: number
  readonly firstPiece: number
  readonly bytesBefore: number
}

export class Pieces {
  /** In all. */
  readonly count: number
  /** Of all files together. */
  readonly bytes: number
  readonly #pieceBytes: number
  readonly #runs: readonly Run[]

  constructor(list: readonly TransferEntry[], pieceBytes: number) {
    const runs: Run[] = []
    let count = 0
    let before = 0
    for (const [entry, { kind, bytes }] of list.entries()) {
      if (kind === 'folder' || bytes === 0) continue
      runs.push({ entry, bytes, firstPiece: count, bytesBefore: before })
      count += Math.ceil(bytes / pieceBytes)
      before += bytes
    }
    this.count = count
    this.bytes = before
    this.#pieceBytes = pieceBytes
    this.#runs = runs
  }

  /** The piece of this number (0 …), in O(log n) of the files; undefined beyond the last. */
  at(piece: number): Piece | undefined {
    if (piece < 0 || piece >= this.count) return undefined
    const run = this.#runOf(piece)
    if (run === undefined) return undefined
    const offset = (piece - run.firstPiece) * this.#pieceBytes
    return {
      entry: run.entry,
      offset,
      length: Math.min(this.#pieceBytes, run.bytes - offset),
      bytesBefore: run.bytesBefore + offset
    }
  }

  /** Bytes in front of a piece; of all behind the last. */
  bytesBefore(piece: number): number {
    return this.at(piece)?.bytesBefore ?? this.bytes
  }

  /** The last file that begins at this piece or in front of it. */
  #runOf(piece: number): Run | undefined {
    let low = 0
    let high = this.#runs.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.#runs[middle]?.firstPiece ?? 0) <= piece) low = middle
      else high = middle - 1
    }
    return this.#runs[low]
  }
}
