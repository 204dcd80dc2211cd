/**
 * How fast one transfer moves while it moves: the rate over the last seconds, the time that is left, and what
 * it waits for when nothing comes any more.
 */
import type { StallCause } from '../../domain/transfer-events.ts'
import { PROGRESS_INTERVAL_MS, STALL_AFTER_MS } from '../../domain/limits.ts'

/** The rate is that of so many milliseconds. */
const RATE_OVER_MS = 3_000

/** What is told of it. */
export interface Progress {
  readonly doneBytes: number
  readonly bytesPerSecond: number
  readonly leftMs?: number
  readonly stalled?: StallCause
}

export interface MeterWorld {
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** Calls back later, unless the run ends before. */
  readonly after: (ms: number, work: () => void) => void
  readonly tell: (progress: Progress) => void
  /** What it waits for now, if it waits. */
  readonly waitsFor: () => StallCause | undefined
}

interface Sample {
  readonly at: number
  readonly bytes: number
}

export class Meter {
  readonly #world: MeterWorld
  readonly #total: number
  #samples: readonly Sample[]
  #doneBytes: number
  #movedAt: number
  #isOver = false
  #told = ''
  #latest: Progress

  /** It runs until `stop`. @param from bytes that are there already. */
  constructor(world: MeterWorld, total: number, from: number) {
    this.#world = world
    this.#total = total
    this.#doneBytes = from
    this.#movedAt = world.now()
    this.#samples = [{ at: this.#movedAt, bytes: from }]
    this.#latest = { doneBytes: from, bytesPerSecond: 0 }
    this.#later()
  }

  get latest(): Progress {
    return { ...this.#latest, doneBytes: this.#doneBytes }
  }

  /** So many bytes of it are there. */
  readonly note = (doneBytes: number): void => {
    if (doneBytes !== this.#doneBytes) this.#movedAt = this.#world.now()
    this.#doneBytes = doneBytes
  }

  stop(): void {
    this.#isOver = true
  }

  #later(): void {
    this.#world.after(PROGRESS_INTERVAL_MS, () => {
      if (this.#isOver) return
      this.#tick()
      this.#later()
    })
  }

  #tick(): void {
    const at = this.#world.now()
    const doneBytes = this.#doneBytes
    const recent = this.#samples.filter((sample) => at - sample.at <= RATE_OVER_MS)
    this.#samples = [...recent, { at, bytes: doneBytes }]
    const progress = this.#progress(at, doneBytes)
    this.#latest = progress
    const news = `${doneBytes} ${progress.stalled ?? ''}`
    if (news === this.#told) return
    this.#told = news
    this.#world.tell(progress)
  }

  #progress(at: number, doneBytes: number): Progress {
    const [first] = this.#samples
    const elapsedMs = first === undefined ? 0 : at - first.at
    // One that has to go back to an earlier piece does not move until it is past where it was.
    const moved = first === undefined ? 0 : Math.max(0, doneBytes - first.bytes)
    const bytesPerSecond = elapsedMs > 0 ? Math.round((moved * 1000) / elapsedMs) : 0
    const isStalled = at - this.#movedAt >= STALL_AFTER_MS && doneBytes < this.#total
    const left = this.#total - doneBytes
    return {
      doneBytes,
      bytesPerSecond,
      ...(bytesPerSecond > 0 ? { leftMs: Math.round((left * 1000) / bytesPerSecond) } : {}),
      ...(isStalled ? { stalled: this.#world.waitsFor() ?? 'network' } : {})
    }
  }
}
