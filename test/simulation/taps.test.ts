/**
 * Goal: a world is its seed: the same script gives the same trace, byte for byte; and whoever watches
 * changes nothing (docs/ARCHITECTURE.md §4, rule 12).
 * Method: one eventful script (two dials at once, talk, cuts, a black hole, a kill, a stranger) is run
 * twice with one seed, with another seed, and with sinks that listen, are deaf, or are slow; traces
 * are compared as text.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import { runChat } from '../../src/runtime/app.ts'
import { Events } from '../../src/services/events.ts'
import { makeWorld, type World } from '../../src/simulation/world.ts'
import { MINUTE_MS, SECOND_MS, seeds } from './stage.ts'

type Emit = Events['Service']['emit']

/** Earshot with something between it and the world's own sink. */
const watched = (watch: (emit: Emit) => Emit) =>
  Effect.flatMap(Events, ({ emit }) =>
    Effect.provideService(runChat, Events, { emit: watch(emit) })
  )

const script = (seed: number, watch: (emit: Emit) => Emit): World => {
  const world = makeWorld(seed)
  const program = watched(watch)
  const start = (name: string, connect: string | undefined) =>
    world.startHost(name, program, {
      settings: {
        nickname: name,
        connect: connect === undefined ? undefined : { host: connect, port: 7000 }
      }
    })
  const alice = start('alice', '10.0.0.2')
  const bob = start('bob', '10.0.0.1')
  world.clock.advance(3 * SECOND_MS)
  for (let round = 0; round < 4; round++) {
    for (let n = 0; n < 5; n++) {
      alice.type(`a ${round} ${n} ${'.'.repeat(n * 400)}`)
      bob.type(`b ${round} ${n}`)
    }
    world.clock.advance(world.dice.integer(1, 200))
    for (const link of world.network.links()) world.network.cut(link)
    world.clock.advance(5 * SECOND_MS)
  }
  const carol = start('carol', '10.0.0.1')
  world.clock.advance(2 * SECOND_MS)
  alice.enter({ type: 'accept' })
  alice.enter({ type: 'info' })
  world.network.blackhole(alice.network, bob.network)
  world.clock.advance(40 * SECOND_MS)
  world.network.healAll()
  world.clock.advance(MINUTE_MS)
  world.kill(carol)
  bob.enter({ type: 'quit' })
  world.clock.advance(MINUTE_MS)
  return world
}

const asIs = (emit: Emit): Emit => emit
const wires = (world: World) => world.trace.filter((line) => line.includes(' net '))

describe('a trace', () => {
  it('is the same for the same seed, and another for another', () => {
    for (const seed of seeds(10)) {
      const trace = script(seed, asIs).trace
      expect(trace.length).toBeGreaterThan(60)
      expect(script(seed, asIs).trace).toEqual(trace)
      expect(script(seed + 1_000, asIs).trace).not.toEqual(trace)
    }
  })
})

describe('a tap', () => {
  it('that drops everything leaves the network as it is', () => {
    for (const seed of seeds(10)) {
      const loud = wires(script(seed, asIs))
      expect(loud.length).toBeGreaterThan(10)
      expect(wires(script(seed, () => () => undefined))).toEqual(loud)
    }
  })

  it('that keeps everything and looks at it leaves the whole trace as it is', () => {
    for (const seed of seeds(10)) {
      const kept: string[] = []
      const keeping =
        (emit: Emit): Emit =>
        (events) => {
          kept.push(...events.map((event) => JSON.stringify(event)))
          emit(events)
          kept.push(String(kept.length))
        }
      expect(script(seed, keeping).trace).toEqual(script(seed, asIs).trace)
      expect(kept.length).toBeGreaterThan(100)
    }
  })

  it('gets plain JSON: what is told survives writing and reading', () => {
    const world = script(1, (emit) => (events) => {
      expect(JSON.parse(JSON.stringify(events))).toEqual(events)
      emit(events)
    })
    expect(world.trace.length).toBeGreaterThan(60)
  })
})
