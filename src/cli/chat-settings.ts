/** What the runtime is asked to do, from what the user set and answered. */
import type { Endpoint } from '../domain/failures.ts'
import { cleanNickname } from '../domain/nicknames.ts'
import type { Settings } from '../domain/settings.ts'
import type { Resolved } from './config/resolve.ts'
import { CONFIG_KEYS } from './config/keys.ts'
import { PORT_NOT_NAMED } from './flag-values.ts'
import type { ChatFlags } from './invocation.ts'

/** What the questions of the interactive start gave. */
export interface Answers {
  readonly connect: Endpoint | undefined
  readonly port: number
  /** true: the user typed the port instead of taking the proposed one. */
  readonly portNamed: boolean
}

const ms = (seconds: number): number => Math.round(seconds * 1000)

/**
 * The port of a peer's address that names none: the preferred port of those who share our settings.
 * What --port says, or "any free one", is about us and not about the peer.
 */
export const peerPortOf = ({ values, origins }: Resolved): number =>
  origins.default_port.source === 'flag' || values.default_port === 0
    ? CONFIG_KEYS.default_port.fallback
    : values.default_port

const withPort = (endpoint: Endpoint | undefined, port: number): Endpoint | undefined =>
  endpoint?.port === PORT_NOT_NAMED ? { ...endpoint, port } : endpoint

/**
 * @param answers undefined where nothing was asked.
 * @param reachable the addresses of this machine.
 */
export const chatSettings = (
  resolved: Resolved,
  flags: ChatFlags,
  answers: Answers | undefined,
  reachable: readonly string[]
): Settings => {
  const { values, origins } = resolved
  const port = answers?.port ?? values.default_port
  const defaultPort = peerPortOf(resolved)
  return {
    nickname: values.nickname === undefined ? undefined : cleanNickname(values.nickname),
    listen: {
      host: values.listen_host,
      port,
      // A port of the file or the environment is a preference: a second terminal takes another one.
      required: answers?.portNamed ?? origins.default_port.source === 'flag'
    },
    reachable,
    defaultPort,
    connect: answers === undefined ? withPort(flags.connect, defaultPort) : answers.connect,
    expect: flags.expect,
    unknownPeers: values.unknown_peers,
    heartbeatIntervalMs: ms(values.heartbeat_interval_secs),
    reconnectAttempts: values.reconnect_attempts,
    reconnectDelayMs: ms(values.reconnect_delay_secs),
    messageBytesMax: values.message_size_max_kb * 1024,
    saveHistory: values.save_history,
    readReceipts: values.read_receipts,
    historyLines: values.history_lines,
    stay: flags.stay,
    plainText: flags.plainText,
    // 0 stands for no limit, in megabytes of 1 000 000 bytes.
    fileBytesMax: values.max_file_size_mb === 0 ? undefined : values.max_file_size_mb * 1_000_000,
    autoOpenMedia: values.auto_open_media,
    mediaExtensions: values.media_extensions
  }
}
