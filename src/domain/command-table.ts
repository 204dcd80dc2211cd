/** What a person may type (S8). The one table from which /help, completion and docs come. */

/** One command of the table. */
export interface CommandEntry {
  /** With its slash, as all names here. */
  readonly name: string
  readonly aliases: readonly string[]
  /** Its arguments as help shows them; empty without any. */
  readonly args: string
  readonly help: string
  /** What else it does with other arguments. */
  readonly more?: readonly { readonly args: string; readonly help: string }[]
  /** Words that may be its argument, for completion. */
  readonly words?: readonly string[]
  /** true: its argument may be a transfer, for completion. */
  readonly transfers?: true
  /** true: its arguments are paths of this machine, for completion. */
  readonly paths?: true
}

/** Every command, in the order of /help. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: '/help', aliases: ['/?'], args: '', help: 'show this list' },
  { name: '/quit', aliases: ['/exit'], args: '', help: 'leave' },
  { name: '/info', aliases: [], args: '', help: 'ids, addresses, encryption, times' },
  { name: '/nick', aliases: ['/nickname'], args: 'NAME', help: 'change your nickname' },
  { name: '/peers', aliases: ['/list'], args: '', help: 'list the peers' },
  { name: '/to', aliases: [], args: 'WHO', help: 'talk to this peer' },
  {
    name: '/verify',
    aliases: [],
    args: '[match]',
    help: 'show or confirm the safety number',
    words: ['match']
  },
  {
    name: '/accept',
    aliases: [],
    args: '[tN|WHO]',
    help: 'take a file, or let a peer in',
    more: [{ args: 'tN anyway', help: 'take it with its risks' }],
    transfers: true
  },
  {
    name: '/decline',
    aliases: [],
    args: '[tN|WHO]',
    help: 'turn away a file or a peer',
    transfers: true
  },
  {
    name: '/accept-all',
    aliases: [],
    args: '[WHO] [off]',
    help: 'take all of a peer, this run',
    words: ['off']
  },
  { name: '/connect', aliases: [], args: 'HOST:PORT|WHO', help: 'call a peer' },
  { name: '/queue', aliases: [], args: '', help: 'what waits to be delivered' },
  {
    name: '/cancel',
    aliases: [],
    args: 'N|all',
    help: 'take back what waits',
    more: [{ args: 'tN|files', help: 'end a transfer, or all' }],
    words: ['all', 'files'],
    transfers: true
  },
  {
    name: '/history',
    aliases: [],
    args: '[WHO] [N]',
    help: 'show the last lines',
    more: [
      { args: 'on|off|default', help: 'keep this talk, or not' },
      { args: 'erase', help: 'delete what is kept of it' }
    ],
    words: ['on', 'off', 'default', 'erase']
  },
  { name: '/search', aliases: [], args: 'WORDS', help: 'find them in the history' },
  {
    name: '/send',
    aliases: ['/file'],
    args: 'PATH...',
    help: 'send files and folders',
    paths: true
  },
  { name: '/transfers', aliases: [], args: '', help: 'list the files on their way' },
  {
    name: '/pause',
    aliases: [],
    args: 'tN|all',
    help: 'let a transfer rest',
    words: ['all'],
    transfers: true
  },
  {
    name: '/resume',
    aliases: [],
    args: 'tN|all',
    help: 'let it go on',
    words: ['all'],
    transfers: true
  },
  {
    name: '/retry',
    aliases: [],
    args: 'tN|all',
    help: 'offer again what failed',
    words: ['all'],
    transfers: true
  },
  { name: '/autoopen', aliases: ['/auto'], args: '', help: 'open received media: on or off' }
]

/** Every name and alias with the name that it stands for. */
export const CANONICAL: ReadonlyMap<string, string> = new Map(
  COMMANDS.flatMap(({ name, aliases }) => [name, ...aliases].map((each) => [each, name] as const))
)
