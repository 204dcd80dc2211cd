/** How much was told and not taken yet: beyond a bound, nothing more is read from any link. */
import { EVENTS_WAITING_BYTES_MAX, EVENTS_WAITING_MAX } from '../domain/limits.ts'
import type { PeerEvent } from './peer-events.ts'

/** What an event without a text weighs, about. */
const EVENT_BYTES = 256
const BYTES_PER_CHAR = 2

const bytesOf = (event: PeerEvent): number =>
  'text' in event ? EVENT_BYTES + event.text.length * BYTES_PER_CHAR : EVENT_BYTES

/** The room for events that wait to be taken, over all readers of a peer. */
export class Room {
  readonly #onChange: (full: boolean) => void
  #events = 0
  #bytes = 0
  #full = false

  /** @param onChange told when there is no more room, and when half of it is free again. */
  constructor(onChange: (full: boolean) => void) {
    this.#onChange = onChange
  }

  take(event: PeerEvent): void {
    this.#events += 1
    this.#bytes += bytesOf(event)
    if (this.#full) return
    if (this.#events < EVENTS_WAITING_MAX && this.#bytes < EVENTS_WAITING_BYTES_MAX) return
    this.#full = true
    this.#onChange(true)
  }

  free(event: PeerEvent): void {
    this.#events -= 1
    this.#bytes -= bytesOf(event)
    if (!this.#full) return
    if (this.#events * 2 > EVENTS_WAITING_MAX || this.#bytes * 2 > EVENTS_WAITING_BYTES_MAX) return
    this.#full = false
    this.#onChange(false)
  }
}
