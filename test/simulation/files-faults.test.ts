/**
 * Goal: a file or folder that two agreed on arrives whole and byte for byte, whatever happens to links, processes
 * and disks meanwhile, and nothing of it is left behind anywhere.
 * Method: the whole program at both ends in the simulated world; each fault at many moments of one transfer, and
 * the checks of file-checks.ts after healing.
 */
import { describe, expect, it } from '@effect/vitest'
import type { WorldHost } from '../../src/simulation/world-host.ts'
import { checkFiles } from './file-checks.ts'
import {
  endOf,
  makeFilePair,
  MIB,
  offeredBy,
  putFile,
  putFolder,
  runToEnds,
  send,
  sourceAt,
  transferStory
} from './file-stage.ts'
import { MINUTE_MS, outcome, type Pair, SECOND_MS, told } from './stage.ts'

/** Everything is over, done at both ends, and as it should be. */
const expectDone = (pair: Pair, count = 1): void => {
  const { alice, bob } = pair
  const ids = offeredBy(alice)
  expect(ids).toHaveLength(count)
  for (const host of [alice, bob])
    for (const id of ids) expect(endOf(host, id)?.type, host.name).toBe('transfer.done')
  checkFiles([alice, bob], sourceAt)
}

const doneBytes = (host: WorldHost): number =>
  told(host, 'transfer.progress').at(-1)?.doneBytes ?? 0

/** Both dial each other, so that whoever is left finds the other again. */
const restartBoth = ({ world, alice, bob }: Pair): void => {
  for (const host of [alice, bob])
    if (!host.network.up || outcome(host) !== undefined) world.restart(host)
  world.clock.advance(5 * SECOND_MS)
  bob.enter({ type: 'accept-all', on: true })
}

describe('without faults', () => {
  it('a file', () => {
    const pair = makeFilePair(1)
    send(pair.alice, putFile(pair.alice, 'a.bin', 5 * MIB + 3))
    runToEnds(pair)
    expectDone(pair)
  })

  it('an empty file', () => {
    const pair = makeFilePair(2)
    send(pair.alice, putFile(pair.alice, 'empty', 0))
    runToEnds(pair)
    expectDone(pair)
  })

  it('a folder of 300 files', () => {
    const pair = makeFilePair(3)
    send(pair.alice, putFolder(pair.alice, 'many', 300, 20_000))
    runToEnds(pair)
    expectDone(pair)
  })

  it('both at once, several each', () => {
    const pair = makeFilePair(4)
    pair.alice.enter({ type: 'accept-all', on: true })
    for (const n of [1, 2, 3, 4, 5, 6])
      send(pair.alice, putFile(pair.alice, `a${n}`, n * 300_000, n))
    for (const n of [1, 2]) send(pair.bob, putFile(pair.bob, `b${n}`, n * 900_000, n))
    runToEnds(pair)
    expectDone(pair, 6)
  })
})

describe.each([
  ['a file', (host: WorldHost) => putFile(host, 'a.bin', 8 * MIB + 5)],
  ['a folder', (host: WorldHost) => putFolder(host, 'many', 40, 400_000)]
])('%s', (_, put) => {
  const slow = { bytesPerSecond: 4_000_000 }

  /** One that moves and has come so far, in tenths. */
  const moving = (tenth: number): Pair => {
    const pair = makeFilePair(tenth, {}, slow)
    send(pair.alice, put(pair.alice))
    const bytes = () => told(pair.alice, 'transfer.offered')[0]?.transfer.bytes ?? Infinity
    const isThere = () => doneBytes(pair.bob) >= (bytes() * tenth) / 10
    expect(pair.world.clock.runUntil(isThere, MINUTE_MS), 'it moves').toBe(true)
    return pair
  }

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('goes on after a cut at %d tenths', (tenth) => {
    const pair = moving(tenth)
    for (const link of pair.world.network.links()) pair.world.network.cut(link)
    runToEnds(pair)
    expectDone(pair)
    // A piece is a mebibyte: what is less is sent again.
    if (tenth > 1) expect(told(pair.bob, 'transfer.started').at(-1)?.fromBytes).toBeGreaterThan(0)
  })

  it.each(['kill', 'powerCut'] as const)(
    'goes on after a %s of either end, or both, at half',
    (how) => {
      for (const who of [['alice'], ['bob'], ['alice', 'bob']] as const) {
        const pair = moving(5)
        for (const name of who) pair.world[how](pair[name])
        pair.world.clock.advance(SECOND_MS)
        restartBoth(pair)
        runToEnds(pair)
        expectDone(pair)
      }
    }
  )
})

