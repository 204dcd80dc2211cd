/**
 * Goal: a disk that is full, may not be written, or fails loses nothing: what cannot be kept is refused with
 * a word, what comes waits at its sender, and the talk goes on when the disk does.
 * Method: pairs with one faulty disk, for a while or until the process ends.
 */
import { describe, expect, it } from '@effect/vitest'
import { ledgerOf } from '../../src/services/store-model.ts'
import type { MemoryStore } from '../../src/simulation/memory-store.ts'
import { checkAll } from './delivery-checks.ts'
import {
  expectNothingHeld,
  expectTalk,
  makePair,
  MINUTE_MS,
  outcome,
  type Pair,
  SECOND_MS,
  story,
  texts,
  told
} from './stage.ts'

const checkBoth = ({ alice, bob }: Pair): void => {
  checkAll({ sender: alice, receiver: bob })
  checkAll({ sender: bob, receiver: alice })
}

const faults: readonly (readonly [string, string, (store: MemoryStore, on: boolean) => void])[] = [
  [
    'full',
    'StoreFull',
    (store, on) => {
      store.isFull = on
    }
  ],
  [
    'read-only',
    'StoreUnwritable',
    (store, on) => {
      store.isReadOnly = on
    }
  ]
]

describe.each(faults)('a disk that is %s for a while', (name, tag, set) => {
  it('at the sender: what is typed is refused, what was typed before is not lost', () => {
    const pair = makePair(`sender ${name}`)
    const { world, alice, bob } = pair
    alice.type('before')
    world.clock.advance(2 * SECOND_MS)
    set(alice.store, true)
    alice.type('in vain 1')
    alice.type('in vain 2')
    world.clock.advance(MINUTE_MS)
    const failed = told(alice, 'message.failed')
    expect(failed.map(({ text, why }) => [text, why])).toEqual([
      ['in vain 1', 'not-stored'],
      ['in vain 2', 'not-stored']
    ])
    expect(failed[0]?.failure?._tag).toBe(tag)
    set(alice.store, false)
    alice.type('after')
    world.clock.advance(10 * SECOND_MS)
    expect(texts(bob)).toEqual(['before', 'after'])
    checkBoth(pair)
  })

  it('at the receiver: what comes waits at its sender, and both stay connected', () => {
    const pair = makePair(`receiver ${name}`)
    const { world, alice, bob } = pair
    set(bob.store, true)
    for (let n = 0; n < 50; n++) alice.type(`waits ${n}`)
    world.clock.advance(10 * MINUTE_MS)
    expect(texts(bob)).toEqual([])
    expect(told(alice, 'message.delivered')).toEqual([])
    expect(told(bob, 'delivery.held').map(({ failure }) => failure._tag)).toEqual([tag])
    expect(story(alice)).not.toContain('peer.suspect')
    set(bob.store, false)
    world.clock.advance(10 * SECOND_MS)
    expect(texts(bob)).toHaveLength(50)
    expect(told(bob, 'delivery.resumed')).toHaveLength(1)
    expectTalk(pair)
    checkBoth(pair)
  })

  it('at the receiver, which restarts while it is so', () => {
    const pair = makePair(`receiver restarts ${name}`)
    const { world, alice, bob } = pair
    set(bob.store, true)
    alice.type('waits')
    world.clock.advance(10 * SECOND_MS)
    world.kill(bob)
    world.clock.advance(SECOND_MS)
    world.restart(bob)
    world.clock.advance(MINUTE_MS)
    expect(texts(bob)).toEqual([])
    set(bob.store, false)
    world.clock.advance(MINUTE_MS)
    expect(texts(bob)).toEqual(['waits'])
    checkBoth(pair)
  })

  it('while messages that wait are taken back: each is told of in the end', () => {
    const pair = makePair(`cancel ${name}`)
    const { world, alice, bob } = pair
    world.kill(bob)
    world.clock.advance(MINUTE_MS)
    alice.type('regretted')
    world.clock.advance(SECOND_MS)
    set(alice.store, true)
    // Typed at the same time, and taken back before it had a number.
    alice.enter({ type: 'queue' })
    alice.enter({ type: 'cancel', which: 'all' })
    world.clock.advance(MINUTE_MS)
    expect(told(alice, 'message.cancelled')).toEqual([])
    set(alice.store, false)
    world.clock.advance(MINUTE_MS)
    const queued = told(alice, 'message.queued').map(({ id }) => id)
    expect(told(alice, 'message.cancelled').flatMap(({ ids }) => ids)).toEqual(queued)
    world.restart(bob)
    world.clock.advance(MINUTE_MS)
    expect(texts(bob)).toEqual([])
    checkBoth(pair)
  })

  it('and the process ends while it is so: the next one shows again what was not noted', () => {
    const pair = makePair(`ends ${name}`)
    const { world, alice, bob } = pair
    // Between the commit of the message and the note that it was shown.
    bob.store.onStep = (step) => {
      if (step === 'flushed' && ledgerOf(bob.store.written, alice.peerId).inbox.length > 0)
        set(bob.store, true)
    }
    alice.type('shown')
    world.clock.advance(10 * SECOND_MS)
    bob.enter({ type: 'quit' })
    world.clock.advance(MINUTE_MS)
    bob.store.onStep = () => undefined
    set(bob.store, false)
    world.restart(bob)
    world.clock.advance(MINUTE_MS)
    expect(told(bob, 'message.received').map(({ text, again }) => [text, again])).toEqual([
      ['shown', undefined],
      ['shown', true]
    ])
    checkBoth(pair)
  })
})

describe('a flush that fails', () => {
  it('at the receiver: the run ends, and nothing is shown or acknowledged that may be lost', () => {
    const pair = makePair('flush at receiver')
    const { world, alice, bob } = pair
    bob.store.failsNextFlush = true
    alice.type('doubtful')
    world.clock.advance(10 * SECOND_MS)
    expect(outcome(bob)).toMatchObject({ exit: 'failed', failure: { _tag: 'StoreIo' } })
    expect([...texts(bob), ...told(alice, 'message.delivered')]).toEqual([])
    world.restart(bob)
    world.clock.advance(MINUTE_MS)
    expect(texts(bob)).toEqual(['doubtful'])
    checkBoth(pair)
  })

  it('at the sender: the run ends, the message is told as not stored, and is sent once at most', () => {
    for (const power of [false, true]) {
      const pair = makePair(`flush at sender ${power}`)
      const { world, alice, bob } = pair
      alice.store.failsNextFlush = true
      alice.type('doubtful')
      world.clock.advance(10 * SECOND_MS)
      expect(outcome(alice)).toMatchObject({ exit: 'failed', failure: { _tag: 'StoreIo' } })
      expect(told(alice, 'message.failed')).toMatchObject([{ failure: { _tag: 'StoreIo' } }])
      expect(texts(bob)).toEqual([])
      if (power) world.powerCut(alice)
      world.clock.advance(SECOND_MS)
      world.restart(alice)
      // She said goodbye, so that he does not call her by himself.
      bob.enter({ type: 'connect', target: alice.address })
      world.clock.advance(MINUTE_MS)
      expect(['', 'doubtful']).toContain(texts(bob).join())
      expectTalk(pair)
      checkBoth(pair)
    }
  })

  it('leaves nothing behind', () => {
    const { world, alice, bob } = makePair('flush, at rest')
    alice.store.failsNextFlush = true
    alice.type('doubtful')
    world.clock.advance(10 * SECOND_MS)
    expectNothingHeld(world, [alice, bob])
  })
})
