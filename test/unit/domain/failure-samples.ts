/**
 * One sample of every failure, keyed by tag: the type makes a new tag without a sample a compile
 * error. docs/ERRORS.md is checked against what domain/explain.ts says of these.
 */
import type {
  ByeReason,
  CloseReason,
  DialFailure,
  Endpoint,
  ListenFailure,
  ProtocolViolation,
  SecureFailure,
  StartFailure
} from '../../../src/domain/failures.ts'
import { peerIdFromPublicKey } from '../../../src/domain/peer-id.ts'
import type { TransferFailure } from '../../../src/domain/transfer-failures.ts'

type Samples<F extends { readonly _tag: string }> = {
  readonly [T in F['_tag']]: Extract<F, { readonly _tag: T }>
}

const target: Endpoint = { host: '192.0.2.7', port: 8080 }
const expected = peerIdFromPublicKey(new Uint8Array(32).fill(7))
const actual = peerIdFromPublicKey(new Uint8Array(32).fill(9))

export const DIAL: Samples<DialFailure> = {
  ConnectionRefused: { _tag: 'ConnectionRefused', target },
  HostNotFound: { _tag: 'HostNotFound', target: { host: 'nowhere.example', port: 8080 } },
  HostUnreachable: { _tag: 'HostUnreachable', target, code: 'EHOSTUNREACH' },
  DialTimeout: { _tag: 'DialTimeout', target, afterMs: 10_000 },
  DialDenied: { _tag: 'DialDenied', target, code: 'EACCES' },
  DialFailed: { _tag: 'DialFailed', target, code: 'EINVAL' }
}

export const LISTEN: Samples<ListenFailure> = {
  PortInUse: { _tag: 'PortInUse', port: 8080, holder: 'node (pid 123)', free: 8081 },
  PortDenied: { _tag: 'PortDenied', port: 80, free: 8080 },
  AddressUnavailable: { _tag: 'AddressUnavailable', host: '192.0.2.7', port: 8080 },
  ListenFailed: { _tag: 'ListenFailed', port: 8080, code: 'EMFILE' }
}

export const SECURE: Samples<SecureFailure> = {
  NotEarshot: { _tag: 'NotEarshot', looksLike: 'http' },
  SecureTimeout: { _tag: 'SecureTimeout', afterMs: 10_000 },
  GateRefused: { _tag: 'GateRefused', check: 'not-ed25519' },
  IdentityChanged: { _tag: 'IdentityChanged', expected, actual },
  DialledSelf: { _tag: 'DialledSelf' },
  StreamLost: { _tag: 'StreamLost', code: 'ECONNRESET' },
  LedgerUnreadable: {
    _tag: 'LedgerUnreadable',
    failure: { _tag: 'StoreDamaged', path: '/data/messages.db', detail: 'a row does not open' }
  }
}

export const VIOLATION: Samples<ProtocolViolation> = {
  FrameTooLarge: { _tag: 'FrameTooLarge', limit: 65_536, actual: 70_000 },
  FrameFlags: { _tag: 'FrameFlags', flags: 1 },
  FrameUnknown: { _tag: 'FrameUnknown', type: 32 },
  FrameIllegal: { _tag: 'FrameIllegal', type: 'item', state: 'handshake' },
  FrameMalformed: { _tag: 'FrameMalformed', type: 'hello', detail: 'no versions' },
  GreetingTooLarge: { _tag: 'GreetingTooLarge', limit: 16_384 },
  SequenceGap: { _tag: 'SequenceGap', expected: 5, actual: 7 },
  AckFromFuture: { _tag: 'AckFromFuture', highest: 5, actual: 9 },
  MessageTooLarge: { _tag: 'MessageTooLarge', limit: 1_048_576 },
  TooManyPings: { _tag: 'TooManyPings', limit: 20 },
  NonceEchoed: { _tag: 'NonceEchoed' }
}

export const CLOSE: Samples<CloseReason> = {
  Bye: { _tag: 'Bye', by: 'them', why: 'quit' },
  Lost: { _tag: 'Lost', code: 'ECONNRESET' },
  Silent: { _tag: 'Silent', forMs: 25_000 },
  DialError: { _tag: 'DialError', failure: DIAL.ConnectionRefused },
  SecureError: { _tag: 'SecureError', failure: SECURE.NotEarshot },
  GreetingTimeout: { _tag: 'GreetingTimeout', waitingFor: 'hello' },
  NoCommonVersion: { _tag: 'NoCommonVersion', ours: [1, 2], theirs: [3, 4] },
  Refused: { _tag: 'Refused', by: 'them', why: 'denied' },
  ProtocolError: { _tag: 'ProtocolError', by: 'us', violation: VIOLATION.FrameFlags },
  Duplicate: { _tag: 'Duplicate' },
  Superseded: { _tag: 'Superseded' },
  RunningElsewhere: { _tag: 'RunningElsewhere' },
  QueueOverflow: { _tag: 'QueueOverflow', limit: 16_777_216 },
  Stopped: { _tag: 'Stopped' }
}

