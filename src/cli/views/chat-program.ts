/** Lines of what concerns the program, the port and the dial. */
import { explainListen, explainStart } from '../../domain/explain.ts'
import { showEndpoint } from '../../domain/explanation.ts'
import { cleanNickname } from '../../domain/nicknames.ts'
import { shortPeerId } from '../../domain/peer-id.ts'
import { safeLine } from '../../domain/safe-text.ts'
import { closeLines, isIdentityChange } from './close-lines.ts'
import { errorLine, failureLines, statusLine } from './lines.ts'
import type { Style } from './style.ts'
import type { EventOf, Renderers } from './view-context.ts'

const THEN = {
  listen: 'Waiting for your peer to call instead.',
  retry: 'It is tried again.',
  stop: undefined
} as const

const dialFailedLines = (event: EventOf<'dial.failed'>, style: Style): readonly string[] => {
  const then = isIdentityChange(event.reason) ? undefined : THEN[event.then]
  return [
    ...closeLines(event.reason, style),
    ...(then === undefined ? [] : [statusLine(style, then)])
  ]
}

const ENDING = {
  quit: 'Goodbye.',
  signal: 'Stopped by a signal. Goodbye.',
  'input-ended': 'End of input. Goodbye.',
  error: 'Ended by an error.',
  'peer-left': 'The peer has left. Goodbye.'
} as const

const listenLines = (event: EventOf<'listen.opened'>, style: Style): readonly string[] => [
  statusLine(style, `Listening on: ${showEndpoint(event.address)}`),
  ...event.reachable.map((address) =>
    style.status(`  Your peer may reach you at ${safeLine(address, 300)}`)
  )
]

export const PROGRAM_LINES: Renderers<
  | 'app.started'
  | 'app.profile'
  | 'app.ending'
  | 'app.failed'
  | 'listen.opened'
  | 'listen.waiting'
  | 'listen.failed'
  | 'listen.moved'
  | 'dial.started'
  | 'dial.failed'
> = {
  'app.started': (event, ctx) => {
    const name = event.nickname === undefined ? undefined : cleanNickname(event.nickname)
    const who = name === undefined ? shortPeerId(event.id) : `${name} (${shortPeerId(event.id)})`
    return [
      statusLine(
        ctx.style,
        `Earshot ${safeLine(event.version, 40)}. You are ${who}. /help lists the commands.`
      )
    ]
  },
  'app.profile': (event, ctx) => [
    statusLine(
      ctx.style,
      `The profile ${safeLine(event.wanted, 100)} is in use by process ${event.pid}; this run uses ${safeLine(event.profile, 100)}.`
    )
  ],
  'app.ending': (event, ctx) => [statusLine(ctx.style, ENDING[event.why])],
  'app.failed': (event, ctx) => {
    const { failure } = event
    switch (failure._tag) {
      case 'PeerUnreachable':
        return closeLines(failure.reason, ctx.style)
      case 'Undelivered':
        // What becomes of the messages is said next (outbox.waiting).
        return [errorLine(ctx.style, explainStart(failure).text)]
      default:
        return failureLines(ctx.style, explainStart(failure))
    }
  },
  'listen.opened': (event, ctx) => listenLines(event, ctx.style),
  'listen.waiting': (_, ctx) => [
    statusLine(ctx.style, `Waiting for peer to connect${ctx.style.ascii ? '...' : '…'}`)
  ],
  'listen.failed': (event, ctx) => failureLines(ctx.style, explainListen(event.failure)),
  'listen.moved': (event, ctx) => [
    statusLine(ctx.style, `Port ${event.wanted} is taken; using ${event.port} instead.`)
  ],
  'dial.started': (event, ctx) => {
    const again = event.attempt > 1 ? ` (attempt ${event.attempt})` : ''
    return [
      statusLine(
        ctx.style,
        `Connecting to ${showEndpoint(event.target)}${again}${ctx.style.ascii ? '...' : '…'}`
      )
    ]
  },
  'dial.failed': (event, ctx) => dialFailedLines(event, ctx.style)
}
