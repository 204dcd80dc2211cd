/**
 * Goal: a store that was deleted, set back to an older copy, or copied to a second machine is noticed at
 * the next link, told in words at both ends, and costs nothing but what was in it alone: no message is
 * skipped, none is shown twice, none takes the place of another.
 * Method: pairs that talked, whose stores are replaced between two runs. Two links that open at once, where
 * what was said of the logs on one is out of date on the other: 150 seeds.
 */
import { describe, expect, it } from '@effect/vitest'
import { type Book, emptyBook } from '../../src/services/store-model.ts'
import { makeDice } from '../../src/simulation/dice.ts'
import { makeWorld, type World } from '../../src/simulation/world.ts'
import type { WorldHost } from '../../src/simulation/world-host.ts'
import { checkAll } from './delivery-checks.ts'
import { at, chat, makePair, MINUTE_MS, type Pair, SECOND_MS, seeds, texts, told } from './stage.ts'

type Name = 'alice' | 'bob'
type Loss = readonly ['ours' | 'theirs', 'new' | 'behind']

/** Below RECEIVED_LOGS_MAX (protocol/payloads.ts): so many earlier logs are remembered. */
const ROUNDS = 14

const SETTINGS = { reconnectDelayMs: 200, reconnectAttempts: 100 }

const exchange = ({ world, alice, bob }: Pair, label: string): void => {
  for (const host of [alice, bob]) {
    host.type(`${host.name} ${label} 1`)
    host.type(`${host.name} ${label} 2`)
  }
  world.clock.advance(3 * SECOND_MS)
}

const lossesOf = (host: WorldHost): readonly Loss[] =>
  told(host, 'delivery.restarted').map(({ whose, why }): Loss => [whose, why])

/** Takes the host away, puts this in the place of its store, and starts it again. */
const replace = (world: World, host: WorldHost, copy: Book): void => {
  if (host.exit() === undefined) world.kill(host)
  host.store.restore(copy)
  world.clock.advance(SECOND_MS)
  world.restart(host)
}

const checkBoth = ({ alice, bob }: Pair): void => {
  checkAll({ sender: alice, receiver: bob })
  checkAll({ sender: bob, receiver: alice })
}

const other = ({ alice, bob }: Pair, name: Name): WorldHost => (name === 'alice' ? bob : alice)

/** Everything that was said after a point of the talk was heard once. */
const expectHeard = ({ alice, bob }: Pair, label: string): void => {
  for (const [from, to] of [
    [alice, bob],
    [bob, alice]
  ] as const)
    expect(texts(to).filter((text) => text.startsWith(`${from.name} ${label}`))).toEqual([
      `${from.name} ${label} 1`,
      `${from.name} ${label} 2`
    ])
}

