/**
 * The exit code of each class of failure. They follow sysexits(3) where it has a word for it;
 * docs/ERRORS.md lists them. 0: done, also after Ctrl+C, /quit, SIGTERM or the end of input.
 */
import type { CloseReason, StartFailure } from './failures.ts'
import type { TransferFailure } from './transfer-failures.ts'

export const EXIT_OK = 0
/** A defect of the program: please report it. */
export const EXIT_DEFECT = 1
/** Wrong arguments (EX_USAGE); also an own address given as the peer's. */
export const EXIT_USAGE = 64
/** The peer is not the one it should be: changed key, not the --expect id (EX_DATAERR). */
export const EXIT_IDENTITY = 65
/** The peer is not reachable, or was lost (EX_UNAVAILABLE); also a Node.js that is too old. */
export const EXIT_UNAVAILABLE = 69
/** The port or file could not be made (EX_CANTCREAT). */
export const EXIT_CANNOT_CREATE = 73
/** A file could not be read or written (EX_IOERR). */
export const EXIT_IO = 74
/** Not now: messages undelivered, profile or store in use (EX_TEMPFAIL). */
export const EXIT_TEMPORARY = 75
/** The other end is no Earshot, or one that does not fit (EX_PROTOCOL). */
export const EXIT_PROTOCOL = 76
/** The system or the peer does not allow it; no passphrase, or a wrong one (EX_NOPERM). */
export const EXIT_DENIED = 77
/** The configuration, the key file or the store of messages is wrong (EX_CONFIG). */
export const EXIT_CONFIG = 78

const DENIED_CODES: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS'])

const exitCodeOfClose = (reason: CloseReason): number => {
  switch (reason._tag) {
    case 'SecureError':
      switch (reason.failure._tag) {
        case 'IdentityChanged':
          return EXIT_IDENTITY
        case 'DialledSelf':
          return EXIT_USAGE
        case 'NotEarshot':
        case 'GateRefused':
          return EXIT_PROTOCOL
        case 'SecureTimeout':
        case 'StreamLost':
          return EXIT_UNAVAILABLE
        case 'LedgerUnreadable':
          return exitCodeOf(reason.failure.failure)
      }
      break
    case 'NoCommonVersion':
    case 'ProtocolError':
      return EXIT_PROTOCOL
    case 'RunningElsewhere':
      return EXIT_TEMPORARY
    case 'Refused':
      return reason.why === 'denied' ? EXIT_DENIED : EXIT_UNAVAILABLE
    case 'DialError':
      return reason.failure._tag === 'DialDenied' ? EXIT_DENIED : EXIT_UNAVAILABLE
    case 'Bye':
    case 'Lost':
    case 'Silent':
    case 'GreetingTimeout':
    case 'Duplicate':
    case 'Superseded':
    case 'QueueOverflow':
    case 'Stopped':
      return EXIT_UNAVAILABLE
  }
}

/** The exit code for what stopped the program. */
export const exitCodeOf = (failure: StartFailure): number => {
  switch (failure._tag) {
    case 'UsageInvalid':
      return EXIT_USAGE
    case 'ConfigInvalid':
    case 'EncryptionRequired':
    case 'SecretUnsafe':
    case 'SecretDamaged':
    case 'StoreNewer':
    case 'StoreDamaged':
    case 'StoreForeign':
    case 'StoreSealed':
    case 'PassphraseUnreadable':
      return EXIT_CONFIG
    case 'StoreFull':
    case 'StoreIo':
      return EXIT_IO
    case 'StoreUnwritable':
    case 'PassphraseNeeded':
    case 'PassphraseWrong':
      return EXIT_DENIED
    case 'ConfigUnreadable':
      if (failure.code === 'EISDIR') return EXIT_CONFIG
      return DENIED_CODES.has(failure.code) ? EXIT_DENIED : EXIT_IO
    case 'HomeUnwritable':
    case 'FileUnwritable':
      return DENIED_CODES.has(failure.code) ? EXIT_DENIED : EXIT_IO
    case 'ConfigExists':
    case 'FileExists':
      return EXIT_CANNOT_CREATE
    case 'ListenImpossible':
      return failure.failure._tag === 'PortDenied' ? EXIT_DENIED : EXIT_CANNOT_CREATE
    case 'CannotSend':
      return exitCodeOfTransfer(failure.failure)
    case 'ProfileInUse':
    case 'StoreBusy':
    case 'HistoryInUse':
    case 'PassphraseTooCostly':
    case 'Undelivered':
      return EXIT_TEMPORARY
    case 'PeerUnreachable':
      return exitCodeOfClose(failure.reason)
  }
}

const deniedOr = (code: string, otherwise: number): number =>
  DENIED_CODES.has(code) ? EXIT_DENIED : otherwise

/** The exit code of a run that was for one file, for what was wrong with it here. */
export const exitCodeOfTransfer = (failure: TransferFailure): number => {
  switch (failure._tag) {
    case 'SourceSpecial':
    case 'SourceTooLarge':
    case 'SourceTooMany':
    case 'SourceTooDeep':
      return EXIT_USAGE
    case 'SourceChanged':
      return EXIT_TEMPORARY
    case 'FolderUnsafe':
      return EXIT_CONFIG
    case 'SourceMissing':
    case 'DiskFull':
    case 'PlaceLost':
    case 'NotesFull':
    case 'NotesIo':
      return EXIT_IO
    case 'FolderUnusable':
      return deniedOr(failure.code, EXIT_CANNOT_CREATE)
    case 'SourceUnreadable':
    case 'NotWritable':
    case 'NotesUnusable':
      return deniedOr(failure.code, EXIT_IO)
  }
}
