/** The list of a folder as it comes in parts, in order and within the bounds of its offer. */
import type { ProtocolViolation } from '../../domain/failures.ts'
import { TRANSFER_LIST_BYTES_MAX } from '../../domain/limits.ts'
import type { TransferEntry, TransferOffer } from '../../domain/transfers.ts'
import { illegal } from './bodies.ts'

/** JSON of an entry besides its path: keys, size, kind, and what stands between them. */
const ENTRY_BYTES = 16

export class ListReader {
  readonly #offer: TransferOffer
  readonly #entries: TransferEntry[] = []
  #bytes = 0

  constructor(offer: TransferOffer) {
    this.#offer = offer
  }

  /** The list; undefined: more is to come. */
  get whole(): readonly TransferEntry[] | undefined {
    return this.#entries.length === this.#offer.entries ? this.#entries : undefined
  }

  push(at: number, entries: readonly TransferEntry[]): ProtocolViolation | undefined {
    if (at !== this.#entries.length) return illegal('list out of order')
    // The list of an empty folder is one part without entries.
    const isNothing = entries.length === 0 && this.#offer.entries > 0
    if (isNothing || at + entries.length > this.#offer.entries)
      return illegal('list beyond its offer')
    for (const entry of entries) this.#bytes += entry.path.length + ENTRY_BYTES
    if (this.#bytes > TRANSFER_LIST_BYTES_MAX)
      return { _tag: 'MessageTooLarge', limit: TRANSFER_LIST_BYTES_MAX }
    this.#entries.push(...entries)
    return undefined
  }
}
