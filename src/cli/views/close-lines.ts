/** A reason in lines. */
import { explainClose } from '../../domain/explain.ts'
import type { CloseReason } from '../../domain/failures.ts'
import { failureLines } from './lines.ts'
import { identityChangedLines } from './peer-lines.ts'
import type { Style } from './style.ts'

/** true: the key of the peer is not the known one, the one failure that must not be overlooked. */
export const isIdentityChange = (reason: CloseReason): boolean =>
  reason._tag === 'SecureError' && reason.failure._tag === 'IdentityChanged'

/** A reason as an error, with the long form for a changed key. */
export const closeLines = (reason: CloseReason, style: Style): readonly string[] =>
  reason._tag === 'SecureError' && reason.failure._tag === 'IdentityChanged'
    ? identityChangedLines(reason.failure, style)
    : failureLines(style, explainClose(reason))

/**
 * true: what every open port gets to see, scanners and silence, which is for the log and not for the
 * chat. A call by some Earshot, or by a person with netcat, is worth a line.
 */
export const isNoise = (reason: CloseReason): boolean => {
  switch (reason._tag) {
    case 'SecureError':
      return reason.failure._tag !== 'NotEarshot' || reason.failure.looksLike !== 'plain-text'
    case 'Lost':
    case 'Silent':
    case 'GreetingTimeout':
    case 'Duplicate':
    case 'Superseded':
    case 'Stopped':
      return true
    case 'Bye':
    case 'DialError':
    case 'NoCommonVersion':
    case 'Refused':
    case 'ProtocolError':
    case 'RunningElsewhere':
    case 'QueueOverflow':
      return false
  }
}
