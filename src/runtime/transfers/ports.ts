/**
 * What the parts of the file plane know of each other. Per link there is one `BulkLink` (bytes), per peer one
 * `TransferDesk` (what is told and noted), per transfer one machine and at most one pump.
 */
import type * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import type { ProtocolViolation } from '../../domain/failures.ts'
import type { TransferError } from '../../domain/transfer-failures.ts'
import type { StallCause } from '../../domain/transfer-events.ts'
import type { DigestName, TransferEntry, TransferOffer } from '../../domain/transfers.ts'
import type { OpenDownload } from '../../services/downloads.ts'
import type { SourceEntry } from '../../services/transfer-notes.ts'
import type { FrameBuffer } from '../../protocol/frame-buffer.ts'

/** Sends on one stream. For one fiber at a time. It owns the few buffers that its bytes pass through. */
export interface OutboundStream {
  /** A buffer that nobody uses any more, to be filled; waits for it. After the link is gone: for ever. */
  readonly buffer: Effect.Effect<FrameBuffer>
  /** Queues what is in it. It may not be touched until `buffer` gives it again. */
  readonly send: (buffer: FrameBuffer) => void
  /** Completes when everything that was sent is with the operating system. After the link is gone: never. */
  readonly flush: Effect.Effect<void>
  /** What it waits for, if it waits; undefined: for us. */
  readonly waitsFor: () => StallCause | undefined
}

/** One thing that came on a stream, in order. */
export type InboundPart =
  | { readonly _tag: 'Bytes'; readonly bytes: Uint8Array }
  | { readonly _tag: 'Digest'; readonly digest: Uint8Array }

/** Receives one stream. For one fiber at a time. */
export interface InboundStream {
  readonly stream: number
  /** Everything that waits, at least one part; waits for it. */
  readonly take: Effect.Effect<readonly InboundPart[]>
  /** So many bytes are off the memory: the sender gets as much credit again. */
  readonly done: (bytes: number) => void
  /** What the next bytes wait for: our disk while some wait for it, else the network. */
  readonly waitsFor: () => StallCause
  /** Bytes of DATA that the sender may send at first: the credit of FETCH. */
  readonly credit: number
  /** What came breaks the protocol: the link ends, and it never completes. */
  readonly violate: (violation: ProtocolViolation) => Effect.Effect<never>
}

/** The file plane's side of one link, from `open` to its end. */
export interface BulkLink {
  /** A stream of ours to receive on, until the scope closes; what comes then is dropped within its credit. undefined: no number is left. */
  readonly receive: (bytesToCome: number) => Effect.Effect<InboundStream | undefined, never, Scope>
  /**
   * A stream that the peer asked for, until the scope closes. undefined: it is not the current one any more.
   * `onSent` hears how many bytes of it are with the operating system.
   */
  readonly sendOn: (
    stream: number,
    onSent: (bytes: number) => void
  ) => Effect.Effect<OutboundStream | undefined, never, Scope>
  /** What came. */
  readonly onData: (stream: number, bytes: Uint8Array) => ProtocolViolation | undefined
  readonly onDigest: (stream: number, digest: Uint8Array) => ProtocolViolation | undefined
  readonly onCredit: (stream: number, upTo: number) => ProtocolViolation | undefined
  readonly onReceived: (upTo: number) => ProtocolViolation | undefined
  /** The peer opens a stream by FETCH. Violation: its number was used before. */
  readonly onFetch: (stream: number, credit: number) => ProtocolViolation | undefined
}

/** What a pump that sends is given (send-pump.ts). */
export interface SendJob {
  readonly offer: TransferOffer
  readonly list: readonly TransferEntry[]
  /** As long as `list`. */
  readonly sources: readonly SourceEntry[]
  readonly digest: DigestName
  /** The first piece that is sent. */
  readonly piece: number
}

/** What a pump that receives is given (receive-pump.ts). */
export interface ReceiveJob {
  readonly offer: TransferOffer
  readonly list: readonly TransferEntry[]
  readonly digest: DigestName
  /** Pieces that are there, checked and synced. */
  readonly pieces: number
  /** Opened behind those pieces; again where what follows a piece is to be cut off. */
  readonly open: (bytes: number) => Effect.Effect<OpenDownload, TransferError, Scope>
  /** Says FETCH from this piece on, on a new stream of the link, until the scope closes. */
  readonly fetch: (
    piece: number,
    bytesToCome: number
  ) => Effect.Effect<InboundStream, TransferError, Scope>
  /** So many pieces are checked and safe from a power cut: to be noted before it completes. */
  readonly onSynced: (pieces: number) => Effect.Effect<void, TransferError>
  /** Bytes of the transfer that are written, with those of earlier. */
  readonly onWritten: (bytes: number) => void
  /** Monotonic milliseconds. */
  readonly now: () => number
}
