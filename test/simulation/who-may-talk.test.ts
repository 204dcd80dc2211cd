/**
 * Goal: who gets in, and what everybody reads about it: the first stranger, later ones, known and
 * blocked peers (docs/PROTOCOL.md §5).
 * Method: the whole program on simulated hosts, one rule a test.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import { makeWorld } from '../../src/simulation/world.ts'
import type { WorldHost } from '../../src/simulation/world-host.ts'
import {
  at,
  caller,
  chat,
  expectNothingHeld,
  expectTalk,
  known,
  makePair,
  MINUTE_MS,
  SECOND_MS,
  seeds,
  story,
  texts,
  told
} from './stage.ts'

describe('accept-new', () => {
  it('lets the first stranger in and pins it, and both ends read that it is a first contact', () => {
    const { alice, bob } = makePair(1)
    expect(told(alice, 'peer.knocking')).toHaveLength(0)
    for (const [host, other] of [
      [alice, bob],
      [bob, alice]
    ] as const) {
      const [connected] = told(host, 'peer.connected')
      expect(connected).toMatchObject({
        peer: { id: other.peerId, nickname: other.name },
        firstContact: true,
        returned: false,
        trust: 'tofu'
      })
      expect(known(host, other.peerId)?.trust).toBe('tofu')
    }
    expect(known(bob, alice.peerId)?.targets).toEqual(['10.0.0.1:7000'])
  })

  it('knows the peer the next time', () => {
    const { world, alice, bob } = makePair(1)
    alice.enter({ type: 'quit' })
    bob.enter({ type: 'quit' })
    world.clock.advance(MINUTE_MS)
    world.restart(alice)
    world.restart(bob)
    world.clock.advance(2 * SECOND_MS)
    expect(told(alice, 'peer.connected', 2)).toMatchObject([{ firstContact: false }])
    expect(told(bob, 'peer.connected', 2)).toMatchObject([{ firstContact: false }])
  })

  it('lets a stranger in once the first peer has said goodbye, and typed text goes to it', () => {
    const { world, alice, bob } = makePair(1)
    bob.enter({ type: 'quit' })
    world.clock.advance(2 * SECOND_MS)
    const carol = caller(world, 'carol', alice)
    expect(told(alice, 'peer.knocking')).toHaveLength(0)
    expect(told(alice, 'peer.focused')).toMatchObject([{ peer: { id: carol.peerId } }])
    alice.type('hello carol')
    world.clock.advance(2 * SECOND_MS)
    expect(texts(carol)).toEqual(['hello carol'])
  })

  it('is not kept from the next stranger by one who left at any moment of the handshake', () => {
    for (const seed of seeds(60)) {
      const world = makeWorld(seed)
      const alice = chat(world, 'alice')
      const bob = chat(world, 'bob', { connect: at(alice) })
      world.clock.advance(seed * 3)
      world.stop(bob)
      world.clock.advance(20 * SECOND_MS)
      const carol = caller(world, 'carol', alice)
      const label = `seed ${seed}: ${story(alice).join(' ')}`
      expect(told(alice, 'peer.knocking'), label).toHaveLength(0)
      alice.type('hello carol')
      world.clock.advance(2 * SECOND_MS)
      expect(texts(carol), label).toEqual(['hello carol'])
    }
  })

  it('still makes a stranger knock while a peer that was lost is expected back', () => {
    const { world, alice, bob } = makePair(1)
    world.kill(bob)
    world.clock.advance(40 * SECOND_MS)
    expect(told(alice, 'peer.disconnected')).toHaveLength(1)
    const carol = caller(world, 'carol', alice)
    expect(told(alice, 'peer.knocking')).toMatchObject([{ peer: { id: carol.peerId } }])
    alice.type('for bob')
    world.restart(bob)
    world.clock.advance(20 * SECOND_MS)
    expect(texts(bob, 2)).toEqual(['for bob'])
  })

  it('makes a second stranger knock while they talk; /accept lets it in', () => {
    const pair = makePair(2)
    const { world, alice } = pair
    const carol = caller(world, 'carol', alice)
    expect(told(alice, 'peer.knocking')).toMatchObject([{ peer: { id: carol.peerId } }])
    expect(told(carol, 'peer.connected')).toHaveLength(0)
    carol.type('let me in')
    expectTalk(pair, 'during the knock')
    alice.enter({ type: 'accept' })
    world.clock.advance(2 * SECOND_MS)
    expect(told(alice, 'peer.connected')).toHaveLength(2)
    expect(told(carol, 'peer.connected')).toHaveLength(1)
    carol.type('thanks')
    world.clock.advance(SECOND_MS)
    expect(texts(alice)).toContain('thanks')
    expect(known(alice, carol.peerId)?.trust).toBe('tofu')
    expectTalk(pair, 'after it')
    expectNothingHeld(world, [alice, pair.bob, carol])
  })

  it('/decline refuses it, in words at both ends', () => {
    const pair = makePair(3)
    const { world, alice } = pair
    const carol = caller(world, 'carol', alice)
    alice.enter({ type: 'decline' })
    world.clock.advance(2 * SECOND_MS)
    expect(told(alice, 'peer.declined')).toMatchObject([
      { peer: { id: carol.peerId }, why: 'by-user' }
    ])
    expect(told(carol, 'dial.failed')).toMatchObject([
      { reason: { _tag: 'Refused', by: 'them', why: 'denied' }, then: 'listen' }
    ])
    expect(known(alice, carol.peerId)).toBeUndefined()
    expectTalk(pair)
  })

  it('a knock that nobody answers ends by itself', () => {
    const pair = makePair(3)
    const { world, alice } = pair
    const carol = caller(world, 'carol', alice)
    world.clock.advance(2 * MINUTE_MS)
    expect(told(carol, 'dial.failed')).toMatchObject([
      { reason: { _tag: 'Refused', by: 'them', why: 'timeout' } }
    ])
    alice.enter({ type: 'accept' })
    world.clock.advance(SECOND_MS)
    expect(told(alice, 'command.invalid')).toHaveLength(1)
    expectTalk(pair)
  })

  it('three may knock; the fourth is told that we are busy; /accept NAME picks one', () => {
    const pair = makePair(4)
    const { world, alice } = pair
    const callers = ['carol', 'dave', 'erin', 'frank'].map((name) => caller(world, name, alice))
    const [carol, dave, erin, frank] = callers as [WorldHost, WorldHost, WorldHost, WorldHost]
    expect(told(alice, 'peer.knocking').map(({ peer }) => peer.id)).toEqual(
      [carol, dave, erin].map(({ peerId }) => peerId)
    )
    expect(told(frank, 'dial.failed')).toMatchObject([
      { reason: { _tag: 'Refused', by: 'them', why: 'busy' } }
    ])
    alice.enter({ type: 'accept' })
    world.clock.advance(SECOND_MS)
    expect(told(alice, 'command.invalid')).toHaveLength(1)
    alice.enter({ type: 'accept', who: dave.peerId })
    world.clock.advance(SECOND_MS)
    expect(told(dave, 'peer.connected')).toHaveLength(1)
    expect(told(carol, 'peer.connected')).toHaveLength(0)
    // A place is free again.
    frank.enter({ type: 'connect', target: alice.address })
    world.clock.advance(2 * SECOND_MS)
    expect(told(alice, 'peer.knocking')).toHaveLength(4)
    expectTalk(pair)
    expectNothingHeld(world, [alice, pair.bob, ...callers])
  })

  it('lets strangers in one by one even when two call at the same moment', () => {
    for (const seed of seeds(40)) {
      const world = makeWorld(seed)
      const alice = chat(world, 'alice')
      const bob = chat(world, 'bob', { connect: at(alice) })
      const carol = chat(world, 'carol', { connect: at(alice) })
      world.clock.advance(5 * SECOND_MS)
      expect(told(alice, 'peer.connected')).toHaveLength(1)
      expect(told(alice, 'peer.knocking')).toHaveLength(1)
      const came = [bob, carol].filter((host) => told(host, 'peer.connected').length === 1)
      expect(came).toHaveLength(1)
    }
  })

  it('a pipe has nobody to ask: it denies the second stranger', () => {
    const world = makeWorld(5)
    const alice = chat(world, 'alice', {}, { interactive: false })
    caller(world, 'bob', alice)
    const carol = caller(world, 'carol', alice)
    expect(told(alice, 'peer.declined')).toMatchObject([{ why: 'policy' }])
    expect(told(carol, 'dial.failed')).toMatchObject([{ reason: { why: 'denied' } }])
  })
})

describe('ask and deny', () => {
  it('ask: every stranger knocks, the first one too; a known one does not', () => {
    const world = makeWorld(6)
    const alice = chat(world, 'alice', { unknownPeers: 'ask' })
    const bob = caller(world, 'bob', alice)
    expect(told(alice, 'peer.knocking')).toHaveLength(1)
    alice.enter({ type: 'accept' })
    world.clock.advance(2 * SECOND_MS)
    expectTalk({ world, alice, bob })
    bob.enter({ type: 'quit' })
    world.clock.advance(2 * SECOND_MS)
    world.restart(bob)
    world.clock.advance(2 * SECOND_MS)
    expect(told(alice, 'peer.knocking')).toHaveLength(1)
    expect(told(alice, 'peer.connected')).toHaveLength(2)
  })

  it('ask at both ends, dialling each other: one yes at each end is enough', () => {
    for (const seed of seeds(30)) {
      const world = makeWorld(seed)
      const ask = { unknownPeers: 'ask' } as const
      const alice = chat(world, 'alice', { ...ask, connect: { host: '10.0.0.2', port: 7000 } })
      const bob = chat(world, 'bob', { ...ask, connect: at(alice) })
      world.clock.advance(2 * SECOND_MS)
      alice.enter({ type: 'accept' })
      world.clock.advance(SECOND_MS)
      bob.enter({ type: 'accept' })
      world.clock.advance(3 * MINUTE_MS)
      const label = `seed ${seed}: ${story(alice).join(' ')} / ${story(bob).join(' ')}`
      for (const host of [alice, bob]) {
        expect(told(host, 'command.invalid'), label).toHaveLength(0)
        expect(told(host, 'peer.connected'), label).toHaveLength(1)
        expect(told(host, 'peer.knocking'), label).toHaveLength(1)
        expect(told(host, 'dial.failed'), label).toHaveLength(
          told(host, 'dial.failed').filter(({ reason }) => reason._tag === 'DialError').length
        )
        expect(told(host, 'link.refused'), label).toHaveLength(0)
      }
      expectTalk({ world, alice, bob }, label)
    }
  })

  it('deny: no stranger, but whom we know', () => {
    const world = makeWorld(8)
    const alice = chat(world, 'alice', { unknownPeers: 'deny' })
    const bob = caller(world, 'bob', alice)
    expect(told(alice, 'peer.knocking')).toHaveLength(0)
    expect(told(alice, 'peer.declined')).toMatchObject([{ why: 'policy' }])
    expect(told(bob, 'dial.failed')).toMatchObject([{ reason: { why: 'denied' } }])
    const seen = { id: bob.peerId, nickname: 'bob', target: undefined, at: 0 }
    Effect.runSync(Effect.orDie(alice.book.saw(seen)))
    bob.enter({ type: 'connect', target: alice.address })
    world.clock.advance(2 * SECOND_MS)
    expectTalk({ world, alice, bob })
  })

  it('a blocked peer gets in nowhere, by no policy, and cannot be dialled', () => {
    const { world, alice, bob } = makePair(9)
    bob.enter({ type: 'quit' })
    world.clock.advance(2 * SECOND_MS)
    Effect.runSync(Effect.orDie(alice.book.setTrust(bob.peerId, 'blocked')))
    world.restart(bob)
    world.clock.advance(2 * SECOND_MS)
    expect(told(bob, 'peer.connected', 2)).toHaveLength(0)
    expect(told(bob, 'dial.failed', 2)).toMatchObject([{ reason: { why: 'denied' } }])
    expect(told(alice, 'peer.connected')).toHaveLength(1)
    alice.enter({ type: 'connect', target: bob.address })
    world.clock.advance(2 * SECOND_MS)
    expect(told(alice, 'peer.connected')).toHaveLength(1)
    expect(known(alice, bob.peerId)?.trust).toBe('blocked')
  })
})
