/**
 * Goal: a known peer that lies about logs, numbers, epochs and stores harms its own conversation at most:
 * no run of ours breaks, no other talk changes, nothing is taken for delivered or shown twice by it, and
 * memory stays bounded (docs/PROTOCOL.md §6, docs/THREAT-MODEL.md §3).
 * Method: Alice and Bob talk; Mallory, whom Alice knows and who speaks frames by hand, visits her again
 * and again. The simulated store breaks the run at a change that contradicts it, so a lie that gets as far
 * shows.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import { WINDOW_BYTES_MAX, WINDOW_ITEMS_MAX } from '../../src/domain/limits.ts'
import type { PeerId } from '../../src/domain/peer-id.ts'
import { RECEIPTS_FEATURE } from '../../src/protocol/features.ts'
import type { Item, Log, Message, Ready } from '../../src/protocol/messages.ts'
import { ledgerOf } from '../../src/services/store-model.ts'
import { makeDice } from '../../src/simulation/dice.ts'
import type { WorldHost } from '../../src/simulation/world-host.ts'
import { violation } from './attack.ts'
import { call, hello, type RawLink, rawHost, ready, settle, text } from './mallory.ts'
import {
  at,
  expectNothingHeld,
  expectTalk,
  makePair,
  outcome,
  type Pair,
  SECOND_MS,
  seeds,
  story,
  texts,
  told
} from './stage.ts'

const epochOf = (number: number): string => number.toString(16).padStart(16, '0')
const log = (number: number): Log => ({ type: 'log', epoch: epochOf(number), lost: 'sender' })
const idOf = (number: number): string => `id${number}`.padStart(22, 'x')

/** One link of Mallory's, with everything that she claims when it opens. */
interface Visit {
  /** Of Mallory's process, and of her log. */
  readonly instance?: string
  readonly epoch?: string
  readonly received?: (theirs: Ready) => Ready['received']
  readonly say?: (link: RawLink) => Effect.Effect<void>
  /** How long she stays after that; by default a second. */
  readonly stayMs?: number
}

interface Visited extends Pair {
  readonly mallory: WorldHost
  readonly links: readonly RawLink[]
}

const open = (link: RawLink, own: PeerId, { instance, epoch, received, say }: Visit) =>
  Effect.gen(function* () {
    yield* link.say(hello({ features: [RECEIPTS_FEATURE], instance: instance ?? epochOf(0xff) }))
    yield* link.hear('hello')
    yield* link.say({ type: 'auth', mode: 'known' })
    const theirs = yield* link.hear('ready')
    if (theirs === undefined) return
    yield* link.say(ready({ epoch: epoch ?? epochOf(0xee), received: received?.(theirs) ?? [] }))
    yield* settle(link, own)
    yield* Effect.forkChild(link.listen)
    if (say !== undefined) yield* say(link)
  })

/**
 * Alice and Bob talk; Mallory visits her for a second, another second later again, and so on.
 * @param meanwhile half a second after the first link opened.
 */
const visitedIn = (
  pair: Pair,
  visits: readonly Visit[],
  meanwhile: (pair: Pair) => void = () => undefined
): Visited => {
  const { world, alice } = pair
  const links: RawLink[] = []
  let own = '' as PeerId
  const script = Effect.gen(function* () {
    // The world tells us who we are only once this has started.
    yield* Effect.yieldNow
    for (const visit of visits) {
      const link = yield* call(at(alice))
      links.push(link)
      yield* open(link, own, visit)
      yield* Effect.sleep(visit.stayMs ?? SECOND_MS)
      yield* Effect.ignore(link.secured.close)
      yield* Effect.sleep('1 second')
    }
    return yield* Effect.never
  })
  const mallory = rawHost(world, 'mallory', script)
  own = mallory.peerId
  const seen = { id: own, nickname: 'mallory', target: undefined, at: 0 }
  Effect.runSync(Effect.orDie(alice.book.saw(seen)))
  world.clock.advance(500)
  meanwhile(pair)
  const stayMs = visits.reduce((sum, visit) => sum + (visit.stayMs ?? SECOND_MS), 0)
  world.clock.advance(stayMs + (visits.length * 2 + 5) * SECOND_MS)
  return { ...pair, mallory, links }
}

