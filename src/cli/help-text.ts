/** What `--help` teaches beyond the list of flags. The manual page says the same. */
import * as Exit from '../domain/exit-code.ts'

export const EXAMPLES: readonly (readonly [command: string, about: string])[] = [
  ['earshot', 'asks for an address and a port'],
  ['earshot --port 8080', 'wait for a friend'],
  ['earshot --connect 192.168.1.20:8080', 'call a friend'],
  ['earshot -c [2001:db8::7]:8080 -n alice', 'over IPv6, with a name'],
  ['echo hi | earshot -c friend.example:8080', 'send, wait for delivery, end'],
  ['earshot --json -p 8080 --stay', 'for programs: JSON lines both ways'],
  ['earshot history bob --since 3d', 'what was said, where it is kept'],
  ['earshot receive --port 8080', 'take files, then end'],
  ['earshot send photos -c friend.example:8080', 'send files, then end']
]

export const REMEDIES: readonly (readonly [symptom: string, remedy: string])[] = [
  ['Connection refused', 'nobody listens there: start earshot there first'],
  ['Timeout, no route', 'a firewall or router is between: open or forward the port'],
  ['Port in use', 'take another with --port, and tell your friend'],
  ['Key changed', 'ask your friend, then: earshot peers rekey OLD NEW'],
  ['Anything else', 'earshot --debug says where the log is']
]

export const VARIABLES: readonly (readonly [name: string, about: string])[] = [
  ['EARSHOT_HOME', 'like --home'],
  ['EARSHOT_PROFILE', 'like --profile'],
  ['EARSHOT_CONFIG', 'like --config'],
  ['EARSHOT_<KEY>', 'any key of the configuration, as EARSHOT_DEFAULT_PORT'],
  ['NO_COLOR', 'no colours']
]

export const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] = [
  [Exit.EXIT_OK, 'done: also after Ctrl+C, /quit, SIGTERM or the end of input'],
  [Exit.EXIT_DEFECT, 'a bug of Earshot'],
  [Exit.EXIT_USAGE, 'wrong arguments or variables'],
  [Exit.EXIT_IDENTITY, 'the peer is not the one it should be'],
  [Exit.EXIT_UNAVAILABLE, 'the peer cannot be reached or was lost; Node.js is too old'],
  [Exit.EXIT_CANNOT_CREATE, 'the port cannot be opened, or the file is there already'],
  [Exit.EXIT_IO, 'a file cannot be read or written'],
  [Exit.EXIT_TEMPORARY, 'not now: messages undelivered, profile or store in use'],
  [Exit.EXIT_PROTOCOL, 'the other end is no Earshot, or one that does not fit'],
  [Exit.EXIT_DENIED, 'the system, the peer or the passphrase does not allow it'],
  [Exit.EXIT_CONFIG, 'the configuration, the key file or the store of messages is wrong']
]

/** What `earshot history --help` shows. */
const HISTORY_EXAMPLES: readonly (readonly [command: string, about: string])[] = [
  ['earshot --history', 'talk, and keep what is said'],
  ['earshot history', 'the conversations that there are'],
  ['earshot history bob --search "two words"', 'where both occur'],
  ['earshot history bob --all | less', 'everything'],
  ['earshot history bob --json | jq -r .text', 'only the texts'],
  ['earshot history bob --export bob.md', 'a copy that is not encrypted'],
  ['earshot history bob --keep off', 'no longer keep this one'],
  ['earshot history bob --erase --yes', 'delete what is kept of it']
]

/** What `earshot send --help` shows. */
const SEND_EXAMPLES: readonly (readonly [command: string, about: string])[] = [
  ['earshot send a.pdf photos -c 192.168.1.20:8080', 'a file and a folder'],
  ['earshot send a.pdf --port 8080', 'to whoever calls'],
  ['tar c . | earshot send - --as all.tar -c HOST:8080', 'from a pipe'],
  ['earshot send a.pdf -c HOST:8080 --expect ID', 'to this peer and no other'],
  ['earshot send a.pdf -c HOST:8080 --json', 'progress as JSON lines']
]

/** What `earshot receive --help` shows. */
const RECEIVE_EXAMPLES: readonly (readonly [command: string, about: string])[] = [
  ['earshot receive --port 8080', 'into the download folder'],
  ['earshot receive --port 8080 --output backup', 'into another one'],
  ['earshot receive -p 8080 --accept-from ID', 'from this peer and no other'],
  ['earshot receive -p 8080 --output - | tar x', 'to a pipe'],
  ['earshot receive -p 8080 --stay', 'from one peer after the other']
]

const table = (rows: readonly (readonly [string | number, string])[]): string => {
  const width = Math.max(...rows.map(([left]) => String(left).length))
  return rows.map(([left, right]) => `  ${String(left).padEnd(width)}  ${right}`).join('\n')
}

/** The end of `--help`. */
export const HELP_AFTER = `
Examples:
${table(EXAMPLES)}

When it does not work:
${table(REMEDIES)}

Environment (goes before the configuration file; flags go before both):
${table(VARIABLES)}

Exit codes:
${table(EXIT_CODES)}

In a conversation, /help lists the commands. More: man earshot`

/** The end of `earshot history --help`. */
export const HISTORY_HELP_AFTER = `
Examples:
${table(HISTORY_EXAMPLES)}

What is stored is encrypted under a key beside it: see earshot passphrase.
While a conversation goes on, /history there changes what is kept.`

/** The end of `earshot send --help`. */
export const SEND_HELP_AFTER = `
Examples:
${table(SEND_EXAMPLES)}`

/** The end of `earshot receive --help`. */
export const RECEIVE_HELP_AFTER = `
Examples:
${table(RECEIVE_EXAMPLES)}`