describe.each<Name>(['alice', 'bob'])('the store of %s', (name) => {
  it('is deleted', () => {
    const pair = makePair(`deleted ${name}`, SETTINGS)
    exchange(pair, 'before')
    replace(pair.world, pair[name], emptyBook)
    pair.world.clock.advance(MINUTE_MS)
    exchange(pair, 'after')
    expect(lossesOf(pair[name])).toEqual([['ours', 'new']])
    expect(lossesOf(other(pair, name))).toEqual([['theirs', 'new']])
    expectHeard(pair, 'before')
    expectHeard(pair, 'after')
    checkBoth(pair)
  })

  it.each<readonly [string, Name]>([
    ['only it had spoken', name],
    ['only the other had spoken', name === 'alice' ? 'bob' : 'alice']
  ])('is deleted, and %s', (_, speaker) => {
    const pair = makePair(`one-sided ${name} ${speaker}`, SETTINGS)
    pair[speaker].type('a word')
    pair.world.clock.advance(3 * SECOND_MS)
    replace(pair.world, pair[name], emptyBook)
    pair.world.clock.advance(MINUTE_MS)
    exchange(pair, 'after')
    expect(lossesOf(pair[name]).map(([whose]) => whose)).toEqual(['ours'])
    expect(lossesOf(other(pair, name)).map(([whose]) => whose)).toEqual(['theirs'])
    expectHeard(pair, 'after')
    checkBoth(pair)
  })

  it('is set back to an older copy', () => {
    const pair = makePair(`copy ${name}`, SETTINGS)
    exchange(pair, 'early')
    const copy = pair[name].store.written
    exchange(pair, 'late')
    replace(pair.world, pair[name], copy)
    pair.world.clock.advance(MINUTE_MS)
    exchange(pair, 'after')
    expect(lossesOf(pair[name])).toEqual([['ours', 'behind']])
    expect(lossesOf(other(pair, name))).toEqual([['theirs', 'behind']])
    for (const label of ['early', 'late', 'after']) expectHeard(pair, label)
    checkBoth(pair)
  })

  it('is set back, and more is said before the next link, over a restart', () => {
    const pair = makePair(`copy and queue ${name}`, SETTINGS)
    const { world } = pair
    const [host, friend] = [pair[name], other(pair, name)]
    exchange(pair, 'early')
    const copy = host.store.written
    exchange(pair, 'late')
    world.kill(friend)
    replace(world, host, copy)
    world.clock.advance(SECOND_MS)
    host.enter({ type: 'to', who: friend.peerId })
    for (const word of ['one', 'two', 'three', 'four']) host.type(`offline ${word}`)
    world.clock.advance(SECOND_MS)
    // As many numbers are given now as the other end has seen, and the process does not remember when.
    world.kill(host)
    world.clock.advance(SECOND_MS)
    world.restart(host)
    world.restart(friend)
    world.clock.advance(MINUTE_MS)
    expect(texts(friend).slice(-4)).toEqual([
      'offline one',
      'offline two',
      'offline three',
      'offline four'
    ])
    expect(lossesOf(host)).toEqual([['ours', 'behind']])
    expect(lossesOf(friend)).toEqual([['theirs', 'behind']])
    checkBoth(pair)
  })

  it('is set back to a copy in which messages wait that have arrived since', () => {
    const pair = makePair(`copy that waits ${name}`, SETTINGS)
    const { world } = pair
    const [host, friend] = [pair[name], other(pair, name)]
    world.network.blackhole(host.network, friend.network)
    host.type('waits 1')
    host.type('waits 2')
    world.clock.advance(100)
    const copy = host.store.written
    world.network.healAll()
    world.clock.advance(5 * SECOND_MS)
    expect(texts(friend)).toEqual(['waits 1', 'waits 2'])
    host.type('later')
    world.clock.advance(5 * SECOND_MS)
    replace(world, host, copy)
    world.clock.advance(MINUTE_MS)
    expect(texts(friend)).toEqual(['waits 1', 'waits 2', 'later'])
    expect(lossesOf(host)).toEqual([['ours', 'behind']])
    checkBoth(pair)
  })

  it('is lost again and again', () => {
    const pair = makePair(`again ${name}`, SETTINGS)
    const copies: Book[] = [emptyBook]
    for (let round = 0; round < ROUNDS; round++) {
      exchange(pair, `round ${round}.`)
      copies.push(pair[name].store.written)
      replace(pair.world, pair[name], copies[(round * 7) % (copies.length - 1)] ?? emptyBook)
      pair.world.clock.advance(MINUTE_MS)
    }
    exchange(pair, 'end')
    for (let round = 0; round < ROUNDS; round++) expectHeard(pair, `round ${round}.`)
    expect(lossesOf(pair[name])).toHaveLength(ROUNDS)
    expect(lossesOf(other(pair, name))).toHaveLength(ROUNDS)
    checkBoth(pair)
  })
})

