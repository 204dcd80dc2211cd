/** What a person writes to say since when: a day, a time of a day, or how long ago. */
import * as DateTime from 'effect/DateTime'
import * as Option from 'effect/Option'
import * as Result from 'effect/Result'
import { shown } from '../config/decode.ts'

const HOUR_MS = 3_600_000
const UNIT_MS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: HOUR_MS,
  d: 24 * HOUR_MS,
  w: 7 * 24 * HOUR_MS
}
const AGO = /^(\d{1,6})([mhdw])$/
const MOMENT = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?$/

/** Right ones, to follow "must be". */
export const WHEN_EXPECTED =
  'a day (2026-11-01), a time of it (2026-11-01T12:00), today, yesterday, or how long ago (30m, 12h, 3d, 2w)'

const startOfDay = (now: number, zone: DateTime.TimeZone, daysAgo: number): number =>
  DateTime.makeZonedUnsafe(now, { timeZone: zone }).pipe(
    DateTime.startOf('day'),
    DateTime.subtract({ days: daysAgo }),
    DateTime.toEpochMillis
  )

/** Midnight where no time is given. undefined: the calendar has no such day, or the day no such time. */
const momentOf = (text: string, zone: DateTime.TimeZone): number | undefined => {
  const [year, month, day, hour, minute, second] = (MOMENT.exec(text) ?? [])
    .slice(1)
    .map((part) => Number(part ?? 0))
  if (year === undefined || month === undefined || day === undefined) return undefined
  const input = { year, month, day, hour: hour ?? 0, minute: minute ?? 0, second: second ?? 0 }
  const utc = DateTime.make({ ...input, millisecond: 0 })
  if (Option.isNone(utc)) return undefined
  // The thirty-first of a shorter month, or 25 o'clock, would be a moment of the next one.
  const parts = DateTime.toPartsUtc(utc.value)
  if (Object.entries(input).some(([name, value]) => parts[name as keyof typeof input] !== value))
    return undefined
  const zoned = DateTime.makeZoned(input, { timeZone: zone, adjustForTimeZone: true })
  return Option.isSome(zoned) ? DateTime.toEpochMillis(zoned.value) : undefined
}

/**
 * Milliseconds since the epoch. A failure is a clause: `must be …, not …`.
 * @param now the same, of now. @param zone in which days begin.
 */
export const parseWhen = (
  text: string,
  now: number,
  zone: DateTime.TimeZone
): Result.Result<number, string> => {
  const word = text.trim().toLowerCase()
  if (word === 'today') return Result.succeed(startOfDay(now, zone, 0))
  if (word === 'yesterday') return Result.succeed(startOfDay(now, zone, 1))
  const [, count, unit] = AGO.exec(word) ?? []
  const unitMs = unit === undefined ? undefined : UNIT_MS[unit]
  if (count !== undefined && unitMs !== undefined)
    return Result.succeed(Math.max(0, now - Number(count) * unitMs))
  const moment = momentOf(text.trim().toUpperCase(), zone)
  return moment === undefined
    ? Result.fail(`must be ${WHEN_EXPECTED}, not ${shown(text)}`)
    : Result.succeed(moment)
}
