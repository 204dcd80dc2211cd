/**
 * Goal: a world is its seed and its script: one trace for one seed, another for another; hosts can be
 * stopped, killed and restarted, and a livelock ends the test.
 * Method: a toy program of every port: it listens, dials on command, sends each typed line to its
 * peers and tells what they say. Traces are compared as text.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import * as Random from 'effect/Random'
import type { Command } from '../../../src/domain/commands.ts'
import { Console } from '../../../src/services/console.ts'
import { Events } from '../../../src/services/events.ts'
import { Identity } from '../../../src/services/identity.ts'
import { PeerBook } from '../../../src/services/peer-book.ts'
import { Settings } from '../../../src/services/settings.ts'
import { type SecuredLink, Transport } from '../../../src/services/transport.ts'
import { EPOCH_MS, LivelockError } from '../../../src/simulation/clock.ts'
import { makeWorld, type World } from '../../../src/simulation/world.ts'
import type { Program, WorldHost } from '../../../src/simulation/world-host.ts'
import { bytesOf, textOf } from './lan.ts'

/** Reads a link to its end, tells every piece, and notes the peer in the book. */
const attend = (link: SecuredLink, links: Set<SecuredLink>) =>
  Effect.gen(function* () {
    const { emit } = yield* Events
    const book = yield* PeerBook
    links.add(link)
    const at = yield* Clock.currentTimeMillis
    yield* Effect.ignore(book.saw({ id: link.peerId, nickname: undefined, target: undefined, at }))
    for (let bytes = yield* link.read; bytes !== undefined; bytes = yield* link.read)
      emit([{ type: 'plain.line', address: link.remote, text: textOf(bytes) ?? '' }])
  }).pipe(Effect.ensuring(Effect.sync(() => links.delete(link))))

const toy: Program<string, unknown> = Effect.gen(function* () {
  const transport = yield* Transport
  const { emit } = yield* Events
  const identity = yield* Identity
  const settings = yield* Settings
  const console = yield* Console
  const links = new Set<SecuredLink>()
  emit([{ type: 'app.started', version: '0', id: identity.peerId, profile: identity.profile }])
  const listener = yield* transport.listen(settings.listen)
  const accepting = Effect.flatMap(listener.accept, (stream) =>
    transport.secure(stream, { role: 'acceptor', expect: undefined }).pipe(
      Effect.flatMap((link) => attend(link, links)),
      Effect.scoped,
      Effect.ignore,
      Effect.forkScoped
    )
  )
  yield* Effect.forkScoped(Effect.forever(accepting))
  const dial = (host: string) =>
    transport.dial({ host, port: settings.listen.port }).pipe(
      Effect.flatMap((stream) => transport.secure(stream, { role: 'dialer', expect: undefined })),
      Effect.flatMap((link) => attend(link, links)),
      Effect.scoped,
      Effect.ignore
    )
  const obey = (command: Command) =>
    Effect.gen(function* () {
      if (command.type === 'connect') yield* Effect.forkScoped(dial(command.target))
      if (command.type !== 'say') return
      yield* Effect.sleep(yield* Random.nextIntBetween(0, 50))
      for (const link of links) yield* Effect.ignore(link.write(bytesOf(`${command.text}\n`)))
    })
  for (;;) {
    const input = yield* console.read
    if (input._tag === 'End') return 'goodbye'
    yield* Effect.forEach(input.commands, obey)
  }
})

const said = (host: WorldHost): string =>
  host.events.map(({ event }) => (event.type === 'plain.line' ? event.text : '')).join('')

/** Two hosts, connected. */
const meet = (seed: string): { world: World; alice: WorldHost; bob: WorldHost } => {
  const world = makeWorld(seed)
  const alice = world.startHost('alice', toy)
  const bob = world.startHost('bob', toy)
  alice.enter({ type: 'connect', target: bob.address })
  world.clock.advance(1_000)
  return { world, alice, bob }
}

const conversation = (seed: string): World => {
  const { world, alice, bob } = meet(seed)
  for (const line of ['one', 'two', 'three', 'four']) {
    alice.type(line)
    bob.type(line.toUpperCase())
    world.clock.advance(30)
  }
  alice.endInput()
  world.clock.advance(1_000)
  return world
}

