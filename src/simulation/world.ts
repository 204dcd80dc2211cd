/**
 * A seeded world: hosts on one virtual network, under one virtual clock, that run a program with
 * every port of it simulated. One seed and one script give one trace, byte for byte.
 */
import * as Cause from 'effect/Cause'
import * as Clock from 'effect/Clock'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import type * as Fiber from 'effect/Fiber'
import * as Random from 'effect/Random'
import type { Scope } from 'effect/Scope'
import type { Command } from '../domain/commands.ts'
import type { EarshotEvent } from '../domain/events.ts'
import type { PeerId } from '../domain/peer-id.ts'
import type { Settings as SettingValues } from '../domain/settings.ts'
import { Console } from '../services/console.ts'
import { Events } from '../services/events.ts'
import { Identity } from '../services/identity.ts'
import { PeerBook } from '../services/peer-book.ts'
import { Settings } from '../services/settings.ts'
import { Transport } from '../services/transport.ts'
import { SimulatedClock } from './clock.ts'
import { type Dice, makeDice } from './dice.ts'
import { Keyboard } from './keyboard.ts'
import { makeMemoryPeerBook } from './memory-peer-book.ts'
import { type NetworkOptions, SimulatedNetwork } from './network.ts'
import type { NetworkHost } from './network-host.ts'
import { makeSimulatedTransport } from './transport.ts'

/** The ports that a host gives to the program that runs on it. */
export type HostServices = Transport | Identity | PeerBook | Console | Events | Settings

/** What runs on a host, such as runtime/app.ts. */
export type Program<A, E> = Effect.Effect<A, E, HostServices | Scope>

/** The settings of a host that is told nothing else: a listener on port 7000 and quick retries. */
const HOST_SETTINGS: SettingValues = {
  nickname: undefined,
  listen: { host: undefined, port: 7000, required: false },
  reachable: [],
  defaultPort: 7000,
  connect: undefined,
  expect: undefined,
  unknownPeers: 'accept-new',
  heartbeatIntervalMs: 5_000,
  reconnectAttempts: 5,
  reconnectDelayMs: 1_000,
  messageBytesMax: 1024 * 1024,
  stay: false,
  plainText: false
}

export interface HostOptions {
  /** Changes to HOST_SETTINGS. */
  readonly settings?: Partial<SettingValues>
  /** The name of a host whose key this one has, as a copied profile does; by default its own. */
  readonly keyOf?: string
  /** By default 10.0.0.N, N counting the hosts from 1. */
  readonly addresses?: readonly string[]
  /** By default true: a person types. false: a pipe. */
  readonly interactive?: boolean
  /** By default true for a pipe; see services/console.ts. */
  readonly paced?: boolean
}

/** An event as it was told, with when and by which run of the host. */
export interface EventRecord {
  /** Virtual milliseconds. */
  readonly atMs: number
  readonly instance: number
  readonly event: EarshotEvent
}

/** A host of the world, and the person in front of it. */
export interface WorldHost {
  readonly name: string
  readonly address: string
  readonly peerId: PeerId
  readonly network: NetworkHost
  readonly book: PeerBook['Service']
  /** Everything told so far, by all runs. */
  readonly events: readonly EventRecord[]
  /** How the last run ended; undefined while it runs. */
  readonly exit: () => Exit.Exit<unknown, unknown> | undefined
  /** Types a line of text and enters it. */
  readonly type: (text: string) => void
  readonly enter: (command: Command) => void
  /** The end of the input: ^D, or the end of a pipe. */
  readonly endInput: () => void
  /** Sets this host's wall clock forth or back, as by hand. */
  readonly jumpWall: (ms: number) => void
}

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
  /** Takes the machine away in mid-sentence: the network first, then the program. */
  readonly kill: (host: WorldHost) => void
  /** Starts the program again, after its end or `kill`: same key and book, nothing else kept. */
  readonly restart: (host: WorldHost) => void
}

interface Run {
  readonly instance: number
  readonly keyboard: Keyboard
  fiber: Fiber.Fiber<unknown, unknown> | undefined
  isMuted: boolean
}

