/**
 * What the parts of the file plane know of each other. Per link there is one `BulkLink` (bytes), per peer one
 * `TransferDesk` (what is told and noted), per transfer one machine and at most one pump.
 */
import type * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import type { ProtocolViolation } from '../../domain/failures.ts'
import type { TransferError } from '../../domain/transfer-failures.ts'
import type { StallCause } from '../../domain/events.ts'
import type { DigestName, TransferEntry, TransferOffer } from '../../domain/transfers.ts'

/** Sends on one stream. For one fiber at a time. */
export interface OutboundStream {
  /**
   * A frame buffer with FRAME_HEADER_BYTES free in front of the payload, of which `bytes` payload bytes are to be sent. Completes when the stream may
   * be given the next one: credit, window and lane have room. Fails never; after the link is gone it never completes (the pump is interrupted).
   */
  readonly send: (frame: Uint8Array, bytes: number) => Effect.Effect<void>
  readonly digest: (digest: Uint8Array) => Effect.Effect<void>
  /** What it waits for, if it waits. */
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
}

/** The file plane's side of one link, from `open` to its end. */
export interface BulkLink {
  /** A stream of ours to receive on, until the scope closes; what comes then is dropped within its credit. undefined: no number is left. */
  readonly receive: (bytesToCome: number) => Effect.Effect<InboundStream | undefined, never, Scope>
  /** A stream that the peer asked for, until the scope closes. undefined: it is not the current one any more. */
  readonly sendOn: (stream: number) => Effect.Effect<OutboundStream | undefined, never, Scope>
  /** What came. */
  readonly onData: (stream: number, bytes: Uint8Array) => ProtocolViolation | undefined
  readonly onDigest: (stream: number, digest: Uint8Array) => ProtocolViolation | undefined
  readonly onCredit: (stream: number, upTo: number) => ProtocolViolation | undefined
  readonly onReceived: (upTo: number) => ProtocolViolation | undefined
  /** The peer opens a stream by FETCH. Violation: its number was used before. */
  readonly onFetch: (stream: number, credit: number) => ProtocolViolation | undefined
}

/** What a pump that receives is given. */
export interface ReceiveJob {
  readonly offer: TransferOffer
  readonly list: readonly TransferEntry[]
  readonly digest: DigestName
}

/** Why a pump that receives stopped though the link lives. */
export type ReceiveStop =
  | TransferError
  /** The same piece was wrong twice. */
  | { readonly _tag: 'Damaged'; readonly piece: number }
