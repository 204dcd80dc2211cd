/** One event on its way to those who listen for it: whether it waits, and whether anybody has heard it. */
import type { PeerEvent } from './peer-events.ts'
import type { Room } from './room.ts'

export interface ToldWorld {
  readonly room: Room
  /** The first of those who listen is done with it. */
  readonly onHeard: (event: PeerEvent) => void
}

export class Told {
  readonly event: PeerEvent
  /** Higher is later. */
  readonly place: number
  /** Those to whom it was handed, less those who dropped it. */
  hands = 0
  #isHeard = false
  readonly #world: ToldWorld

  constructor(event: PeerEvent, place: number, world: ToldWorld) {
    this.event = event
    this.place = place
    this.#world = world
  }

  /** It waits to be taken. Once for each queue that it waits in. */
  wait(): void {
    this.#world.room.take(this.event)
  }

  waited(): void {
    this.#world.room.free(this.event)
  }

  get isHeard(): boolean {
    return this.#isHeard
  }

  heard(): void {
    if (this.#isHeard) return
    this.#isHeard = true
    this.#world.onHeard(this.event)
  }
}