const outcomeOf = (exit: Exit.Exit<unknown, unknown>): string => {
  if (Exit.isSuccess(exit)) return `done ${JSON.stringify(exit.value) ?? ''}`.trimEnd()
  if (Cause.hasInterruptsOnly(exit.cause)) return 'interrupted'
  // No stack: its paths would make the trace of one machine differ from that of another.
  const error = Cause.squash(exit.cause)
  const kind = Cause.hasDies(exit.cause) ? 'died' : 'failed'
  const text = error instanceof Error ? `${error.name}: ${error.message}` : ''
  return `${kind} ${text} ${JSON.stringify(error) ?? ''}`.trimEnd()
}

class SimulatedHost implements WorldHost {
  readonly name: string
  readonly network: NetworkHost
  readonly book = makeMemoryPeerBook()
  readonly events: EventRecord[] = []
  readonly #clock: SimulatedClock
  readonly #wires: SimulatedNetwork
  readonly #program: Program<unknown, unknown>
  readonly #options: HostOptions
  readonly #tell: (who: string, line: string) => void
  #run: Run
  #skewMs = 0

  constructor(
    wires: SimulatedNetwork,
    network: NetworkHost,
    program: Program<unknown, unknown>,
    options: HostOptions,
    tell: (who: string, line: string) => void
  ) {
    this.name = network.name
    this.network = network
    this.#clock = wires.clock
    this.#wires = wires
    this.#program = program
    this.#options = options
    this.#tell = tell
    this.#run = this.#start(1)
  }

  get address(): string {
    return this.network.addresses[0] ?? this.name
  }

  get peerId(): PeerId {
    return this.network.peerId
  }

  readonly exit = () => this.#run.fiber?.pollUnsafe()
  readonly type = (text: string) => this.enter({ type: 'say', text })
  readonly enter = (command: Command) => this.#run.keyboard.enter(command)
  readonly endInput = () => this.#run.keyboard.end()
  readonly jumpWall = (ms: number) => {
    this.#skewMs += ms
  }

  interrupt(): void {
    this.#run.fiber?.interruptUnsafe()
  }

  /** What it does from now on is not told: it is dead, and only clears up. */
  mute(): void {
    this.#run.isMuted = true
  }

  startAgain(): void {
    this.#run = this.#start(this.#run.instance + 1)
  }

  #start(instance: number): Run {
    const keyboard = new Keyboard(this.#clock)
    const run: Run = { instance, keyboard, fiber: undefined, isMuted: false }
    const who = `${this.name}#${instance}`
    const context = this.#context(run, who)
    const fiber = Effect.runForkWith(context)(Effect.scoped(this.#program))
    run.fiber = fiber
    fiber.addObserver((exit) => {
      if (!run.isMuted) this.#tell(who, outcomeOf(exit))
    })
    return run
  }

  #context(run: Run, who: string): Context.Context<HostServices> {
    const dice = this.network.dice.fork(`run ${run.instance}`)
    const interactive = this.#options.interactive ?? true
    const paced = this.#options.paced ?? !interactive
    const emit = (events: readonly EarshotEvent[]): void => {
      if (run.isMuted) return
      for (const event of events) {
        this.events.push({ atMs: this.#clock.now, instance: run.instance, event })
        this.#tell(who, JSON.stringify(event))
      }
    }
    return this.#clock.context.pipe(
      Context.add(
        Clock.Clock,
        this.#clock.service(() => this.#skewMs)
      ),
      Context.add(Random.Random, dice.fork('random').random),
      Context.add(Transport, makeSimulatedTransport(this.#wires, this.network)),
      Context.add(Identity, {
        peerId: this.peerId,
        profile: this.name,
        randomBytes: dice.fork('identity').bytes
      }),
      Context.add(PeerBook, this.book),
      Context.add(Console, run.keyboard.service({ interactive, paced })),
      Context.add(Events, { emit }),
      Context.add(Settings, { ...HOST_SETTINGS, ...this.#options.settings })
    )
  }
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
    kill: (host) => {
      const known = hostOf(host)
      known.mute()
      network.vanish(host.network)
      known.interrupt()
    },
    restart: (host) => {
      const known = hostOf(host)
      if (host.network.up && host.exit() === undefined) throw new Error(`${host.name} still runs`)
      if (!host.network.up) network.revive(host.network)
      known.startAgain()
    }
  }
}
