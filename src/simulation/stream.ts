/**
 * One end of a simulated connection, with the habits of a TCP socket (RFC 9293): bytes are cut and
 * joined on their way, a full buffer stops the writer, closing with unread bytes or receiving bytes
 * after closing resets the other end, a crash is silent until the restarted host is spoken to.
 * One thing is left out: a real system gives up on unacknowledged bytes after some minutes.
 */
import * as Effect from 'effect/Effect'
import { type Endpoint, StreamError } from '../domain/failures.ts'
import type { ByteStream } from '../services/transport.ts'
import type { SimulatedClock } from './clock.ts'
import type { Dice } from './dice.ts'
import type { LinkFaults, Paths, Station } from './paths.ts'
import { Wakeup } from './wakeup.ts'

/** Most bytes of one read, as of Node's sockets. */
const READ_BYTES_MAX = 64 * 1024
/** The code of a stream that was closed at this end (POSIX: connection aborted by software here). */
export const CLOSED_HERE = 'ECONNABORTED'

/** What both ends of a connection share. */
export interface StreamWorld {
  readonly clock: SimulatedClock
  readonly dice: Dice
  readonly paths: Paths
  readonly faults: LinkFaults
  /** Bytes of one direction that were written and not yet read; more makes the writer wait. */
  readonly bufferBytes: number
  /** true: the dice cut and join bytes. false: one write arrives as one piece, up to 64 KiB. */
  readonly fragments: boolean
}

/** On its way: bytes, or undefined for the end of them. */
type Segment = Uint8Array | undefined