const visited = (
  seed: number,
  visits: readonly Visit[],
  meanwhile?: (pair: Pair) => void
): Visited => visitedIn(makePair(seed), visits, meanwhile)

const saying =
  (...messages: readonly Message[]): NonNullable<Visit['say']> =>
  (link) =>
    link.say(...messages)

/** Alice says something to Mallory. */
const toMallory =
  (...lines: readonly string[]) =>
  ({ alice }: Pair): void => {
    alice.enter({ type: 'to', who: 'mallory' })
    for (const line of lines) alice.type(line)
  }

const heard = ({ links }: Visited): readonly Message[] => links.flatMap((link) => link.heard)

/** Texts that Alice wrote to Mallory, as they came, again and again. */
const saidTo = (done: Visited): readonly string[] =>
  heard(done).flatMap((message) =>
    message.type === 'item' && message.body.kind === 'text' ? [message.body.text] : []
  )

/** Alice runs, and Bob has noticed nothing. */
const expectUnharmed = (done: Visited, label = ''): void => {
  const { alice, bob, world, mallory } = done
  expect(outcome(alice), label).toBeUndefined()
  expect(told(bob, 'peer.disconnected'), label).toHaveLength(0)
  expect(told(bob, 'delivery.restarted'), label).toHaveLength(0)
  alice.enter({ type: 'to', who: 'bob' })
  world.clock.advance(1)
  expectTalk(done, label)
  expectNothingHeld(world, [alice, bob], [mallory])
}

describe('a frame', () => {
  const illegal = { _tag: 'FrameIllegal', type: 'log', state: 'open' } as const
  const future = { _tag: 'AckFromFuture' } as const
  const gap = { _tag: 'SequenceGap', expected: 1, actual: 2 } as const
  const read = (upTo: number): Message => ({ type: 'read', upTo })
  const late: Visit['say'] = (link) => Effect.andThen(Effect.sleep('900 millis'), link.say(read(1)))
  const cases: readonly (readonly [string, Visit['say'], object])[] = [
    ['LOG behind an ITEM', saying(text(1, 'hi'), log(1)), illegal],
    ['LOG, twice', saying(log(1), log(2)), illegal],
    ['LOG, and not its first item', saying(log(1), text(2, 'hi')), gap],
    ['not the first item of the log', saying(text(2, 'hi')), gap],
    ['READ of what was never sent', saying(read(1)), { ...future, highest: 0, actual: 1 }],
    ['READ of 2^53 - 1', saying(read(Number.MAX_SAFE_INTEGER)), future],
    ['READ of what was sent and not acknowledged', late, { ...future, highest: 0, actual: 1 }]
  ]
  it.each(cases)('%s ends the link, and only that', (_, say, wrong) => {
    for (const seed of [1, 2, 3, 4]) {
      const done = visited(seed, [say === undefined ? {} : { say }], toMallory('hello'))
      const label = `seed ${seed}: ${story(done.alice).join(' ')}`
      const reasons = told(done.alice, 'peer.disconnected').map(({ reason }) => reason)
      expect(reasons, label).toMatchObject([violation(wrong)])
      expect(heard(done).at(-1), label).toMatchObject({ type: 'bye', reason: 'protocol' })
      expect(told(done.alice, 'message.delivered'), label).toEqual([])
      expect(told(done.alice, 'message.read'), label).toEqual([])
      expectUnharmed(done, label)
    }
  })
})

