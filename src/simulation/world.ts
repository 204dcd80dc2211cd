/**
 * A seeded world: hosts on one virtual network, under one virtual clock, that run a program with
 * every port of it simulated. One seed and one script give one trace, byte for byte.
 */
import { SimulatedClock } from './clock.ts'
import { type Dice, makeDice } from './dice.ts'
import { type NetworkOptions, SimulatedNetwork } from './network.ts'
import { type HostOptions, type Program, SimulatedHost, type WorldHost } from './world-host.ts'

/** What a world still holds. All of it is 0 some seconds after the end of its last program. */
export interface Held {
  readonly timers: number
  readonly fibers: number
  readonly links: number
  readonly ports: number
}

export interface World {
  readonly clock: SimulatedClock
  readonly network: SimulatedNetwork
  /** For plans of faults; fork it. */
  readonly dice: Dice
  /** Every event and every fault, one line each: milliseconds, who, what. */
  readonly trace: readonly string[]
  readonly held: () => Held
  /** Puts a machine into the world and starts the program on it. Its name is used once. */
  readonly startHost: <A, E>(
    name: string,
    program: Program<A, E>,
    options?: HostOptions
  ) => WorldHost
  /** Interrupts the program, as a signal does: it may still say goodbye. */
  readonly stop: (host: WorldHost) => void
  /** Takes the process away in mid-sentence: the network first, then the program. Its disk stays. */
  readonly kill: (host: WorldHost) => void
  /** The same to the whole machine: what its store had not flushed may be lost. */
  readonly powerCut: (host: WorldHost) => void
  /** Starts the program again, after its end or crash: same key, book and store, nothing else kept. */
  readonly restart: (host: WorldHost) => void
}

/** A world without hosts. The seed decides everything that its script does not. */
export const makeWorld = (seed: number | string, options: Partial<NetworkOptions> = {}): World => {
  const dice = makeDice(seed)
  const clock = new SimulatedClock({ dice: dice.fork('clock') })
  const trace: string[] = []
  const tell = (who: string, line: string) => {
    trace.push(`${clock.now.toFixed(3)} ${who} ${line}`)
  }
  const network = new SimulatedNetwork(clock, dice.fork('network'), options, (line) =>
    tell('net', line)
  )
  const hosts = new Map<WorldHost, SimulatedHost>()
  const hostOf = (host: WorldHost): SimulatedHost => {
    const known = hosts.get(host)
    if (known === undefined) throw new Error(`${host.name} is not of this world`)
    return known
  }
  return {
    clock,
    network,
    dice: dice.fork('plan'),
    trace,
    held: () => ({
      timers: clock.pending,
      fibers: clock.fibers,
      links: network.links().length,
      ports: network.openPorts
    }),
    startHost: (name, program, hostOptions = {}) => {
      const addresses = hostOptions.addresses ?? [`10.0.0.${hosts.size + 1}`]
      const station = network.addHost(name, addresses, hostOptions.keyOf)
      const host = new SimulatedHost(network, station, program, hostOptions, tell)
      hosts.set(host, host)
      return host
    },
    stop: (host) => hostOf(host).interrupt(),
    kill: (host) => hostOf(host).die('process'),
    powerCut: (host) => hostOf(host).die('power'),
    restart: (host) => {
      const known = hostOf(host)
      if (host.network.up && host.exit() === undefined) throw new Error(`${host.name} still runs`)
      if (!host.network.up) network.revive(host.network)
      known.startAgain()
    }
  }
}
