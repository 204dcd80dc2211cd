/** Two simulated hosts with a network between them, for the tests of this folder. */
import * as Cause from 'effect/Cause'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import type { ByteStream, Transport } from '../../../src/services/transport.ts'
import { SimulatedClock } from '../../../src/simulation/clock.ts'
import { makeDice } from '../../../src/simulation/dice.ts'
import { type NetworkOptions, SimulatedNetwork } from '../../../src/simulation/network.ts'
import type { NetworkHost } from '../../../src/simulation/network-host.ts'
import { makeSimulatedTransport } from '../../../src/simulation/transport.ts'

export interface LanEnd {
  readonly host: NetworkHost
  readonly transport: Transport['Service']
}

export interface Lan {
  readonly clock: SimulatedClock
  readonly network: SimulatedNetwork
  readonly a: LanEnd
  readonly b: LanEnd
  /** What the network told of itself. */
  readonly told: readonly string[]
}

export const PORT = 7000
export const B_ADDRESS = '10.0.0.2'
/** Every packet takes 10 ms and arrives as it was sent, unless a test asks for something else. */
const STEADY: Partial<NetworkOptions> = { latencyMs: [10, 10], fragments: false }

export const makeLan = (options: Partial<NetworkOptions> = {}, seed = 'lan'): Lan => {
  const dice = makeDice(seed)
  const clock = new SimulatedClock({ dice })
  const told: string[] = []
  const network = new SimulatedNetwork(clock, dice, { ...STEADY, ...options }, (line) =>
    told.push(line)
  )
  const end = (name: string, address: string): LanEnd => {
    const host = network.addHost(name, [address])
    return { host, transport: makeSimulatedTransport(network, host) }
  }
  return { clock, network, told, a: end('a', '10.0.0.1'), b: end('b', B_ADDRESS) }
}

/** Runs an effect to its end; a failure throws, and so does one that is not done in a minute. */
export const finish = <A, E>(lan: Lan, effect: Effect.Effect<A, E>, maxMs = 60_000): A => {
  const exit = lan.clock.finish(effect, maxMs)
  if (exit === undefined) throw new Error('not done in time')
  if (Exit.isFailure(exit)) throw Cause.squash(exit.cause)
  return exit.value
}

export interface LanPair {
  readonly near: ByteStream
  readonly far: ByteStream
}

/** A connection from a to b, in a scope that never ends. */
export const connect = (lan: Lan): LanPair => {
  const opening = Effect.gen(function* () {
    const listener = yield* lan.b.transport.listen({ host: undefined, port: PORT })
    const [near, far] = yield* Effect.all(
      [lan.a.transport.dial({ host: B_ADDRESS, port: PORT }), listener.accept],
      { concurrency: 'unbounded' }
    )
    return { near, far }
  })
  let pair: LanPair | undefined
  lan.clock.fork(
    Effect.scoped(
      Effect.flatMap(opening, (opened) => {
        pair = opened
        return Effect.never
      })
    )
  )
  lan.clock.runUntil(() => pair !== undefined, 10_000)
  if (pair === undefined) throw new Error('not connected')
  return pair
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
export const textOf = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : new TextDecoder().decode(bytes)
