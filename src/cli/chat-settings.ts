/** What the runtime is asked to do, from what the user set and answered. */
import type { Endpoint } from '../domain/failures.ts'
import { cleanNickname } from '../domain/nicknames.ts'
import type { Settings } from '../domain/settings.ts'
import type { Resolved } from './config/resolve.ts'
import type { ChatFlags } from './invocation.ts'

/** What the questions of the interactive start gave. */
export interface Answers {
  readonly connect: Endpoint | undefined
  readonly port: number
  /** true: the user typed the port instead of taking the proposed one. */
  readonly portNamed: boolean
}

const ms = (seconds: number): number => Math.round(seconds * 1000)

/** @param answers undefined where nothing was asked. */
export const chatSettings = (
  { values, origins }: Resolved,
  flags: ChatFlags,
  answers: Answers | undefined
): Settings => ({
  nickname: values.nickname === undefined ? undefined : cleanNickname(values.nickname),
  listen: {
    host: values.listen_host,
    port: answers?.port ?? values.default_port,
    // A port of the file or the environment is a preference: a second terminal takes another one.
    required: answers?.portNamed ?? origins.default_port.source === 'flag'
  },
  connect: answers === undefined ? flags.connect : answers.connect,
  expect: flags.expect,
  unknownPeers: values.unknown_peers,
  heartbeatIntervalMs: ms(values.heartbeat_interval_secs),
  reconnectAttempts: values.reconnect_attempts,
  reconnectDelayMs: ms(values.reconnect_delay_secs),
  messageBytesMax: values.message_size_max_kb * 1024,
  bufferBytes: values.buffer_size,
  stay: flags.stay,
  plainText: flags.plainText
})
