/**
 * A source that is asked for its next value only when everything downstream is done with the last
 * one. RxJS itself pushes without asking, so the asking stays at the source: `pull` hands a value to
 * `next`, which runs the whole pipeline down to the one subscriber before it returns.
 */
import { Observable } from 'rxjs'

export interface Sink<T> {
  readonly next: (value: T) => void
  readonly end: () => void
  readonly fail: (error: unknown) => void
}

/** Starts pulling into a sink; returns how to stop. */
export type Pull<T> = (sink: Sink<T>) => () => void

export const pulled = <T>(pull: Pull<T>): Observable<T> =>
  new Observable((subscriber) =>
    pull({
      next: (value) => subscriber.next(value),
      end: () => subscriber.complete(),
      fail: (error) => subscriber.error(error)
    })
  )
