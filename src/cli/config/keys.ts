/**
 * The one list of settings. The configuration file, its commented default, `EARSHOT_*`, `config
 * --show`, docs/CONFIG.md and the manual page are all made from it.
 */
import * as Schema from 'effect/Schema'
import {
  MESSAGE_BYTES_MAX,
  NICKNAME_CHARS_MAX,
  READ_AHEAD_BYTES_MAX,
  RECONNECT_DELAY_MS_MAX
} from '../../domain/limits.ts'
import {
  LOG_LEVELS,
  type LogLevel,
  UNKNOWN_PEERS,
  type UnknownPeers
} from '../../domain/settings.ts'

/** How a value is written as text (environment, flag) and in TOML. */
export type Kind = 'text' | 'number' | 'boolean' | 'list'

export interface ConfigKey<A = unknown> {
  readonly kind: Kind
  /** Decodes the value as TOML or the text form of `kind` gives it. */
  readonly schema: Schema.Decoder<A>
  /** The default. undefined: nothing is set; `absent` says what that means. */
  readonly fallback: A
  /** What a right value is, to follow "it must be". */
  readonly expected: string
  /** A right value, as TOML; shown in the template when there is no fallback. */
  readonly example: string
  /** What happens while nothing is set. */
  readonly absent?: string
  /** What it does, in one or two sentences. */
  readonly about: string
}

const key = <A>(definition: ConfigKey<A>): ConfigKey<A> => definition
/** For keys without a default, whose value may stay undefined. */
const unset: string | undefined = undefined as string | undefined

const between = (minimum: number, maximum: number) =>
  Schema.Finite.pipe(Schema.check(Schema.isBetween({ minimum, maximum })))
const wholeBetween = (minimum: number, maximum: number) =>
  Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum, maximum })))
const textLike = (pattern: RegExp) => Schema.String.pipe(Schema.check(Schema.isPattern(pattern)))

/** A path that means the same from every folder the program is started in. */
const PATH = /^(?:~$|~[/\\]|\/|[A-Za-z]:[/\\]|\\\\)\P{Cc}*$/u
const PATH_EXPECTED = 'an absolute path, or one that starts with ~/'
/** Formats that show without running anything; no SVG, HTML or documents (security plan). */
const MEDIA = ['png', 'jpg', 'jpeg', 'gif', 'webp', 'mp4', 'webm', 'mp3', 'ogg', 'wav', 'flac']
const NICKNAME = new RegExp(`^(?=.*\\S)\\P{Cc}{1,${NICKNAME_CHARS_MAX}}$`, 'u')
const RECONNECT_DELAY_SECS_MAX = RECONNECT_DELAY_MS_MAX / 1000
/** As many as one look at the history shows; more is for earshot history. */
const HISTORY_LINES_MAX = 1000
const MESSAGE_KB_MAX = MESSAGE_BYTES_MAX / 1024

