/**
 * A virtual network: hosts with addresses and ports, names, and the faults that a plan inflicts on
 * them. Everything happens by the virtual clock and the dice, so a seed repeats it exactly.
 */
import type { DialFailure, Endpoint, ListenFailure } from '../domain/failures.ts'
import { READ_AHEAD_BYTES_MAX } from '../domain/limits.ts'
import type { SimulatedClock } from './clock.ts'
import type { Dice } from './dice.ts'
import { NetworkHost } from './network-host.ts'
import { type LinkFaults, Paths, type Shape } from './paths.ts'
import { ANY_HOSTS, SimulatedPort } from './port.ts'
import { SimulatedStream } from './stream.ts'

export interface NetworkOptions extends Shape {
  /** Bytes of one direction of a stream that were written and not yet read. */
  readonly bufferBytes: number
  /** Whether the dice cut and join the bytes on their way. */
  readonly fragments: boolean
}

/** A local network of some distance, with bytes cut wherever it hurts. */
const NETWORK_DEFAULTS: NetworkOptions = {
  latencyMs: [1, 20],
  bytesPerSecond: undefined,
  bufferBytes: READ_AHEAD_BYTES_MAX,
  fragments: true
}

/** Ports below this are for the administrator. */
const UNPRIVILEGED_PORT_MIN = 1024
/** How long a system asks for a neighbour that is not there. */
const NO_NEIGHBOUR_MS = 3_000

const LOOPBACK_HOSTS: readonly string[] = ['127.0.0.1', '::1']

/** A connection that at least one end holds. */
export interface NetworkLink {
  readonly id: number
  readonly dialler: SimulatedStream
  readonly acceptor: SimulatedStream
  readonly from: NetworkHost
  readonly to: NetworkHost
  readonly faults: LinkFaults
}

/** One attempt to reach one address. */
export interface Attempt {
  readonly address: string
  readonly target: Endpoint
  /** false: whoever dialled has given up; what still comes of it is dropped. */
  readonly isWanted: () => boolean
  /** The other host has answered; its answer, which makes this the outcome, is on its way. */
  readonly answered: (stream: SimulatedStream) => void
  readonly done: (outcome: SimulatedStream | DialFailure) => void
}

export class SimulatedNetwork {
  readonly clock: SimulatedClock
  readonly paths: Paths
  readonly #dice: Dice
  readonly #options: NetworkOptions
  readonly #tell: (line: string) => void
  readonly #hosts = new Map<string, NetworkHost>()
  readonly #names = new Map<string, readonly string[]>()
  readonly #links = new Map<number, NetworkLink>()
  #linkId = 0

