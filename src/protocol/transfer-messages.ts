/**
 * What two Earshots say about files (docs/PROTOCOL.md §10). Nothing here is an item: each end keeps its own
 * notes of a transfer, tells its side of all of them on every new link, and both may be told twice.
 *
 * S is the end that sends the file, R the one that receives it. A stream is the number, chosen by R in
 * FETCH and used once per link, under which S sends the bytes.
 */
import type {
  DigestName,
  TransferEnd,
  TransferEntry,
  TransferHold,
  TransferId,
  TransferOffer
} from '../domain/transfers.ts'

/** About one transfer, as JSON. */
export type TransferBody =
  /** S: on every link, of each that is not at its end; the same again changes nothing. */
  | { readonly kind: 'offer'; readonly offer: TransferOffer }
  /** R: it has not got the whole list of this folder. */
  | { readonly kind: 'ask-list'; readonly id: TransferId }
  /** S: entries of the list from `at` (0 …) on; in order, as many frames as it needs. */
  | {
      readonly kind: 'list'
      readonly id: TransferId
      readonly at: number
      readonly entries: readonly TransferEntry[]
    }
  /**
   * R: the user agreed, and everything before piece `piece` (0 …) of the transfer is on its disk: send from
   * there, `credit` bytes of DATA at first. Another FETCH of the same transfer ends the stream before.
   */
  | {
      readonly kind: 'fetch'
      readonly id: TransferId
      readonly stream: number
      readonly piece: number
      readonly credit: number
      readonly digest: DigestName
    }
  /** Either: nothing moves for now. S goes on with another OFFER, R with another FETCH. */
  | { readonly kind: 'hold'; readonly id: TransferId; readonly why: TransferHold }
  /** Either: it will never be finished. Told on every link until `over` comes. */
  | { readonly kind: 'end'; readonly id: TransferId; readonly why: TransferEnd }
  /** R: all of it is under its name, safe from a power cut. Told on every link until `over` comes. */
  | { readonly kind: 'done'; readonly id: TransferId }
  /** Either: `end` or `done` was noted here; the other may forget it. */
  | { readonly kind: 'over'; readonly id: TransferId }
  /** S: these were all its offers on this link; what R waits for and was not among them is gone. Once. */
  | { readonly kind: 'all' }

export interface TransferMessage {
  readonly type: 'transfer'
  readonly body: TransferBody
}

/**
 * S: bytes of files, as they follow each other in the list. Frames hold at most DATA_PAYLOAD_BYTES_MAX;
 * a reader gets them in parts as they arrive, views of what was read.
 */
export interface Data {
  readonly type: 'data'
  readonly stream: number
  readonly bytes: Uint8Array
}

/** S: behind the last byte of each piece, its digest (32 bytes). */
export interface Digest {
  readonly type: 'digest'
  readonly stream: number
  readonly digest: Uint8Array
}

/** R: so many bytes of DATA may be sent on this stream in all. Never less than before. */
export interface Credit {
  readonly type: 'credit'
  readonly stream: number
  readonly upTo: number
}

/** Bytes of DATA that came on this link in all, of all streams: what the other end paces itself by. */
export interface Received {
  readonly type: 'received'
  readonly upTo: number
}