export const CONFIG_KEYS = {
  nickname: key({
    kind: 'text',
    schema: textLike(NICKNAME),
    fallback: unset,
    expected: `1 to ${NICKNAME_CHARS_MAX} characters without control characters`,
    example: '"alice"',
    absent: 'peers see the short form of your id',
    about: 'The name under which peers see you. It is a claim: your id is what is checked.'
  }),
  default_port: key({
    kind: 'number',
    schema: wholeBetween(0, 65_535),
    fallback: 8080,
    expected: 'a whole number from 0 to 65535 (0: any free port)',
    example: '8080',
    about:
      'The TCP port to listen on. When it is taken, another one is used and said, unless --port named it.'
  }),
  listen_host: key({
    kind: 'text',
    schema: textLike(/^[0-9A-Za-z.:%_-]{1,253}$/),
    fallback: unset,
    expected: 'an IP address or a host name of this machine',
    example: '"127.0.0.1"',
    absent: 'every address of this machine, IPv4 and IPv6',
    about: 'The address to listen on. "127.0.0.1" admits this machine only.'
  }),
  unknown_peers: key({
    kind: 'text',
    schema: Schema.Literals(UNKNOWN_PEERS),
    fallback: 'accept-new' as UnknownPeers,
    expected: 'one of "accept-new", "ask", "deny"',
    example: '"ask"',
    about:
      'Who may talk without being known: "accept-new" lets the first stranger in, remembers its key and makes further ones knock; "ask" makes every stranger knock; "deny" turns strangers away.'
  }),
  heartbeat_interval_secs: key({
    kind: 'number',
    schema: between(0.1, 3600),
    fallback: 5,
    expected: 'a number of seconds from 0.1 to 3600',
    example: '5',
    about:
      'How often a silent peer is asked for a sign of life. After three missed ones it is shown as unresponsive, after five the link is closed.'
  }),
  reconnect_attempts: key({
    kind: 'number',
    schema: wholeBetween(0, 1000),
    fallback: 10,
    expected: 'a whole number from 0 to 1000 (0: never)',
    example: '10',
    about: 'How often a lost peer is dialled again before it is given up.'
  }),
  reconnect_delay_secs: key({
    kind: 'number',
    schema: between(0.1, RECONNECT_DELAY_SECS_MAX),
    fallback: 2,
    expected: `a number of seconds from 0.1 to ${RECONNECT_DELAY_SECS_MAX}`,
    example: '2',
    about: `The wait before the first such attempt. It doubles up to ${RECONNECT_DELAY_SECS_MAX} seconds, with some chance in it.`
  }),
  enable_encryption: key({
    kind: 'boolean',
    schema: Schema.Boolean,
    fallback: true,
    expected: 'true or false',
    example: 'true',
    about:
      'Always true: links are encrypted, and false is refused. To talk to a program that is not Earshot, start with --plain-text.'
  }),
  message_size_max_kb: key({
    kind: 'number',
    schema: wholeBetween(1, MESSAGE_KB_MAX),
    fallback: MESSAGE_KB_MAX,
    expected: `a whole number of KiB from 1 to ${MESSAGE_KB_MAX}`,
    example: `${MESSAGE_KB_MAX}`,
    about: 'The longest text message that is sent, in KiB (1024 bytes of UTF-8).'
  }),
  buffer_size: key({
    kind: 'number',
    schema: wholeBetween(1024, 4 * 1024 * 1024),
    fallback: READ_AHEAD_BYTES_MAX,
    expected: 'a whole number of bytes from 1024 to 4194304',
    example: '1048576',
    about: 'Received bytes that wait in memory for each link; beyond them the sender has to wait.'
  }),
  log_level: key({
    kind: 'text',
    schema: Schema.Literals(LOG_LEVELS),
    fallback: 'info' as LogLevel,
    expected: 'one of "trace", "debug", "info", "warn", "error"',
    example: '"debug"',
    about: 'What goes into the log file. Text of messages is never logged.'
  }),
  max_file_size_mb: key({
    kind: 'number',
    schema: wholeBetween(0, 1_000_000_000),
    fallback: 100,
    expected: 'a whole number of megabytes from 0 to 1000000000 (0: no limit)',
    example: '100',
    about:
      'The largest file that is sent or taken, and the most that the files of a folder may have together, in megabytes (1 000 000 bytes).'
  }),
  download_dir: key({
    kind: 'text',
    schema: textLike(PATH),
    fallback: unset,
    expected: PATH_EXPECTED,
    example: '"~/Downloads/earshot"',
    absent: "the system's download folder",
    about: 'Where received files are put. Others must not be able to write to it.'
  }),
  auto_open_media: key({
    kind: 'boolean',
    schema: Schema.Boolean,
    fallback: false,
    expected: 'true or false',
    example: 'false',
    about:
      'Whether a received picture, film or sound that you agreed to is opened. What it is, its first bytes tell, not its name.'
  }),
  media_extensions: key({
    kind: 'list',
    schema: Schema.Array(textLike(/^[a-z0-9]{1,10}$/)).pipe(Schema.check(Schema.isMaxLength(64))),
    fallback: MEDIA as readonly string[],
    expected: 'a list of at most 64 endings in small letters, without the dot',
    example: '["png", "mp4"]',
    about: 'Which files count as media for auto_open_media.'
  }),
  save_history: key({
    kind: 'boolean',
    schema: Schema.Boolean,
    fallback: false,
    expected: 'true or false',
    example: 'true',
    about:
      'Whether conversations are kept on disk once they are delivered. /history on or off decides for one of them. What waits to be delivered is stored in any case.'
  }),
  history_file: key({
    kind: 'text',
    schema: textLike(PATH),
    fallback: unset,
    expected: PATH_EXPECTED,
    example: '"~/earshot/messages.db"',
    absent: 'messages.db in the folder of the profile',
    about:
      'Where messages are stored, encrypted: those that wait and those that are kept. Nobody else may enter its folder, and each profile needs a file of its own.'
  }),
  history_lines: key({
    kind: 'number',
    schema: wholeBetween(0, HISTORY_LINES_MAX),
    fallback: 10,
    expected: `a whole number from 0 to ${HISTORY_LINES_MAX} (0: none)`,
    example: '10',
    about: 'How many messages of the history are shown when a known peer connects.'
  }),
  history_days: key({
    kind: 'number',
    schema: wholeBetween(0, 36_500),
    fallback: 0,
    expected: 'a whole number of days from 0 to 36500 (0: for ever)',
    example: '30',
    about: 'How long delivered messages are kept.'
  }),
  history_size_max_mb: key({
    kind: 'number',
    schema: wholeBetween(0, 1_000_000),
    fallback: 0,
    expected: 'a whole number of megabytes from 0 to 1000000 (0: no limit)',
    example: '100',
    about:
      'How much delivered messages may take on disk, in megabytes (1 000 000 bytes); the oldest go first.'
  }),
  passphrase_file: key({
    kind: 'text',
    schema: textLike(PATH),
    fallback: unset,
    expected: PATH_EXPECTED,
    example: '"~/.earshot-passphrase"',
    absent: 'you are asked at the terminal, if there is a passphrase',
    about:
      'A file of yours (mode 0600) or a pipe, as /dev/fd/3, whose first line is the passphrase of your messages; see earshot passphrase.'
  }),
  read_receipts: key({
    kind: 'boolean',
    schema: Schema.Boolean,
    fallback: true,
    expected: 'true or false',
    example: 'false',
    about:
      'Whether peers are told that their messages were shown on your screen, and tell you of yours.'
  })
}

export type ConfigName = keyof typeof CONFIG_KEYS
/** Every name, in the order in which people read them. */
export const CONFIG_NAMES = Object.keys(CONFIG_KEYS) as readonly ConfigName[]

/** The decoded value of each key; undefined where nothing is set and there is no default. */
export type ConfigValues = {
  readonly [N in ConfigName]: (typeof CONFIG_KEYS)[N]['fallback']
}

/** `default_port` is set by EARSHOT_DEFAULT_PORT. */
export const envNameOf = (name: ConfigName): string => `EARSHOT_${name.toUpperCase()}`

export const isConfigName = (name: string): name is ConfigName => Object.hasOwn(CONFIG_KEYS, name)