  /** @param tell takes a line for every link that opens or ends and every fault. */
  constructor(
    clock: SimulatedClock,
    dice: Dice,
    options: Partial<NetworkOptions> = {},
    tell: (line: string) => void = () => undefined
  ) {
    this.clock = clock
    this.#dice = dice
    this.#options = { ...NETWORK_DEFAULTS, ...options }
    this.#tell = tell
    this.paths = new Paths(clock, dice.fork('paths'), this.#options)
  }

  /** Connects a machine. @param keyOf the name of the host whose key it has: by default its own. */
  addHost(name: string, addresses: readonly string[], keyOf = name): NetworkHost {
    const key = this.#dice.fork(`host ${keyOf}/key`)
    const host = new NetworkHost(name, addresses, this.#dice.fork(`host ${name}`), key)
    this.#hosts.set(name, host)
    return host
  }

  /** Gives a DNS name its addresses, in the order in which they are tried. */
  addName(name: string, addresses: readonly string[]): void {
    this.#names.set(name.toLowerCase(), addresses)
  }

  /** The addresses of a name or literal address; empty when there is none. */
  resolve(name: string): readonly string[] {
    const known = this.#names.get(name.toLowerCase())
    if (known !== undefined) return known
    if (name === 'localhost') return ['127.0.0.1']
    return /^[\d.]+$/.test(name) || name.includes(':') ? [name] : []
  }

  /** Ports that hosts have open. */
  get openPorts(): number {
    let open = 0
    for (const { ports } of this.#hosts.values()) open += ports.size
    return open
  }

  /** Connections that are held by an end, oldest first. */
  links(): readonly NetworkLink[] {
    return [...this.#links.values()]
  }

  /** Opens a port of a host. `port` 0: any that is free. */
  listen(
    host: NetworkHost,
    options: { readonly host: string | undefined; readonly port: number }
  ): SimulatedPort | ListenFailure {
    const bound = options.host === 'localhost' ? '127.0.0.1' : (options.host ?? '0.0.0.0')
    const isOwn = [...ANY_HOSTS, ...LOOPBACK_HOSTS, ...host.addresses].includes(bound)
    if (!isOwn) return { _tag: 'AddressUnavailable', host: bound, port: options.port }
    const wanted = options.port
    if (wanted !== 0 && wanted < UNPRIVILEGED_PORT_MIN)
      return { _tag: 'PortDenied', port: wanted, free: host.freePort(wanted + 8000) }
    if (host.ports.has(wanted))
      return { _tag: 'PortInUse', port: wanted, free: host.freePort(wanted + 1) }
    const number = wanted === 0 ? host.ephemeralPort() : wanted
    const port = new SimulatedPort(this.clock, { host: bound, port: number }, () => {
      if (host.ports.get(number) === port) host.ports.delete(number)
    })
    host.ports.set(number, port)
    return port
  }

  /** Sends a first packet to one address and tells what came of it, if anything does. */
  attempt(from: NetworkHost, attempt: Attempt): void {
    const { address, target } = attempt
    const isLoopback = LOOPBACK_HOSTS.includes(address)
    const to = isLoopback ? from : this.#hostAt(address)
    if (to === undefined) {
      const failure = { _tag: 'HostUnreachable', target, code: 'EHOSTUNREACH' } as const
      this.clock.schedule(() => attempt.done(failure), NO_NEIGHBOUR_MS)
      return
    }
    const packet = { from, to, link: undefined, isWanted: attempt.isWanted }
    const { instance } = from
    const delayMs = this.paths.latency(from, to)
    this.paths.carry({
      ...packet,
      delayMs,
      deliver: () => this.#arrive(from, to, attempt, instance)
    })
  }

  /** Breaks one link: both ends see a reset at once. */
  cut(link: NetworkLink): void {
    this.#tell(`cut #${link.id}`)
    link.dialler.reset('ECONNRESET')
    link.acceptor.reset('ECONNRESET')
  }

  /** The bytes of one link vanish while others pass; `healLink` lets them through again. */
  blackholeLink(link: NetworkLink): void {
    this.#tell(`blackhole #${link.id}`)
    link.faults.blackholed = true
  }

  healLink(link: NetworkLink): void {
    this.#tell(`heal #${link.id}`)
    link.faults.blackholed = false
    this.paths.retransmit()
  }

  /** What either sends the other vanishes. Nobody is told; writes succeed until buffers are full. */
  blackhole(one: NetworkHost, other: NetworkHost): void {
    this.blackholeOneWay(one, other)
    this.blackholeOneWay(other, one)
  }

  blackholeOneWay(from: NetworkHost, to: NetworkHost): void {
    this.#tell(`blackhole ${from.name}>${to.name}`)
    this.paths.blackhole(from, to)
  }

  heal(one: NetworkHost, other: NetworkHost): void {
    this.#tell(`heal ${one.name}-${other.name}`)
    this.paths.heal(one, other)
    this.paths.heal(other, one)
    this.paths.retransmit()
  }

  /** Splits the network: nothing passes between hosts of different groups. */
  partition(groups: readonly (readonly NetworkHost[])[]): void {
    for (const group of groups)
      for (const other of groups)
        if (group !== other)
          for (const from of group) for (const to of other) this.blackholeOneWay(from, to)
  }

  /** Ends every black hole, of links and of hosts. Hosts that vanished stay away. */
  healAll(): void {
    this.#tell('heal all')
    this.paths.healAll()
    for (const link of this.#links.values()) link.faults.blackholed = false
    this.paths.retransmit()
  }

  /** The machine is gone, without a word to anyone: as by a power cut. */
  vanish(host: NetworkHost): void {
    this.#tell(`vanish ${host.name}`)
    host.up = false
    host.ports.clear()
    for (const link of this.links()) {
      if (link.from === host) link.dialler.vanish()
      if (link.to === host) link.acceptor.vanish()
    }
  }

  /** The machine is back, and knows nothing of its earlier connections: it resets them when asked. */
  revive(host: NetworkHost): void {
    this.#tell(`revive ${host.name}`)
    host.instance++
    host.up = true
    this.paths.retransmit()
  }

  #hostAt(address: string): NetworkHost | undefined {
    for (const host of this.#hosts.values()) if (host.addresses.includes(address)) return host
    return undefined
  }

  /** The first packet of a dial reaches its host. */
  #arrive(from: NetworkHost, to: NetworkHost, attempt: Attempt, instance: number): void {
    const { address, target } = attempt
    const port = to.ports.get(target.port)
    const answer = { from: to, to: from, link: undefined, delayMs: this.paths.latency(to, from) }
    if (to.isRefusing || port === undefined || !port.isFor(address)) {
      const failure = { _tag: 'ConnectionRefused', target } as const
      this.paths.carry({ ...answer, isWanted: undefined, deliver: () => attempt.done(failure) })
      return
    }
    const link = this.#open(from, to, { host: address, port: target.port }, port)
    if (!from.up || from.instance !== instance) {
      // The caller has gone meanwhile, and cannot hold its end.
      link.dialler.vanish()
      return
    }
    attempt.answered(link.dialler)
    this.paths.carry({
      ...answer,
      isWanted: () => !link.dialler.isOver,
      deliver: () => {
        if (attempt.isWanted() && from.instance === instance) attempt.done(link.dialler)
        else link.dialler.closeNow()
      }
    })
  }

  #open(from: NetworkHost, to: NetworkHost, at: Endpoint, port: SimulatedPort): NetworkLink {
    const id = ++this.#linkId
    const address = (from === to ? at.host : from.addresses[0]) ?? at.host
    const near: Endpoint = { host: address, port: from.ephemeralPort() }
    const faults: LinkFaults = { blackholed: false }
    const dice = this.#dice.fork(`link ${id}`)
    const world = { ...this.#options, clock: this.clock, paths: this.paths, dice, faults }
    const onOver = (stream: SimulatedStream) => {
      port.forget(stream)
      if (dialler.isOver && acceptor.isOver && this.#links.delete(id)) this.#tell(`end #${id}`)
    }
    const dialler = new SimulatedStream(world, from, { local: near, remote: at }, onOver)
    const acceptor = new SimulatedStream(world, to, { local: at, remote: near }, onOver)
    SimulatedStream.join(dialler, acceptor)
    const link = { id, dialler, acceptor, from, to, faults }
    this.#links.set(id, link)
    this.#tell(`open #${id} ${from.name}>${to.name}:${at.port}`)
    port.offer(acceptor)
    return link
  }
}
