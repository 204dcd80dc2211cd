/**
 * Goal: a peer is who it was: an expected or pinned key and no other is talked to, oneself is
 * recognised, and one identity talks from one place at a time (docs/PROTOCOL.md §5).
 * Method: the whole program on simulated hosts, among them impostors, mirrors and copied profiles.
 */
import { describe, expect, it } from '@effect/vitest'
import { makeWorld } from '../../src/simulation/world.ts'
import {
  at,
  caller,
  chat,
  expectNothingHeld,
  expectTalk,
  known,
  makePair,
  MINUTE_MS,
  outcome,
  SECOND_MS,
  seeds,
  story,
  told
} from './stage.ts'

describe('--expect', () => {
  it('at the dialler: another id answers, nothing is said, and the run fails', () => {
    const world = makeWorld(10)
    const alice = chat(world, 'alice')
    const carol = chat(world, 'carol')
    const bob = chat(world, 'bob', { connect: at(alice), expect: carol.peerId })
    world.clock.advance(5 * SECOND_MS)
    const reason = {
      _tag: 'SecureError',
      failure: { _tag: 'IdentityChanged', expected: carol.peerId, actual: alice.peerId }
    }
    expect(told(bob, 'dial.failed')).toMatchObject([{ reason, then: 'stop' }])
    expect(outcome(bob)).toMatchObject({
      exit: 'failed',
      failure: { _tag: 'PeerUnreachable', reason }
    })
    expect(told(alice, 'peer.connected')).toHaveLength(0)
    expect(known(bob, alice.peerId)).toBeUndefined()
    expectNothingHeld(world, [alice, bob, carol])
  })

  it('at the acceptor: other ids are denied, the expected one is let in', () => {
    const world = makeWorld(11)
    const probe = makeWorld(11)
    const bobId = chat(probe, 'bob').peerId
    const alice = chat(world, 'alice', { expect: bobId, unknownPeers: 'deny' })
    const carol = caller(world, 'carol', alice)
    expect(told(carol, 'dial.failed')).toMatchObject([{ reason: { why: 'denied' } }])
    const bob = caller(world, 'bob', alice)
    expect(bob.peerId).toBe(bobId)
    expectTalk({ world, alice, bob })
  })
})

describe('a pinned address', () => {
  it('that answers with another key stops the run, and nothing is said', () => {
    const world = makeWorld(12)
    const alice = chat(world, 'alice')
    world.network.addName('home.example', [alice.address])
    const bob = chat(world, 'bob', { connect: { host: 'home.example', port: 7000 } })
    world.clock.advance(2 * SECOND_MS)
    expectTalk({ world, alice, bob })
    bob.enter({ type: 'quit' })
    world.clock.advance(MINUTE_MS)
    const impostor = chat(world, 'impostor')
    world.network.addName('home.example', [impostor.address])
    world.restart(bob)
    world.clock.advance(5 * SECOND_MS)
    expect(outcome(bob)).toMatchObject({
      exit: 'failed',
      failure: {
        _tag: 'PeerUnreachable',
        reason: {
          failure: {
            _tag: 'IdentityChanged',
            expected: alice.peerId,
            actual: impostor.peerId
          }
        }
      }
    })
    expect(told(impostor, 'peer.connected')).toHaveLength(0)
  })
})

describe('oneself', () => {
  it('dialled at its own address, the run says so and fails', () => {
    for (const host of ['10.0.0.1', '127.0.0.1']) {
      const world = makeWorld(13)
      const alice = chat(world, 'alice', { connect: { host, port: 7000 } })
      world.clock.advance(5 * SECOND_MS)
      expect(told(alice, 'dial.failed')).toMatchObject([
        { reason: { _tag: 'SecureError', failure: { _tag: 'DialledSelf' } }, then: 'stop' }
      ])
      expect(outcome(alice)).toMatchObject({
        exit: 'failed',
        failure: { reason: { failure: { _tag: 'DialledSelf' } } }
      })
      expect(told(alice, 'peer.knocking')).toHaveLength(0)
      expectNothingHeld(world, [alice])
    }
  })

  it('dialled by /connect in the middle of a talk, only that dial fails', () => {
    const pair = makePair(14)
    pair.alice.enter({ type: 'connect', target: '127.0.0.1' })
    pair.world.clock.advance(5 * SECOND_MS)
    expect(told(pair.alice, 'dial.failed')).toMatchObject([
      { reason: { failure: { _tag: 'DialledSelf' } } }
    ])
    expect(outcome(pair.alice)).toBeUndefined()
    expectTalk(pair)
  })
})
describe('one identity that runs twice', () => {
  // The end with the lower id decides which link lives, so both orders have to be seen.
  for (const order of ['decides', 'does not decide'] as const)
    it(`is refused while the first answers, and told so; the one that ${order}`, () => {
      let tried = 0
      for (const seed of seeds(40)) {
        const world = makeWorld(seed)
        const alice = chat(world, 'alice')
        const bob = chat(world, 'bob', { connect: at(alice) })
        world.clock.advance(2 * SECOND_MS)
        if (bob.peerId < alice.peerId !== (order === 'decides')) continue
        tried++
        const twin = chat(world, 'twin', { connect: at(alice) }, { keyOf: 'bob' })
        expect(twin.peerId).toBe(bob.peerId)
        const [link] = world.network.links()
        world.clock.advance(MINUTE_MS)
        const label = `seed ${seed}: ${story(alice).join(' ')} / ${story(twin).join(' ')}`
        expect(
          world.network.links().map(({ id }) => id),
          label
        ).toEqual([link?.id])
        expect(told(twin, 'peer.connected'), label).toHaveLength(0)
        expect(told(twin, 'dial.failed'), label).toMatchObject([
          { reason: { _tag: 'RunningElsewhere' } }
        ])
        expect(told(bob, 'peer.disconnected'), label).toHaveLength(0)
        expect(told(alice, 'peer.connected'), label).toHaveLength(1)
        expectTalk({ world, alice, bob }, label)
      }
      expect(tried).toBeGreaterThan(5)
    })

  it('may take over once the first is gone', () => {
    for (const seed of seeds(20)) {
      const { world, alice, bob } = makePair(seed)
      world.kill(bob)
      const twin = chat(world, 'twin', { connect: at(alice) }, { keyOf: 'bob' })
      world.clock.advance(5 * SECOND_MS)
      const label = `seed ${seed}: ${story(alice).join(' ')} / ${story(twin).join(' ')}`
      expect(told(twin, 'peer.connected'), label).toHaveLength(1)
      expectTalk({ world, alice, bob: twin }, label)
    }
  })
})
