/**
 * How much waits for each peer, told to the app machine where that decides something: it ends a run
 * whose piped input was read and delivered, and says of one that failed how much was left. While
 * somebody attends the run and its input is open, nobody asks, and a line of chat would cost two
 * transitions at each end for nothing.
 */
import type { PeerId } from '../domain/peer-id.ts'

export class WaitingCounts {
  readonly #tell: (peerId: PeerId, waiting: number) => void
  readonly #counts = new Map<PeerId, number>()
  #matters: boolean

  /** @param matters from the start on, not only from `inputEnded` on. */
  constructor(matters: boolean, tell: (peerId: PeerId, waiting: number) => void) {
    this.#matters = matters
    this.#tell = tell
  }

  /** @param waiting items that the peer has not acknowledged. */
  note(peerId: PeerId, waiting: number): void {
    this.#counts.set(peerId, waiting)
    if (this.#matters) this.#tell(peerId, waiting)
  }

  /** The run ends when everything is delivered. To be called before the machine knows. */
  inputEnded(): void {
    if (this.#matters) return
    this.#matters = true
    for (const [peerId, waiting] of this.#counts) this.#tell(peerId, waiting)
  }
}
