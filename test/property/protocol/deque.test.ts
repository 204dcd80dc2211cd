/**
 * Goal: the ring behind queues and logs is a queue, however it grows, wraps and lets go.
 * Method: random plans on it and on an array.
 */
import { describe, expect, it } from '@effect/vitest'
import fc from 'fast-check'
import { Deque } from '../../../src/protocol/deque.ts'

describe('the deque', () => {
  it('behaves as an array', () => {
    // A burst now and then, so that the ring grows, wraps and lets go.
    const step = fc.oneof(
      fc.constant('shift' as const),
      fc.constant('pop' as const),
      fc.nat(),
      fc.integer({ min: 5000, max: 9000 }).map((length) => ({ length }))
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.boolean(), (plan, emptied) => {
        const deque = new Deque<number>()
        const model: number[] = []
        for (const next of plan) {
          if (next === 'shift') {
            expect(deque.shift()).toBe(model.shift())
          } else if (next === 'pop') {
            expect(deque.pop()).toBe(model.pop())
          } else if (typeof next === 'number') {
            deque.push(next)
            model.push(next)
          } else {
            for (let value = 0; value < next.length; value += 1) deque.push(value)
            for (let value = 0; value < next.length; value += 1) model.push(value)
            if (emptied) while (model.length > 0) expect(deque.shift()).toBe(model.shift())
          }
          expect(deque.length).toBe(model.length)
          for (const index of [-1, 0, model.length - 1, model.length])
            expect(deque.at(index)).toBe(model[index])
        }
      }),
      { numRuns: 60 }
    )
  })
})
