/** A machine on the simulated network: its addresses, its key and its table of ports. */
import { type PeerId, peerIdFromPublicKey } from '../domain/peer-id.ts'
import type { Dice } from './dice.ts'
import type { Station } from './paths.ts'
import type { SimulatedPort } from './port.ts'

/** First port that is given to those who ask for none (RFC 6335 §6). */
const EPHEMERAL_PORT_MIN = 49_152
const PORT_MAX = 65_535

export class NetworkHost implements Station {
  readonly name: string
  /** The first one is its own as others see it. */
  readonly addresses: readonly string[]
  readonly dice: Dice
  /** Made from the seed and the name, so that a restart keeps it. */
  readonly publicKey: Uint8Array
  readonly peerId: PeerId
  readonly ports = new Map<number, SimulatedPort>()
  /** true: a firewall answers every dial with a refusal. */
  isRefusing = false
  up = true
  instance = 1
  #nextPort = EPHEMERAL_PORT_MIN

  /** @param key the dice that make its key; two hosts with the same are one profile, copied. */
  constructor(name: string, addresses: readonly string[], dice: Dice, key: Dice) {
    this.name = name
    this.addresses = addresses
    this.dice = dice
    this.publicKey = key.bytes(32)
    this.peerId = peerIdFromPublicKey(this.publicKey)
  }

  /** The first port from here up that nobody listens on. */
  freePort(from: number): number {
    let port = from
    while (this.ports.has(port)) port++
    return port
  }

  /** A port for those who do not care: another one each time, until all had their turn. */
  ephemeralPort(): number {
    if (this.#nextPort > PORT_MAX) this.#nextPort = EPHEMERAL_PORT_MIN
    const port = this.freePort(this.#nextPort)
    this.#nextPort = port + 1
    return port
  }
}
