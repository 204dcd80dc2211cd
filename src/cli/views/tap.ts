/** The views as taps of the event stream: they observe and print, and change nothing. */
import type { EarshotEvent } from '../../domain/events.ts'
import type { Line, Terminal } from '../../services/terminal.ts'
import { renderChat } from './chat-view.ts'
import { renderJson } from './json-view.ts'
import { makeLocalTime } from './local-time.ts'
import { marksOf } from './message-marks.ts'
import { makeNames } from './names.ts'
import { makeStyle, type StyleOptions } from './style.ts'
import { makeWaitingPrompt } from './waiting-prompt.ts'

/** Takes a batch of events. */
export type Tap = (events: readonly EarshotEvent[]) => void

type Screen = Pick<Terminal['Service'], 'print' | 'mark' | 'columns' | 'setPrompt' | 'styled'>

/** The prompt of a conversation that nobody protects. */
const PROMPT_UNPROTECTED = 'UNPROTECTED> '

/** The lines of one batch, and what it says of lines that stand already. */
class Batch {
  readonly lines: Line[] = []
  /** Marks of lines from before this batch. */
  readonly marks = new Map<string, string>()
  readonly #places = new Map<string, number>()

  add(line: Line): void {
    if (typeof line !== 'string') this.#places.set(line.id, this.lines.length)
    this.lines.push(line)
  }

  /** News of a line goes to where it is: into this batch, or onto the screen. */
  note(marks: ReadonlyMap<string, string>): void {
    for (const [id, mark] of marks) {
      this.marks.set(id, mark)
      const place = this.#places.get(id)
      const line = place === undefined ? undefined : this.lines[place]
      if (place !== undefined && line !== undefined && typeof line !== 'string')
        this.lines[place] = { ...line, mark }
    }
  }
}

/** What was told last of why it ends: a run that ends for that reason says nothing new. */
const makeToldAlready = (): ((event: EarshotEvent) => boolean) => {
  let told: string | undefined
  return (event) => {
    if (event.type === 'dial.failed' || event.type === 'plain.disconnected')
      told = JSON.stringify(event.reason)
    return (
      event.type === 'app.failed' &&
      event.failure._tag === 'PeerUnreachable' &&
      JSON.stringify(event.failure.reason) === told
    )
  }
}

/** Shows a chat: one print per batch, so a burst costs one redraw. */
export const makeChatTap = (terminal: Screen, options: StyleOptions): Tap => {
  const style = makeStyle(options)
  const names = makeNames()
  const waiting = makeWaitingPrompt(style, names.nameOf)
  const isToldAlready = makeToldAlready()
  const time = makeLocalTime()
  let isProtected = true
  let prompt = ''
  const showPrompt = (): void => {
    const now = isProtected ? waiting.text() : style.error(PROMPT_UNPROTECTED)
    if (now !== prompt) terminal.setPrompt(now)
    prompt = now
  }
  showPrompt()
  return (events) => {
    const batch = new Batch()
    for (const event of events) {
      names.note(event)
      waiting.note(event)
      if (isToldAlready(event)) continue
      if (event.type === 'plain.connected') isProtected = false
      const context = {
        style,
        columns: terminal.columns(),
        nameOf: names.nameOf,
        several: names.several(),
        marks: terminal.styled,
        time
      }
      for (const line of renderChat(event, context)) batch.add(line)
      if (terminal.styled) batch.note(marksOf(event, style))
    }
    // Lines of this batch know their marks already, so what is older goes first.
    if (batch.marks.size > 0) terminal.mark(batch.marks)
    if (batch.lines.length > 0) terminal.print(batch.lines)
    showPrompt()
  }
}

/** Writes each event as one JSON line. @param now milliseconds since the epoch, from Effect's clock. */
export const makeJsonTap =
  (terminal: Pick<Terminal['Service'], 'print'>, now: () => number): Tap =>
  (events) => {
    const time = now()
    if (events.length > 0) terminal.print(events.map((event) => renderJson(event, time)))
  }
