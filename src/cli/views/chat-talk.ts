/** Lines of what was said, asked for and refused. */
import { explainClose } from '../../domain/explain.ts'
import { showEndpoint, showSeconds } from '../../domain/explanation.ts'
import { cleanNickname } from '../../domain/nicknames.ts'
import { safeLine } from '../../domain/safe-text.ts'
import { closeLines, isIdentityChange, isNoise } from './close-lines.ts'
import { errorLine, reasonLines, spokenLines, statusLine } from './lines.ts'
import type { Style } from './style.ts'
import { helpLines, infoLines, peersLines } from './tables.ts'
import type { EventOf, Renderers, ViewContext } from './view-context.ts'

const WHY_FAILED = {
  'no-peer': 'Nobody is connected yet, so this was not sent.',
  'too-long': 'This message is too long, so it was not sent.',
  'outbox-full': 'Too many messages wait for this peer already, so this was not sent.'
} as const

/** Characters of a failed message that are repeated with the reason. */
const FAILED_CHARS_MAX = 60

const failedMessageLines = (event: EventOf<'message.failed'>, style: Style): readonly string[] => [
  errorLine(style, WHY_FAILED[event.why]),
  `  ${style.quiet(safeLine(event.text.length > FAILED_CHARS_MAX ? `${safeLine(event.text, FAILED_CHARS_MAX)}…` : event.text))}`
]

const ownLines = (event: EventOf<'message.queued'>, ctx: ViewContext): readonly string[] => {
  const to = ctx.several ? ` to ${ctx.nameOf(event.peer)}` : ''
  // Without a link the text waits; the label says so instead of a line of its own each time.
  const label = `You${to}${event.online ? '' : ' (waiting)'}`
  return spokenLines(ctx.style, ctx.style.own, label, event.text)
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
  | 'message.delivered'
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
  'message.received': (event, ctx) =>
    spokenLines(ctx.style, ctx.style.peer, ctx.nameOf(event.peer), event.text),
  'message.queued': (event, ctx) => ownLines(event, ctx),
  // A line for each would double the chat; /info counts what still waits.
  'message.delivered': () => [],
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
