/**
 * What can go wrong, as plain JSON values: they fit a machine's context, an event, a log line and
 * a `--json` line unchanged. The Effect errors of each area carry one of these as `reason`.
 * docs/ERRORS.md lists each `_tag` with what the user reads (domain/explain.ts) and the exit code.
 */
import * as Data from 'effect/Data'
import type { PeerId } from './peer-id.ts'
import type { TransferFailure } from './transfer-failures.ts'

/** Where a peer can be reached. `host` is an IPv4, IPv6 (no brackets) or DNS name. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** A dial that gave no stream. `code` is the operating system's name for the cause. */
export type DialFailure =
  | { readonly _tag: 'ConnectionRefused'; readonly target: Endpoint }
  | { readonly _tag: 'HostNotFound'; readonly target: Endpoint }
  | { readonly _tag: 'HostUnreachable'; readonly target: Endpoint; readonly code: string }
  | { readonly _tag: 'DialTimeout'; readonly target: Endpoint; readonly afterMs: number }
  | { readonly _tag: 'DialDenied'; readonly target: Endpoint; readonly code: string }
  | { readonly _tag: 'DialFailed'; readonly target: Endpoint; readonly code: string }

/** A port that could not be opened. `free` is the next free port where one was found. */
export type ListenFailure =
  | {
      readonly _tag: 'PortInUse'
      readonly port: number
      readonly holder?: string
      readonly free?: number
    }
  | { readonly _tag: 'PortDenied'; readonly port: number; readonly free?: number }
  | { readonly _tag: 'AddressUnavailable'; readonly host: string; readonly port: number }
  | { readonly _tag: 'ListenFailed'; readonly port: number; readonly code: string }

/** A stream that did not become a secured link. Nothing was read from it as a message. */
export type SecureFailure =
  | {
      readonly _tag: 'NotEarshot'
      readonly looksLike: 'http' | 'ssh' | 'tls' | 'plain-text' | 'unknown'
    }
  | { readonly _tag: 'SecureTimeout'; readonly afterMs: number }
  | { readonly _tag: 'GateRefused'; readonly check: GateCheck }
  | { readonly _tag: 'IdentityChanged'; readonly expected: PeerId; readonly actual: PeerId }
  | { readonly _tag: 'DialledSelf' }
  | { readonly _tag: 'StreamLost'; readonly code: string }
  /** What is kept of this peer could not be read, so nothing can go on with it. */
  | { readonly _tag: 'LedgerUnreadable'; readonly failure: StoreFailure }

/** The checks of the TLS gate, in order (security plan §3.2). */
export type GateCheck =
  | 'tls-version'
  | 'alpn'
  | 'resumed'
  | 'no-certificate'
  | 'certificate-size'
  | 'not-ed25519'

/** What a peer did that the protocol does not allow. */
export type ProtocolViolation =
  | { readonly _tag: 'FrameTooLarge'; readonly limit: number; readonly actual: number }
  | { readonly _tag: 'FrameFlags'; readonly flags: number }
  | { readonly _tag: 'FrameUnknown'; readonly type: number }
  | { readonly _tag: 'FrameIllegal'; readonly type: string; readonly state: string }
  | { readonly _tag: 'FrameMalformed'; readonly type: string; readonly detail: string }
  | { readonly _tag: 'GreetingTooLarge'; readonly limit: number }
  | { readonly _tag: 'SequenceGap'; readonly expected: number; readonly actual: number }
  | { readonly _tag: 'AckFromFuture'; readonly highest: number; readonly actual: number }
  | { readonly _tag: 'MessageTooLarge'; readonly limit: number }
  | { readonly _tag: 'TooManyPings'; readonly limit: number }
  | { readonly _tag: 'NonceEchoed' }

/** The one reason with which a link ends. */
export type CloseReason =
  | { readonly _tag: 'Bye'; readonly by: 'us' | 'them'; readonly why: ByeReason }
  | { readonly _tag: 'Lost'; readonly code: string }
  | { readonly _tag: 'Silent'; readonly forMs: number }
  | { readonly _tag: 'DialError'; readonly failure: DialFailure }
  | { readonly _tag: 'SecureError'; readonly failure: SecureFailure }
  | { readonly _tag: 'GreetingTimeout'; readonly waitingFor: string }
  | {
      readonly _tag: 'NoCommonVersion'
      readonly ours: readonly number[]
      readonly theirs: readonly number[]
    }
  | { readonly _tag: 'Refused'; readonly by: 'us' | 'them'; readonly why: ByeReason }
  | {
      readonly _tag: 'ProtocolError'
      readonly by: 'us' | 'them'
      readonly violation?: ProtocolViolation
    }
  | { readonly _tag: 'Duplicate' }
  | { readonly _tag: 'Superseded' }
  | { readonly _tag: 'RunningElsewhere' }
  | { readonly _tag: 'QueueOverflow'; readonly limit: number }
  | { readonly _tag: 'Stopped' }