it('both stores are deleted: nobody knows of anything, and the talk begins', () => {
  const pair = makePair('both', SETTINGS)
  exchange(pair, 'before')
  for (const host of [pair.alice, pair.bob]) pair.world.kill(host)
  for (const host of [pair.alice, pair.bob]) replace(pair.world, host, emptyBook)
  pair.world.clock.advance(MINUTE_MS)
  exchange(pair, 'after')
  expect([...lossesOf(pair.alice), ...lossesOf(pair.bob)]).toEqual([])
  expectHeard(pair, 'after')
  checkBoth(pair)
})

describe('one identity on two machines', () => {
  /** Alice's profile on another machine, with a copy of her store; it calls Bob when it is started. */
  const makeTwin = ({ world, bob }: Pair, copy: Book): WorldHost => {
    const twin = chat(world, 'twin', { ...SETTINGS, connect: at(bob) }, { keyOf: 'alice' })
    world.kill(twin)
    twin.store.restore(copy)
    return twin
  }

  /** Everything that either machine was told to be delivered was heard by Bob, and nothing twice. */
  const expectOnce = (bob: WorldHost, machines: readonly WorldHost[]): void => {
    const heard = told(bob, 'message.received').map(({ id }) => id)
    expect(new Set(heard).size).toBe(heard.length)
    for (const machine of machines) {
      const queued = told(machine, 'message.queued').map(({ id }) => id)
      const delivered = told(machine, 'message.delivered').flatMap(({ ids }) => ids)
      expect(heard, machine.name).toEqual(expect.arrayContaining([...queued, ...delivered]))
    }
  }

  it('in turns: each is told at every change, and nothing is mixed up', () => {
    const pair = makePair('turns', { ...SETTINGS, reconnectAttempts: 1 })
    const { world, alice, bob } = pair
    exchange(pair, 'first')
    const twin = makeTwin(pair, alice.store.written)
    const machines = [alice, twin]
    let on = alice
    for (let turn = 0; turn < 6; turn++) {
      world.kill(on)
      world.clock.advance(2 * MINUTE_MS)
      on = machines[(turn + 1) % 2] ?? alice
      world.restart(on)
      on.enter({ type: 'connect', target: bob.address })
      world.clock.advance(MINUTE_MS)
      for (const host of [on, bob]) host.type(`${host.name} turn ${turn}`)
      world.clock.advance(5 * SECOND_MS)
      expect(texts(bob).at(-1)).toBe(`${on.name} turn ${turn}`)
      expect(texts(on).at(-1)).toBe(`bob turn ${turn}`)
    }
    expectOnce(bob, machines)
    // The copy was as good as the original when it first took over.
    expect(lossesOf(twin)).toEqual([
      ['ours', 'behind'],
      ['ours', 'behind']
    ])
    expect(lossesOf(alice)).toHaveLength(3)
    expect(lossesOf(bob)).toHaveLength(5)
  })

  it('at once: the second is refused while the first is connected', () => {
    const pair = makePair('at once', SETTINGS)
    const { world, alice, bob } = pair
    exchange(pair, 'first')
    const twin = makeTwin(pair, alice.store.written)
    world.restart(twin)
    world.clock.advance(10 * SECOND_MS)
    const refused = told(twin, 'dial.failed').map(({ reason }) => reason._tag)
    expect(refused).toContain('RunningElsewhere')
    exchange(pair, 'second')
    expectHeard(pair, 'second')
    expectOnce(bob, [alice])
  })

  it('what one sent and nobody took does not stand for what the other sent under its number', () => {
    const pair = makePair('same number', { ...SETTINGS, reconnectAttempts: 1 })
    const { world, alice, bob } = pair
    exchange(pair, 'first')
    const twin = makeTwin(pair, alice.store.written)
    world.kill(alice)
    world.clock.advance(2 * MINUTE_MS)
    world.restart(twin)
    twin.enter({ type: 'connect', target: bob.address })
    world.clock.advance(MINUTE_MS)
    // On a link that swallows it, and then in nobody's memory but the twin's store.
    world.network.blackholeOneWay(twin.network, bob.network)
    twin.type('from the twin')
    world.clock.advance(200)
    expect(told(twin, 'message.sent').flatMap(({ ids }) => ids)).toHaveLength(1)
    world.kill(twin)
    world.network.healAll()
    world.clock.advance(2 * MINUTE_MS)
    world.restart(alice)
    alice.enter({ type: 'connect', target: bob.address })
    world.clock.advance(MINUTE_MS)
    alice.type('from alice herself')
    world.clock.advance(5 * SECOND_MS)
    world.kill(alice)
    world.clock.advance(2 * MINUTE_MS)
    world.restart(twin)
    twin.enter({ type: 'connect', target: bob.address })
    world.clock.advance(MINUTE_MS)
    expect(texts(bob).slice(-2)).toEqual(['from alice herself', 'from the twin'])
    expect(lossesOf(twin)).toEqual([['ours', 'behind']])
    expectOnce(bob, [alice, twin])
  })
})

