/** Times as people in one time zone read them. */

export interface LocalTime {
  /** `2026-11-22`. @param ms milliseconds since the epoch. */
  readonly day: (ms: number) => string
  /** `14:03`. */
  readonly clock: (ms: number) => string
}

/** `2026-11-22 14:03`: Swedish dates are those of ISO 8601. */
const CLOCK_CHARS = 5

/** @param timeZone a name of the IANA database; undefined: the system's zone (TZ). */
export const makeLocalTime = (timeZone?: string): LocalTime => {
  let made: Intl.DateTimeFormat | undefined
  // Made when the first time is shown: making it takes as long as a tenth of the start.
  const show = (ms: number): string => {
    made ??= new Intl.DateTimeFormat('sv-SE', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23'
    })
    return made.format(ms)
  }
  return {
    day: (ms) => show(ms).slice(0, -CLOCK_CHARS - 1),
    clock: (ms) => show(ms).slice(-CLOCK_CHARS)
  }
}
