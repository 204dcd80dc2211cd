/** Lines of what is kept and of what waits: the answers to /history, /search and /queue. */
import type { QueuedLine } from '../../domain/events.ts'
import { explainStore } from '../../domain/explain-store.ts'
import type { HistoryLine } from '../../domain/items.ts'
import { safeLine } from '../../domain/safe-text.ts'
import type { Line } from '../../services/terminal.ts'
import { excerpt, shortened } from './excerpts.ts'
import { errorLines, reasonsOf, showMessages, spokenLines, statusLines } from './lines.ts'
import { markedLines, markOf, STATE_OF_LINE } from './message-marks.ts'
import type { Style } from './style.ts'
import type { EventOf, Renderers, ViewContext } from './view-context.ts'

/** Rows of /queue that are shown; a program gets all. */
const QUEUE_ROWS_MAX = 50
/** Characters of a message in such a row, at most: beyond it a screen is wide, or not known. */
const QUEUE_TEXT_CHARS_MAX = 60
const QUEUE_TEXT_CHARS_MIN = 10

const heading = (style: Style, text: string): string => {
  const dash = style.ascii ? '--' : '—'
  return style.quiet(`${dash} ${text} ${dash}`)
}

/** The day, where it is another than that of the entry before. */
const dayHeading = (ctx: ViewContext) => {
  let last: string | undefined
  return (at: number): readonly string[] => {
    const day = ctx.time.day(at)
    const isSame = day === last
    last = day
    return isSame ? [] : [heading(ctx.style, day)]
  }
}

/** A message of the history, by our clock: `14:03 name: text`. */
const entryLines = (entry: HistoryLine, name: string, ctx: ViewContext): readonly Line[] => {
  const { style } = ctx
  const { state } = entry
  const ours = state === 'received' ? undefined : STATE_OF_LINE[state]
  const isWaiting = state === 'waiting' && !ctx.marks
  const label = ours === undefined ? name : isWaiting ? 'You (waiting)' : 'You'
  const paint = ours === undefined ? style.peer : style.own
  const [first = '', ...rest] = spokenLines(style, paint, label, entry.text)
  const stamp = ctx.time.clock(entry.receivedAt ?? entry.sentAt)
  const lines = [`${stamp} ${first}`, ...rest].map(style.quiet)
  return ours !== undefined && ctx.marks ? markedLines(lines, entry.id, markOf(ours, style)) : lines
}

const entriesLines = (
  entries: readonly HistoryLine[],
  name: string,
  ctx: ViewContext
): readonly Line[] => {
  const dayOf = dayHeading(ctx)
  return entries.flatMap((entry) => [
    ...dayOf(entry.receivedAt ?? entry.sentAt),
    ...entryLines(entry, name, ctx)
  ])
}

const NOT_KEPT = 'It is not kept from now on: /history on changes that.'

const shownLines = (event: EventOf<'history.shown'>, ctx: ViewContext): readonly Line[] => {
  const { style } = ctx
  const name = ctx.nameOf(event.peer)
  const asked = event.why === 'asked'
  if (event.entries.length === 0)
    return asked
      ? statusLines(
          style,
          `Nothing is kept of the talk with ${name}`,
          ...(event.kept ? [] : [NOT_KEPT])
        )
      : []
  const entries = asked
    ? event.entries
    : event.entries.map((entry) => ({ ...entry, text: shortened(entry.text, style) }))
  return [
    heading(style, `earlier with ${name}`),
    ...entriesLines(entries, name, ctx),
    heading(style, 'now'),
    ...(asked && !event.kept ? statusLines(style, `The talk with ${name}`, NOT_KEPT) : [])
  ]
}

