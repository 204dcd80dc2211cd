/** /info, /peers and /help: one fact a line, so they fit 40 columns and read aloud well. */
import { COMMANDS } from '../../domain/command-table.ts'
import type { PeerDetails, Trust } from '../../domain/events.ts'
import { showEndpoint } from '../../domain/explanation.ts'
import { cleanNickname } from '../../domain/nicknames.ts'
import { formatPeerId, type PeerId } from '../../domain/peer-id.ts'
import { safeLine } from '../../domain/safe-text.ts'
import { statusLine, tableLines } from './lines.ts'
import type { EventOf, ViewContext } from './view-context.ts'

const TRUST: Readonly<Record<Trust, string>> = {
  tofu: 'not verified',
  verified: 'verified',
  blocked: 'blocked'
}

/** From here on, a fact may take a long line. */
const WIDE_COLUMNS_MIN = 64

const BYTE_UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** Bytes in binary units, three digits at least. */
export const showBytes = (bytes: number): string => {
  let unit = 0
  let value = bytes
  while (value >= 1024 && unit < BYTE_UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1
  return `${value.toFixed(digits)} ${BYTE_UNITS[unit] ?? ''}`
}

type Rows = readonly (readonly [name: string, value: string])[]

/** A value on as many rows as it has parts. */
const partRows = (name: string, parts: readonly string[]): Rows =>
  parts.map((part, at) => [at === 0 ? name : '', part])

/** The id in groups, four on a row where there is room. */
const idRows = (id: PeerId, ctx: ViewContext): Rows => {
  const groups = formatPeerId(id).split(' ')
  const perRow = ctx.columns >= WIDE_COLUMNS_MIN ? 4 : 2
  const rows: string[] = []
  for (let at = 0; at < groups.length; at += perRow)
    rows.push(groups.slice(at, at + perRow).join(' '))
  return partRows('id', rows)
}

/** The cipher, a part a row where there is no room for all. */
const cipherRows = (cipher: string | undefined, ctx: ViewContext): Rows => {
  if (cipher === undefined) return []
  const shown = safeLine(cipher, 100)
  return partRows('secured', ctx.columns >= WIDE_COLUMNS_MIN ? [shown] : shown.split(', '))
}

const optional = (name: string, value: string | undefined): Rows =>
  value === undefined ? [] : [[name, value]]

const peerRows = (peer: PeerDetails, ctx: ViewContext): Rows => [
  ['peer', `${ctx.nameOf(peer)}${peer.focused ? ' (in focus)' : ''}`],
  ['state', `${peer.state}, ${TRUST[peer.trust]}`],
  ...idRows(peer.id, ctx),
  ...optional('address', peer.address === undefined ? undefined : showEndpoint(peer.address)),
  ...optional('call', peer.direction),
  ...cipherRows(peer.cipher, ctx),
  ...optional('round trip', peer.rttMs === undefined ? undefined : `${peer.rttMs.toFixed(1)} ms`),
  ['received', `${showBytes(peer.bytesIn)}, ${peer.messagesIn} messages`],
  ['sent', `${showBytes(peer.bytesOut)}, ${peer.messagesOut} messages`],
  ...(peer.waiting > 0 ? optional('waiting', `${peer.waiting} not delivered yet`) : [])
]

/** /info: who we are, and everything about the peers. */
export const infoLines = (event: EventOf<'info.shown'>, ctx: ViewContext): readonly string[] => [
  statusLine(ctx.style, 'You'),
  ...tableLines(ctx.style, [
    ['nickname', (event.nickname && cleanNickname(event.nickname)) || '(none)'],
    ...idRows(event.id, ctx),
    ['listening', event.listening === undefined ? 'no' : showEndpoint(event.listening)]
  ]),
  ...(event.peers.length === 0 ? [statusLine(ctx.style, 'No peers.')] : []),
  ...event.peers.flatMap((peer) => [
    statusLine(ctx.style, 'Peer'),
    ...tableLines(ctx.style, peerRows(peer, ctx))
  ])
]

/** /peers: two lines a peer. */
export const peersLines = (event: EventOf<'peers.shown'>, ctx: ViewContext): readonly string[] =>
  event.peers.length === 0
    ? [statusLine(ctx.style, 'No peers yet.')]
    : [
        statusLine(ctx.style, `Peers: ${event.peers.length}`),
        ...event.peers.flatMap((peer) => [
          `  ${peer.focused ? '> ' : '- '}${ctx.style.peer(ctx.nameOf(peer))}`,
          `    ${peer.state}, ${TRUST[peer.trust]}${peer.waiting > 0 ? `, ${peer.waiting} waiting` : ''}`
        ])
      ]

// Widest command with its arguments, and the gap behind it.
const HELP_COLUMN = 23

/** /help, from the one table of commands. */
export const helpLines = (ctx: ViewContext): readonly string[] => [
  statusLine(ctx.style, 'Commands'),
  ...COMMANDS.flatMap(({ name, aliases, args, help, more = [] }) => {
    const names = [name, ...aliases].join(' ')
    return [
      [args === '' ? names : `${names} ${args}`, help] as const,
      ...more.map((use) => [`${name} ${use.args}`, use.help] as const)
    ]
  }).flatMap(([usage, help]) =>
    ctx.columns >= WIDE_COLUMNS_MIN
      ? [`  ${usage.padEnd(HELP_COLUMN)}  ${help}`]
      : [`  ${usage}`, `    ${help}`]
  ),
  '  Everything else is said to your peer;',
  '  //text says "/text".'
]
