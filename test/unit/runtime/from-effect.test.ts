/**
 * Goal: an effect is an actor like any other: entering its state starts it, leaving stops it at once, and
 * its outcome arrives typed; what is a bug is told as one.
 * Method: small machines around effects that the test holds open, and a log of what happened when.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Cause from 'effect/Cause'
import * as Data from 'effect/Data'
import * as Effect from 'effect/Effect'
import { type AnyActorLogic, createActor, createMachine } from 'xstate'
import { fromEffect, fromSource } from '../../../src/runtime/from-effect.ts'
import { SimulatedClock } from '../../../src/simulation/clock.ts'

class Refused extends Data.TaggedError('Refused')<{ readonly why: string }> {}

/** A machine that does one thing in `working`, and where that led it. */
const around = (src: AnyActorLogic, log: string[]) =>
  createActor(
    createMachine({
      initial: 'working',
      states: {
        working: {
          invoke: {
            src,
            input: { name: 'work' },
            onDone: {
              target: 'done',
              actions: ({ event }) => {
                log.push(`done ${JSON.stringify(event.output)}`)
              }
            },
            onError: {
              target: 'failed',
              actions: ({ event }) => {
                log.push(`failed ${JSON.stringify(event.error)}`)
              }
            }
          },
          on: {
            leave: 'left',
            tick: {
              actions: ({ event }) => {
                log.push(`tick ${JSON.stringify(event)}`)
              }
            }
          }
        },
        done: {},
        failed: {},
        left: {}
      }
    })
  )

const begin = () => {
  const clock = new SimulatedClock()
  const log: string[] = []
  const runner = {
    runFork: <A, E>(effect: Effect.Effect<A, E>) => clock.fork(effect),
    onDefect: (cause: Cause.Cause<unknown>) => {
      log.push(`defect ${String(Cause.squash(cause))}`)
    }
  }
  return { clock, log, runner }
}

const untilStopped = (log: string[]) =>
  Effect.acquireRelease(
    Effect.sync(() => log.push('acquired')),
    () => Effect.sync(() => log.push('released'))
  ).pipe(Effect.andThen(Effect.never), Effect.scoped)

describe('an effect as an actor', () => {
  it('starts with its state, given the input', () => {
    const { log, runner } = begin()
    const work = fromEffect(runner, (input: { readonly name: string }) =>
      Effect.sync(() => log.push(`start ${input.name}`)).pipe(Effect.andThen(Effect.never))
    )
    const actor = around(work, log)
    expect(log).toEqual([])
    actor.start()
    expect(log).toEqual(['start work'])
  })

  it('is done with its value', () => {
    const { clock, log, runner } = begin()
    const actor = around(
      fromEffect(runner, () => Effect.delay(Effect.succeed({ answer: 42 }), 10)),
      log
    ).start()
    clock.advance(9)
    expect(actor.getSnapshot().value).toBe('working')
    clock.advance(1)
    expect(log).toEqual(['done {"answer":42}'])
    expect(actor.getSnapshot().value).toBe('done')
  })

  it('is done as well when it was done at once', () => {
    const { log, runner } = begin()
    const actor = around(
      fromEffect(runner, () => Effect.succeed(1)),
      log
    ).start()
    expect(actor.getSnapshot().value).toBe('done')
    expect(log).toEqual(['done 1'])
  })

  it('fails with the error itself', () => {
    const { log, runner } = begin()
    let seen: unknown
    const work = fromEffect(runner, () => Effect.fail(new Refused({ why: 'busy' })))
    createActor(
      createMachine({
        invoke: {
          src: work,
          onError: {
            actions: ({ event }) => {
              seen = event.error
            }
          }
        }
      })
    ).start()
    expect(seen).toBeInstanceOf(Refused)
    expect(seen).toMatchObject({ _tag: 'Refused', why: 'busy' })
    expect(log).toEqual([])
  })

  it('is stopped when its state is left, and has cleared up by then', () => {
    const { clock, log, runner } = begin()
    const actor = around(
      fromEffect(runner, () => untilStopped(log)),
      log
    ).start()
    expect(log).toEqual(['acquired'])
    actor.send({ type: 'leave' })
    expect(log).toEqual(['acquired', 'released'])
    expect(actor.getSnapshot().value).toBe('left')
    clock.drain()
    expect(clock.pending).toBe(0)
  })

  it('is stopped with the whole machine', () => {
    const { log, runner } = begin()
    const actor = around(
      fromEffect(runner, () => untilStopped(log)),
      log
    ).start()
    actor.stop()
    expect(log).toEqual(['acquired', 'released'])
  })

  it('says nothing when it ends after its state was left', () => {
    const { clock, log, runner } = begin()
    const late = Effect.uninterruptible(Effect.delay(Effect.succeed('late'), 10))
    const actor = around(
      fromEffect(runner, () => late),
      log
    ).start()
    actor.send({ type: 'leave' })
    clock.advance(20)
    expect(log).toEqual([])
    expect(actor.getSnapshot().value).toBe('left')
  })

  it('tells of a defect before the machine hears that it failed', () => {
    const { log, runner } = begin()
    const actor = around(
      fromEffect(runner, () => Effect.die('a bug')),
      log
    ).start()
    expect(log).toEqual(['defect a bug', 'failed "a bug"'])
    expect(actor.getSnapshot().value).toBe('failed')
  })

  it('tells of a defect in its clearing up, too', () => {
    const { log, runner } = begin()
    const work = Effect.onInterrupt(Effect.never, () => Effect.die('a bug on the way out'))
    const actor = around(
      fromEffect(runner, () => work),
      log
    ).start()
    actor.send({ type: 'leave' })
    expect(log).toEqual(['defect a bug on the way out'])
  })
})

describe('an effect as a source of events', () => {
  it('tells its parent what it sees, until its state is left', () => {
    const { clock, log, runner } = begin()
    const ticks = fromSource(runner, (_: { readonly name: string }, send) =>
      Effect.gen(function* () {
        for (let at = 1; ; at += 1) {
          yield* Effect.sleep(10)
          send({ type: 'tick', at })
        }
      }).pipe(Effect.ensuring(Effect.sync(() => log.push('stopped'))))
    )
    const actor = around(ticks, log).start()
    clock.advance(25)
    actor.send({ type: 'leave' })
    clock.advance(100)
    expect(log).toEqual(['tick {"type":"tick","at":1}', 'tick {"type":"tick","at":2}', 'stopped'])
    expect(clock.pending).toBe(0)
  })

  it('may end by itself: its state goes on', () => {
    const { log, runner } = begin()
    const once = fromSource(runner, (_: { readonly name: string }, send) =>
      Effect.sync(() => send({ type: 'tick' }))
    )
    const actor = around(once, log).start()
    expect(log).toEqual(['tick {"type":"tick"}'])
    expect(actor.getSnapshot().value).toBe('working')
  })

  it('tells of a defect, and not of an end that was asked for', () => {
    const { log, runner } = begin()
    const broken = fromSource(runner, () => Effect.die('a bug'))
    around(broken, log).start()
    expect(log).toEqual(['defect a bug'])
    const stopped = around(
      fromSource(runner, () => Effect.never),
      log
    ).start()
    stopped.stop()
    expect(log).toEqual(['defect a bug'])
  })
})
