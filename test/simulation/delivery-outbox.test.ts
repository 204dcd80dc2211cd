/**
 * Goal: what is typed waits as long as it must, over restarts and days, in its order whatever the clocks
 * say; it can be taken back as long as it was never sent; long messages survive links that do not; receipts
 * and history are as each end chose.
 * Method: pairs of which one is away, or whose links are cut; the clock is virtual.
 */
import { describe, expect, it } from '@effect/vitest'
import { pageOf } from '../../src/services/store-model/pages.ts'
import { makeWorld, type World } from '../../src/simulation/world.ts'
import type { WorldHost } from '../../src/simulation/world-host.ts'
import { checkAll } from './delivery-checks.ts'
import { at, chat, makePair, MINUTE_MS, type Pair, SECOND_MS, texts, told } from './stage.ts'

const DAY_MS = 24 * 60 * MINUTE_MS
const YEAR_MS = 365 * DAY_MS

const checkBoth = ({ alice, bob }: Pair): void => {
  checkAll({ sender: alice, receiver: bob })
  checkAll({ sender: bob, receiver: alice })
}

const restart = (world: World, host: WorldHost, how: 'kill' | 'powerCut' | 'stop'): void => {
  world[how](host)
  world.clock.advance(10 * SECOND_MS)
  world.restart(host)
  world.clock.advance(SECOND_MS)
}

/** Alice alone, a minute after Bob was killed; she means him with what she types. */
const alone = (seed: string): Pair => {
  const pair = makePair(seed, { reconnectAttempts: 3, reconnectDelayMs: 200 })
  pair.world.kill(pair.bob)
  pair.world.clock.advance(MINUTE_MS)
  return pair
}