describe('a store that is said to be lost', () => {
  it('by a READY beyond what was sent: the log restarts, and nothing counts as delivered', () => {
    for (const seed of seeds(6)) {
      const ahead: Visit = { received: ({ epoch }) => [{ epoch, upTo: 7 }] }
      const done = visited(seed, [ahead, ahead, ahead], toMallory('hello'))
      const label = `seed ${seed}: ${story(done.alice).join(' ')}`
      const logs = heard(done).filter(({ type }) => type === 'log')
      expect(logs, label).toMatchObject(Array(3).fill({ lost: 'sender' }))
      expect(told(done.alice, 'message.delivered'), label).toEqual([])
      expect(saidTo(done), label).toEqual(['hello', 'hello', 'hello'])
      const restarts = told(done.alice, 'delivery.restarted')
      expect(restarts, label).toMatchObject(Array(3).fill({ whose: 'ours', why: 'behind' }))
      expectUnharmed(done, label)
    }
  })

  it('by a READY beyond what was sent: a READ that means the log before is no fault', () => {
    const say: Visit['say'] = (link) =>
      Effect.gen(function* () {
        yield* link.say({ type: 'read', upTo: 7 })
        yield* Effect.sleep('900 millis')
        yield* link.say({ type: 'ack', upTo: 1 }, { type: 'read', upTo: 1 })
      })
    for (const seed of seeds(4)) {
      const ahead: Visit = { received: ({ epoch }) => [{ epoch, upTo: 7 }], say }
      const done = visited(seed, [ahead], toMallory('hello'))
      const label = `seed ${seed}: ${story(done.alice).join(' ')}`
      expect(told(done.alice, 'peer.disconnected'), label).toMatchObject([
        { reason: { _tag: 'Lost' } }
      ])
      expect(told(done.alice, 'message.delivered'), label).toHaveLength(1)
      expect(told(done.alice, 'message.read'), label).toHaveLength(1)
      expectUnharmed(done, label)
    }
  })

  it('by epochs that we never had: told once', () => {
    const received = Array.from({ length: 16 }, (_, n) => ({ epoch: epochOf(n + 1), upTo: n + 1 }))
    const visit: Visit = { received: () => received }
    const done = visited(1, [visit, visit, visit], toMallory('hello'))
    expect(told(done.alice, 'delivery.restarted')).toMatchObject([{ whose: 'ours' }])
    expect(saidTo(done)).toEqual(['hello', 'hello', 'hello'])
    expectUnharmed(done)
  })

  it('by other epochs on every link: what is remembered of them stays bounded', () => {
    const visits = Array.from({ length: 12 }, (_, visit): Visit => {
      const named = Array.from({ length: 16 }, (_, n) => ({
        epoch: epochOf(visit * 16 + n),
        upTo: n
      }))
      return { received: () => named, say: saying(text(visit + 1, `${visit}`)) }
    })
    const done = visited(1, visits)
    expect(texts(done.alice)).toEqual(visits.map((_, visit) => `${visit}`))
    expect(ledgerOf(done.alice.store.written, done.mallory.peerId).retired).toHaveLength(16)
    expectUnharmed(done)
  })

  it('by the peer that had acknowledged: only what it had not is sent again', () => {
    const visits: readonly Visit[] = [
      {
        say: (link) =>
          Effect.andThen(Effect.sleep('900 millis'), link.say({ type: 'ack', upTo: 1 }))
      },
      { instance: epochOf(0xfe) }
    ]
    const done = visited(1, visits, toMallory('one', 'two'))
    expect(saidTo(done)).toEqual(['one', 'two', 'two'])
    expect(told(done.alice, 'message.delivered')).toMatchObject([{ ids: [expect.any(String)] }])
    expect(told(done.alice, 'delivery.restarted')).toMatchObject([{ whose: 'theirs', why: 'new' }])
    expectUnharmed(done)
  })
})