describe.each(['alice', 'bob'] as const)('an end of %s', (name) => {
  it.each(['kill', 'powerCut'] as const)('by %s at each note that it writes', (how) => {
    for (let note = 1; ; note++) {
      const pair = makeFilePair(`${name} ${how} ${note}`)
      const { world, alice } = pair
      const { disk, notes } = pair[name].files
      let seen = 0
      disk.onCall = ({ kind, path }) => {
        if (kind === 'rename' && path.startsWith(notes) && ++seen === note) world[how](pair[name])
        return undefined
      }
      send(alice, putFile(alice, 'a.bin', 2 * MIB))
      world.clock.advance(MINUTE_MS)
      disk.onCall = () => undefined
      if (seen < note) break
      restartBoth(pair)
      // Nothing was offered where the note of the offer itself was lost.
      world.clock.advance(2 * MINUTE_MS)
      checkFiles([alice, pair.bob], sourceAt)
      if (offeredBy(alice).length > 0) expectDone(pair)
    }
  })
})

describe('disks', () => {
  it('a full one pauses it, and it goes on when there is room', () => {
    const pair = makeFilePair(20)
    const { disk } = pair.bob.files
    disk.capacityBytes = 2 * MIB
    send(pair.alice, putFile(pair.alice, 'a.bin', 6 * MIB))
    pair.world.clock.advance(MINUTE_MS)
    for (const host of [pair.alice, pair.bob])
      expect(told(host, 'transfer.paused').at(-1)?.why, host.name).toBe('disk-full')
    disk.capacityBytes = 2 ** 40
    runToEnds(pair)
    expectDone(pair)
  })

  it('one that gets full meanwhile does too', () => {
    const pair = makeFilePair(21, {}, { bytesPerSecond: 4_000_000 })
    const { disk } = pair.bob.files
    send(pair.alice, putFile(pair.alice, 'a.bin', 12 * MIB))
    pair.world.clock.runUntil(() => doneBytes(pair.bob) > 2 * MIB, MINUTE_MS)
    disk.capacityBytes = 3 * MIB
    pair.world.clock.advance(MINUTE_MS)
    expect(told(pair.bob, 'transfer.paused').at(-1)?.why).toBe('disk-full')
    disk.capacityBytes = 2 ** 40
    runToEnds(pair)
    expectDone(pair)
  })

  it('a slow one slows it down, and nothing else: the link lives and people talk', () => {
    const pair = makeFilePair(22)
    pair.bob.files.disk.bytesPerSecond = 200_000
    send(pair.alice, putFile(pair.alice, 'a.bin', 8 * MIB))
    pair.world.clock.advance(10 * SECOND_MS)
    pair.bob.type('still here')
    pair.world.clock.advance(SECOND_MS)
    expect(told(pair.alice, 'message.received').at(-1)?.text).toBe('still here')
    runToEnds(pair)
    expectDone(pair)
    expect(told(pair.alice, 'peer.suspect')).toEqual([])
  })

  it('a piece that is damaged on its way comes again', () => {
    const pair = makeFilePair(23)
    pair.alice.files.digests.damaged = 1
    send(pair.alice, putFile(pair.alice, 'a.bin', 3 * MIB))
    runToEnds(pair)
    expectDone(pair)
  })

  it('one that is damaged twice ends it, named at both ends', () => {
    const pair = makeFilePair(24)
    pair.alice.files.digests.damaged = 2
    send(pair.alice, putFile(pair.alice, 'a.bin', MIB))
    runToEnds(pair)
    const [id = ''] = offeredBy(pair.alice)
    for (const host of [pair.alice, pair.bob])
      expect(endOf(host, id)).toMatchObject({ type: 'transfer.ended', why: 'damaged' })
    checkFiles([pair.alice, pair.bob], sourceAt)
    expect(pair.bob.files.disk.list(pair.bob.files.downloads)).toEqual([])
  })

  it('a source that changes meanwhile ends it, named at both ends', () => {
    const pair = makeFilePair(25, {}, { bytesPerSecond: 4_000_000 })
    send(pair.alice, putFile(pair.alice, 'a.bin', 12 * MIB))
    pair.world.clock.runUntil(() => doneBytes(pair.bob) > 2 * MIB, MINUTE_MS)
    putFile(pair.alice, 'a.bin', 12 * MIB, 9)
    runToEnds(pair)
    const [id = ''] = offeredBy(pair.alice)
    for (const host of [pair.alice, pair.bob])
      expect(endOf(host, id)).toMatchObject({ type: 'transfer.ended', why: 'source-changed' })
    checkFiles([pair.alice, pair.bob], () => undefined)
    expect(pair.bob.files.disk.list(pair.bob.files.downloads)).toEqual([])
  })
})

it('nothing moves before consent, and no is no', () => {
  const pair = makeFilePair(30)
  pair.bob.enter({ type: 'accept-all', on: false })
  send(pair.alice, putFile(pair.alice, 'a.bin', MIB))
  pair.world.clock.advance(MINUTE_MS)
  expect(pair.bob.files.disk.list(pair.bob.files.downloads)).toEqual([])
  expect(transferStory(pair.bob).map(({ type }) => type)).toEqual(['transfer.offered'])
  pair.bob.enter({ type: 'decline' })
  runToEnds(pair)
  const [id = ''] = offeredBy(pair.alice)
  for (const host of [pair.alice, pair.bob])
    expect(endOf(host, id)).toMatchObject({ type: 'transfer.ended', why: 'declined' })
  checkFiles([pair.alice, pair.bob], sourceAt)
})