describe('a world', () => {
  it('gives one seed one trace, byte for byte, and other seeds others', () => {
    const seeds = ['1', '2', '3', '4', '5']
    const traces = seeds.map((seed) => conversation(seed).trace.join('\n'))
    expect(seeds.map((seed) => conversation(seed).trace.join('\n'))).toEqual(traces)
    expect(new Set(traces).size).toBe(seeds.length)
  })

  it('writes every event and fault with its time, its host and its run', () => {
    const { world, alice } = meet('lines')
    expect(world.trace[0]).toBe(
      `0.000 alice#1 {"type":"app.started","version":"0","id":"${alice.peerId}","profile":"alice"}`
    )
    alice.endInput()
    world.clock.advance(100)
    const shapes = world.trace.map((line) => line.replace(/^\d+\.\d{3} /, '').slice(0, 22))
    expect(shapes).toEqual([
      'alice#1 {"type":"app.s',
      'bob#1 {"type":"app.sta',
      'net open #1 alice>bob:',
      'alice#1 done "goodbye"',
      'net end #1'
    ])
  })

  it('carries what is typed to the other host', () => {
    const { world, alice, bob } = meet('talk')
    alice.type('hello')
    bob.type('hi')
    world.clock.advance(500)
    expect([said(alice), said(bob)]).toEqual(['hi\n', 'hello\n'])
  })

  it('gives every host its own key and its own wall clock', () => {
    const { alice, bob } = meet('keys')
    expect(alice.peerId).not.toBe(bob.peerId)
    expect(meet('keys').alice.peerId).toBe(alice.peerId)
    expect(meet('other').alice.peerId).not.toBe(alice.peerId)
    const world = makeWorld('clocks')
    const reading = Effect.andThen(Effect.sleep(10), Clock.currentTimeMillis)
    const late = world.startHost('late', reading)
    const right = world.startHost('right', reading)
    late.jumpWall(-5_000)
    world.clock.advance(20)
    expect(late.exit()).toMatchObject({ value: EPOCH_MS + 10 - 5_000 })
    expect(right.exit()).toMatchObject({ value: EPOCH_MS + 10 })
  })

  it('catches a program that keeps itself awake', () => {
    const world = makeWorld('livelock')
    world.startHost('busy', Effect.forever(Effect.yieldNow))
    expect(() => world.clock.advance(1)).toThrow(LivelockError)
  })

  it('shows a program that breaks as such', () => {
    const world = makeWorld('defect')
    const broken = Effect.die(new Error('broken')).pipe(Effect.delay(5))
    world.startHost('x', broken)
    world.clock.advance(10)
    expect(world.trace).toEqual(['5.000 x#1 died Error: broken {}'])
  })
})

describe('the end of a host', () => {
  const peersOf = (host: WorldHost) => Effect.runSync(host.book.list).map(({ id }) => id)

  it('stop: the program ends in order, and the other end reads the end', () => {
    const { world, alice, bob } = meet('stop')
    world.stop(bob)
    world.clock.advance(100)
    expect(world.trace).toContainEqual(expect.stringMatching(/bob#1 interrupted$/))
    expect(world.trace.at(-1)).toMatch(/net end #1$/)
    expect(alice.exit()).toBeUndefined()
    expect(world.clock.pending).toBe(0)
  })

  it('kill: not a word to anyone, and nothing in the trace but the fault', () => {
    const { world, alice, bob } = meet('kill')
    const before = world.trace.length
    world.kill(bob)
    alice.type('anybody?')
    world.clock.advance(600_000)
    expect(world.trace.slice(before).map((line) => line.replace(/^\S+ /, ''))).toEqual([
      'net vanish bob'
    ])
    expect(alice.exit()).toBeUndefined()
  })

  it('restart: the same key and book, a new run, and no memory of the old links', () => {
    const { world, alice, bob } = meet('restart')
    expect(peersOf(bob)).toEqual([alice.peerId])
    world.kill(bob)
    world.clock.advance(5_000)
    world.restart(bob)
    world.clock.advance(100)
    expect(peersOf(bob)).toEqual([alice.peerId])
    alice.enter({ type: 'connect', target: bob.address })
    world.clock.advance(1_000)
    alice.type('again')
    world.clock.advance(1_000)
    expect(said(bob)).toBe('again\n')
    const runs = new Set(bob.events.map(({ instance }) => instance))
    expect(runs).toEqual(new Set([1, 2]))
    const ids = bob.events.map(({ event }) => (event.type === 'app.started' ? event.id : ''))
    expect(new Set(ids.filter((id) => id !== ''))).toEqual(new Set([bob.peerId]))
  })

  it('restart: refused while the program runs', () => {
    const { world, alice } = meet('twice')
    expect(() => world.restart(alice)).toThrow('still runs')
  })

  it('a killed program that is cleared up late reaches nobody', () => {
    const world = makeWorld('ghost')
    const bob = world.startHost('bob', toy)
    const dialBob = Effect.flatMap(Transport, ({ dial }) =>
      Effect.scoped(dial({ host: bob.address, port: 7000 }))
    )
    const clinging = Effect.onInterrupt(Effect.never, () =>
      Effect.ignore(Effect.andThen(Effect.sleep(1_000), dialBob))
    )
    const ghost = world.startHost('ghost', clinging)
    world.kill(ghost)
    world.restart(ghost)
    world.clock.advance(60_000)
    expect(world.trace.filter((line) => line.includes('open'))).toEqual([])
  })
})