const foundLines = (event: EventOf<'history.found'>, ctx: ViewContext): readonly Line[] => {
  const { style } = ctx
  const name = ctx.nameOf(event.peer)
  const words = safeLine(event.words.join(' '), 100)
  if (event.entries.length === 0)
    return statusLines(style, `Nothing found in the talk with ${name}: ${words}`)
  const entries = event.entries.map((entry) => ({
    ...entry,
    text: excerpt(entry.text, event.words, style)
  }))
  return [
    ...statusLines(style, `Found in ${showMessages(entries.length)} with ${name}: ${words}`),
    ...entriesLines(entries, name, ctx),
    ...(event.more
      ? statusLines(
          style,
          'There may be earlier ones: add a word, or use earshot history --search.'
        )
      : [])
  ]
}

const queuedRow = (entry: QueuedLine, digits: number, ctx: ViewContext): string => {
  const { style } = ctx
  const to = entry.state === 'sent' ? 'on its way to' : 'to'
  const label = `${to} ${ctx.nameOf(entry.peer)}:`
  const number = `${entry.number}`.padStart(digits)
  const before = `  ${number}  ${ctx.time.clock(entry.at)}  `
  const room = ctx.columns - before.length - label.length - 2
  const chars = Math.max(QUEUE_TEXT_CHARS_MIN, Math.min(room, QUEUE_TEXT_CHARS_MAX))
  const text = safeLine(entry.text, chars + 1)
  const shown =
    text.length > chars ? `${safeLine(entry.text, chars - 1)}${style.ascii ? '~' : '…'}` : text
  return `${style.quiet(before)}${style.own(label)} ${shown}`
}

const queueLines = (event: EventOf<'queue.shown'>, ctx: ViewContext): readonly Line[] => {
  const { style } = ctx
  const count = event.entries.length
  if (count === 0) return statusLines(style, 'Nothing waits to be delivered.')
  const rows = event.entries.slice(0, QUEUE_ROWS_MAX)
  const digits = Math.max(...rows.map(({ number }) => `${number}`.length))
  const dayOf = dayHeading(ctx)
  return [
    ...statusLines(style, `Waiting to be delivered: ${showMessages(count)}`),
    ...rows.flatMap((entry) => [...dayOf(entry.at), queuedRow(entry, digits, ctx)]),
    ...(count > rows.length ? [style.quiet(`  and ${count - rows.length} more`)] : []),
    style.status('  Take back: /cancel N, or /cancel all')
  ]
}

const changedLines = (event: EventOf<'history.changed'>, ctx: ViewContext): readonly Line[] => {
  const name = ctx.nameOf(event.peer)
  const { earlier } = event
  if (event.kept) return statusLines(ctx.style, `From now on kept: the talk with ${name}`)
  return statusLines(
    ctx.style,
    `From now on not kept: the talk with ${name}`,
    ...(earlier === 0
      ? []
      : [
          `${showMessages(earlier)} from before ${earlier === 1 ? 'is' : 'are'} still kept; /history erase deletes ${earlier === 1 ? 'it' : 'them'}.`
        ])
  )
}

export const HISTORY_LINES: Renderers<
  | 'history.shown'
  | 'history.found'
  | 'history.changed'
  | 'history.counted'
  | 'history.erased'
  | 'history.failed'
  | 'queue.shown'
> = {
  'history.shown': shownLines,
  'history.found': foundLines,
  'history.changed': changedLines,
  'history.counted': (event, ctx) =>
    event.count === 0
      ? statusLines(ctx.style, `Nothing is kept that could be deleted: ${ctx.nameOf(event.peer)}`)
      : statusLines(
          ctx.style,
          `This would delete ${showMessages(event.count)} of the talk with ${ctx.nameOf(event.peer)}`,
          'Nobody can bring that back. If you are sure: /history erase yes'
        ),
  'history.erased': (event, ctx) =>
    statusLines(
      ctx.style,
      `Deleted here: ${showMessages(event.count)} of the talk with ${ctx.nameOf(event.peer)}`,
      'What your peer keeps stays there.'
    ),
  'history.failed': (event, ctx) =>
    errorLines(
      ctx.style,
      `The history cannot be used: ${ctx.nameOf(event.peer)}`,
      ...reasonsOf(explainStore(event.failure))
    ),
  'queue.shown': queueLines
}