/** Reasons that travel in a BYE frame. */
export const BYE_REASONS = [
  'quit',
  'denied',
  'busy',
  'version',
  'protocol',
  'duplicate',
  'elsewhere',
  'timeout'
] as const
export type ByeReason = (typeof BYE_REASONS)[number]

export class DialError extends Data.TaggedError('DialError')<{ readonly reason: DialFailure }> {}
export class ListenError extends Data.TaggedError('ListenError')<{
  readonly reason: ListenFailure
}> {}
export class SecureError extends Data.TaggedError('SecureError')<{
  readonly reason: SecureFailure
}> {}
/** A link or stream that ended without saying so. `code`: the system's name, as ECONNRESET. */
export class StreamError extends Data.TaggedError('StreamError')<{ readonly code: string }> {}

/** Why the store of messages cannot be used, or cannot take more. `code`: the system's or SQLite's name. */
export type StoreFailure =
  /** No room. What was there is unharmed. */
  | { readonly _tag: 'StoreFull'; readonly path: string; readonly code: string }
  /** The file or its folder may not be written. */
  | { readonly _tag: 'StoreUnwritable'; readonly path: string; readonly code: string }
  /** Another process has it. */
  | { readonly _tag: 'StoreBusy'; readonly path: string; readonly pid?: number }
  | {
      readonly _tag: 'StoreNewer'
      readonly path: string
      readonly version: number
      readonly supported: number
    }
  /** Not a store, or pages of it are damaged. */
  | { readonly _tag: 'StoreDamaged'; readonly path: string; readonly detail: string }
  /** It belongs to another identity. */
  | { readonly _tag: 'StoreForeign'; readonly path: string; readonly owner: PeerId }
  /** The key that seals it is missing, or another one. */
  | { readonly _tag: 'StoreSealed'; readonly path: string; readonly keyPath: string }
  /** The disk failed; what was written last may not be there. */
  | { readonly _tag: 'StoreIo'; readonly path: string; readonly code: string }

export class StoreError extends Data.TaggedError('StoreError')<{
  readonly reason: StoreFailure
}> {}

/** Why the key of the store stays locked (docs/THREAT-MODEL.md). */
export type PassphraseFailure =
  /** It has a passphrase, and there is nobody to ask. */
  | { readonly _tag: 'PassphraseNeeded'; readonly path: string }
  | { readonly _tag: 'PassphraseWrong'; readonly path: string }
  /** The file that was named for the passphrase. `detail` never repeats what it holds. */
  | { readonly _tag: 'PassphraseUnreadable'; readonly file: string; readonly detail: string }
  | { readonly _tag: 'PassphraseTooCostly'; readonly memoryMiB: number }

/** What stops the program before or outside any link. Each class of them has one exit code. */
export type StartFailure =
  | { readonly _tag: 'UsageInvalid'; readonly detail: string; readonly next: string }
  | {
      readonly _tag: 'ConfigInvalid'
      readonly file: string
      readonly line?: number
      readonly column?: number
      readonly key?: string
      readonly detail: string
      readonly next: string
    }
  | { readonly _tag: 'ConfigUnreadable'; readonly file: string; readonly code: string }
  | { readonly _tag: 'ConfigExists'; readonly file: string }
  | { readonly _tag: 'HomeUnwritable'; readonly path: string; readonly code: string }
  | { readonly _tag: 'SecretUnsafe'; readonly path: string; readonly detail: string }
  | { readonly _tag: 'SecretDamaged'; readonly path: string; readonly detail: string }
  | { readonly _tag: 'ProfileInUse'; readonly profile: string; readonly pid: number }
  | { readonly _tag: 'EncryptionRequired' }
  | { readonly _tag: 'ListenImpossible'; readonly failure: ListenFailure }
  | { readonly _tag: 'PeerUnreachable'; readonly reason: CloseReason }
  | { readonly _tag: 'Undelivered'; readonly count: number }
  /** What was to be written into a new file. */
  | { readonly _tag: 'FileExists'; readonly path: string }
  | { readonly _tag: 'FileUnwritable'; readonly path: string; readonly code: string }
  /** What earshot send was asked to send. */
  | { readonly _tag: 'CannotSend'; readonly failure: TransferFailure }
  /** A running conversation has the history, so that only it may change it. */
  | { readonly _tag: 'HistoryInUse'; readonly pid: number }
  | PassphraseFailure
  | StoreFailure

export class StartError extends Data.TaggedError('StartError')<{ readonly reason: StartFailure }> {}
