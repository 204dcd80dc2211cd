/** What the program asked for, checked and completed with the defaults of the command line. */
import * as Result from 'effect/Result'
import { MESSAGE_BYTES_MAX, NICKNAME_CHARS_MAX, RECONNECT_DELAY_MS_MAX } from '../domain/limits.ts'
import { nearestName } from '../domain/nearest-name.ts'
import { cleanNickname } from '../domain/nicknames.ts'
import { type PeerId, parsePeerId } from '../domain/peer-id.ts'
import { safeLine } from '../domain/safe-text.ts'
import { type Settings, UNKNOWN_PEERS } from '../domain/settings.ts'
import type { HistoryOptions, ListenOptions, PeerOptions } from './api.ts'
import { misuse } from './earshot-error.ts'

/** The port of an address that names none. */
export const DEFAULT_PORT = 8080
const DEFAULTS = { heartbeatMs: 5_000, reconnectAttempts: 10, reconnectDelayMs: 2_000 }
const HEARTBEAT_MS_MAX = 3_600_000
const DAYS_MAX = 36_500
const MEGABYTES_MAX = 1_000_000
const BYTES_PER_MEGABYTE = 1_000_000
const TENTH_OF_A_SECOND = 100

/** What a value must be, to follow "must be", and whether it is. */
interface Check {
  readonly expected: string
  readonly holds: (value: unknown) => boolean
}

const text: Check['holds'] = (value) => typeof value === 'string' && value !== ''
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const whole = (minimum: number, maximum: number, unit: string): Check => ({
  expected: `a whole number${unit} from ${minimum} to ${maximum}`,
  holds: (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum
})

const LISTEN: { readonly [K in keyof ListenOptions]-?: Check } = {
  port: whole(0, 65_535, ''),
  host: { expected: 'an address or name of this machine', holds: text }
}

const HISTORY: { readonly [K in keyof HistoryOptions]-?: Check } = {
  days: whole(0, DAYS_MAX, ''),
  megabytes: whole(0, MEGABYTES_MAX, '')
}

const fits = (object: unknown, checks: Readonly<Record<string, Check>>): boolean =>
  isRecord(object) &&
  Object.entries(object).every(
    ([key, value]) =>
      value === undefined || (Object.hasOwn(checks, key) && checks[key]?.holds(value) === true)
  )

const OPTIONS: { readonly [K in keyof PeerOptions]-?: Check } = {
  home: { expected: 'the path of a folder', holds: text },
  profile: { expected: 'a name of a-z, 0-9 and -', holds: text },
  passphrase: { expected: 'a text', holds: text },
  nickname: {
    expected: `a name with something visible in it, of at most ${NICKNAME_CHARS_MAX} characters`,
    holds: (value) =>
      typeof value === 'string' &&
      value.length <= NICKNAME_CHARS_MAX &&
      cleanNickname(value) !== undefined
  },
  listen: {
    expected: 'false, or { port?: 0 to 65535, host?: an address of this machine }',
    holds: (value) => value === false || fits(value, LISTEN)
  },
  unknownPeers: {
    expected: `one of ${UNKNOWN_PEERS.join(', ')}`,
    holds: (value) => UNKNOWN_PEERS.some((policy) => policy === value)
  },
  expect: {
    expected: 'the whole id of a peer',
    holds: (value) => typeof value === 'string' && Result.isSuccess(parsePeerId(value))
  },
  saveHistory: {
    expected: 'true, false, or { days?: how many, megabytes?: how many }',
    holds: (value) => typeof value === 'boolean' || fits(value, HISTORY)
  },
  historyFile: { expected: 'the path of a file', holds: text },
  readReceipts: { expected: 'true or false', holds: (value) => typeof value === 'boolean' },
  heartbeatMs: whole(TENTH_OF_A_SECOND, HEARTBEAT_MS_MAX, ' of milliseconds'),
  reconnectAttempts: whole(0, 1000, ''),
  reconnectDelayMs: whole(TENTH_OF_A_SECOND, RECONNECT_DELAY_MS_MAX, ' of milliseconds'),
  onListenerError: {
    expected: 'a function',
    holds: (value) => typeof value === 'function'
  }
}

/**
 * Refuses what cannot be meant; a key with undefined counts as left out.
 * @throws EarshotError UsageInvalid
 */
export const checkOptions = (options: unknown): PeerOptions => {
  if (!isRecord(options))
    throw misuse('The options of a peer are an object.', 'For the defaults leave them out.')
  for (const [key, value] of Object.entries(options)) {
    if (!Object.hasOwn(OPTIONS, key)) {
      const meant = nearestName(key, Object.keys(OPTIONS))
      const next = meant === undefined ? 'docs/LIBRARY.md lists them.' : `Did you mean ${meant}?`
      throw misuse(`There is no option ${safeLine(key, 40)}.`, next)
    }
    const check = OPTIONS[key as keyof PeerOptions]
    if (value !== undefined && !check.holds(value))
      throw misuse(`The option ${key} must be ${check.expected}.`, 'docs/LIBRARY.md explains it.')
  }
  return options
}

/** An id as whoever calls us gave it. @throws EarshotError UsageInvalid */
export const peerIdOf = (who: unknown): PeerId => {
  const given = isRecord(who) ? who['id'] : who
  const id = typeof given === 'string' ? parsePeerId(given) : undefined
  if (id !== undefined && Result.isSuccess(id)) return id.success
  throw misuse('A peer is named by its whole id.', 'It is in every event, as peer.id.')
}

/** Where to listen; undefined: nowhere. */
export const listenOf = (listen: PeerOptions['listen']): ListenOptions | undefined =>
  listen === false ? undefined : listen

/** How much of the history is kept; 0: all of it. */
export const retentionOf = (
  saveHistory: PeerOptions['saveHistory']
): { readonly days: number; readonly bytes: number } => {
  const { days = 0, megabytes = 0 } = typeof saveHistory === 'object' ? saveHistory : {}
  return { days, bytes: megabytes * BYTES_PER_MEGABYTE }
}

/** What the run is asked to do. @param reachable addresses of this machine. */
export const settingsOf = (options: PeerOptions, reachable: readonly string[]): Settings => {
  const listen = listenOf(options.listen)
  return {
    nickname: options.nickname === undefined ? undefined : cleanNickname(options.nickname),
    listen: { host: listen?.host, port: listen?.port ?? 0, required: true },
    reachable,
    defaultPort: DEFAULT_PORT,
    connect: undefined,
    expect: options.expect === undefined ? undefined : peerIdOf(options.expect),
    unknownPeers: options.unknownPeers ?? 'accept-new',
    heartbeatIntervalMs: options.heartbeatMs ?? DEFAULTS.heartbeatMs,
    reconnectAttempts: options.reconnectAttempts ?? DEFAULTS.reconnectAttempts,
    reconnectDelayMs: options.reconnectDelayMs ?? DEFAULTS.reconnectDelayMs,
    messageBytesMax: MESSAGE_BYTES_MAX,
    saveHistory: options.saveHistory !== undefined && options.saveHistory !== false,
    readReceipts: options.readReceipts ?? true,
    historyLines: 0,
    stay: true,
    plainText: false,
    fileBytesMax: undefined,
    autoOpenMedia: false,
    mediaExtensions: []
  }
}
