/** The views as taps of the event stream: they observe and print, and change nothing. */
import type { EarshotEvent } from '../../domain/events.ts'
import type { TransferId } from '../../domain/transfers.ts'
import type { Line, Terminal } from '../../services/terminal.ts'
import { renderChat } from './chat-view.ts'
import { renderJson } from './json-view.ts'
import { makeLocalTime } from './local-time.ts'
import { marksOf } from './message-marks.ts'
import { makeNames } from './names.ts'
import { makeStyle, type Style, type StyleOptions } from './style.ts'
import { makeProgress, makeQuietProgress } from './transfer-progress.ts'
import { makeWaitingPrompt } from './waiting-prompt.ts'

/** Takes a batch of events. */
export type Tap = (events: readonly EarshotEvent[]) => void

type Screen = Pick<
  Terminal['Service'],
  'print' | 'mark' | 'columns' | 'setPrompt' | 'setStatus' | 'styled'
>

/** The standing lines are drawn at most 30 times a second: less would be seen, more would not. */
const FRAME_MS = 34
/** How often a program is told how far a transfer is. */
const JSON_PROGRESS_MS = 1000

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

/**
 * The standing lines of what moves. They are sampled when events come, which they do many times a second
 * while anything moves: lines that come or go are drawn at once, others once a frame.
 */
const makeStatus = (
  terminal: Screen,
  style: Style,
  now: () => number
): { readonly note: (event: EarshotEvent) => void; readonly draw: () => void } => {
  const progress = makeProgress(style)
  let isDirty = false
  let isUrgent = false
  let drawnAt = Number.NEGATIVE_INFINITY
  return {
    note: (event) => {
      const changed = progress.note(event)
      isUrgent ||= changed
      isDirty ||= changed || event.type === 'transfer.progress'
    },
    draw: () => {
      if (!isDirty || (!isUrgent && now() - drawnAt < FRAME_MS)) return
      isDirty = false
      isUrgent = false
      drawnAt = now()
      // The last column stays free: in it some terminals wrap.
      terminal.setStatus(progress.lines(terminal.columns() - 1))
    }
  }
}

/**
 * Shows a chat: one print per batch, so a burst costs one redraw. @param now milliseconds since the epoch,
 * from Effect's clock.
 */
export const makeChatTap = (terminal: Screen, options: StyleOptions, now: () => number): Tap => {
  const style = makeStyle(options)
  const status = makeStatus(terminal, style, now)
  const quietly = makeQuietProgress(style, now)
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
      if (terminal.styled) status.note(event)
      else for (const line of quietly(event)) batch.add(line)
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
    status.draw()
    showPrompt()
  }
}

/** Lets through what a program is told: of the progress of each transfer not everything. */
const makeThinning = (now: () => number): ((event: EarshotEvent) => boolean) => {
  const told = new Map<TransferId, number>()
  return (event) => {
    if (event.type === 'transfer.done' || event.type === 'transfer.ended')
      told.delete(event.transfer.id)
    if (event.type !== 'transfer.progress') return true
    const { id } = event.transfer
    if (now() - (told.get(id) ?? Number.NEGATIVE_INFINITY) < JSON_PROGRESS_MS) return false
    told.set(id, now())
    return true
  }
}

/** Writes each event as one JSON line. @param now milliseconds since the epoch, from Effect's clock. */
export const makeJsonTap = (
  terminal: Pick<Terminal['Service'], 'print'>,
  now: () => number
): Tap => {
  const isTold = makeThinning(now)
  return (events) => {
    const time = now()
    const told = events.filter(isTold)
    if (told.length > 0) terminal.print(told.map((event) => renderJson(event, time)))
  }
}
