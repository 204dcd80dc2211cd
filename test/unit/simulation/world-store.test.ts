/**
 * Goal: a host's store outlives its processes, whichever way they end, and a process that dies in the
 * middle of a commit does nothing after.
 * Method: a toy program that commits one message a millisecond and tells how far it came.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import { Events } from '../../../src/services/events.ts'
import { Store } from '../../../src/services/store.ts'
import { emptyBook, ledgerOf } from '../../../src/services/store-model.ts'
import { makeWorld } from '../../../src/simulation/world.ts'
import type { Program, WorldHost } from '../../../src/simulation/world-host.ts'
import { BOB, own, queued } from '../services/store-talk.ts'

/** Goes on where the store says; tells each message once it is safe. */
const writer: Program<never, unknown> = Effect.gen(function* () {
  const store = yield* Store
  const { emit } = yield* Events
  for (let { last } = yield* store.ledger(BOB); ; last++) {
    yield* store.commit(BOB, [queued(own(last + 1))], 'synced')
    emit([{ type: 'plain.sent', text: String(last + 1) }])
    yield* Effect.sleep(1)
  }
})

const toldBy = (host: WorldHost, run: number): readonly number[] =>
  host.events.flatMap(({ instance, event }) =>
    instance === run && event.type === 'plain.sent' ? [Number(event.text)] : []
  )

const lastOf = (host: WorldHost): number => ledgerOf(host.store.written, BOB).last

describe('the store of a host', () => {
  it.each(['kill', 'powerCut', 'stop'] as const)('outlives its process: %s', (end) => {
    const world = makeWorld(`outlives ${end}`)
    const host = world.startHost('alice', writer)
    world.clock.advance(10_000)
    world[end](host)
    world.clock.advance(10)
    const told = toldBy(host, 1)
    expect(told.length).toBeGreaterThan(100)
    expect(lastOf(host)).toBeGreaterThanOrEqual(told.length)
    const last = lastOf(host)
    world.restart(host)
    world.clock.advance(10_000)
    expect(toldBy(host, 2)[0]).toBe(last + 1)
    world.kill(host)
    world.clock.advance(0)
    expect(world.held()).toMatchObject({ timers: 0, fibers: 0 })
  })

  it('loses what was not safe to a power cut, and only that', () => {
    const lost = Array.from({ length: 50 }, (_, seed) => {
      const world = makeWorld(seed)
      const host = world.startHost('alice', writer)
      world.clock.advance(1_000)
      world.clock.runUntil(() => host.store.written !== host.store.durable, 10_000)
      const last = lastOf(host)
      world.powerCut(host)
      expect(lastOf(host)).toBeGreaterThanOrEqual(toldBy(host, 1).at(-1) ?? 0)
      return last - lastOf(host)
    })
    expect(new Set(lost)).toEqual(new Set([0, 1]))
  })

  it.each([
    ['asked', 4],
    ['written', 5],
    ['flushed', 5]
  ] as const)('dies with its process in the middle of a commit: %s', (when, left) => {
    const world = makeWorld('middle')
    const host = world.startHost('alice', writer)
    host.store.onStep = (step, transaction) => {
      if (step !== when || transaction !== 5) return
      host.store.onStep = () => undefined
      world.kill(host)
    }
    world.clock.advance(60_000)
    expect(toldBy(host, 1)).toEqual([1, 2, 3, 4])
    expect(lastOf(host)).toBe(left)
    expect(world.held()).toMatchObject({ timers: 0, fibers: 0 })
    world.restart(host)
    world.clock.advance(0)
    expect(lastOf(host)).toBe(left + 1)
  })

  it('can be lost, set back, and copied to another host', () => {
    const world = makeWorld('copies')
    const alice = world.startHost('alice', writer)
    world.clock.advance(1_000)
    const copy = alice.store.written
    const before = lastOf(alice)
    world.clock.advance(1_000)
    world.kill(alice)
    alice.store.restore(copy)
    expect(lastOf(alice)).toBe(before)
    const twin = world.startHost('twin', Effect.void, { keyOf: 'alice' })
    world.clock.advance(1)
    twin.store.restore(copy)
    expect([twin.peerId, lastOf(twin)]).toEqual([alice.peerId, before])
    alice.store.restore(emptyBook)
    world.restart(alice)
    world.clock.advance(10_000)
    expect(toldBy(alice, 2)[0]).toBe(1)
  })

  it('tells its commits and faults in the trace', () => {
    const world = makeWorld('trace')
    const host = world.startHost('alice', writer)
    world.clock.advance(1)
    world.powerCut(host)
    expect(world.trace.map((line) => line.slice(6))).toEqual([
      'store alice #1 queued synced',
      'net vanish alice',
      expect.stringMatching(/^store alice power cut: /)
    ])
  })
})
