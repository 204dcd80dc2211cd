/** How far a message of ours came, as a mark behind its line: quiet, and of one width. */
import type { EarshotEvent } from '../../domain/events.ts'
import type { HistoryLine } from '../../domain/items.ts'
import type { Line } from '../../services/terminal.ts'
import type { Style } from './style.ts'

/** cancelled: taken back before it was on a link. */
export type MessageState = 'queued' | 'sent' | 'delivered' | 'read' | 'cancelled'

const MARKS: Readonly<Record<MessageState, string>> = {
  queued: '  ·',
  sent: '  →',
  delivered: '  ✓',
  read: ' ✓✓',
  cancelled: '  ✗'
}
const MARKS_ASCII: Readonly<Record<MessageState, string>> = {
  queued: '  .',
  sent: '  >',
  delivered: '  +',
  read: ' ++',
  cancelled: '  x'
}

/** The mark of a state. Grows to the left, so that a line ends where it ended. */
export const markOf = (state: MessageState, style: Style): string =>
  style.quiet((style.ascii ? MARKS_ASCII : MARKS)[state])

/** What the history calls the states of ours. */
export const STATE_OF_LINE: Readonly<
  Record<Exclude<HistoryLine['state'], 'received'>, MessageState>
> = { waiting: 'queued', delivered: 'delivered', read: 'read' }

/** Lines of which the last carries a mark. */
export const markedLines = (lines: readonly string[], id: string, mark: string): readonly Line[] =>
  lines.map((text, at) => (at === lines.length - 1 ? { text, id, mark } : text))

const STATE_OF_EVENT = {
  'message.sent': 'sent',
  'message.delivered': 'delivered',
  'message.read': 'read',
  'message.cancelled': 'cancelled'
} as const satisfies Partial<Record<EarshotEvent['type'], MessageState>>

const tellsState = (
  event: EarshotEvent
): event is Extract<EarshotEvent, { readonly type: keyof typeof STATE_OF_EVENT }> =>
  Object.hasOwn(STATE_OF_EVENT, event.type)

const NO_MARKS: ReadonlyMap<string, string> = new Map()

/** The marks, by id, that an event gives to messages of ours. */
export const marksOf = (event: EarshotEvent, style: Style): ReadonlyMap<string, string> => {
  if (!tellsState(event)) return NO_MARKS
  const mark = markOf(STATE_OF_EVENT[event.type], style)
  return new Map(event.ids.map((id) => [id, mark]))
}
