/**
 * Every failure in words: one clear sentence, and the next step where there is one. Total functions;
 * docs/ERRORS.md lists what they say for each tag, with the exit code.
 */
import { explainFile } from './explain-file.ts'
import { explainBye, explainDial, explainSecure, explainViolation } from './explain-link.ts'
import { explainPassphrase } from './explain-passphrase.ts'
import { explainStore } from './explain-store.ts'
import { explainTransfer } from './explain-transfer.ts'
import { type Explanation, sentence, showCode, showSeconds } from './explanation.ts'
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
    case 'ConfigUnreadable':
    case 'ConfigExists':
    case 'HomeUnwritable':
    case 'SecretUnsafe':
    case 'SecretDamaged':
    case 'FileExists':
    case 'FileUnwritable':
      return explainFile(failure)
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
        text: `${failure.count === 1 ? '1 message is' : `${failure.count} messages are`} not delivered yet.`,
        next: 'Nothing is lost: what waits goes out when you and the peer are connected again.'
      }
    case 'CannotSend':
      return explainTransfer(failure.failure)
    case 'HistoryInUse':
      return {
        text: `A conversation of this profile runs (process ${failure.pid}), and only it may change the history now.`,
        next: 'Type there: /history on, /history off or /history erase. Or quit it first.'
      }
    case 'PassphraseNeeded':
    case 'PassphraseWrong':
    case 'PassphraseUnreadable':
    case 'PassphraseTooCostly':
      return explainPassphrase(failure)
    case 'StoreFull':
    case 'StoreUnwritable':
    case 'StoreBusy':
    case 'StoreNewer':
    case 'StoreDamaged':
    case 'StoreForeign':
    case 'StoreSealed':
    case 'StoreIo':
      return explainStore(failure)
  }
}
