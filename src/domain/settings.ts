/**
 * What a run of the program is asked to do: the merged result of flags, environment, file and
 * defaults. cli/ builds it, services/settings.ts carries it, everybody reads it.
 */
import type { Endpoint } from './failures.ts'
import type { PeerId } from './peer-id.ts'

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export const UNKNOWN_PEERS = ['accept-new', 'ask', 'deny'] as const
/** Who may talk to us without being known (protocol plan §3). */
export type UnknownPeers = (typeof UNKNOWN_PEERS)[number]

export interface Settings {
  /** Our name as we claim it; undefined shows only our short id. */
  readonly nickname: string | undefined
  /** Where to listen. `port` 0 means any free port. */
  readonly listen: {
    readonly host: string | undefined
    readonly port: number
    /** true: the user named the port, so a taken one is an error; false: another may be used. */
    readonly required: boolean
  }
  /** Addresses (no ports) under which this machine can be reached, to tell a friend. */
  readonly reachable: readonly string[]
  /** The port of an address that names none (`default_port`). */
  readonly defaultPort: number
  readonly connect: Endpoint | undefined
  readonly expect: PeerId | undefined
  readonly unknownPeers: UnknownPeers
  readonly heartbeatIntervalMs: number
  readonly reconnectAttempts: number
  readonly reconnectDelayMs: number
  /** Bytes of one text message that is sent, at most. */
  readonly messageBytesMax: number
  /** Settled messages are kept where the conversation's own choice does not say otherwise. */
  readonly saveHistory: boolean
  /** Peers are told when their messages were shown here, and tell us. */
  readonly readReceipts: boolean
  /** Lines of the history that are shown when a known peer comes; 0: none. */
  readonly historyLines: number
  /** After the end of piped input: stay until the peer leaves instead of leaving when all is delivered. */
  readonly stay: boolean
  /** Unprotected newline-delimited text instead of Earshot's protocol. */
  readonly plainText: boolean
  /** Bytes of the largest file, or of all files of an offer, that is sent or taken; undefined: any. */
  readonly fileBytesMax: number | undefined
  /** Received media are opened, after the user took them. */
  readonly autoOpenMedia: boolean
  /** Endings, in small letters, of what counts as media. */
  readonly mediaExtensions: readonly string[]
}