const joined = (pieces: readonly Uint8Array[], length: number): Uint8Array => {
  const first = pieces[0]
  if (first !== undefined && pieces.length === 1) return first
  const whole = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

export class SimulatedStream implements ByteStream {
  readonly local: Endpoint
  readonly remote: Endpoint
  readonly #world: StreamWorld
  readonly #station: Station
  readonly #onOver: (stream: SimulatedStream) => void
  readonly #readable: Wakeup
  readonly #writable: Wakeup
  #peer: SimulatedStream | undefined
  /** Arrived and not read. */
  #pieces: Uint8Array[] = []
  #peerEnded = false
  /** Sent and not arrived, in order. Every delivery takes the first, whichever packet it was. */
  #segments: Segment[] = []
  #unread = 0
  #lineFreeAt = 0
  #ended = false
  #failure: string | undefined
  #over = false
  #vanished = false

  constructor(
    world: StreamWorld,
    station: Station,
    ends: { readonly local: Endpoint; readonly remote: Endpoint },
    onOver: (stream: SimulatedStream) => void
  ) {
    this.#world = world
    this.#station = station
    this.local = ends.local
    this.remote = ends.remote
    this.#onOver = onOver
    this.#readable = new Wakeup(world.clock)
    this.#writable = new Wakeup(world.clock)
  }

  /** Makes two ends one connection. */
  static join(one: SimulatedStream, other: SimulatedStream): void {
    one.#peer = other
    other.#peer = one
  }

  /** Closed at this end, or gone with its host. */
  get isOver(): boolean {
    return this.#over
  }

  readonly read: Effect.Effect<Uint8Array | undefined, StreamError> = Effect.suspend(() => {
    if (this.#vanished) return Effect.never
    const bytes = this.#take()
    if (bytes !== undefined) return Effect.succeed(bytes)
    if (this.#peerEnded) return Effect.undefined
    if (this.#failure !== undefined) return this.#fail(this.#failure)
    return Effect.flatMap(this.#readable.wait, () => this.read)
  })

  readonly write = (bytes: Uint8Array): Effect.Effect<void, StreamError> =>
    Effect.suspend(() => this.#write(bytes, 0))

  readonly end: Effect.Effect<void, StreamError> = Effect.suspend(() => {
    if (this.#vanished) return Effect.void
    if (this.#failure !== undefined) return this.#fail(this.#failure)
    this.#sendEnd()
    return Effect.void
  })

  readonly close: Effect.Effect<void> = Effect.sync(() => this.closeNow())

  closeNow(): void {
    if (this.#over) return
    const isAlive = this.#failure === undefined
    const hasUnread = this.#pieces.length > 0
    this.#over = true
    this.#failure ??= CLOSED_HERE
    this.#pieces = []
    this.#peerEnded = false
    if (isAlive && hasUnread) {
      this.#segments = []
      this.#sendReset()
    } else if (isAlive) this.#sendEnd()
    this.#wakeAll()
    this.#onOver(this)
  }

  /** The connection is broken here: what has arrived can be read, then everything fails. */
  reset(code: string): void {
    if (this.#failure !== undefined || this.#vanished) return
    this.#failure = code
    this.#segments = []
    this.#wakeAll()
  }

  /** The host is gone: nothing is said to the other end, and whoever waits here waits for ever. */
  vanish(): void {
    if (this.#over) return
    this.#over = true
    this.#vanished = true
    this.#pieces = []
    this.#segments = []
    this.#onOver(this)
  }

  #write(bytes: Uint8Array, from: number): Effect.Effect<void, StreamError> {
    if (this.#vanished) return Effect.void
    if (this.#failure !== undefined) return this.#fail(this.#failure)
    if (this.#ended) return this.#fail('EPIPE')
    const to = Math.min(bytes.length, from + this.#world.bufferBytes - this.#unread)
    if (to > from) this.#send(bytes.slice(from, to))
    if (to === bytes.length) return Effect.void
    return Effect.flatMap(this.#writable.wait, () => this.#write(bytes, Math.max(from, to)))
  }

  #fail(code: string): Effect.Effect<never, StreamError> {
    return Effect.fail(new StreamError({ code }))
  }

  #send(bytes: Uint8Array): void {
    this.#unread += bytes.length
    for (let from = 0; from < bytes.length; ) {
      const to = from + this.#pieceLength(bytes.length - from)
      this.#transmit(bytes.subarray(from, to))
      from = to
    }
  }

  /** A third each: all that is left, any part of it, a few bytes (which cuts through headers). */
  #pieceLength(left: number): number {
    const most = Math.min(left, READ_BYTES_MAX)
    if (!this.#world.fragments) return most
    const { dice } = this.#world
    return dice.pick([most, dice.integer(1, most), dice.integer(1, Math.min(most, 12))])
  }

  #sendEnd(): void {
    if (this.#ended) return
    this.#ended = true
    this.#transmit(undefined)
  }

  #transmit(segment: Segment): void {
    const peer = this.#peer
    if (peer === undefined) return
    const { clock, paths, faults } = this.#world
    const rate = paths.shapeOf(this.#station, peer.#station).bytesPerSecond
    const lineMs = rate === undefined ? 0 : ((segment?.length ?? 0) / rate) * 1000
    this.#lineFreeAt = Math.max(clock.now, this.#lineFreeAt) + lineMs
    this.#segments.push(segment)
    paths.carry({
      from: this.#station,
      to: peer.#station,
      link: faults,
      delayMs: this.#lineFreeAt - clock.now + paths.latency(this.#station, peer.#station),
      isWanted: () => this.#segments.length > 0,
      deliver: () => {
        if (this.#segments.length > 0) peer.#receive(this.#segments.shift())
      }
    })
  }

  #sendReset(): void {
    const peer = this.#peer
    if (peer === undefined) return
    const { paths, faults } = this.#world
    paths.carry({
      from: this.#station,
      to: peer.#station,
      link: faults,
      delayMs: paths.latency(this.#station, peer.#station),
      isWanted: undefined,
      deliver: () => peer.reset('ECONNRESET')
    })
  }

  #receive(segment: Segment): void {
    if (this.#over) {
      if (segment !== undefined || this.#vanished) this.#sendReset()
      return
    }
    if (this.#failure !== undefined) return
    if (segment === undefined) this.#peerEnded = true
    else this.#pieces.push(segment)
    this.#readable.notify()
  }

  #take(): Uint8Array | undefined {
    if (this.#pieces.length === 0) return undefined
    const { dice, fragments } = this.#world
    const most = fragments ? dice.integer(1, this.#pieces.length) : 1
    let length = 0
    let count = 0
    for (const piece of this.#pieces) {
      if (count === most || (count > 0 && length + piece.length > READ_BYTES_MAX)) break
      length += piece.length
      count++
    }
    const peer = this.#peer
    if (peer !== undefined) {
      peer.#unread -= length
      // Half of it free, not any byte: else small reads beget small writes (RFC 9293 §3.8.6.2).
      if (peer.#unread <= this.#world.bufferBytes / 2) peer.#writable.notify()
    }
    return joined(this.#pieces.splice(0, count), length)
  }

  #wakeAll(): void {
    this.#readable.notify()
    this.#writable.notify()
  }
}
