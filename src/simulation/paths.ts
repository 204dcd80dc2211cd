/** What lies between two hosts: delay, rate, and the faults that make packets vanish. */
import type { SimulatedClock } from './clock.ts'
import type { Dice } from './dice.ts'

/** How long a lost packet takes to be sent again (RFC 6298 §2.4 has 1 s, most systems 200 ms). */
const RETRANSMIT_MS = 200

/** A place on the network, as packets see it. */
export interface Station {
  readonly name: string
  /** false: the machine is gone; what it sent arrives, what is sent to it does not. */
  up: boolean
  /** Grows with every restart: packets of an earlier life are not sent again. */
  instance: number
}

export interface Shape {
  /** One way, in milliseconds; each packet draws from this range. */
  readonly latencyMs: readonly [least: number, most: number]
  /** Of each direction of each stream; undefined: no limit. */
  readonly bytesPerSecond: number | undefined
}

/** Faults of one link alone. */
export interface LinkFaults {
  blackholed: boolean
}

export interface Packet {
  readonly from: Station
  readonly to: Station
  readonly link: LinkFaults | undefined
  readonly delayMs: number
  /** Sent again after a fault healed, while this is true. undefined: sent once, and lost if lost. */
  readonly isWanted: (() => boolean) | undefined
  readonly deliver: () => void
}

interface HeldPacket {
  readonly packet: Packet
  readonly instance: number
}

const LOOPBACK: Shape = { latencyMs: [0.02, 0.1], bytesPerSecond: undefined }

const directionOf = (from: Station, to: Station): string => `${from.name}>${to.name}`

export class Paths {
  readonly #clock: SimulatedClock
  readonly #dice: Dice
  readonly #shape: Shape
  readonly #shapes = new Map<string, Shape>()
  readonly #blackholes = new Set<string>()
  #held: HeldPacket[] = []

  constructor(clock: SimulatedClock, dice: Dice, shape: Shape) {
    this.#clock = clock
    this.#dice = dice
    this.#shape = shape
  }

  shapeOf(from: Station, to: Station): Shape {
    if (from === to) return LOOPBACK
    return this.#shapes.get(directionOf(from, to)) ?? this.#shape
  }

  /** Both directions get this shape, for packets sent from now on. */
  setShape(one: Station, other: Station, shape: Partial<Shape>): void {
    for (const [from, to] of [
      [one, other],
      [other, one]
    ] as const)
      this.#shapes.set(directionOf(from, to), { ...this.shapeOf(from, to), ...shape })
  }

  latency(from: Station, to: Station): number {
    const [least, most] = this.shapeOf(from, to).latencyMs
    return least + this.#dice.float() * (most - least)
  }

  /** Packets of this direction vanish. */
  blackhole(from: Station, to: Station): void {
    this.#blackholes.add(directionOf(from, to))
  }

  heal(from: Station, to: Station): void {
    this.#blackholes.delete(directionOf(from, to))
  }

  healAll(): void {
    this.#blackholes.clear()
  }

  /** Delivers the packet after its delay, unless a fault lies in its way then or now. */
  carry(packet: Packet): void {
    if (!packet.from.up) return
    const instance = packet.from.instance
    if (!this.#passes(packet)) this.#hold({ packet, instance })
    else
      this.#clock.schedule(() => {
        if (this.#passes(packet)) packet.deliver()
        else this.#hold({ packet, instance })
      }, packet.delayMs)
  }

  /** Sends again what was lost; called when a fault has healed. */
  retransmit(): void {
    const held = this.#held
    this.#held = []
    for (const { packet, instance } of held) {
      if (instance !== packet.from.instance || packet.isWanted?.() !== true) continue
      this.carry({ ...packet, delayMs: RETRANSMIT_MS + this.latency(packet.from, packet.to) })
    }
  }

  #passes(packet: Packet): boolean {
    if (packet.link?.blackholed === true) return false
    return packet.to.up && !this.#blackholes.has(directionOf(packet.from, packet.to))
  }

  #hold(held: HeldPacket): void {
    if (held.packet.isWanted !== undefined) this.#held.push(held)
  }
}
