/**
 * Goal: what only whole machines over whole streams show: a peer is written down with the address under
 * which it was called, and whoever leaves says goodbye on the links that came in by its own port, too.
 * Method: two hosts of the simulated world run the real program.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import { runChat } from '../../../src/runtime/app.ts'
import { makeWorld } from '../../../src/simulation/world.ts'

const talking = (seed: number) => {
  const world = makeWorld(seed)
  const alice = world.startHost('alice', runChat)
  const connect = { host: alice.address, port: 7_000 }
  const bob = world.startHost('bob', runChat, { settings: { connect } })
  const isOnline = () => bob.events.some(({ event }) => event.type === 'peer.connected')
  expect(world.clock.runUntil(isOnline, 10_000)).toBe(true)
  return { world, alice, bob }
}

describe('a peer that answered our dial', () => {
  it('is written down with the address that was dialled, which is pinned to it', () => {
    const { alice, bob } = talking(1)
    const known = Effect.runSync(bob.book.pinnedTo({ host: alice.address, port: 7_000 }))
    expect(known?.id).toBe(alice.peerId)
  })

  it('is written down without one where it called us', () => {
    const { world, alice, bob } = talking(2)
    world.clock.advance(1_000)
    expect(Effect.runSync(alice.book.list)).toMatchObject([{ id: bob.peerId, targets: [] }])
  })
})

describe('a goodbye', () => {
  it.each(['alice', 'bob'] as const)('of %s reaches the other end', (who) => {
    const { world, alice, bob } = talking(3)
    const [leaving, staying] = who === 'alice' ? [alice, bob] : [bob, alice]
    leaving.enter({ type: 'quit' })
    expect(world.clock.runUntil(() => leaving.exit() !== undefined, 10_000)).toBe(true)
    const ends = staying.events.flatMap(({ event }) =>
      event.type === 'peer.disconnected' ? [event.reason] : []
    )
    expect(ends).toEqual([{ _tag: 'Bye', by: 'them', why: 'quit' }])
    expect(staying.events.some(({ event }) => event.type === 'peer.reconnecting')).toBe(false)
  })
})
