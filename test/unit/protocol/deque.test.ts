/**
 * Goal: a full ring keeps its ends apart.
 * Method: filled to its first capacity, at which a wrong index meets the other end; random runs are in
 * test/property/protocol/delivery.test.ts.
 */
import { describe, expect, it } from '@effect/vitest'
import { Deque } from '../../../src/protocol/deque.ts'

describe('a deque', () => {
  it('has nothing outside its ends when it is full', () => {
    const deque = new Deque<number>()
    for (let value = 0; value < 16; value += 1) deque.push(value)
    expect([deque.at(-1), deque.at(0), deque.at(15), deque.at(16)]).toEqual([
      undefined,
      0,
      15,
      undefined
    ])
  })
})
