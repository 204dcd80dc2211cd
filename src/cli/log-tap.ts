/** What of the events goes into the log: all but the text of messages and the names of files, of which only the length. */
import type { LogFile } from '../adapters/log-file.ts'
import type { EarshotEvent, EventType } from '../domain/events.ts'
import type { LogLevel } from '../domain/settings.ts'

const WARNINGS: ReadonlySet<EventType> = new Set([
  'app.failed',
  'delivery.held',
  'delivery.restarted',
  'history.failed',
  'store.set-aside',
  'listen.failed',
  'dial.failed',
  'link.refused',
  'link.flood',
  'message.failed',
  'peer.lost',
  'peer.suspect'
])

/** Too many for a log that is read: one or more for every message. */
const FREQUENT: ReadonlySet<EventType> = new Set([
  'message.received',
  'message.queued',
  'message.sent',
  'message.delivered',
  'message.read',
  'history.shown',
  'history.found',
  'queue.shown',
  'transfer.progress',
  'transfers.shown',
  'plain.line',
  'plain.sent',
  'info.shown',
  'peers.shown',
  'help.shown'
])

/** Fields that hold what people said or typed. */
const PRIVATE: ReadonlySet<string> = new Set(['text', 'input', 'safetyNumber'])
/** Lists of it. */
const PRIVATE_LISTS: ReadonlySet<string> = new Set(['entries', 'words'])

/** Fields of what is told of files that hold names and paths: somebody's files are somebody's words. */
const FILE_NAMES: ReadonlySet<string> = new Set(['name', 'path', 'folder', 'saveAs', 'as'])
/** Lists with such fields in them. */
const FILE_LISTS: ReadonlySet<string> = new Set([
  'entries',
  'paths',
  'renamed',
  'risks',
  'skipped',
  'transfers'
])

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Without names and paths, however deep they are. */
const nameless = (value: object): Readonly<Record<string, unknown>> => {
  const fields: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(value)) {
    if (FILE_NAMES.has(name) && typeof field === 'string') fields[`${name}Chars`] = field.length
    else if (FILE_LISTS.has(name) && Array.isArray(field)) fields[`${name}Count`] = field.length
    else fields[name] = isObject(field) && !Array.isArray(field) ? nameless(field) : field
  }
  return fields
}

/** Whether it is about files of people: those of Earshot itself have their paths in the log. */
const isOfFiles = (event: EarshotEvent): boolean =>
  event.type.startsWith('transfer') ||
  (event.type === 'app.failed' && event.failure._tag === 'CannotSend')

const levelOf = (type: EventType): LogLevel => {
  if (WARNINGS.has(type)) return 'warn'
  return FREQUENT.has(type) ? 'debug' : 'info'
}

/**
 * The event as a log holds it: `text` becomes `textChars` (UTF-16 code units), `entries` becomes
 * `entriesCount`, and so on.
 */
export const loggedFields = (event: EarshotEvent): Readonly<Record<string, unknown>> => {
  const fields: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(isOfFiles(event) ? nameless(event) : event)) {
    if (name === 'type') continue
    if (PRIVATE.has(name) && typeof value === 'string') fields[`${name}Chars`] = value.length
    else if (PRIVATE_LISTS.has(name) && Array.isArray(value)) fields[`${name}Count`] = value.length
    else fields[name] = value
  }
  return fields
}

/** A tap that writes events to the log. */
export const logTap =
  (log: LogFile) =>
  (events: readonly EarshotEvent[]): void => {
    for (const event of events) {
      const level = levelOf(event.type)
      if (log.keeps(level)) log.write(level, event.type, loggedFields(event))
    }
  }
