/** Lines of what was said, asked for and refused. */
import { explainClose } from '../../domain/explain.ts'
import { explainStore } from '../../domain/explain-store.ts'
import { showEndpoint, showSeconds } from '../../domain/explanation.ts'
import { cleanNickname } from '../../domain/nicknames.ts'
import { safeLine } from '../../domain/safe-text.ts'
import type { Line } from '../../services/terminal.ts'
import { closeLines, isIdentityChange, isNoise } from './close-lines.ts'
import { errorLine, errorLines, reasonLines, reasonsOf, spokenLines, statusLine } from './lines.ts'
import { markedLines, markOf } from './message-marks.ts'
import type { Style } from './style.ts'
import { helpLines, infoLines, peersLines } from './tables.ts'
import type { EventOf, Renderers, ViewContext } from './view-context.ts'

const WHY_FAILED = {
  'no-peer': 'Nobody is connected yet, so this was not sent.',
  'too-long': 'This message is too long, so it was not sent.',
  'outbox-full': 'Too many messages wait for this peer already, so this was not sent.',
  'not-stored': 'This message could not be stored, so it was not sent.'
} as const

/** Characters of a failed message that are repeated with the reason. */
const FAILED_CHARS_MAX = 60

const failedMessageLines = (event: EventOf<'message.failed'>, style: Style): readonly string[] => [
  ...errorLines(
    style,
    WHY_FAILED[event.why],
    ...(event.failure === undefined ? [] : reasonsOf(explainStore(event.failure)))
  ),
  `  ${style.quiet(safeLine(event.text.length > FAILED_CHARS_MAX ? `${safeLine(event.text, FAILED_CHARS_MAX)}…` : event.text))}`
]

const ownLines = (event: EventOf<'message.queued'>, ctx: ViewContext): readonly Line[] => {
  const to = ctx.several ? ` to ${ctx.nameOf(event.peer)}` : ''
  // Where no mark can say that a text waits, its label does, instead of a line of its own each time.
  const label = `You${to}${event.online || ctx.marks ? '' : ' (waiting)'}`
  const lines = spokenLines(ctx.style, ctx.style.own, label, event.text)
  return ctx.marks ? markedLines(lines, event.id, markOf('queued', ctx.style)) : lines
}

const receivedLines = (event: EventOf<'message.received'>, ctx: ViewContext): readonly string[] => {
  const lines = spokenLines(ctx.style, ctx.style.peer, ctx.nameOf(event.peer), event.text)
  if (event.again !== true) return lines
  // It begins as no line of a peer can: a name may hold words in brackets, but no leading star.
  const [first = '', ...rest] = lines
  return [`${ctx.style.status('* (maybe shown before)')} ${first}`, ...rest]
}

const invalidLines = (event: EventOf<'command.invalid'>, style: Style): readonly string[] => [
  errorLine(style, `Not understood: ${safeLine(event.detail, 300)}.`),
  ...(event.suggestion === undefined
    ? []
    : [style.error(`  Did you mean ${safeLine(event.suggestion, 80)}?`)])
]

export const TALK_LINES: Renderers<
  | 'message.received'
  | 'message.queued'
  | 'message.failed'
  | 'link.refused'
  | 'link.flood'
  | 'info.shown'
  | 'peers.shown'
  | 'help.shown'
  | 'nick.changed'
  | 'command.invalid'
  | 'command.unavailable'
> = {
  'message.received': receivedLines,
  'message.queued': ownLines,
  'message.failed': (event, ctx) => failedMessageLines(event, ctx.style),
  'link.refused': (event, ctx) =>
    isIdentityChange(event.reason)
      ? closeLines(event.reason, ctx.style)
      : isNoise(event.reason)
        ? []
        : reasonLines(
            ctx.style,
            `Refused a call from ${showEndpoint(event.address)}`,
            explainClose(event.reason)
          ),
  'link.flood': (event, ctx) => [
    statusLine(
      ctx.style,
      `Too many calls: ${event.dropped} dropped in ${showSeconds(event.sinceMs)}. The chat goes on.`
    )
  ],
  'info.shown': (event, ctx) => infoLines(event, ctx),
  'peers.shown': (event, ctx) => peersLines(event, ctx),
  'help.shown': (_, ctx) => helpLines(ctx),
  'nick.changed': (event, ctx) => [
    statusLine(ctx.style, `Your nickname is now ${cleanNickname(event.nickname) ?? '(none)'}`)
  ],
  'command.invalid': (event, ctx) => invalidLines(event, ctx.style),
  'command.unavailable': (event, ctx) => [
    errorLine(ctx.style, `${safeLine(event.command, 40)}: ${safeLine(event.detail, 300)}`)
  ]
}
