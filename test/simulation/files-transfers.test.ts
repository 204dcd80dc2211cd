/**
 * Goal: files and folders cross from host to host whatever happens in between, byte by byte, and nothing is
 * held afterwards.
 * Method: the whole program on two simulated hosts; cuts, kills, power cuts and full disks in the middle.
 */
import { describe, expect, it } from '@effect/vitest'
import {
  expectNothingHeld,
  expectTalk,
  makePair,
  MINUTE_MS,
  type Pair,
  SECOND_MS,
  seeds,
  told
} from './stage.ts'

const BYTES = 5_000_000
const TEXT = Array.from({ length: BYTES / 10 }, (_, index) => `${index}`.padStart(10)).join('')

const offerFile = ({ alice, world }: Pair, name = 'a.txt'): void => {
  alice.files.disk.putText(`/alice/${name}`, TEXT)
  alice.enter({ type: 'send', paths: `/alice/${name}` })
  world.clock.advance(SECOND_MS)
}

const arrived = ({ bob }: Pair, name = 'a.txt'): boolean => {
  const bytes = bob.files.disk.read(`${bob.files.downloads}/${name}`)
  return bytes !== undefined && new TextDecoder().decode(bytes) === TEXT
}

/** Both ends told that it is done once, and the file is whole. */
const expectArrived = (pair: Pair, label = ''): void => {
  expect(arrived(pair), `whole ${label}`).toBe(true)
  expect(told(pair.bob, 'transfer.done'), `bob ${label}`).toHaveLength(1)
  expect(told(pair.alice, 'transfer.done'), `alice ${label}`).toHaveLength(1)
  expect(pair.bob.files.disk.list(pair.bob.files.downloads), label).toEqual(['a.txt'])
  for (const host of [pair.alice, pair.bob])
    expect(host.files.disk.list(host.files.notes), `notes of ${host.name} ${label}`).toEqual([])
}

describe('a file', () => {
  it('crosses once it is accepted, and nothing is left behind', () => {
    const pair = makePair(1)
    offerFile(pair)
    expect(told(pair.bob, 'transfer.offered')).toHaveLength(1)
    expect(arrived(pair)).toBe(false)
    pair.bob.enter({ type: 'accept' })
    pair.world.clock.advance(20 * SECOND_MS)
    expectArrived(pair)
    expectTalk(pair)
    expectNothingHeld(pair.world, [pair.alice, pair.bob])
  })

  it('goes on over every cut', () => {
    for (const seed of seeds(10)) {
      const pair = makePair(seed, {}, { bytesPerSecond: 1_000_000 })
      offerFile(pair)
      pair.bob.enter({ type: 'accept' })
      for (let cut = 0; cut < 4; cut += 1) {
        pair.world.clock.advance(700)
        for (const link of pair.world.network.links()) pair.world.network.cut(link)
        pair.world.clock.advance(3 * SECOND_MS)
      }
      pair.world.clock.advance(MINUTE_MS)
      expectArrived(pair, `seed ${seed}`)
      expectNothingHeld(pair.world, [pair.alice, pair.bob])
    }
  })

  it('waits for a peer that is away, and is offered when it comes', () => {
    const pair = makePair(3)
    pair.world.stop(pair.bob)
    pair.world.clock.advance(MINUTE_MS)
    offerFile(pair)
    expect(told(pair.alice, 'transfer.offered').at(-1)).toMatchObject({ online: false })
    pair.world.restart(pair.bob)
    pair.world.clock.advance(10 * SECOND_MS)
    pair.bob.enter({ type: 'accept' })
    pair.world.clock.advance(20 * SECOND_MS)
    expectArrived(pair)
  })
})

/** An unfinished file or folder with nothing in it. */
const isLeft = ({ bob }: Pair, name: string): boolean => {
  const { disk, downloads } = bob.files
  const path = `${downloads}/${name}`
  if (!name.endsWith('.part')) return false
  const bytes = disk.read(path)
  return bytes === undefined ? disk.list(path).length === 0 : bytes.length === 0
}

/** Bob takes whatever he is asked about. */
const acceptAll = ({ bob }: Pair): void => {
  bob.enter({ type: 'accept-all', on: true })
  for (const who of ['t1', 't2']) bob.enter({ type: 'accept', who })
}

describe.each(['kill', 'powerCut', 'stop'] as const)('a file and a folder, and a %s', (how) => {
  it('of either end, now and then: both arrive, and no note is left', () => {
    for (const seed of seeds(4)) {
      const pair = makePair(seed, {}, { bytesPerSecond: 1_000_000 })
      const { alice, bob, world } = pair
      const dice = world.dice.fork('plan')
      alice.files.disk.putText('/alice/dir/b.txt', 'hello')
      alice.files.disk.putText('/alice/dir/sub/c.txt', 'hello you')
      alice.enter({ type: 'send', paths: '/alice/dir' })
      offerFile(pair)
      acceptAll(pair)
      for (let times = 0; times < 5; times += 1) {
        world.clock.advance(dice.integer(0, 1_500))
        const victim = dice.pick([alice, bob])
        world[how](victim)
        world.clock.advance(2 * SECOND_MS)
        world.restart(victim)
        world.clock.advance(5 * SECOND_MS)
        acceptAll(pair)
      }
      for (let minute = 0; minute < 3; minute += 1) {
        world.clock.advance(MINUTE_MS)
        acceptAll(pair)
      }
      const { disk, downloads } = bob.files
      // A crash between making a part and noting it leaves the part, empty.
      const names = disk.list(downloads).filter((name) => !isLeft(pair, name))
      expect(names.toSorted(), `seed ${seed}`).toEqual(['a.txt', 'dir'])
      expect(arrived(pair), `seed ${seed}`).toBe(true)
      expect(disk.read(`${downloads}/dir/sub/c.txt`)).toHaveLength('hello you'.length)
      for (const host of [alice, bob])
        expect(host.files.disk.list(host.files.notes), `seed ${seed}`).toEqual([])
      expectNothingHeld(world, [alice, bob])
    }
  })
})