describe('what waits', () => {
  it('waits over restarts and days, and arrives in its order', () => {
    const pair = alone('days')
    const { world, alice, bob } = pair
    const expected: string[] = []
    for (const how of ['stop', 'kill', 'powerCut'] as const) {
      alice.type(`before the ${how}`)
      expected.push(`before the ${how}`)
      world.clock.advance(DAY_MS)
      restart(world, alice, how)
      alice.enter({ type: 'to', who: bob.peerId })
      world.clock.advance(SECOND_MS)
    }
    const waiting = told(alice, 'outbox.waiting').filter(({ when }) => when === 'start')
    expect(waiting.map(({ peers }) => peers.map(({ count }) => count))).toEqual([[1], [2], [3]])
    alice.enter({ type: 'queue' })
    world.clock.advance(SECOND_MS)
    expect(
      told(alice, 'queue.shown')
        .at(-1)
        ?.entries.map(({ text }) => text)
    ).toEqual(expected)
    world.restart(bob)
    world.clock.advance(MINUTE_MS)
    expect(texts(bob)).toEqual(expected)
    checkBoth(pair)
  })

  it('is taken back by its number or altogether, and the rest closes the gap', () => {
    const pair = alone('cancel')
    const { world, alice, bob } = pair
    for (const text of ['one', 'two', 'three', 'four', 'five']) alice.type(text)
    world.clock.advance(SECOND_MS)
    alice.enter({ type: 'queue' })
    world.clock.advance(SECOND_MS)
    alice.enter({ type: 'cancel', which: 2 })
    world.clock.advance(SECOND_MS)
    alice.type('six')
    world.clock.advance(SECOND_MS)
    restart(world, alice, 'kill')
    alice.enter({ type: 'queue' })
    world.clock.advance(SECOND_MS)
    alice.enter({ type: 'cancel', which: 4 })
    world.clock.advance(SECOND_MS)
    expect(
      told(alice, 'message.cancelled').map(({ ids, tooLate }) => [ids.length, tooLate])
    ).toEqual([
      [1, 0],
      [1, 0]
    ])
    world.restart(bob)
    world.clock.advance(MINUTE_MS)
    expect(texts(bob)).toEqual(['one', 'three', 'four', 'six'])
    checkBoth(pair)
  })

  it('was never sent after a crash that left a link open, and can be taken back', () => {
    const pair = makePair('crash while linked')
    const { world, alice, bob } = pair
    alice.type('heard')
    world.clock.advance(2 * SECOND_MS)
    world.kill(bob)
    restart(world, alice, 'kill')
    alice.enter({ type: 'to', who: bob.peerId })
    for (const text of ['three', 'four', 'five']) alice.type(text)
    world.clock.advance(SECOND_MS)
    alice.enter({ type: 'queue' })
    world.clock.advance(SECOND_MS)
    alice.enter({ type: 'cancel', which: 2 })
    world.clock.advance(SECOND_MS)
    expect(told(alice, 'message.cancelled').map(({ ids }) => ids.length)).toEqual([1])
    world.restart(bob)
    world.clock.advance(MINUTE_MS)
    expect(texts(bob)).toEqual(['heard', 'three', 'five'])
    checkBoth(pair)
  })

  it('is taken back while a slow link carries what was said before it', () => {
    const pair = makePair('slow', {}, { bytesPerSecond: 20_000, bufferBytes: 16 * 1024 })
    const { world, alice, bob } = pair
    for (let n = 0; n < 10; n++) alice.type(`${n} ${'x'.repeat(100_000)}`)
    world.clock.advance(SECOND_MS)
    alice.enter({ type: 'cancel', which: 'all' })
    world.clock.advance(10 * MINUTE_MS)
    const [cancelled] = told(alice, 'message.cancelled')
    const { ids = [], tooLate = 0 } = cancelled ?? {}
    expect(ids.length).toBeGreaterThan(2)
    expect(tooLate).toBeGreaterThan(0)
    expect(texts(bob)).toHaveLength(10 - ids.length)
    alice.type('after')
    world.clock.advance(MINUTE_MS)
    expect(texts(bob).at(-1)).toBe('after')
    checkBoth(pair)
  })

  it('is too late to take back once it was on a link, also of an earlier run', () => {
    const pair = makePair('too late', { reconnectAttempts: 3, reconnectDelayMs: 200 })
    const { world, alice, bob } = pair
    world.network.blackholeOneWay(bob.network, alice.network)
    alice.type('on its way')
    world.clock.advance(SECOND_MS)
    world.kill(bob)
    restart(world, alice, 'powerCut')
    alice.enter({ type: 'queue' })
    world.clock.advance(SECOND_MS)
    expect(
      told(alice, 'queue.shown')
        .at(-1)
        ?.entries.map(({ state }) => state)
    ).toEqual(['sent'])
    alice.enter({ type: 'cancel', which: 1 })
    world.clock.advance(SECOND_MS)
    expect(told(alice, 'message.cancelled')).toMatchObject([{ ids: [], tooLate: 1 }])
    world.network.healAll()
    world.restart(bob)
    world.clock.advance(MINUTE_MS)
    expect(told(bob, 'message.received').map(({ text }) => text)).toContain('on its way')
    checkBoth(pair)
  })

  it.each([-YEAR_MS, YEAR_MS])('keeps its order when the clock is set by %d ms', (ms) => {
    const pair = makePair(`clock ${ms}`, { saveHistory: true })
    const { world, alice, bob } = pair
    const expected: string[] = []
    for (const host of [alice, bob, alice, bob]) {
      for (const speaker of [alice, bob]) {
        const text = `${speaker.name} ${expected.length}`
        speaker.type(text)
        expected.push(text)
        world.clock.advance(SECOND_MS)
      }
      host.jumpWall(host.name === 'alice' ? ms : -ms)
      world.clock.advance(SECOND_MS)
      restart(world, host, 'kill')
      world.clock.advance(MINUTE_MS)
    }
    for (const [host, friend] of [
      [alice, bob],
      [bob, alice]
    ] as const) {
      const page = pageOf(host.store.written, friend.peerId, { limit: 100 })
      expect(page.map(({ text }) => text)).toEqual(expected)
    }
    checkAll({ sender: alice, receiver: bob }, { saves: { sender: true, receiver: true } })
    checkAll({ sender: bob, receiver: alice }, { saves: { sender: true, receiver: true } })
  })
})

describe('a message of 1 MiB', () => {
  it('arrives once and whole over links that are cut again and again', () => {
    const pair = makePair('long', { reconnectDelayMs: 100, reconnectAttempts: 1_000 })
    const { world, alice, bob } = pair
    const whole = (letter: string) => letter.repeat(1024 * 1024)
    alice.type('before')
    alice.type(whole('a'))
    bob.type(whole('b'))
    alice.type('after')
    for (let cut = 0; cut < 40; cut++) {
      world.clock.advance(20 + (cut % 7) * 15)
      for (const link of world.network.links()) world.network.cut(link)
      if (cut % 10 === 9) restart(world, cut % 20 === 9 ? alice : bob, 'kill')
      else world.clock.advance(400)
    }
    world.clock.advance(MINUTE_MS)
    expect(texts(bob).map((text) => text.length)).toEqual([6, 1024 * 1024, 5])
    expect(texts(bob)[1]).toBe(whole('a'))
    expect(texts(alice)).toEqual([whole('b')])
    checkBoth(pair)
  })
})

