/** The one error of the library: what went wrong as a value, and in words. */
import { explainClose, explainStart } from '../domain/explain.ts'
import type { Explanation } from '../domain/explanation.ts'
import type { CloseReason, StartFailure, StoreFailure } from '../domain/failures.ts'

/** What only a program that uses the library can meet. */
export type PeerFailure =
  /** The peer was closed, by us or by a failure. A message that is in its home goes out next time. */
  | { readonly _tag: 'Closed' }
  /** The message was not taken; nothing of it is kept. */
  | {
      readonly _tag: 'NotQueued'
      readonly why: 'too-long' | 'outbox-full' | 'not-stored' | 'no-peer'
      /** With not-stored. */
      readonly failure?: StoreFailure
    }
  /** The message was taken back before it was sent. */
  | { readonly _tag: 'Cancelled' }
  /** A bug of Earshot ended the peer; `cause` of the error is what was thrown. */
  | { readonly _tag: 'Defect' }

/** Why something failed; docs/ERRORS.md and docs/LIBRARY.md list every tag. */
export type EarshotFailure = StartFailure | CloseReason | PeerFailure

const explainNotQueued = (
  failure: Extract<PeerFailure, { readonly _tag: 'NotQueued' }>
): Explanation => {
  switch (failure.why) {
    case 'too-long':
      return { text: 'The message is longer than a message may be.', next: 'Split it.' }
    case 'outbox-full':
      return {
        text: 'Too much waits for this peer already.',
        next: 'Wait until some of it is delivered.'
      }
    case 'not-stored':
      return failure.failure === undefined
        ? { text: 'The message could not be stored.' }
        : explainStart(failure.failure)
    case 'no-peer':
      return { text: 'There is no peer to say it to.' }
  }
}

const CLOSE_TAGS: ReadonlySet<string> = new Set<CloseReason['_tag']>([
  'Bye',
  'Lost',
  'Silent',
  'DialError',
  'SecureError',
  'GreetingTimeout',
  'NoCommonVersion',
  'Refused',
  'ProtocolError',
  'Duplicate',
  'Superseded',
  'RunningElsewhere',
  'QueueOverflow',
  'Stopped'
])

const isClose = (reason: StartFailure | CloseReason): reason is CloseReason =>
  CLOSE_TAGS.has(reason._tag)

/** What to do about it, where that differs from what somebody at the command line is told. */
const nextOf = (reason: EarshotFailure): string | undefined => {
  switch (reason._tag) {
    case 'ListenImpossible': {
      if (reason.failure._tag === 'AddressUnavailable') return undefined
      const free = 'free' in reason.failure ? reason.failure.free : undefined
      return free === undefined ? 'Port 0 is any free one.' : `Port ${free} is free; 0 is any.`
    }
    case 'ProfileInUse':
    case 'RunningElsewhere':
      return 'Close the other peer, or choose another profile or home.'
    case 'HomeUnwritable':
      return 'Make that folder writable, or choose another home.'
    case 'StoreNewer':
      return 'Use that Earshot, or choose another home.'
    case 'StoreForeign':
      return 'Choose the profile that it belongs to, or another home.'
    case 'PassphraseNeeded':
      return 'Give it as the option passphrase.'
    default:
      return undefined
  }
}

const explain = (reason: EarshotFailure): Explanation => {
  switch (reason._tag) {
    case 'Closed':
      return { text: 'This peer is closed.' }
    case 'NotQueued':
      return explainNotQueued(reason)
    case 'Cancelled':
      return { text: 'The message was taken back.' }
    case 'Defect':
      return { text: 'A bug of Earshot ended this peer.', next: 'Please report it.' }
    default:
      return isClose(reason) ? explainClose(reason) : explainStart(reason)
  }
}

/** The tag that says most: of what is wrapped in another failure, the inner one. */
const codeOf = (reason: EarshotFailure): string => {
  switch (reason._tag) {
    case 'PeerUnreachable':
      return codeOf(reason.reason)
    case 'DialError':
    case 'SecureError':
    case 'ListenImpossible':
      return reason.failure._tag
    case 'NotQueued':
      return reason.failure?._tag ?? reason._tag
    default:
      return reason._tag
  }
}

/** Every promise of a peer that fails for a reason of Earshot's fails with one of these. */
export class EarshotError extends Error {
  override readonly name = 'EarshotError'
  /** The tag of the innermost failure, as `ConnectionRefused`, to branch on. */
  readonly code: string
  /** The failure as a plain value. */
  readonly reason: EarshotFailure
  /** What to do about it, where there is something. `message` says what happened. */
  readonly next: string | undefined

  constructor(reason: EarshotFailure, options?: ErrorOptions) {
    const { text, next } = explain(reason)
    super(text, options)
    this.code = codeOf(reason)
    this.reason = reason
    this.next = nextOf(reason) ?? next
  }
}

/** Something that was asked for cannot be meant. `detail` and `next` are sentences. */
export const misuse = (detail: string, next: string): EarshotError =>
  new EarshotError({ _tag: 'UsageInvalid', detail, next })
