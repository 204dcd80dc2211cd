/**
 * Goal: what people write for a time is the time that they mean, in their own zone, and a slip is named.
 * Method: the pure reader, in zones with and without summer time; times written and read again.
 */
import { describe, expect, it } from '@effect/vitest'
import * as DateTime from 'effect/DateTime'
import * as Result from 'effect/Result'
import fc from 'fast-check'
import { parseWhen } from '../../../src/cli/history/when.ts'
import { makeLocalTime } from '../../../src/cli/views/local-time.ts'

const utc = DateTime.zoneMakeNamedUnsafe('UTC')
const berlin = DateTime.zoneMakeNamedUnsafe('Europe/Berlin')
/** 2026-11-22 14:30:00 UTC. */
const NOW = 1_795_357_800_000
const HOUR = 3_600_000

const when = (text: string, zone: DateTime.TimeZone = utc) => {
  const read = parseWhen(text, NOW, zone)
  return Result.isSuccess(read) ? DateTime.formatIso(DateTime.makeUnsafe(read.success)) : undefined
}

describe('a time', () => {
  it.each([
    ['2026-11-01', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01T12:00', '2026-11-01T12:00:00.000Z'],
    ['2026-11-01 12:00', '2026-11-01T12:00:00.000Z'],
    [' 2026-11-01t12:00:59 ', '2026-11-01T12:00:59.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['today', '2026-11-22T00:00:00.000Z'],
    ['Yesterday', '2026-11-21T00:00:00.000Z'],
    ['3d', '2026-11-19T14:30:00.000Z'],
    ['12h', '2026-11-22T02:30:00.000Z'],
    ['30m', '2026-11-22T14:00:00.000Z'],
    ['2w', '2026-11-08T14:30:00.000Z'],
    ['999999w', '1970-01-01T00:00:00.000Z']
  ])('%j is %s', (text, iso) => {
    expect(when(text)).toBe(iso)
  })

  it('is one of the zone, and a day begins at its midnight', () => {
    expect(when('2026-11-01', berlin)).toBe('2026-10-31T23:00:00.000Z')
    expect(when('2026-07-01T12:00', berlin)).toBe('2026-07-01T10:00:00.000Z')
    expect(when('today', berlin)).toBe('2026-11-21T23:00:00.000Z')
    // The night in which the clock is put forward: 02:30 is not there, and means an hour later.
    expect(when('2026-03-29T02:30', berlin)).toBe('2026-03-29T01:30:00.000Z')
  })

  it('yesterday begins at midnight, also when the clock was changed since', () => {
    const monday = DateTime.toEpochMillis(DateTime.makeUnsafe('2026-03-30T10:00:00Z'))
    expect(parseWhen('yesterday', monday, berlin)).toEqual(
      Result.succeed(DateTime.toEpochMillis(DateTime.makeUnsafe('2026-03-28T23:00:00Z')))
    )
  })

  it.each([
    ['', 'nothing'],
    ['2026-02-29', 'no leap year'],
    ['2026-13-01', 'a thirteenth month'],
    ['2026-11-31', 'a day too many'],
    ['2026-00-10', 'no month'],
    ['2026-11-01T24:00', 'an hour too many'],
    ['2026-11-01T12:60', 'a minute too many'],
    ['2026-11-01T12', 'half a time'],
    ['26-11-01', 'half a year'],
    ['01.11.2026', 'another order'],
    ['-3d', 'the future'],
    ['3 days', 'words'],
    ['1e3d', 'a float'],
    ['9999999d', 'too many digits'],
    ['tomorrow', 'what has not been said yet'],
    ['\u001b[2J', 'an escape sequence']
  ])('is not %j: %s', (text) => {
    const read = parseWhen(text, NOW, utc)
    expect(Result.isFailure(read) && read.failure).toMatch(
      /^must be a day .*, not "[\x20-\x7e…]*"$/
    )
  })

  it('that is shown is read as the same minute', () => {
    for (const zone of ['UTC', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Apia']) {
      const time = makeLocalTime(zone)
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (seconds) => {
          const ms = seconds * 1000
          const text = `${time.day(ms)}T${time.clock(ms)}`
          const read = parseWhen(text, NOW, DateTime.zoneMakeNamedUnsafe(zone))
          const again = Result.isSuccess(read) ? read.success : Number.NaN
          // The hour that comes twice in autumn has one name.
          expect([0, HOUR]).toContain(ms - (ms % 60_000) - again)
        }),
        { numRuns: 200 }
      )
    }
  })
})

describe('a time that is shown', () => {
  it('has a day and a clock of the zone', () => {
    const late = DateTime.toEpochMillis(DateTime.makeUnsafe('2026-11-22T23:05:59.999Z'))
    expect([makeLocalTime('UTC').day(late), makeLocalTime('UTC').clock(late)]).toEqual([
      '2026-11-22',
      '23:05'
    ])
    expect(makeLocalTime('Europe/Berlin').day(late)).toBe('2026-11-23')
    expect(makeLocalTime('Europe/Berlin').clock(late)).toBe('00:05')
    expect(makeLocalTime().day(late)).toMatch(/^2026-11-2[23]$/)
  })

  it('may be any that a peer can send', () => {
    expect(makeLocalTime('UTC').day(0)).toBe('1970-01-01')
    expect(makeLocalTime('UTC').clock(8_640_000_000_000_000)).toBe('00:00')
    expect(makeLocalTime('UTC').day(8_640_000_000_000_000)).toBe('275760-09-13')
  })
})
