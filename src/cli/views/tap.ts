/** The views as taps of the event stream: they observe and print, and change nothing. */
import type { EarshotEvent } from '../../domain/events.ts'
import type { Terminal } from '../../services/terminal.ts'
import { renderChat } from './chat-view.ts'
import { renderJson } from './json-view.ts'
import { makeNames } from './names.ts'
import { makeStyle, type StyleOptions } from './style.ts'

/** Takes a batch of events. */
export type Tap = (events: readonly EarshotEvent[]) => void

type Screen = Pick<Terminal['Service'], 'print' | 'columns' | 'setPrompt'>

const PROMPT = '> '
/** The prompt of a conversation that nobody protects. */
const PROMPT_UNPROTECTED = 'UNPROTECTED> '

/** Shows a chat: one print per batch, so a burst costs one redraw. */
export const makeChatTap = (terminal: Screen, options: StyleOptions): Tap => {
  const style = makeStyle(options)
  const names = makeNames()
  let told: string | undefined
  /** The end of a run for a reason that was just told as that of its dial or line says nothing new. */
  const isToldAlready = (event: EarshotEvent): boolean => {
    if (event.type === 'dial.failed' || event.type === 'plain.disconnected')
      told = JSON.stringify(event.reason)
    return (
      event.type === 'app.failed' &&
      event.failure._tag === 'PeerUnreachable' &&
      JSON.stringify(event.failure.reason) === told
    )
  }
  terminal.setPrompt(PROMPT)
  return (events) => {
    const lines: string[] = []
    for (const event of events) {
      names.note(event)
      if (isToldAlready(event)) continue
      if (event.type === 'plain.connected') terminal.setPrompt(style.error(PROMPT_UNPROTECTED))
      const context = {
        style,
        columns: terminal.columns(),
        nameOf: names.nameOf,
        several: names.several()
      }
      for (const line of renderChat(event, context)) lines.push(line)
    }
    if (lines.length > 0) terminal.print(lines)
  }
}

/** Writes each event as one JSON line. @param now milliseconds since the epoch, from Effect's clock. */
export const makeJsonTap =
  (terminal: Pick<Terminal['Service'], 'print'>, now: () => number): Tap =>
  (events) => {
    const time = now()
    if (events.length > 0) terminal.print(events.map((event) => renderJson(event, time)))
  }