export const START: Samples<StartFailure> = {
  UsageInvalid: {
    _tag: 'UsageInvalid',
    detail: 'Unknown option --prot.',
    next: 'Did you mean --port?'
  },
  ConfigInvalid: {
    _tag: 'ConfigInvalid',
    file: 'config.toml',
    line: 3,
    column: 1,
    key: 'default_port',
    detail: 'must be a number from 0 to 65535',
    next: 'Write: default_port = 8080'
  },
  ConfigUnreadable: { _tag: 'ConfigUnreadable', file: 'config.toml', code: 'EACCES' },
  ConfigExists: { _tag: 'ConfigExists', file: 'config.toml' },
  HomeUnwritable: { _tag: 'HomeUnwritable', path: '/home/ann/.local/share/earshot', code: 'EROFS' },
  SecretUnsafe: { _tag: 'SecretUnsafe', path: 'identity.key', detail: 'others may read it' },
  SecretDamaged: { _tag: 'SecretDamaged', path: 'identity.key', detail: 'it is too short' },
  ProfileInUse: { _tag: 'ProfileInUse', profile: 'default', pid: 4711 },
  EncryptionRequired: { _tag: 'EncryptionRequired' },
  ListenImpossible: { _tag: 'ListenImpossible', failure: LISTEN.PortInUse },
  PeerUnreachable: { _tag: 'PeerUnreachable', reason: CLOSE.DialError },
  Undelivered: { _tag: 'Undelivered', count: 2 },
  FileExists: { _tag: 'FileExists', path: 'bob.txt' },
  FileUnwritable: { _tag: 'FileUnwritable', path: 'bob.txt', code: 'EACCES' },
  CannotSend: { _tag: 'CannotSend', failure: { _tag: 'SourceMissing', path: 'foto.jpg' } },
  HistoryInUse: { _tag: 'HistoryInUse', pid: 4711 },
  PassphraseNeeded: { _tag: 'PassphraseNeeded', path: 'store.key' },
  PassphraseWrong: { _tag: 'PassphraseWrong', path: 'store.key' },
  PassphraseUnreadable: {
    _tag: 'PassphraseUnreadable',
    file: 'secret',
    detail: 'its first line is empty'
  },
  PassphraseTooCostly: { _tag: 'PassphraseTooCostly', memoryMiB: 128 },
  StoreFull: { _tag: 'StoreFull', path: 'messages.db', code: 'SQLITE_FULL' },
  StoreUnwritable: { _tag: 'StoreUnwritable', path: 'messages.db', code: 'SQLITE_READONLY' },
  StoreBusy: { _tag: 'StoreBusy', path: 'messages.db', pid: 4711 },
  StoreNewer: { _tag: 'StoreNewer', path: 'messages.db', version: 9, supported: 1 },
  StoreDamaged: { _tag: 'StoreDamaged', path: 'messages.db', detail: 'it is not a database' },
  StoreForeign: { _tag: 'StoreForeign', path: 'messages.db', owner: expected },
  StoreSealed: { _tag: 'StoreSealed', path: 'messages.db', keyPath: 'store.key' },
  StoreIo: { _tag: 'StoreIo', path: 'messages.db', code: 'EIO' }
}

const BYES: Readonly<Record<ByeReason, true>> = {
  quit: true,
  denied: true,
  busy: true,
  version: true,
  protocol: true,
  duplicate: true,
  elsewhere: true,
  timeout: true
}

/** Every goodbye, from both ends, as a close reason. */
export const GOODBYES: readonly CloseReason[] = (Object.keys(BYES) as ByeReason[]).flatMap(
  (why) => [
    { _tag: 'Bye', by: 'us', why },
    { _tag: 'Bye', by: 'them', why },
    { _tag: 'Refused', by: 'us', why },
    { _tag: 'Refused', by: 'them', why }
  ]
)

export const TRANSFER: Samples<TransferFailure> = {
  SourceMissing: { _tag: 'SourceMissing', path: 'foto.jpg' },
  SourceUnreadable: { _tag: 'SourceUnreadable', path: 'photo.jpg', code: 'EACCES' },
  SourceSpecial: { _tag: 'SourceSpecial', path: '/dev/null' },
  SourceChanged: { _tag: 'SourceChanged', path: 'photo.jpg' },
  SourceTooLarge: {
    _tag: 'SourceTooLarge',
    path: 'disk.img',
    bytes: 64_000_000_000,
    limit: 10_737_418_240
  },
  SourceTooMany: { _tag: 'SourceTooMany', path: 'photos', limit: 10_000 },
  SourceTooDeep: { _tag: 'SourceTooDeep', path: 'photos', limit: 32 },
  FolderUnusable: { _tag: 'FolderUnusable', path: '/home/ann/Downloads', code: 'ENOTDIR' },
  FolderUnsafe: { _tag: 'FolderUnsafe', path: '/srv/drop', detail: 'everybody may write to it' },
  DiskFull: { _tag: 'DiskFull', path: 'photo.jpg', code: 'ENOSPC' },
  NotWritable: { _tag: 'NotWritable', path: 'photo.jpg', code: 'EIO' },
  PlaceLost: { _tag: 'PlaceLost', path: 'photo.jpg.Ab3dE9.part' },
  NotesFull: { _tag: 'NotesFull', path: '/home/ann/.local/share/earshot', code: 'ENOSPC' },
  NotesIo: { _tag: 'NotesIo', path: '/home/ann/.local/share/earshot', code: 'EIO' },
  NotesUnusable: { _tag: 'NotesUnusable', path: '/home/ann/.local/share/earshot', code: 'EROFS' }
}
