/**
 * Goal: a pulled source is asked for its next value only when everybody downstream is done with the last
 * one, and not at all when nobody listens any more.
 * Method: a source that writes down when it is asked, between subscribers that write down what they do.
 */
import { describe, expect, it } from '@effect/vitest'
import { concatMap, map, of, take } from 'rxjs'
import { type Pull, pulled } from '../../../src/streams/pulled.ts'

/** Gives 1, 2, 3, … as fast as it may, up to `last`. */
const counting = (log: string[], last: number): Pull<number> => {
  return (sink) => {
    let stopped = false
    for (let value = 1; value <= last; value += 1) {
      log.push(`ask ${value}`)
      sink.next(value)
      if (stopped) break
    }
    sink.end()
    return () => {
      stopped = true
      log.push('stopped')
    }
  }
}

describe('a pulled source', () => {
  it('is asked again only after the whole pipeline is done with a value', () => {
    const log: string[] = []
    pulled(counting(log, 3))
      .pipe(
        map((value) => {
          log.push(`map ${value}`)
          return value
        }),
        concatMap((value) => of(`${value}a`, `${value}b`))
      )
      .subscribe((value) => log.push(`take ${value}`))
    expect(log.join(', ')).toBe(
      'ask 1, map 1, take 1a, take 1b, ask 2, map 2, take 2a, take 2b, ask 3, map 3, take 3a, take 3b, stopped'
    )
  })

  it('is not asked before somebody listens', () => {
    const log: string[] = []
    pulled(counting(log, 3))
    expect(log).toEqual([])
  })

  it('hands on its end and its failure', () => {
    const seen: unknown[] = []
    const observer = {
      next: (value: number) => seen.push(value),
      error: (error: unknown) => seen.push(['failed', error]),
      complete: () => seen.push('complete')
    }
    pulled<number>((sink) => {
      sink.next(1)
      sink.end()
      sink.next(2)
      return () => seen.push('stopped')
    }).subscribe(observer)
    pulled<number>((sink) => {
      sink.fail('broken')
      sink.next(2)
      return () => seen.push('stopped')
    }).subscribe(observer)
    expect(seen).toEqual([1, 'complete', 'stopped', ['failed', 'broken'], 'stopped'])
  })

  it('is stopped, once, when its listener has enough', () => {
    let stops = 0
    let give: (value: number) => void = () => undefined
    const seen: number[] = []
    const subscription = pulled<number>((sink) => {
      give = sink.next
      return () => {
        stops += 1
      }
    })
      .pipe(take(2))
      .subscribe((value) => seen.push(value))
    give(1)
    expect(stops).toBe(0)
    give(2)
    give(3)
    subscription.unsubscribe()
    expect(seen).toEqual([1, 2])
    expect(stops).toBe(1)
  })
})
