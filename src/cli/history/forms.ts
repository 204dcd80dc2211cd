/**
 * The forms in which a history is written: lines for a screen, lines for a pipe or a text file,
 * Markdown, JSON. What people wrote passes through the sanitiser, or is escaped as JSON.
 */
import * as DateTime from 'effect/DateTime'
import type { PeerRef } from '../../domain/peer-ref.ts'
import { safeJson, safeText } from '../../domain/safe-text.ts'
import type { HistoryEntry } from '../../services/store.ts'
import { spokenLines } from '../views/lines.ts'
import type { LocalTime } from '../views/local-time.ts'
import { makeStyle, type Style } from '../views/style.ts'
import type { ExportForm } from './export-form.ts'

/** Turns a history into text, entry by entry, oldest first; one for each history. */
export interface Form {
  readonly begin: string
  readonly entry: (entry: HistoryEntry) => string
  /** @param count how many entries there were. */
  readonly end: (count: number) => string
}

/** Whose history it is, and how it is read. */
export interface Reader {
  readonly peer: PeerRef
  /** The peer's name, sanitised. */
  readonly name: string
  readonly time: LocalTime
}

/** By our clock: when we sent it, or when it came. */
const timeOf = ({ sentAt, receivedAt }: HistoryEntry): number => receivedAt ?? sentAt

const labelOf = ({ direction, state }: HistoryEntry, name: string): string => {
  if (direction === 'in') return name
  return state === 'waiting' ? 'You (waiting)' : 'You'
}

const spoken = (style: Style, stamp: string, entry: HistoryEntry, name: string): string => {
  const paint = entry.direction === 'out' ? style.own : style.peer
  const lines = spokenLines(style, paint, labelOf(entry, name), entry.text)
  return `${style.quiet(stamp)} ${lines.join('\n')}\n`
}

/** Something to write before the first entry of each day. */
const dayHeading = (time: LocalTime, heading: (day: string) => string) => {
  let last = ''
  return (ms: number): string => {
    const day = time.day(ms)
    if (day === last) return ''
    last = day
    return heading(day)
  }
}

/** For a person at a terminal: the day above its messages, `14:03 name: text`. */
export const screenForm = ({ name, time }: Reader, style: Style): Form => {
  const dash = style.ascii ? '--' : '—'
  const heading = dayHeading(time, (day) => `${style.quiet(`${dash} ${day} ${dash}`)}\n`)
  return {
    begin: '',
    entry: (entry) => {
      const at = timeOf(entry)
      return `${heading(at)}${spoken(style, time.clock(at), entry, name)}`
    },
    end: () => ''
  }
}

/** Each message by itself: `2026-11-22 14:03 name: text`, further lines behind a bar. */
export const textForm = ({ name, time }: Reader, ascii: boolean): Form => {
  const style = makeStyle({ color: false, ascii })
  return {
    begin: '',
    entry: (entry) => {
      const at = timeOf(entry)
      return spoken(style, `${time.day(at)} ${time.clock(at)}`, entry, name)
    },
    end: () => ''
  }
}

/** A backslash in front of all that Markdown could read as something else than itself. */
const plainMarkdown = (text: string): string => text.replaceAll(/[!-/:-@[-`{-~]/g, '\\$&')

/** A heading a day, an item a message; its lines stay lines. */
const markdownForm = ({ name, time }: Reader): Form => {
  const heading = dayHeading(time, (day) => `\n## ${day}\n\n`)
  return {
    begin: `# ${plainMarkdown(name)}\n`,
    entry: (entry) => {
      const at = timeOf(entry)
      const lines = safeText(entry.text).split('\n').map(plainMarkdown)
      const label = plainMarkdown(labelOf(entry, name))
      return `${heading(at)}- ${time.clock(at)} **${label}**: ${lines.join('\\\n  ')}\n`
    },
    end: () => ''
  }
}

const iso = (ms: number): string => DateTime.formatIso(DateTime.makeUnsafe(ms))

const jsonOf = (peer: PeerRef, entry: HistoryEntry): string => {
  const { receivedAt } = entry
  const received = receivedAt === undefined ? {} : { received: iso(receivedAt) }
  return safeJson({ peer, ...entry, sent: iso(entry.sentAt), ...received })
}

/** One object a line. */
export const jsonLinesForm = ({ peer }: Reader): Form => ({
  begin: '',
  entry: (entry) => `${jsonOf(peer, entry)}\n`,
  end: () => ''
})

/** One array, one object a line. */
const jsonForm = ({ peer }: Reader): Form => {
  let before = '\n'
  return {
    begin: '[',
    entry: (entry) => {
      const text = `${before}${jsonOf(peer, entry)}`
      before = ',\n'
      return text
    },
    end: (count) => (count === 0 ? ']\n' : '\n]\n')
  }
}

/** The form of a file. */
export const fileForm = (form: ExportForm, reader: Reader): Form => {
  switch (form) {
    case 'text':
      return textForm(reader, false)
    case 'markdown':
      return markdownForm(reader)
    case 'json':
      return jsonForm(reader)
    case 'json-lines':
      return jsonLinesForm(reader)
  }
}
