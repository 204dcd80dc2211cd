/** What of the events goes into the log: all but the text of messages, of which only the length. */
import type { LogFile } from '../adapters/log-file.ts'
import type { EarshotEvent, EventType } from '../domain/events.ts'
import type { LogLevel } from '../domain/settings.ts'

const WARNINGS: ReadonlySet<EventType> = new Set([
  'app.failed',
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
  'message.delivered',
  'plain.line',
  'plain.sent',
  'info.shown',
  'peers.shown',
  'help.shown'
])

/** Fields that hold what people said or typed. */
const PRIVATE: ReadonlySet<string> = new Set(['text', 'input', 'safetyNumber'])

const levelOf = (type: EventType): LogLevel => {
  if (WARNINGS.has(type)) return 'warn'
  return FREQUENT.has(type) ? 'debug' : 'info'
}

/** The event as a log holds it: `text` becomes `textChars` (UTF-16 code units), and so on. */
export const loggedFields = (event: EarshotEvent): Readonly<Record<string, unknown>> => {
  const fields: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(event)) {
    if (name === 'type') continue
    if (PRIVATE.has(name) && typeof value === 'string') fields[`${name}Chars`] = value.length
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
