/**
 * Every failure in words: one clear sentence, and the next step where there is one. Total functions;
 * docs/ERRORS.md lists what they say for each tag, with the exit code.
 */
import { explainBye, explainDial, explainSecure, explainViolation } from './explain-link.ts'
import { type Explanation, showCode, showSeconds } from './explanation.ts'
import type { CloseReason, ListenFailure, StartFailure } from './failures.ts'
import { safeLine } from './safe-text.ts'

const tryPort = (free: number | undefined): string =>
  free === undefined ? 'Try another one with --port.' : `Try --port ${free}.`

/** A port that could not be opened (S17). */
export const explainListen = (failure: ListenFailure): Explanation => {
  switch (failure._tag) {
    case 'PortInUse': {
      const by = failure.holder === undefined ? '' : ` by ${safeLine(failure.holder, 80)}`
      return {
        text: `Port ${failure.port} is already in use${by}.`,
        next: tryPort(failure.free)
      }
    }
    case 'PortDenied':
      return {
        text: `You may not open port ${failure.port}: the system keeps low ports for itself.`,
        next: tryPort(failure.free)
      }
    case 'AddressUnavailable':
      return {
        text: `This machine has no address ${safeLine(failure.host, 100)} to listen on.`,
        next: 'Leave the listening address out to use all of them.'
      }
    case 'ListenFailed':
      return {
        text: `Port ${failure.port} could not be opened (${showCode(failure.code)}).`,
        next: 'Try another one with --port.'
      }
  }
}

/** `text` with its full stop, where it has no end of its own. */
const sentence = (text: string): string => (/[.!?:]$/.test(text) ? text : `${text}.`)

const versions = (list: readonly number[]): string => {
  const first = list[0]
  const last = list.at(-1)
  if (first === undefined || last === undefined) return 'none'
  return first === last ? `${first}` : `${first}–${last}`
}

/** Why a link ended or never came about. */
export const explainClose = (reason: CloseReason): Explanation => {
  switch (reason._tag) {
    case 'Bye':
      return explainBye(reason.why, reason.by)
    case 'Lost':
      return {
        text: `The connection was lost (${showCode(reason.code)}).`,
        next: 'What you write is kept until it is back.'
      }
    case 'Silent':
      return {
        text: `Nothing was heard for ${showSeconds(reason.forMs)}, so the connection was given up.`,
        next: 'What you write is kept until it is back.'
      }
    case 'DialError':
      return explainDial(reason.failure)
    case 'SecureError':
      return explainSecure(reason.failure)
    case 'GreetingTimeout':
      return {
        text: `The other end did not finish the greeting in time (no ${showCode(reason.waitingFor)}).`,
        next: 'Try again; if it stays so, the network between you may hold packets back.'
      }
    case 'NoCommonVersion':
      return {
        text: `No common protocol version: the peer speaks ${versions(reason.theirs)}, we speak ${versions(reason.ours)}.`,
        next: 'The older of the two programs needs an update.'
      }
    case 'Refused':
      return explainBye(reason.why, reason.by)
    case 'ProtocolError':
      return {
        text:
          reason.by === 'us'
            ? `The peer broke the protocol${reason.violation === undefined ? '' : ` (${explainViolation(reason.violation)})`}, so the connection was closed.`
            : 'The peer says that we broke the protocol, and closed the connection.',
        next: 'Check that both ends run the same version of Earshot.'
      }
    case 'Duplicate':
      return { text: 'This was a second connection to the same peer; the first one goes on.' }
    case 'Superseded':
      return { text: 'A newer connection to the same peer took over.' }
    case 'RunningElsewhere':
      return {
        text: 'This identity is in use by another running Earshot.',
        next: 'Quit the other one, or start this one with another --profile.'
      }
    case 'QueueOverflow':
      return {
        text: `The peer took nothing while more than ${reason.limit} bytes waited for it, so the connection was closed.`,
        next: 'It is tried again; messages are kept.'
      }
    case 'Stopped':
      return { text: 'The connection was closed because this program ends.' }
  }
}

/** What stops the program. */
export const explainStart = (failure: StartFailure): Explanation => {
  switch (failure._tag) {
    case 'UsageInvalid':
      return { text: sentence(safeLine(failure.detail, 500)), next: safeLine(failure.next, 300) }
    case 'ConfigInvalid':
      return explainConfig(failure)
    case 'ConfigUnreadable':
      return failure.code === 'EISDIR'
        ? {
            text: `The configuration ${safeLine(failure.file, 300)} is a directory, not a file.`,
            next: 'Move it away, or name another file with --config.'
          }
        : {
            text: `The configuration ${safeLine(failure.file, 300)} could not be read (${showCode(failure.code)}).`,
            next: 'Check that the file is there and that you may read it.'
          }
    case 'ConfigExists':
      return {
        text: `There is a configuration at ${safeLine(failure.file, 300)} already; it was left as it is.`,
        next: 'Add --force to write the defaults over it.'
      }
    case 'HomeUnwritable':
      return {
        text: `Earshot cannot keep its data in ${safeLine(failure.path, 300)} (${showCode(failure.code)}).`,
        next: 'Make that folder writable, or choose another one with --home.'
      }
    case 'SecretUnsafe':
      return {
        text: `${safeLine(failure.path, 300)} is not safe to use: ${safeLine(failure.detail, 200)}.`,
        next: `If nobody else can have read or changed it: chmod go= ${safeLine(failure.path, 300)}`
      }
    case 'SecretDamaged':
      return {
        text: `${safeLine(failure.path, 300)} is damaged: ${safeLine(failure.detail, 200)}.`,
        next: 'Restore it from a backup. Moved away, it is made anew: then you or your peers are strangers again.'
      }
    case 'ProfileInUse':
      return {
        text: `The profile ${safeLine(failure.profile, 100)} is in use by process ${failure.pid}.`,
        next: 'Quit that one, or start this one with another --profile.'
      }
    case 'EncryptionRequired':
      return {
        text: 'enable_encryption = false is refused: Earshot never talks unprotected by configuration.',
        next: 'Remove the key. To talk with a program that has no encryption, both ends use --plain-text.'
      }
    case 'ListenImpossible':
      return explainListen(failure.failure)
    case 'PeerUnreachable':
      return explainClose(failure.reason)
    case 'Undelivered':
      return {
        text: `${failure.count === 1 ? '1 message was' : `${failure.count} messages were`} not delivered.`,
        next: 'Send again when the peer is there.'
      }
  }
}

const explainConfig = (
  failure: Extract<StartFailure, { readonly _tag: 'ConfigInvalid' }>
): Explanation => {
  const line = failure.line === undefined ? '' : `:${failure.line}`
  const column =
    failure.line === undefined || failure.column === undefined ? '' : `:${failure.column}`
  const key = failure.key === undefined ? '' : `${safeLine(failure.key, 80)}: `
  return {
    text: `${safeLine(failure.file, 300)}${line}${column}: ${key}${sentence(safeLine(failure.detail, 300))}`,
    next: safeLine(failure.next, 300)
  }
}
