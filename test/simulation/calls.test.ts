/**
 * Goal: whoever asks for dials by name learns what became of each, may give one up, says who must answer,
 * and says things to peers that are not in focus, or not here.
 * Method: the whole program on simulated hosts; commands as a program gives them, and what was told.
 */
import { describe, expect, it } from '@effect/vitest'
import { makeWorld, type World } from '../../src/simulation/world.ts'
import type { WorldHost } from '../../src/simulation/world-host.ts'
import {
  at,
  chat,
  expectNothingHeld,
  makePair,
  MINUTE_MS,
  SECOND_MS,
  texts,
  told
} from './stage.ts'

const textOf = (host: WorldHost): string => `${host.address}:7000`

/** Three who wait, and nobody has called anybody. */
const threeAlone = () => {
  const world = makeWorld('calls')
  const hosts = ['alice', 'bob', 'carol'].map((name) => chat(world, name))
  world.clock.advance(SECOND_MS)
  const [alice, bob, carol] = hosts
  if (alice === undefined || bob === undefined || carol === undefined) throw new Error('no hosts')
  return { world, alice, bob, carol, hosts }
}

const call = (host: WorldHost, target: string, name: string): void =>
  host.enter({ type: 'connect', target, call: name })

describe('a call with a name', () => {
  it('is told to have led to its peer, or why it did not, each under its name', () => {
    const { world, alice, bob, carol, hosts } = threeAlone()
    call(alice, textOf(bob), 'to bob')
    call(alice, '10.0.0.99:7000', 'to nobody')
    call(alice, textOf(carol), 'to carol')
    call(alice, textOf(alice), 'to ourselves')
    world.clock.advance(30 * SECOND_MS)
    const answers = told(alice, 'peer.connected').map((event) => [event.call, event.peer.id])
    expect(answers.toSorted()).toEqual([
      ['to bob', bob.peerId],
      ['to carol', carol.peerId]
    ])
    const failures = told(alice, 'dial.failed').map((event) => [event.call, event.reason._tag])
    expect(failures.toSorted()).toEqual([
      ['to nobody', 'DialError'],
      ['to ourselves', 'SecureError']
    ])
    expect(told(bob, 'peer.connected').map((event) => event.call)).toEqual([undefined])
    expectNothingHeld(world, hosts)
  })

  it('puts a peer that is here by another link into focus, also under its name', () => {
    const { world, alice, bob } = makePair('called again')
    call(bob, textOf(alice), 'again')
    world.clock.advance(10 * SECOND_MS)
    expect(told(bob, 'peer.focused').map((event) => [event.call, event.peer.id])).toEqual([
      ['again', alice.peerId]
    ])
    expect(told(bob, 'dial.failed')).toEqual([])
    expectNothingHeld(world, [alice, bob])
  })

  it('fails where another peer answers than the one that must', () => {
    const { world, alice, bob, carol, hosts } = threeAlone()
    alice.enter({ type: 'connect', target: textOf(bob), expect: carol.peerId, call: 'carol?' })
    world.clock.advance(10 * SECOND_MS)
    expect(told(alice, 'dial.failed')).toMatchObject([
      { call: 'carol?', reason: { failure: { _tag: 'IdentityChanged', actual: bob.peerId } } }
    ])
    expect(told(alice, 'peer.connected')).toEqual([])
    expectNothingHeld(world, hosts)
  })

  it('is an address where it looks like one, whatever a peer calls itself', () => {
    const { world, alice, bob, carol, hosts } = threeAlone()
    call(bob, textOf(alice), '1')
    world.clock.advance(5 * SECOND_MS)
    bob.enter({ type: 'nick', nickname: '10.0.0.3' })
    world.clock.advance(5 * SECOND_MS)
    call(alice, '10.0.0.3', '2')
    world.clock.advance(10 * SECOND_MS)
    expect(told(alice, 'peer.connected').at(-1)).toMatchObject({
      call: '2',
      peer: { id: carol.peerId }
    })
    expectNothingHeld(world, hosts)
  })
})

describe('hanging up', () => {
  const hangUp = (world: World, host: WorldHost, name: string): void => {
    host.enter({ type: 'hang-up', call: name })
    world.clock.advance(5 * SECOND_MS)
  }

  it('gives up a dial that nobody answers, and no other one', () => {
    const { world, alice, bob, hosts } = threeAlone()
    world.network.blackhole(alice.network, bob.network)
    call(alice, textOf(bob), 'slow')
    world.clock.advance(SECOND_MS)
    hangUp(world, alice, 'another')
    expect(told(alice, 'dial.failed')).toEqual([])
    hangUp(world, alice, 'slow')
    expect(told(alice, 'dial.failed')).toMatchObject([{ call: 'slow', reason: { _tag: 'Bye' } }])
    expectNothingHeld(world, hosts)
  })

  it('gives up waiting to be let in, and leaves a peer that is here alone', () => {
    const world = makeWorld('hung up')
    const alice = chat(world, 'alice')
    const bob = chat(world, 'bob', { unknownPeers: 'ask' })
    world.clock.advance(SECOND_MS)
    call(alice, textOf(bob), 'knock')
    world.clock.advance(SECOND_MS)
    expect(told(bob, 'peer.knocking')).toHaveLength(1)
    hangUp(world, alice, 'knock')
    expect(told(alice, 'dial.failed')).toMatchObject([{ call: 'knock' }])
    call(alice, textOf(bob), 'in')
    world.clock.advance(SECOND_MS)
    bob.enter({ type: 'accept' })
    world.clock.advance(5 * SECOND_MS)
    hangUp(world, alice, 'in')
    expect(told(alice, 'peer.connected')).toHaveLength(1)
    expect(told(alice, 'peer.disconnected')).toEqual([])
    expectNothingHeld(world, [alice, bob])
  })
})

describe('a message to a named peer', () => {
  it('goes to that peer and not to the one in focus, in the order in which it was said', () => {
    const { world, alice, bob, carol, hosts } = threeAlone()
    call(alice, textOf(bob), '1')
    world.clock.advance(5 * SECOND_MS)
    call(alice, textOf(carol), '2')
    world.clock.advance(5 * SECOND_MS)
    for (const n of [1, 2, 3])
      for (const { peerId } of [carol, bob]) alice.enter({ type: 'say', text: `${n}`, to: peerId })
    alice.type('in focus')
    world.clock.advance(5 * SECOND_MS)
    expect(texts(bob)).toEqual(['1', '2', '3', 'in focus'])
    expect(texts(carol)).toEqual(['1', '2', '3'])
    expectNothingHeld(world, hosts)
  })

  it('waits for a peer that was never here, also over a restart', () => {
    const { world, alice, bob, hosts } = threeAlone()
    for (const n of [1, 2, 3]) {
      alice.enter({ type: 'say', text: `${n}`, to: bob.peerId })
      world.clock.advance(1)
    }
    world.clock.advance(5 * SECOND_MS)
    expect(told(alice, 'message.queued').map((event) => [event.text, event.online])).toEqual([
      ['1', false],
      ['2', false],
      ['3', false]
    ])
    world.kill(alice)
    world.restart(alice)
    world.clock.advance(MINUTE_MS)
    call(bob, `${at(alice).host}:7000`, 'back')
    world.clock.advance(5 * SECOND_MS)
    expect(texts(bob)).toEqual(['1', '2', '3'])
    expectNothingHeld(world, hosts)
  })
})
