/**
 * Goal: what is said is shown once and in order, and what both users are told of it is true, whatever
 * happens to links, processes, machines and stores; but for a store that was lost, nothing is.
 * Method: two conversations over stores that are the model of the port. Every frame, commit and look-up is a
 * step, and random plans put them in any order: typed, taken back, sent, cut, moved to another link, failed,
 * killed, without power, deleted, set back to a copy. Checked are each event as it is told, and the end,
 * when everything may settle.
 */
import { describe, it } from '@effect/vitest'
import fc from 'fast-check'
import type { Side } from './talk-checks.ts'
import { TalkWorld } from './talk-world.ts'

type Step = (world: TalkWorld) => void

const side = fc.constantFrom<Side>('a', 'b')
const few = fc.integer({ min: 1, max: 6 })
const maybe = fc.option(fc.nat({ max: 3 }), { nil: undefined })

/** A step that a failure prints by its name. */
const step = (name: string, run: Step): Step => Object.assign(run, { toString: () => name })

const of = (weight: number, name: string, run: (world: TalkWorld, side: Side) => void) => ({
  weight,
  arbitrary: side.map((end) => step(`${name} ${end}`, (world) => run(world, end)))
})

const along = <A>(
  weight: number,
  name: string,
  argument: fc.Arbitrary<A>,
  run: (world: TalkWorld, side: Side, argument: A) => void
) => ({
  weight,
  arbitrary: fc
    .tuple(side, argument)
    .map(([end, value]) =>
      step(`${name} ${end} ${String(value)}`, (world) => run(world, end, value))
    )
})

const steps = [
  along(6, 'say', fc.integer({ min: 1, max: 3 }), (world, end, parts) => world.say(end, parts)),
  along(8, 'carry', few, (world, end, count) => void world.carry(end, count)),
  of(10, 'finish', (world, end) => world.finish(end)),
  of(2, 'fail', (world, end) => world.fail(end)),
  of(2, 'look up', (world, end) => world.lookUp(end)),
  of(2, 'ring', (world, end) => world.ring(end)),
  of(2, 'greet', (world) => world.greet()),
  of(5, 'attach', (world, end) => world.attach(end)),
  of(3, 'meet', (world) => world.meet()),
  of(1, 'cut', (world, end) => world.cut(end)),
  of(1, 'rename', (world, end) => world.rename(end)),
  along(2, 'cancel', few, (world, end, every) => world.cancel(end, every)),
  along(1, 'block', fc.boolean(), (world, end, isBlocked) => world.block(end, isBlocked)),
  along(1, 'crash', maybe, (world, end, left) => world.crash(end, left))
]

const losses = [
  of(1, 'copy', (world, end) => world.copy(end)),
  along(1, 'lose', maybe, (world, end, which) => world.lose(end, which))
]

const check = (numRuns: number, ...possible: readonly fc.WeightedArbitrary<Step>[]): void => {
  const plans = fc.array(fc.oneof(...possible), { maxLength: 150, size: 'max' })
  fc.assert(
    fc.property(plans, (plan) => {
      const world = new TalkWorld()
      for (const each of plan) each(world)
      world.settle()
      world.checks.checkEnd()
    }),
    { numRuns }
  )
}

describe('a talk', () => {
  it('loses nothing, doubles nothing and tells no loss over links and processes that end', () => {
    check(600, ...steps)
  })

  it('loses and tells nothing wrong over stores that are deleted, set back or copied', () => {
    check(600, ...steps, ...losses)
  })
})
