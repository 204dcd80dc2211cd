/**
 * Events as the lines of a chat. Pure: the same event and context give the same lines.
 *
 * Kinds of lines, told apart without colour: `* …` what happens, `! …` what went wrong, `name: …`
 * what was said, with a bar before its further lines, and of the history `14:03 name: …` under
 * headings between dashes. No name can hold a colon, so nothing that is said looks like the history.
 * Names that peers chose come after words of ours, and everything that is not ours passes the
 * sanitiser. The window title is never set.
 */
import type { EarshotEvent, EventType } from '../../domain/events.ts'
import type { Line } from '../../services/terminal.ts'
import { DELIVERY_LINES } from './chat-delivery.ts'
import { HISTORY_LINES } from './chat-history.ts'
import { PEER_LINES } from './chat-peer.ts'
import { PLAIN_LINES } from './chat-plain.ts'
import { PROGRAM_LINES } from './chat-program.ts'
import { TALK_LINES } from './chat-talk.ts'
import { TRANSFER_LINES } from './chat-transfer.ts'
import type { Renderers, ViewContext } from './view-context.ts'

// The type makes a new event without lines a compile error.
const LINES: Renderers<EventType> = {
  ...PROGRAM_LINES,
  ...PEER_LINES,
  ...TALK_LINES,
  ...DELIVERY_LINES,
  ...HISTORY_LINES,
  ...TRANSFER_LINES,
  ...PLAIN_LINES
}

/** The lines to print for one event; none for some. */
export const renderChat = (event: EarshotEvent, ctx: ViewContext): readonly Line[] => {
  // The table pairs each type with a function of that type; TypeScript cannot follow the pairing.
  const render = LINES[event.type] as (of: EarshotEvent, with_: ViewContext) => readonly Line[]
  return render(event, ctx)
}
