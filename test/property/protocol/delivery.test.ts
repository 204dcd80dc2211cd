/**
 * Goal: every message is delivered exactly once and in order, whatever happens to links; a receiver
 * that loses its memory gets again only what was not acknowledged as a whole.
 * Method: model-based runs: a sender and a receiver joined by a pipe of frames, which may be cut at
 * any point; commands enqueue, send, move, acknowledge, lose, resume and forget in any order.
 */
import { describe, expect, it } from '@effect/vitest'
import fc from 'fast-check'
import {
  acked,
  bindEpoch,
  enqueue,
  type Incoming,
  linkLost,
  makeIncoming,
  makeOutgoing,
  readyNumbers,
  receive,
  receivedOf,
  resume,
  takeAck,
  takeSendable,
  unacknowledged
} from '../../../src/protocol/delivery.ts'
import { Deque } from '../../../src/protocol/deque.ts'
import type { Item, ItemBody } from '../../../src/protocol/messages.ts'
import { isViolation } from '../../../src/protocol/violation.ts'
import { joinPart, type Joiner, makeJoiner, resetJoiner } from '../../../src/protocol/text-parts.ts'

const EPOCH = '0123456789abcdef'

/** Both ends and the wire between them. */
class World {
  readonly out = makeOutgoing(EPOCH)
  incoming: Incoming = makeIncoming()
  joiner: Joiner = makeJoiner()
  online = false
  readonly items: Item[] = []
  readonly acks: number[] = []
  said = 0
  /** Ids shown at the receiver since it last forgot, and before. */
  shown: string[] = []
  shownBefore: string[] = []
  /** Ids told to the sender's user as delivered. */
  readonly delivered: string[] = []

  say(parts: number): void {
    this.said += 1
    const bodies = Array.from(
      { length: parts },
      (_, index): ItemBody => ({ kind: 'text', text: 'x', part: index + 1, parts })
    )
    expect(enqueue(this.out, { id: `${this.said}`, at: 0, bodies })).toHaveLength(parts)
  }

  #tell(outcome: ReturnType<typeof acked>): void {
    if ('_tag' in outcome) throw new Error(JSON.stringify(outcome))
    this.delivered.push(...outcome.map(({ id }) => id))
  }

  /** A new link. The READY may be old: the receiver goes on taking what the old link still holds. */
  resume(stillArriving: number): void {
    const ready = {
      type: 'ready',
      nickname: undefined,
      port: undefined,
      epoch: EPOCH,
      received: readyNumbers(this.incoming)
    } as const
    this.arrive(stillArriving)
    this.lose()
    if (bindEpoch(this.incoming, EPOCH)) resetJoiner(this.joiner)
    this.#tell(resume(this.out, receivedOf(this.out, ready)))
    this.online = true
  }

  lose(): void {
    this.items.length = 0
    this.acks.length = 0
    this.online = false
    linkLost(this.out)
  }

  /** The receiver is started anew: its memory is gone, and the link with it. */
  forget(): void {
    this.lose()
    this.incoming = makeIncoming()
    this.joiner = makeJoiner()
    this.shownBefore.push(...this.shown)
    this.shown = []
  }

  send(count: number): void {
    this.items.push(...takeSendable(this.out, count))
  }

  arrive(count: number): void {
    for (const item of this.items.splice(0, count)) {
      const taken = receive(this.incoming, item)
      if (taken === 'duplicate') continue
      if (taken !== 'deliver') throw new Error(JSON.stringify(taken))
      const joined = joinPart(this.joiner, item, 1_000_000)
      if (joined === undefined) continue
      if (isViolation(joined)) throw new Error(JSON.stringify(joined))
      this.shown.push(joined.id)
    }
  }

  acknowledge(): void {
    const upTo = takeAck(this.incoming)
    if (upTo !== undefined && this.online) this.acks.push(upTo)
  }

  hear(count: number): void {
    for (const upTo of this.acks.splice(0, count)) this.#tell(acked(this.out, upTo))
  }

  settle(): void {
    if (!this.online) this.resume(0)
    // A link that stays up until nothing is left; it must not need more rounds than there are items.
    for (let round = 0; unacknowledged(this.out) > 0 && round < 1000; round += 1) {
      this.send(1000)
      this.arrive(1000)
      this.acknowledge()
      this.hear(1000)
    }
  }
}

type Step = (world: World) => void
const some = fc.integer({ min: 1, max: 8 })
const steps: fc.Arbitrary<Step>[] = [
  fc.integer({ min: 1, max: 4 }).map((parts) => (world) => world.say(parts)),
  some.map((count) => (world) => world.send(count)),
  some.map((count) => (world) => world.arrive(count)),
  fc.constant((world) => world.acknowledge()),
  some.map((count) => (world) => world.hear(count)),
  fc.constant((world) => world.lose()),
  fc.nat({ max: 8 }).map((count) => (world) => world.resume(count))
]
const forget: fc.Arbitrary<Step> = fc.constant((world) => world.forget())

const numbers = (length: number): string[] => Array.from({ length }, (_, index) => `${index + 1}`)

describe('delivery', () => {
  it('is exactly once and in order over links that are lost at any point', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(...steps), { maxLength: 120 }), (plan) => {
        const world = new World()
        for (const step of plan) step(world)
        world.settle()
        expect(world.shown).toEqual(numbers(world.said))
        expect(world.delivered).toEqual(numbers(world.said))
        expect(world.out).toMatchObject({ bytes: 0, inFlightBytes: 0 })
        expect(world.out.entries.length).toBe(0)
      }),
      { numRuns: 1500 }
    )
  })

  it('loses nothing to a receiver that forgets, and repeats only what was not delivered', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(...steps, forget), { maxLength: 120 }), (plan) => {
        const world = new World()
        for (const step of plan) {
          const told = world.delivered.length
          const before = world.shownBefore.length
          step(world)
          // What the user was told is delivered was shown, before or after the memory was lost.
          const ever = new Set([...world.shownBefore, ...world.shown])
          expect(world.delivered.slice(told).every((id) => ever.has(id))).toBe(true)
          if (world.shownBefore.length > before) expect(world.shown).toEqual([])
        }
        world.settle()
        expect(world.delivered).toEqual(numbers(world.said))
        // In order since it forgot, without a gap, up to the last.
        const first = world.said - world.shown.length
        expect(world.shown).toEqual(numbers(world.said).slice(first))
        expect(new Set([...world.shownBefore, ...world.shown]).size).toBe(world.said)
      }),
      { numRuns: 1500 }
    )
  })
})

describe('the deque', () => {
  it('behaves as an array', () => {
    // A burst now and then, so that the ring grows, wraps and lets go.
    const step = fc.oneof(
      fc.constant('shift' as const),
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