describe('two links at once after a loss', () => {
  /** Both call each other while all of it takes long, so that a link may open that was agreed on earlier. */
  const play = (seed: number): void => {
    const dice = makeDice(`two links ${seed}`)
    const world = makeWorld(seed, { latencyMs: [20, 300] })
    const settings = { ...SETTINGS, heartbeatIntervalMs: 2_000, reconnectAttempts: 1_000 }
    const start = (name: Name, host: string) =>
      chat(world, name, { ...settings, connect: { host, port: 7000 } })
    const alice = start('alice', '10.0.0.2')
    world.clock.advance(dice.integer(0, 300))
    const bob = start('bob', '10.0.0.1')
    const hosts = [alice, bob]
    const say = (host: WorldHost, count: number, label: string) => {
      for (let n = 0; n < count; n++) host.type(`${host.name} ${label} ${n}`)
    }
    world.clock.advance(5 * SECOND_MS)
    const copies = [emptyBook, emptyBook]
    for (const label of ['early', 'late']) {
      for (const host of hosts) say(host, dice.integer(0, 5), label)
      world.clock.advance(dice.integer(0, 4_000))
      if (label === 'early') hosts.forEach(({ store }, at) => (copies[at] = store.written))
    }
    for (const host of hosts) world.kill(host)
    for (const at of dice.pick([[0], [1], [0, 1]]))
      hosts[at]?.store.restore(dice.pick([emptyBook, copies[at] ?? emptyBook]))
    world.clock.advance(dice.integer(0, 1_000))
    const [first, second] = dice.pick([
      [alice, bob],
      [bob, alice]
    ] as const)
    world.restart(first)
    if (dice.chance(0.5)) first.enter({ type: 'to', who: second.peerId })
    say(first, 3, 'offline')
    world.clock.advance(dice.integer(0, 400))
    world.restart(second)
    for (let call = dice.integer(0, 6); call > 0; call--) {
      const caller = dice.pick(hosts)
      caller.enter({ type: 'connect', target: (caller === alice ? bob : alice).address })
      world.clock.advance(dice.integer(0, 800))
      if (dice.chance(0.5)) say(caller, 2, `call ${call}`)
    }
    const links = world.network.links()
    if (links.length > 0 && dice.chance(0.4)) world.network.cut(dice.pick(links))
    world.clock.advance(MINUTE_MS)
    for (const host of hosts) say(host, 2, 'after')
    world.clock.advance(20 * SECOND_MS)
    checkBoth({ world, alice, bob })
    for (const host of hosts)
      for (const { reason } of told(host, 'peer.disconnected'))
        expect(reason._tag, `seed ${seed}`).not.toBe('ProtocolError')
  }

  it.each([0, 50, 100])('of 50 plans behind %d none mixes up the numbers of two logs', (behind) => {
    for (const seed of seeds(50, behind)) play(seed)
  })

  it('READY of the second link may name the log of before', () => {
    for (const seed of [428, 1712]) play(seed)
  })
})
