/** Events as JSON lines (docs/EVENTS.md): printable on any screen, lossless once parsed. */
import { type EarshotEvent, EVENTS_VERSION } from '../../domain/events.ts'
import { safeJson } from '../../domain/safe-text.ts'

/** One event as one line without its line break. @param time milliseconds since the epoch. */
export const renderJson = (event: EarshotEvent, time: number): string =>
  safeJson({ v: EVENTS_VERSION, time, ...event })
