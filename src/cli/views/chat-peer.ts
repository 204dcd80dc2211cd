/** Lines of what concerns one peer. */
import { explainClose, explainStart } from '../../domain/explain.ts'
import { showEndpoint, showSeconds } from '../../domain/explanation.ts'
import { cleanNickname, NAMELESS } from '../../domain/nicknames.ts'
import { closeLines, isIdentityChange } from './close-lines.ts'
import { errorLine, failureLines, statusLine } from './lines.ts'
import { connectedLines, safetyNumberLines } from './peer-lines.ts'
import type { EventOf, Renderers, ViewContext } from './view-context.ts'

const disconnectedLines = (
  event: EventOf<'peer.disconnected'>,
  ctx: ViewContext
): readonly string[] => {
  const text = `Peer disconnected: ${ctx.nameOf(event.peer)}`
  if (isIdentityChange(event.reason))
    return [statusLine(ctx.style, text), ...closeLines(event.reason, ctx.style)]
  const left = event.reason._tag === 'Bye' && event.reason.why === 'quit'
  if (left) return [statusLine(ctx.style, `${text} (left)`)]
  return [statusLine(ctx.style, text), ...failureLines(ctx.style, explainClose(event.reason))]
}

const DECLINED = {
  'by-user': 'you declined',
  policy: 'unknown peers are not let in',
  timeout: 'nobody answered in time'
} as const

export const PEER_LINES: Renderers<
  | 'peer.connected'
  | 'peer.knocking'
  | 'peer.declined'
  | 'peer.renamed'
  | 'peer.suspect'
  | 'peer.recovered'
  | 'peer.disconnected'
  | 'peer.reconnecting'
  | 'peer.awaited'
  | 'peer.lost'
  | 'peer.unsaved'
  | 'peer.focused'
  | 'peer.safety-number'
> = {
  'peer.connected': (event, ctx) => connectedLines(event, ctx),
  'peer.knocking': (event, ctx) => [
    statusLine(
      ctx.style,
      `Unknown peer at the door, from ${showEndpoint(event.address)}: ${ctx.nameOf(event.peer)}`
    ),
    ctx.style.status('  /accept lets it in, /decline turns it away.')
  ],
  'peer.declined': (event, ctx) => [
    statusLine(ctx.style, `Not let in (${DECLINED[event.why]}): ${ctx.nameOf(event.peer)}`)
  ],
  'peer.renamed': (event, ctx) => {
    const before = event.before === undefined ? undefined : cleanNickname(event.before)
    return [
      statusLine(ctx.style, `New nickname: ${before ?? NAMELESS} is now ${ctx.nameOf(event.peer)}`)
    ]
  },
  'peer.suspect': (event, ctx) => [
    statusLine(
      ctx.style,
      `No sign of life for ${showSeconds(event.silentMs)} from ${ctx.nameOf(event.peer)}`
    )
  ],
  'peer.recovered': (event, ctx) => [
    statusLine(ctx.style, `Signs of life again from ${ctx.nameOf(event.peer)}`)
  ],
  'peer.disconnected': (event, ctx) => disconnectedLines(event, ctx),
  'peer.reconnecting': (event, ctx) => {
    const wait = event.delayMs === 0 ? 'now' : `in ${showSeconds(event.delayMs)}`
    return [
      statusLine(
        ctx.style,
        `Reconnecting ${wait} (attempt ${event.attempt} of ${event.attempts}) to ${ctx.nameOf(event.peer)}`
      )
    ]
  },
  'peer.awaited': (event, ctx) => [
    statusLine(ctx.style, `Waiting for a call from ${ctx.nameOf(event.peer)}`)
  ],
  'peer.lost': (event, ctx) => [
    errorLine(
      ctx.style,
      `Given up after ${event.attempts} attempts to reach ${ctx.nameOf(event.peer)}`
    )
  ],
  'peer.unsaved': (event, ctx) => [
    errorLine(ctx.style, `Not remembered after this run: ${ctx.nameOf(event.peer)}`),
    ...failureLines(ctx.style, explainStart(event.failure))
  ],
  'peer.focused': (event, ctx) => [statusLine(ctx.style, `You talk to ${ctx.nameOf(event.peer)}`)],
  'peer.safety-number': (event, ctx) => safetyNumberLines(event, ctx)
}
