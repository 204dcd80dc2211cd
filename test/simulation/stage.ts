/** What the scenarios of this folder share: hosts that run the whole program, and what they told. */
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import { expect } from '@effect/vitest'
import type { EarshotEvent, EventType } from '../../src/domain/events.ts'
import type { Endpoint } from '../../src/domain/failures.ts'
import type { PeerId } from '../../src/domain/peer-id.ts'
import type { Settings } from '../../src/domain/settings.ts'
import { type Outcome, runChat } from '../../src/runtime/app.ts'
import type { KnownPeer } from '../../src/services/peer-book.ts'
import type { NetworkOptions } from '../../src/simulation/network.ts'
import { makeWorld, type World } from '../../src/simulation/world.ts'
import type { HostOptions, WorldHost } from '../../src/simulation/world-host.ts'

export const PORT = 7000

export const SECOND_MS = 1_000
export const MINUTE_MS = 60 * SECOND_MS

export const at = (host: Pick<WorldHost, 'address'>): Endpoint => ({
  host: host.address,
  port: PORT
})

/** A host that runs Earshot, called by its name. */
export const chat = (
  world: World,
  name: string,
  settings: Partial<Settings> = {},
  options: Omit<HostOptions, 'settings'> = {}
): WorldHost =>
  world.startHost(name, runChat, { ...options, settings: { nickname: name, ...settings } })

/** Another host that dials a listening one; two seconds later. */
export const caller = (world: World, name: string, listener: WorldHost): WorldHost => {
  const host = chat(world, name, { connect: at(listener) })
  world.clock.advance(2 * SECOND_MS)
  return host
}

/** What a host's peer book holds of a peer. */
export const known = (host: WorldHost, id: PeerId): KnownPeer | undefined =>
  Effect.runSync(host.book.find(id))

export interface Pair {
  readonly world: World
  readonly alice: WorldHost
  readonly bob: WorldHost
}

/** Alice listens, Bob dials her, and they have been talking for two seconds. */
export const makePair = (
  seed: number | string,
  settings: Partial<Settings> = {},
  network: Partial<NetworkOptions> = {}
): Pair => {
  const world = makeWorld(seed, network)
  const alice = chat(world, 'alice', settings)
  const bob = chat(world, 'bob', { ...settings, connect: at(alice) })
  world.clock.advance(2 * SECOND_MS)
  expect(told(alice, 'peer.connected')).toHaveLength(1)
  expect(told(bob, 'peer.connected')).toHaveLength(1)
  return { world, alice, bob }
}

export type EventOf<T extends EventType> = Extract<EarshotEvent, { readonly type: T }>

/** Everything of one type that a host told, by all its runs or by one. */
export const told = <T extends EventType>(
  host: WorldHost,
  type: T,
  instance?: number
): readonly EventOf<T>[] =>
  host.events.flatMap(({ event, instance: run }) =>
    event.type === type && (instance === undefined || instance === run) ? [event as EventOf<T>] : []
  )

/** When a host told something of this type: virtual milliseconds. */
export const times = (host: WorldHost, type: EventType): readonly number[] =>
  host.events.flatMap(({ event, atMs }) => (event.type === type ? [atMs] : []))

/** The types of all events of a host, in order. */
export const story = (host: WorldHost): readonly EventType[] =>
  host.events.map(({ event }) => event.type)

/** The texts that reached a host's screen, in order. */
export const texts = (host: WorldHost, instance?: number): readonly string[] =>
  told(host, 'message.received', instance).map(({ text }) => text)

/** How the last run ended; undefined: it goes on. A defect throws. */
export const outcome = (host: WorldHost): Outcome | undefined => {
  const exit = host.exit()
  if (exit === undefined) return undefined
  if (Exit.isSuccess(exit)) return exit.value as Outcome
  if (Exit.hasInterrupts(exit)) return { exit: 'clean' }
  throw new Error(`${host.name} broke: ${JSON.stringify(exit.cause)}`)
}

/** Both say something, and each hears the other. */
export const expectTalk = ({ world, alice, bob }: Pair, label = ''): void => {
  alice.type(`from alice ${label}`)
  bob.type(`from bob ${label}`)
  world.clock.advance(5 * SECOND_MS)
  expect(texts(bob).at(-1), `bob hears ${label}`).toBe(`from alice ${label}`)
  expect(texts(alice).at(-1), `alice hears ${label}`).toBe(`from bob ${label}`)
}

/**
 * Ends what still runs, as by /quit, and checks that the world holds nothing any more.
 * @param scripts hosts that run something else, and are taken away first.
 */
export const expectNothingHeld = (
  world: World,
  hosts: readonly WorldHost[],
  scripts: readonly WorldHost[] = []
): void => {
  for (const host of scripts) world.stop(host)
  for (const host of hosts) if (host.exit() === undefined) host.enter({ type: 'quit' })
  world.clock.advance(MINUTE_MS)
  for (const host of hosts) expect(outcome(host), host.name).toBeDefined()
  expect(world.held()).toEqual({ timers: 0, fibers: 0, links: 0, ports: 0 })
}

/** Seeds from one on, or behind as many. */
export const seeds = (count: number, behind = 0): readonly number[] =>
  Array.from({ length: count }, (_, index) => behind + index + 1)