describe('what Alice says of what she took', () => {
  const numbers = ({ heard: all }: RawLink, type: 'ack' | 'read'): readonly number[] =>
    all.flatMap((message) => (message.type === type ? [message.upTo] : []))

  it('is an ACK only behind an item of the same link, and a READ on every link', () => {
    for (const seed of seeds(4)) {
      const items = [text(1, 'one'), text(2, 'two')]
      const done = visited(seed, [{ say: saying(...items) }, {}, { say: saying(...items) }])
      const [first, second, third] = done.links.map((link) => ({
        acked: numbers(link, 'ack').at(-1),
        read: numbers(link, 'read').at(-1)
      }))
      expect(first, `seed ${seed}`).toEqual({ acked: 2, read: 2 })
      expect(second, `seed ${seed}`).toEqual({ acked: undefined, read: 2 })
      expect(third, `seed ${seed}`).toEqual({ acked: 2, read: 2 })
      expect(texts(done.alice)).toEqual(['one', 'two'])
      expectUnharmed(done, `seed ${seed}`)
    }
  })

  it('waits for an item of the new link where the disk was full on the old one', () => {
    const late: Visit['say'] = (link) =>
      Effect.andThen(Effect.sleep('700 millis'), link.say(text(1, 'one')))
    const visits: readonly Visit[] = [
      { say: late },
      { stayMs: 20 * SECOND_MS },
      { say: saying(text(1, 'one')) }
    ]
    const done = visited(1, visits, ({ alice, world }) => {
      alice.store.isFull = true
      world.clock.schedule(() => {
        alice.store.isFull = false
      }, 4 * SECOND_MS)
    })
    expect(texts(done.alice)).toEqual(['one'])
    expect(done.links.map((link) => [numbers(link, 'ack'), numbers(link, 'read')])).toEqual([
      [[], []],
      [[], []],
      [[1], [1]]
    ])
    expectUnharmed(done)
  })
})

describe('another peer', () => {
  it('offers the epochs and numbers of Bob: they mean nothing under its own key', () => {
    for (const seed of seeds(4)) {
      const pair = makePair(seed)
      const { alice, bob } = pair
      expectTalk(pair, 'before')
      const before = ledgerOf(alice.store.written, bob.peerId)
      const bobs = before.taken.at(-1)
      const stolen = { epoch: before.epoch ?? '', upTo: 1_000 }
      expect(bobs).toMatchObject({ upTo: 1 })
      expect(before).toMatchObject({ acked: 1, epoch: expect.any(String) })
      const visit: Visit = {
        epoch: bobs?.epoch ?? '',
        received: () => [stolen],
        say: saying(text(1, 'one'), text(2, 'two'), { type: 'ack', upTo: 0 })
      }
      const done = visitedIn(pair, [visit, { ...visit, say: saying(text(3, 'three')) }])
      const after = ledgerOf(alice.store.written, bob.peerId)
      expect(after).toEqual(before)
      const said = told(alice, 'message.received').flatMap(({ peer, text: line }) =>
        peer.id === done.mallory.peerId ? [line] : []
      )
      expect(said).toEqual(['one', 'two', 'three'])
      expect(told(alice, 'message.delivered')).toHaveLength(1)
      expectUnharmed(done, `seed ${seed}`)
    }
  })
})

