/** Lines of an unprotected conversation (S25): the mark is on every one. */
import { explainClose } from '../../domain/explain.ts'
import { showEndpoint } from '../../domain/explanation.ts'
import { failureLines, spokenLines, statusLine } from './lines.ts'
import type { Renderers } from './view-context.ts'

export const PLAIN_LINES: Renderers<
  'plain.connected' | 'plain.disconnected' | 'plain.line' | 'plain.sent'
> = {
  'plain.connected': (event, ctx) => [
    event.direction === 'outgoing'
      ? statusLine(
          ctx.style,
          'Connected to peer! UNPROTECTED: anyone on the way can read and change this.'
        )
      : statusLine(
          ctx.style,
          `Peer connected from ${showEndpoint(event.address)}. UNPROTECTED: anyone on the way can read and change this.`
        )
  ],
  'plain.disconnected': (event, ctx) => [
    statusLine(ctx.style, `Peer disconnected: ${showEndpoint(event.address)}`),
    ...(event.reason._tag === 'Bye' ? [] : failureLines(ctx.style, explainClose(event.reason)))
  ],
  'plain.line': (event, ctx) =>
    spokenLines(
      ctx.style,
      ctx.style.peer,
      `UNPROTECTED ${showEndpoint(event.address)}`,
      event.text
    ),
  'plain.sent': (event, ctx) => spokenLines(ctx.style, ctx.style.own, 'UNPROTECTED You', event.text)
}
