/** The longer announcements about a peer: connected, key changed, safety number. */
import { showEndpoint } from '../../domain/explanation.ts'
import type { SecureFailure } from '../../domain/failures.ts'
import { formatPeerId } from '../../domain/peer-id.ts'
import { safeLine } from '../../domain/safe-text.ts'
import { errorLine, statusLine } from './lines.ts'
import type { Style } from './style.ts'
import type { EventOf, ViewContext } from './view-context.ts'

const lock = (style: Style): string => (style.ascii ? '[encrypted]' : '🔒 encrypted:')

const trustLine = (event: EventOf<'peer.connected'>, name: string): string | undefined => {
  if (event.firstContact) return `First contact with ${name}, not verified: compare with /verify`
  return event.trust === 'verified' ? `Verified: ${name}` : undefined
}

/** A peer is there: who, from where, how protected, how far known. */
export const connectedLines = (
  event: EventOf<'peer.connected'>,
  ctx: ViewContext
): readonly string[] => {
  const { style } = ctx
  const name = ctx.nameOf(event.peer)
  const address = showEndpoint(event.address)
  const again = event.returned ? ' again' : ''
  const trust = trustLine(event, name)
  return [
    event.direction === 'outgoing'
      ? statusLine(style, `Connected${again} to peer! ${address}, ${name}`)
      : statusLine(style, `Peer connected${again} from ${address}: ${name}`),
    style.status(`  ${lock(style)} ${safeLine(event.cipher, 100)}`),
    ...(trust === undefined ? [] : [statusLine(style, trust)]),
    ...(event.nicknameTakenBy === undefined
      ? []
      : [
          errorLine(
            style,
            `${style.ascii ? '' : '⚠ '}Not your contact: another peer carries this name already: ${name}`
          ),
          style.error('  Do not go by the name; compare with /verify.')
        ])
  ]
}

/** The key is not the known one. Several lines, so that nobody types past them. */
export const identityChangedLines = (
  failure: Extract<SecureFailure, { readonly _tag: 'IdentityChanged' }>,
  style: Style
): readonly string[] => [
  errorLine(style, 'IDENTITY CHANGED. The connection was stopped and nothing was sent.'),
  style.error('  The other end shows a key that is not the one known for this peer:'),
  style.error(`  expected ${formatPeerId(failure.expected)}`),
  style.error(`  got      ${formatPeerId(failure.actual)}`),
  style.error(
    '  Somebody may be in between, or your peer has a new key (new machine, new profile).'
  ),
  style.error('  Ask over another way. Only if the key was really replaced:'),
  style.error('  earshot peers rekey OLD NEW, each id in quotes.')
]

/** Groups of digits on a row: fits 40 columns. */
const GROUPS_PER_ROW = 4

const safetyRows = (safetyNumber: string): readonly string[] => {
  const groups = safeLine(safetyNumber, 400).split(' ')
  const rows: string[] = []
  for (let at = 0; at < groups.length; at += GROUPS_PER_ROW)
    rows.push(groups.slice(at, at + GROUPS_PER_ROW).join(' '))
  return rows
}

/** /verify: the number to compare, or that it was compared. */
export const safetyNumberLines = (
  event: EventOf<'peer.safety-number'>,
  ctx: ViewContext
): readonly string[] => {
  const { style } = ctx
  const name = ctx.nameOf(event.peer)
  return [
    statusLine(style, `Safety number with ${name}:`),
    ...safetyRows(event.safetyNumber).map((row) => `    ${row}`),
    ...(event.trust === 'verified'
      ? [statusLine(style, `Verified: ${name}`)]
      : [
          style.status('  Read it to each other another way.'),
          style.status('  The same? Then type /verify match')
        ])
  ]
}
