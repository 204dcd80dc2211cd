/** A machine of a simulated world that runs a program, and the person in front of it. */
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
import type { Digests } from '../services/digests.ts'
import type { Downloads } from '../services/downloads.ts'
import { Events } from '../services/events.ts'
import type { FileSources } from '../services/file-sources.ts'
import { Identity } from '../services/identity.ts'
import type { Opener } from '../services/opener.ts'
import { PeerBook } from '../services/peer-book.ts'
import { Settings } from '../services/settings.ts'
import { Store } from '../services/store.ts'
import type { TransferNotes } from '../services/transfer-notes.ts'
import { Transport } from '../services/transport.ts'
import type { SimulatedClock } from './clock.ts'
import { Keyboard } from './keyboard.ts'
import { MemoryFilePlane } from './memory-file-plane.ts'
import { makeMemoryPeerBook } from './memory-peer-book.ts'
import { MemoryStore } from './memory-store.ts'
import type { SimulatedNetwork } from './network.ts'
import type { NetworkHost } from './network-host.ts'
import { makeSimulatedTransport } from './transport.ts'

/** The ports that a host gives to the program that runs on it. */
export type HostServices =
  | Transport
  | Identity
  | PeerBook
  | Store
  | Console
  | Events
  | Settings
  | FileSources
  | Downloads
  | TransferNotes
  | Digests
  | Opener

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
  saveHistory: false,
  readReceipts: true,
  historyLines: 10,
  stay: false,
  plainText: false,
  fileBytesMax: undefined,
  autoOpenMedia: false,
  mediaExtensions: []
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
  /** The disk with its messages, for faults and checks. */
  readonly store: MemoryStore
  /** The disk with its files, and what is done with them, for faults and checks. */
  readonly files: MemoryFilePlane
  /** Everything told so far, by all runs. */
  readonly events: readonly EventRecord[]
  /** Runs that were taken away in mid-sentence, and when: virtual milliseconds. */
  readonly crashes: ReadonlyMap<number, number>
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

export class SimulatedHost implements WorldHost {
  readonly name: string
  readonly network: NetworkHost
  readonly book = makeMemoryPeerBook()
  readonly store: MemoryStore
  readonly files: MemoryFilePlane
  readonly events: EventRecord[] = []
  readonly crashes = new Map<number, number>()
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
    this.store = new MemoryStore({
      clock: wires.clock,
      dice: network.dice.fork('store'),
      path: `/${network.name}/messages.db`,
      tell: (line) => tell(`store ${network.name}`, line)
    })
    this.files = new MemoryFilePlane({
      clock: wires.clock,
      dice: network.dice.fork('files'),
      home: `/${network.name}`,
      tell: (line) => tell(`files ${network.name}`, line)
    })
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

  /**
   * It is dead from now on: what it does is not told, reaches nobody, and is not written. Its fibers clear
   * up, at once or, when it dies in the middle of what it does, right after that.
   */
  die(how: 'process' | 'power'): void {
    const { fiber, instance } = this.#run
    // An end that came before is not undone.
    if (fiber?.pollUnsafe() === undefined) this.crashes.set(instance, this.#clock.now)
    this.#run.isMuted = true
    this.#wires.vanish(this.network)
    this.store.crash(how)
    this.files.disk.crash(how)
    if (this.#clock.isRunning) this.#clock.soon(() => fiber?.interruptUnsafe())
    else fiber?.interruptUnsafe()
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
      if (run.isMuted) return
      this.store.close()
      this.files.disk.close()
      this.#tell(who, outcomeOf(exit))
    })
    return run
  }

  #context(run: Run, who: string): Context.Context<HostServices> {
    const dice = this.network.dice.fork(`run ${run.instance}`)
    const settings = { ...HOST_SETTINGS, ...this.#options.settings }
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
      Context.add(Store, this.store.open(settings.saveHistory)),
      Context.add(Console, run.keyboard.service({ interactive, paced })),
      Context.add(Events, { emit }),
      Context.add(Settings, settings),
      Context.merge(this.files.open())
    )
  }
}