describe('receipts', () => {
  it.each([
    [true, true],
    [true, false],
    [false, true],
    [false, false]
  ])('alice %s, bob %s: told only where both want it', (aliceTells, bobTells) => {
    const world = makeWorld(`receipts ${aliceTells} ${bobTells}`)
    const alice = chat(world, 'alice', { readReceipts: aliceTells })
    const bob = chat(world, 'bob', { readReceipts: bobTells, connect: at(alice) })
    world.clock.advance(2 * SECOND_MS)
    for (const round of [1, 2]) {
      alice.type(`alice ${round}`)
      bob.type(`bob ${round}`)
      world.clock.advance(2 * SECOND_MS)
      restart(world, round === 1 ? alice : bob, 'kill')
      world.clock.advance(MINUTE_MS)
    }
    const receipts = aliceTells && bobTells
    for (const host of [alice, bob])
      expect(told(host, 'message.read').flatMap(({ ids }) => ids)).toHaveLength(receipts ? 2 : 0)
    checkAll({ sender: alice, receiver: bob }, { receipts })
    checkAll({ sender: bob, receiver: alice }, { receipts })
  })

  it('that were lost with their link are told on the next', () => {
    const pair = makePair('lost receipt', { reconnectDelayMs: 100 })
    const { world, alice, bob } = pair
    alice.type('read this')
    // Until Bob was shown it; what he says of it goes nowhere.
    world.network.blackholeOneWay(bob.network, alice.network)
    world.clock.runUntil(() => texts(bob).length > 0, 10 * SECOND_MS)
    world.clock.advance(100)
    expect([...told(alice, 'message.delivered'), ...told(alice, 'message.read')]).toEqual([])
    for (const link of world.network.links()) world.network.cut(link)
    world.network.healAll()
    world.clock.advance(MINUTE_MS)
    const ids = told(alice, 'message.queued').map(({ id }) => id)
    expect(told(alice, 'message.delivered').flatMap((event) => event.ids)).toEqual(ids)
    expect(told(alice, 'message.read').flatMap((event) => event.ids)).toEqual(ids)
  })
})

describe('history', () => {
  it.each([
    [true, true],
    [true, false],
    [false, true],
    [false, false]
  ])('alice %s, bob %s: each keeps what it chose', (sender, receiver) => {
    const world = makeWorld(`history ${sender} ${receiver}`)
    const alice = chat(world, 'alice', { saveHistory: sender })
    const bob = chat(world, 'bob', { saveHistory: receiver, connect: at(alice) })
    world.clock.advance(2 * SECOND_MS)
    for (const round of [1, 2, 3]) {
      alice.type(`alice ${round}`)
      bob.type(`bob ${round}`)
      world.clock.advance(2 * SECOND_MS)
      restart(world, round % 2 === 0 ? alice : bob, round === 3 ? 'powerCut' : 'kill')
      world.clock.advance(MINUTE_MS)
    }
    checkAll({ sender: alice, receiver: bob }, { saves: { sender, receiver } })
    const back = { sender: receiver, receiver: sender }
    checkAll({ sender: bob, receiver: alice }, { saves: back })
  })

  it('goes by what was chosen for the peer, and what is erased is gone', () => {
    const pair = makePair('keep', { saveHistory: true })
    const { world, alice, bob } = pair
    const kept = () =>
      pageOf(alice.store.written, bob.peerId, { limit: 100 }).map(({ text }) => text)
    const say = (text: string) => {
      alice.type(text)
      world.clock.advance(2 * SECOND_MS)
    }
    say('kept')
    alice.enter({ type: 'history-keep', keep: 'off' })
    world.clock.advance(SECOND_MS)
    say('not kept')
    restart(world, alice, 'kill')
    world.clock.advance(MINUTE_MS)
    say('nor this')
    expect(kept()).toEqual(['kept'])
    alice.enter({ type: 'history-keep', keep: 'default' })
    world.clock.advance(SECOND_MS)
    say('kept again')
    expect(kept()).toEqual(['kept', 'kept again'])
    alice.enter({ type: 'history-erase', confirm: true })
    world.clock.advance(SECOND_MS)
    expect(kept()).toEqual([])
    expect(told(alice, 'history.erased').map(({ count }) => count)).toEqual([2])
    checkBoth(pair)
  })
})
