/**
 * Goal: timers come out by time, then by order of setting, whatever is cancelled in between.
 * Method: random plans of adding and removing, against a sorted list.
 */
import { expect, it } from '@effect/vitest'
import * as fc from 'fast-check'
import { type Timer, TimerHeap } from '../../../src/simulation/timer-heap.ts'

const takeAll = (heap: TimerHeap): Timer[] => {
  const taken: Timer[] = []
  for (let timer = heap.earliest; timer !== undefined; timer = heap.earliest) {
    heap.remove(timer)
    taken.push(timer)
  }
  return taken
}

it('agrees with a sorted list', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.boolean()), { maxLength: 200 }),
      (plan) => {
        const heap = new TimerHeap()
        const all = plan.map(([at, stays]) => ({ timer: heap.add(at, () => undefined), stays }))
        for (const { timer, stays } of all) if (!stays) heap.remove(timer)
        const expected = all.filter(({ stays }) => stays).map(({ timer }) => timer)
        expected.sort((one, other) => one.at - other.at || one.order - other.order)
        expect(heap.size).toBe(expected.length)
        expect(takeAll(heap)).toEqual(expected)
      }
    )
  )
})

it('ignores a timer that was removed already', () => {
  const heap = new TimerHeap()
  const first = heap.add(1, () => undefined)
  const second = heap.add(2, () => undefined)
  heap.remove(first)
  heap.remove(first)
  expect(takeAll(heap)).toEqual([second])
})