describe('a message', () => {
  const said = (seq: number, id: number): Item => text(seq, `text ${id}`, { id: idOf(id) })

  it('that was taken is not shown again under another epoch', () => {
    for (const seed of seeds(4)) {
      const visits: readonly Visit[] = [
        { epoch: epochOf(1), say: saying(said(1, 1), said(2, 2)) },
        { epoch: epochOf(2), say: saying(said(1, 1), said(2, 2), said(3, 3)) },
        { epoch: epochOf(1), say: saying(log(3), said(1, 3), said(2, 1), said(3, 4)) },
        { epoch: epochOf(1), say: saying(said(1, 1), said(2, 2), said(3, 2), said(4, 5)) }
      ]
      const done = visited(seed, visits)
      expect(texts(done.alice), `seed ${seed}`).toEqual([1, 2, 3, 4, 5].map((id) => `text ${id}`))
      const acks = done.links.map(({ heard: all }) => all.findLast(({ type }) => type === 'ack'))
      expect(acks).toMatchObject([2, 3, 3, 4].map((upTo) => ({ type: 'ack', upTo })))
      expectUnharmed(done, `seed ${seed}`)
    }
  })

  it.each([
    ['as many as are remembered', 16],
    ['more than are remembered', 20]
  ])('comes through any order of old and new epochs, %s', (_, epochs) => {
    for (const seed of seeds(10)) {
      const dice = makeDice(`epochs ${seed}`)
      const last = new Map<number, number>()
      let id = 0
      const next = (epoch: number): Item => {
        const seq = (last.get(epoch) ?? 0) + 1
        last.set(epoch, seq)
        id += 1
        return said(seq, id)
      }
      const visits = Array.from({ length: 40 }, (): Visit => {
        const [first, second] = [dice.integer(1, epochs), dice.integer(1, epochs)]
        const changes = dice.chance(0.4)
        const items = dice.chance(0.6) ? [next(changes ? second : first)] : []
        return { epoch: epochOf(first), say: saying(...(changes ? [log(second)] : []), ...items) }
      })
      const done = visited(seed, visits)
      expect(outcome(done.alice), `seed ${seed}`).toBeUndefined()
      const shown = texts(done.alice)
      expect(new Set(shown).size, `seed ${seed}`).toBe(shown.length)
      if (epochs <= 16)
        expect(shown).toEqual(Array.from({ length: id }, (__, n) => `text ${n + 1}`))
      expectUnharmed(done, `seed ${seed}`)
    }
  })
})

describe('more than the store takes', () => {
  const flood = (items: number, bytes: number): readonly Item[] =>
    Array.from({ length: items }, (_, n) => text(n + 1, 'x'.repeat(bytes)))

  it.each([
    ['many', flood(WINDOW_ITEMS_MAX + 1, 1)],
    ['large', flood(Math.ceil(WINDOW_BYTES_MAX / 9_000) + 1, 9_000)]
  ])('%s items while the disk is full: beyond the window the link ends', (_, items) => {
    for (const seed of [1, 2]) {
      const say: Visit['say'] = (link) =>
        Effect.andThen(Effect.sleep('700 millis'), link.say(...items))
      const done = visited(seed, [{ say }], ({ alice }) => {
        alice.store.isFull = true
      })
      expect(told(done.alice, 'delivery.held'), `seed ${seed}`).not.toHaveLength(0)
      expect(told(done.alice, 'peer.disconnected').map(({ reason }) => reason)).toMatchObject([
        violation({ _tag: 'FrameIllegal', type: 'item' })
      ])
      done.alice.store.isFull = false
      done.world.clock.advance(10 * SECOND_MS)
      expect(texts(done.alice).length).toBeLessThanOrEqual(WINDOW_ITEMS_MAX)
      expectUnharmed(done, `seed ${seed}`)
    }
  })

  it.each([
    ['many items', flood(WINDOW_ITEMS_MAX + 1, 1)],
    ['large items', flood(Math.ceil(WINDOW_BYTES_MAX / 9_000) + 1, 9_000)],
    ['ACKs', Array(WINDOW_ITEMS_MAX + 1).fill({ type: 'ack', upTo: 0 } satisfies Message)]
  ])('%s before the link could be noted: beyond the window the link ends', (_, messages) => {
    for (const seed of [1, 2]) {
      const pair = makePair(seed)
      pair.alice.store.isFull = true
      const done = visitedIn(pair, [{ say: saying(...messages) }])
      expect(told(done.alice, 'delivery.held'), `seed ${seed}`).not.toHaveLength(0)
      expect(told(done.alice, 'peer.disconnected').map(({ reason }) => reason)).toMatchObject([
        violation({ _tag: 'FrameIllegal', type: 'item' })
      ])
      pair.alice.store.isFull = false
      done.world.clock.advance(10 * SECOND_MS)
      expect(texts(done.alice)).toEqual([])
      expectUnharmed(done, `seed ${seed}`)
    }
  })
})
